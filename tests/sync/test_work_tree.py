"""A pull brings the work tree where git itself would, and whoever reads a file meanwhile sees all of it or none."""

import errno
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sync import git_locks, work_tree
from sync.git import GitError, open_repository
from tests.sync import folders
from tests.sync.repositories import Clone, alone, init

# What is pushed after this: a name, and what a person does in the work tree.
_FILES: dict[str, bytes | str] = {
    "a.md": "one\n",
    "deep/b.md": "two\n",
    "deep/er/c.md": "three\n",
    "run.sh": "#!/bin/sh\n",
    "windows.txt": "dos\r\n",
    "plain.txt": "unix\n",
    "picture.png": b"\x89PNG\r\n\x1a\n\0\xff",
    "ümläut ✓.md": "name\n",
    'with "quotes" and\nline end.md': "odd\n",
}


def _rewrite(top: Path) -> None:
    folders.write(top, {"a.md": "one, and more\n", "deep/b.md": "2\n", "picture.png": b"\x89PNG\0", "new/n.md": "new\n",
                        "ümläut ✓.md": "named\n", 'with "quotes" and\nline end.md': "even\n"})  # fmt: skip


def _remove(top: Path) -> None:
    shutil.rmtree(top / "deep")
    (top / "a.md").unlink()


def _file_for_folder(top: Path) -> None:
    shutil.rmtree(top / "deep")
    (top / "deep").write_text("a file now\n")


def _folder_for_file(top: Path) -> None:
    (top / "a.md").unlink()
    folders.write(top, {"a.md/inside.md": "a folder now\n"})


def _link_for_file(top: Path) -> None:
    (top / "a.md").unlink()
    (top / "a.md").symlink_to("deep/b.md")


def _link_for_folder(top: Path) -> None:
    shutil.rmtree(top / "deep")
    folders.write(top, {"other/b.md": "elsewhere\n"})
    (top / "deep").symlink_to("other")


def _link_and_back(top: Path) -> None:
    """The commit before has a link, the one that comes has files."""
    (top / "link").unlink()
    folders.write(top, {"link/b.md": "no link any more\n"})


def _programs(top: Path) -> None:
    (top / "run.sh").chmod(0o644)
    (top / "a.md").chmod(0o755)
    folders.write(top, {"new.sh": "#!/bin/sh\necho\n"})
    (top / "new.sh").chmod(0o755)


def _line_ends(top: Path) -> None:
    folders.write(top, {"windows.txt": "dos\r\nmore\r\n", "plain.txt": "unix\nmore\n", "mixed.txt": "a\r\nb\n"})


_CHANGES = [
    _rewrite, _remove, _file_for_folder, _folder_for_file, _link_for_file, _link_for_folder, _link_and_back, _programs,
    _line_ends,
]  # fmt: skip
# How files are written otherwise than they are stored.
_ATTRIBUTES = {
    "no attributes": "",
    "eol": "*.md text eol=crlf\n*.txt text eol=lf\n",
    "auto": "* text=auto\n",
    "ident and filter": "*.md ident\n*.txt filter=upper\n",
}


@pytest.fixture
def first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    alone(tmp_path / "home", monkeypatch)
    made = init(tmp_path / "first")
    made.git("config", "core.autocrlf", "false")
    folders.write(made.top, _FILES)
    (made.top / "run.sh").chmod(0o755)
    (made.top / "link").symlink_to("deep")
    return made


def looked_at(top: Path) -> dict[str, Any]:
    """By path: the text of a file and whether it is a program, or where a link leads."""
    found: dict[str, Any] = {}
    for folder, names, files in os.walk(top):
        if ".git" in names:
            names.remove(".git")
        for name in [*files, *(each for each in names if (Path(folder) / each).is_symlink())]:
            path = Path(folder) / name
            shown = path.relative_to(top).as_posix()
            linked = path.is_symlink()
            found[shown] = os.readlink(path) if linked else (path.read_bytes(), bool(path.stat().st_mode & 0o100))
    return found


def go(clone: Clone, old: str, new: str, between: Callable[[], Any] = lambda: None) -> None:
    """As a pull does it."""
    with git_locks.at_work(open_repository(clone.top)) as ours:
        passage = work_tree.Passage(ours, old, new)
        passage.refuse_overwriting()
        between()
        passage.go("pulled")
    assert clone.head == new


@pytest.mark.parametrize("attributes", _ATTRIBUTES.values(), ids=_ATTRIBUTES.keys())
@pytest.mark.parametrize("change", _CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_the_work_tree_is_as_git_would_leave_it(
    first: Clone, tmp_path: Path, change: Callable[[Path], None], attributes: str
) -> None:
    first.git("config", "--global", "filter.upper.smudge", "tr a-z A-Z")
    first.git("config", "--global", "filter.upper.clean", "tr A-Z a-z")
    first.git("config", "--global", "core.safecrlf", "false")
    old = first.commit("Begin", {".gitattributes": attributes} if attributes else {})
    change(first.top)
    new = first.commit("Then")
    sides = []
    for name in ("ours", "gits"):
        first.git("clone", "--quiet", first.top, tmp_path / name)
        clone = Clone(tmp_path / name)
        clone.git("checkout", "--quiet", "--force", "-B", "main", old)
        sides.append(clone)
    ours, gits = sides
    go(ours, old, new)
    gits.git("merge", "--quiet", "--ff-only", new)
    assert looked_at(ours.top) == looked_at(gits.top)
    assert (ours.index(), ours.status()) == (gits.index(), gits.status())


def test_what_a_sparse_work_tree_leaves_out_stays_out(first: Clone) -> None:
    old = first.commit("Begin")
    _rewrite(first.top)
    new = first.commit("Then")
    first.git("checkout", "--quiet", "-B", "main", old)
    first.git("sparse-checkout", "set", "--no-cone", "/a.md")
    go(first, old, new)
    assert sorted(looked_at(first.top)) == ["a.md"]
    assert first.status() == ""


def test_a_file_that_is_new_may_be_read_as_the_account_has_it(first: Clone) -> None:
    old = first.commit("Begin")
    _rewrite(first.top)
    new = first.commit("Then")
    first.git("checkout", "--quiet", "-B", "main", old)
    (first.top / "a.md").chmod(0o600)
    go(first, old, new)
    umask = os.umask(0)
    os.umask(umask)
    assert (first.top / "new/n.md").stat().st_mode & 0o777 == 0o666 & ~umask
    assert (first.top / "a.md").stat().st_mode & 0o777 == 0o600, "a file that was private stays so"


def test_a_file_that_is_changed_at_the_last_moment_is_left_alone_with_all_others(first: Clone) -> None:
    old = first.commit("Begin")
    _rewrite(first.top)
    new = first.commit("Then")
    first.git("checkout", "--quiet", "-B", "main", old)
    before = looked_at(first.top)
    with pytest.raises(GitError, match=r"deep/b\.md was changed a moment ago, so it was left alone"):
        go(first, old, new, lambda: folders.write(first.top, {"deep/b.md": "mine\n"}))
    assert looked_at(first.top) == before | {"deep/b.md": (b"mine\n", False)}
    first.git("checkout", "--quiet", "--", "deep/b.md")
    go(first, old, new)
    assert first.status() == ""


def _edit(clone: Clone) -> None:
    clone.write({"plain.txt": "mine\n"})


def _edit_what_they_changed(clone: Clone) -> None:
    clone.write({"a.md": "mine\n"})


def _stage_what_they_changed(clone: Clone) -> None:
    clone.write({"a.md": "mine\n"})
    clone.git("add", "a.md")


def _go_on_with_theirs(clone: Clone) -> None:
    """The index has the new text already, as where a pull was killed, and somebody has gone on with it."""
    clone.write({"a.md": "one, and more\n", "deep/b.md": "2\n"})
    clone.git("add", "a.md", "deep/b.md")
    clone.write({"a.md": "one, and more, and mine\n"})


def _have_theirs(clone: Clone) -> None:
    clone.write({"a.md": "one, and more\n", "new/n.md": "new\n"})


def _delete_what_they_changed(clone: Clone) -> None:
    (clone.top / "a.md").unlink()


def _unstage_what_they_changed(clone: Clone) -> None:
    clone.git("rm", "--quiet", "a.md")


def _be_in_the_way(clone: Clone) -> None:
    clone.write({"new/n.md": "mine\n"})


def _be_in_the_way_and_ignored(clone: Clone) -> None:
    (clone.folder / "info/exclude").write_text("new/\n")
    clone.write({"new/n.md": "mine\n"})


def _be_in_the_way_of_a_folder(clone: Clone) -> None:
    clone.write({"new": "mine\n"})


def _lead_elsewhere(clone: Clone) -> None:
    """A folder of theirs is a link here, out of the work tree."""
    shutil.move(clone.top / "deep", clone.top.parent / "elsewhere")
    (clone.top / "deep").symlink_to(clone.top.parent / "elsewhere")


def _say_it_never_changes(clone: Clone) -> None:
    clone.git("update-index", "--assume-unchanged", "a.md")
    clone.write({"a.md": "mine\n"})


def _intend_to_add(clone: Clone) -> None:
    clone.write({"new/n.md": "mine\n"})
    clone.git("add", "--intent-to-add", "new/n.md")


def _keep_out_of_the_work_tree(clone: Clone) -> None:
    clone.git("update-index", "--skip-worktree", "a.md")
    (clone.top / "a.md").unlink()


def _trust_what_git_wrote(clone: Clone) -> None:
    clone.git("config", "core.ignoreStat", "true")


def _write_in_the_same_moment(clone: Clone) -> None:
    """As long as before, and with the time of before."""
    found = (clone.top / "a.md").stat()
    clone.write({"a.md": "eno\n"})
    os.utime(clone.top / "a.md", ns=(found.st_atime_ns, found.st_mtime_ns))


_BY_HAND = [
    _edit, _edit_what_they_changed, _stage_what_they_changed, _go_on_with_theirs, _delete_what_they_changed,
    _unstage_what_they_changed, _be_in_the_way, _be_in_the_way_and_ignored, _be_in_the_way_of_a_folder, _lead_elsewhere,
    _say_it_never_changes, _keep_out_of_the_work_tree, _trust_what_git_wrote, _intend_to_add, _write_in_the_same_moment,
]  # fmt: skip


@pytest.mark.parametrize("by_hand", _BY_HAND, ids=lambda by_hand: by_hand.__name__.strip("_"))
def test_what_somebody_has_under_way_stays_as_git_would_leave_it(
    first: Clone, tmp_path: Path, by_hand: Callable[[Clone], None]
) -> None:
    """Or is refused, as git refuses it, and then nothing is changed."""
    old = first.commit("Begin")
    _rewrite(first.top)
    new = first.commit("Then")
    first.git("checkout", "--quiet", "-B", "main", old)
    sides = []
    for name in ("ours", "gits"):
        (tmp_path / name).mkdir()
        shutil.copytree(first.top, tmp_path / name / "clone", symlinks=True)
        clone = Clone(tmp_path / name / "clone")
        clone.git("update-index", "-q", "--refresh")
        by_hand(clone)
        sides.append(clone)
    ours, gits = sides
    said = gits.git("read-tree", "-m", "-u", old, new, accepted=(0, 128), also_complaints=True)
    if said:
        with pytest.raises(GitError, match=r"[Cc]hanged here|stash|not up ?to ?date|would be"):
            go(ours, old, new)
    else:
        go(ours, old, new)
        gits.git("update-ref", "HEAD", new)
    assert looked_at(ours.top.parent) == looked_at(gits.top.parent)
    assert (ours.index(), ours.status()) == (gits.index(), gits.status())


def test_files_that_are_as_they_will_be_are_no_obstacle(first: Clone) -> None:
    """Where git refuses: a pull that was killed has written them."""
    old = first.commit("Begin")
    _rewrite(first.top)
    new = first.commit("Then")
    first.git("checkout", "--quiet", "-B", "main", old)
    _have_theirs(first)
    assert first.git("read-tree", "-m", "-u", old, new, accepted=(128,), also_complaints=True)
    go(first, old, new)
    assert first.status() == ""


def test_a_commit_that_somebody_makes_meanwhile_stays_and_the_next_try_goes_on(
    first: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = first.commit("Begin")
    _rewrite(first.top)
    new = first.commit("Then")
    first.git("checkout", "--quiet", "-B", "main", old)
    usual = work_tree.Passage._check_out

    def with_a_person(passage: Any, index: Any) -> None:
        first.git("commit", "--quiet", "--allow-empty", "--message", "Mine")
        usual(passage, index)

    monkeypatch.setattr(work_tree.Passage, "_check_out", with_a_person)
    with pytest.raises(GitError, match="Somebody has committed in"):
        go(first, old, new)
    monkeypatch.setattr(work_tree.Passage, "_check_out", usual)
    mine = first.head
    assert mine not in (old, new)
    go(first, mine, new)
    assert first.status() == ""


def test_a_git_folder_on_another_disk_is_no_obstacle(first: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    old = first.commit("Begin")
    _rewrite(first.top)
    new = first.commit("Then")
    first.git("checkout", "--quiet", "-B", "main", old)
    usual = os.replace

    def refuse(source: Any, target: Any) -> None:
        if "files" in str(source):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        usual(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    go(first, old, new)
    assert first.status() == ""


def test_a_person_who_stages_something_meanwhile_keeps_it(first: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    old = first.commit("Begin")
    _rewrite(first.top)
    new = first.commit("Then")
    first.git("checkout", "--quiet", "-B", "main", old)
    usual, calls = work_tree.Passage._check_out, []

    def with_a_person(passage: Any, index: Any) -> None:
        usual(passage, index)
        calls.append(1)
        if len(calls) == 1:
            first.write({"notes.txt": "mine\n"})
            first.git("add", "notes.txt")

    monkeypatch.setattr(work_tree.Passage, "_check_out", with_a_person)
    go(first, old, new)
    assert len(calls) == 2
    assert first.git("diff", "--cached", "--name-only").split() == ["notes.txt"]
    assert first.git("diff", "--name-only") == ""


def test_a_file_that_git_sees_as_changed_whatever_is_done_is_as_git_would_leave_it(
    first: Clone, tmp_path: Path
) -> None:
    """Stored with line ends that its attributes would never store. What git has written a second before the index, it
    takes for unchanged all the same.
    """
    first.git("config", "--global", "filter.slow.smudge", "sleep 1.2; cat")
    first.commit("Begin", {".gitattributes": "*.txt text eol=lf\n*.slow filter=slow\n", "z.slow": "1\n"})
    # A program, so that git writes it itself.
    first.git("update-index", "--chmod=+x", "z.slow")
    first.git("commit", "--quiet", "--amend", "--no-edit")
    old = first.head
    (first.top / "z.slow").chmod(0o755)
    blob = first.git("hash-object", "-w", "--no-filters", "--stdin", data=b"dos\r\nand more\r\n").strip()
    first.git("update-index", "--cacheinfo", f"100644,{blob},plain.txt")
    first.write({"z.slow": "2\n"})
    first.git("add", "z.slow")
    first.git("commit", "--quiet", "--message", "Then")
    new = first.head
    first.git("reset", "--quiet", "--hard", old)
    shutil.copytree(first.top, tmp_path / "gits", symlinks=True)
    gits = Clone(tmp_path / "gits")
    gits.git("update-index", "-q", "--refresh")
    gits.git("read-tree", "-m", "-u", old, new)
    gits.git("update-ref", "HEAD", new)
    go(first, old, new)
    assert looked_at(first.top) == looked_at(gits.top)
    found = first.git("diff-files", "--name-only"), gits.git("diff-files", "--name-only")
    assert found == ("", "")


def test_attributes_that_come_with_it_count(first: Clone) -> None:
    old = first.commit("Begin")
    new = first.commit("Then", {".gitattributes": "*.md text eol=crlf\n", "a.md": "one\ntwo\n"})
    first.git("checkout", "--quiet", "-B", "main", old)
    go(first, old, new)
    assert ((first.top / "a.md").read_bytes(), first.status()) == (b"one\r\ntwo\r\n", "")


@contextmanager
def watched(file: Path) -> Iterator[set[bytes]]:
    """All that readers see of a file in the block, who look as fast as they can."""
    seen: set[bytes] = set()
    is_over = threading.Event()

    def look() -> None:
        while not is_over.is_set():
            try:
                seen.add(file.read_bytes())
            except FileNotFoundError:
                seen.add(b"gone")

    readers = [threading.Thread(target=look) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        yield seen
    finally:
        is_over.set()
        for reader in readers:
            reader.join()


def test_nobody_ever_reads_half_a_file(first: Clone) -> None:
    texts = [bytes([65 + number]) * 3_000_000 for number in range(2)]
    commits = [first.commit(f"Text {number}", {"a.md": text}) for number, text in enumerate(texts)]
    first.git("checkout", "--quiet", "-B", "main", commits[0])
    with watched(first.top / "a.md") as seen:
        for _ in range(5):
            go(first, commits[0], commits[1])
            go(first, commits[1], commits[0])
    assert {(text[:1], len(text)) for text in seen} <= {(text[:1], len(text)) for text in texts}


def test_who_reads_what_git_writes_itself_sees_half_a_file(first: Clone) -> None:
    """So the test above can fail."""
    texts = [bytes([65 + number]) * 3_000_000 for number in range(2)]
    commits = [first.commit(f"Text {number}", {"a.md": text}) for number, text in enumerate(texts)]
    with watched(first.top / "a.md") as seen:
        for _ in range(40):
            first.git("checkout", "--quiet", "-B", "main", commits[0])
            first.git("checkout", "--quiet", "-B", "main", commits[1])
            if not seen <= {*texts}:
                break
    assert not seen <= {*texts}
