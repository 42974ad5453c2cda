"""What `export_content` promises, seen from outside: options, files, output, exit code, database."""

import errno
import json
import os
import socket
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from publishing.models import Change, Item, Revision
from sync.models import Base
from tests.sync import folders
from tests.sync.cast import (
    BIG_BOOK,
    BLACK_BOX,
    CAST,
    GREY_BOX,
    WHITE_BOX,
    create,
    delete,
    edit,
    entry,
    item,
    retitle,
    slugs,
    text,
)
from tests.sync.commands import export_content, exported, imported
from tests.sync.permissions import unprivileged
from tests.sync.races import audited, when_texts_are_fetched

pytestmark = pytest.mark.django_db

RETITLED = BLACK_BOX.replace(b'"Black box"', b'"Blacker box"')


def state() -> list[Any]:
    """Whatever an export must not change in the database, and what it remembers."""
    return [list(model.objects.order_by("pk").values()) for model in (Item, Revision, Change, Base)]


# --- where to ---


def test_into_an_empty_folder_it_writes_everything(known: Path, tmp_path: Path) -> None:
    outcome = exported(tmp_path / "new")
    assert (outcome.counts(), outcome.counts("books")) == ({"new": 3}, {"new": 1})
    assert folders.read(tmp_path / "new") == CAST


def test_without_a_folder_it_writes_to_content_root(known: Path) -> None:
    retitle("black-box", "Blacker box")
    exported()
    assert folders.read(known) == CAST | {"terms/black-box.md": RETITLED}


def test_the_folders_may_have_other_names_and_lie_elsewhere(known: Path, tmp_path: Path) -> None:
    exported(tmp_path / "new", "--entries", tmp_path / "elsewhere", "--books", "shelf")
    assert folders.read(tmp_path / "elsewhere") == {
        "black-box.md": BLACK_BOX,
        "white-box.md": WHITE_BOX,
        "sub/grey-box.md": GREY_BOX,
    }
    assert folders.read(tmp_path / "new") == {"shelf/big-book.md": BIG_BOOK}


def test_a_folder_named_by_the_settings_stays_inside_the_root(known: Path, tmp_path: Path, settings: Settings) -> None:
    settings.LEMMA_ENTRIES_DIR = "../elsewhere"
    assert export_content(tmp_path / "new").code == 1
    assert not (tmp_path / "elsewhere").exists()


def test_a_new_entry_gets_a_file_named_by_its_slug(known: Path) -> None:
    create("Red box", "red-box")
    assert exported().counts() == {"new": 1, "unchanged": 3}
    assert (known / "terms/red-box.md").read_bytes() == b'---\ntitle: "Red box"\nslug: "red-box"\n---'


def test_a_file_that_is_missing_is_written_again(known: Path) -> None:
    (known / "terms/black-box.md").unlink()
    assert exported().counts() == {"new": 1, "unchanged": 2}
    assert folders.read(known) == CAST
    assert "black-box" in slugs()


# --- what is written ---


def test_only_files_whose_bytes_change_are_written(known: Path) -> None:
    retitle("black-box", "Blacker box")
    before = folders.stamps(known)
    outcome = exported()
    assert outcome.counts() == {"changed": 1, "unchanged": 2}
    after = folders.stamps(known)
    assert {path for path in CAST if before[path] != after[path]} == {"terms/black-box.md"}
    assert (known / "terms/black-box.md").read_bytes() == RETITLED


def test_a_second_export_writes_nothing(known: Path, tmp_path: Path) -> None:
    exported(tmp_path / "new")
    before = folders.stamps(tmp_path / "new")
    outcome = exported(tmp_path / "new")
    assert (outcome.counts(), outcome.report["written"]) == ({"unchanged": 3}, False)
    assert folders.stamps(tmp_path / "new") == before


def test_an_export_makes_no_revision_and_tells_readers_nothing(known: Path, tmp_path: Path) -> None:
    retitle("black-box", "Blacker box")
    before = state()[:-1]
    exported()
    exported(tmp_path / "new")
    assert state()[:-1] == before


def test_after_an_export_an_import_has_nothing_to_do(known: Path, tmp_path: Path) -> None:
    retitle("black-box", "Blacker box")
    exported()
    before = state()
    assert imported().counts() == {"unchanged": 3}
    assert state() == before


def test_unpublished_edits_never_reach_a_file(known: Path, tmp_path: Path) -> None:
    retitle("black-box", "My draft", publish=False)
    assert exported().counts() == {"unchanged": 3}
    exported(tmp_path / "new")
    assert folders.read(known) == folders.read(tmp_path / "new") == CAST


def test_a_draft_that_came_from_a_file_keeps_its_file(root: Path, tmp_path: Path) -> None:
    draft = entry("Draft", front="status: draft\n")
    folders.write(root, {"terms/draft.md": draft})
    imported()
    exported(tmp_path / "new")
    assert folders.read(tmp_path / "new")["terms/draft.md"] == draft


# --- atomically ---


def name_of(path: Any, folder: int) -> str:
    """The whole path of an argument of rename, which may be relative to an open folder."""
    shown = os.fsdecode(path)
    return shown if folder in (-1, None) else os.path.join(os.readlink(f"/proc/self/fd/{folder}"), shown)


def test_a_file_is_written_beside_and_renamed(known: Path) -> None:
    retitle("black-box", "Blacker box")
    retitle("grey-box", "Greyer box")
    create("Red box", "red-box")
    with audited() as events:
        exported()
    renames = [
        (name_of(source, source_folder), name_of(target, target_folder))
        for _, (source, target, source_folder, target_folder) in [seen for seen in events if seen[0] == "os.rename"]
    ]
    targets = {str(known / "terms" / name) for name in ("black-box.md", "sub/grey-box.md", "red-box.md")}
    assert {target for _, target in renames} == targets
    for source, target in renames:
        assert os.path.dirname(source) == os.path.dirname(target)
        assert not source.endswith(".md"), "half a file could be imported"
    # Nobody opens the file itself for writing: a reader sees the old one or the new one.
    opened = {
        os.fsdecode(path)
        for _, (path, _, flags) in [seen for seen in events if seen[0] == "open"]
        if isinstance(path, str | bytes) and (flags or 0) & (os.O_WRONLY | os.O_RDWR)
    }
    assert not opened & targets


def test_file_and_folder_are_on_disk_before_the_export_says_so(known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    retitle("black-box", "Blacker box")
    synced: list[tuple[str, bytes]] = []
    fsync = os.fsync

    def recorded(descriptor: int) -> None:
        target = known / "terms/black-box.md"
        synced.append((os.readlink(f"/proc/self/fd/{descriptor}"), target.read_bytes()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", recorded)
    exported()
    (file, before), *others = synced
    assert Path(file).parent == known / "terms"
    # The text is safe before the name points to it, and the name afterwards.
    assert before == BLACK_BOX
    assert (str(known / "terms"), RETITLED) in others


def test_no_temporary_file_is_left(known: Path, tmp_path: Path) -> None:
    retitle("black-box", "Blacker box")
    exported()
    exported(tmp_path / "new")
    assert folders.read(known).keys() == folders.read(tmp_path / "new").keys() == CAST.keys()


def test_a_file_keeps_its_permissions(known: Path) -> None:
    retitle("black-box", "Blacker box")
    (known / "terms/black-box.md").chmod(0o640)
    exported()
    assert stat.S_IMODE((known / "terms/black-box.md").stat().st_mode) == 0o640


def test_a_new_file_has_the_permissions_of_any_new_file(known: Path) -> None:
    create("Red box", "red-box")
    before = os.umask(0o027)
    try:
        exported()
    finally:
        os.umask(before)
    assert stat.S_IMODE((known / "terms/red-box.md").stat().st_mode) == 0o640


CALLS = ("open", "write", "fsync", "replace", "rename", "mkdir", "scandir")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EMFILE, errno.EACCES, errno.EROFS])
@pytest.mark.parametrize("call", CALLS)
def test_a_disk_that_refuses_harms_nothing(
    known: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    """Every call fails once, in turn: old files or new ones, never halves, no leftovers, and then it goes on."""
    retitle("black-box", "Blacker box")
    create("Red box", "boxes--red-box", path="boxes/red-box.md")
    old, new = folders.read(known), CAST | {"terms/black-box.md": RETITLED}
    new["terms/boxes/red-box.md"] = text("boxes--red-box")
    original = getattr(os, call)
    number = 0
    for failing in range(100):
        number = 0

        def fail(*arguments: Any, failing: int = failing, **options: Any) -> Any:
            nonlocal number
            number += 1
            if number == failing + 1:
                raise OSError(code, os.strerror(code))
            return original(*arguments, **options)

        with monkeypatch.context() as patch:
            patch.setattr(os, call, fail)
            outcome = export_content()
        now = folders.read(known)
        for path in old.keys() | new.keys() | now.keys():
            assert now.get(path) in (old.get(path), new.get(path)), (path, outcome.everything)
        if number <= failing:
            break
        assert outcome.code == 0 or os.strerror(code) in outcome.err, outcome.everything
    else:
        raise AssertionError("it never came to an end")
    assert outcome.code == 0, outcome.everything
    assert folders.read(known) == new
    assert imported().counts().keys() == {"unchanged"}


# --- never outside ---


@pytest.mark.parametrize(
    "path", ["../evil.md", "/evil.md", "a/../../evil.md", "a//evil.md", "./evil.md", "a\\b.md", "..", "a/.."]
)
def test_no_path_of_an_item_leads_out_of_the_folder(known: Path, tmp_path: Path, path: str) -> None:
    """Whether the editor's door refuses the path or the export does."""
    before = folders.read(tmp_path)
    try:
        create("Evil", "evil", path=path)
    except ValueError:
        return
    outcome = export_content()
    assert outcome.code == 1
    assert outcome.err.startswith("terms/"), outcome.everything
    assert folders.read(tmp_path) == before


def test_a_folder_replaced_by_a_link_is_not_followed(known: Path, tmp_path: Path) -> None:
    retitle("grey-box", "Greyer box")
    outside = folders.write(tmp_path / "outside", {"grey-box.md": GREY_BOX})
    (known / "terms/sub/grey-box.md").unlink()
    (known / "terms/sub").rmdir()
    (known / "terms/sub").symlink_to(outside)
    outcome = export_content()
    assert outcome.code == 1
    assert "terms/sub/grey-box.md" in outcome.err
    assert folders.read(outside) == {"grey-box.md": GREY_BOX}


@pytest.mark.parametrize("target", ["inside", "outside", "nowhere"])
def test_a_file_replaced_by_a_link_is_not_written_through(known: Path, tmp_path: Path, target: str) -> None:
    retitle("black-box", "Blacker box")
    places = {"inside": known / "terms/white-box.md", "outside": tmp_path / "secret.md", "nowhere": tmp_path / "none"}
    folders.write(tmp_path, {"secret.md": BLACK_BOX})
    (known / "terms/black-box.md").unlink()
    (known / "terms/black-box.md").symlink_to(places[target])
    outcome = export_content()
    assert outcome.code == 1
    assert "terms/black-box.md" in outcome.err
    assert (known / "terms/black-box.md").is_symlink()
    assert (known / "terms/white-box.md").read_bytes() == WHITE_BOX
    assert (tmp_path / "secret.md").read_bytes() == BLACK_BOX
    assert not (tmp_path / "none").exists()


def test_a_folder_that_becomes_a_link_during_the_export_is_not_followed(known: Path, tmp_path: Path) -> None:
    retitle("grey-box", "Greyer box")
    outside = folders.write(tmp_path / "outside", {"grey-box.md": GREY_BOX})

    def swap() -> None:
        (known / "terms/sub").rename(tmp_path / "moved")
        (known / "terms/sub").symlink_to(outside)

    with when_texts_are_fetched(swap):
        outcome = export_content()
    assert folders.read(outside) == {"grey-box.md": GREY_BOX}
    assert outcome.code == 1, outcome.everything


def test_the_root_itself_may_be_a_link(known: Path, tmp_path: Path) -> None:
    retitle("black-box", "Blacker box")
    (tmp_path / "link").symlink_to(known)
    exported(tmp_path / "link")
    assert (known / "terms/black-box.md").read_bytes() == RETITLED
    assert (tmp_path / "link").is_symlink()


def test_paths_that_differ_in_case_alone_are_not_written(known: Path) -> None:
    create("One", "one", path="twin.md")
    create("Two", "two", path="Twin.md")
    retitle("black-box", "Blacker box")
    outcome = export_content("--json")
    assert outcome.code == 1
    assert sorted(outcome.codes()) == [("terms/Twin.md", "path.twin"), ("terms/twin.md", "path.twin")]
    # The others are none the worse for it.
    assert folders.read(known) == CAST | {"terms/black-box.md": RETITLED}


def blocked(root: Path, what: str) -> None:
    target = root / "terms/red-box.md"
    if what == "folder":
        target.mkdir()
    elif what == "pipe":
        os.mkfifo(target)
    elif what == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(os.path.relpath(target))


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("what", ["folder", "pipe", "socket"])
def test_what_is_no_file_is_not_replaced(known: Path, what: str) -> None:
    create("Red box", "red-box")
    blocked(known, what)
    before = (known / "terms/red-box.md").stat()
    outcome = export_content()
    assert outcome.code == 1
    assert "terms/red-box.md" in outcome.err
    assert (known / "terms/red-box.md").stat().st_ino == before.st_ino


def test_a_file_where_a_folder_is_due_is_not_replaced(known: Path) -> None:
    create("Red box", "boxes--red-box", path="boxes/red-box.md")
    folders.write(known, {"terms/boxes": "mine"})
    outcome = export_content()
    assert outcome.code == 1
    assert "terms/boxes/red-box.md" in outcome.err
    assert (known / "terms/boxes").read_text() == "mine"


def test_a_file_that_cannot_be_read_is_not_replaced(known: Path) -> None:
    with unprivileged() as folder:
        exported(folder)
        retitle("black-box", "Blacker box")
        retitle("white-box", "Whiter box")
        (folder / "terms/black-box.md").chmod(0)
        outcome = export_content(folder)
        (folder / "terms/black-box.md").chmod(0o600)
        assert (folder / "terms/black-box.md").read_bytes() == BLACK_BOX
        assert b"Whiter box" in (folder / "terms/white-box.md").read_bytes()
    assert outcome.code == 1
    assert "terms/black-box.md" in outcome.err


def test_a_folder_that_cannot_be_written_is_explained(known: Path) -> None:
    with unprivileged() as folder:
        exported(folder)
        retitle("black-box", "Blacker box")
        (folder / "terms").chmod(0o500)
        outcome = export_content(folder)
        assert (folder / "terms/black-box.md").read_bytes() == BLACK_BOX
    assert outcome.code == 1
    assert os.strerror(errno.EACCES) in outcome.err


def test_a_root_that_is_a_file_is_explained(known: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    outcome = export_content(tmp_path / "file")
    assert outcome.code == 1
    assert "file" in outcome.err
    assert (tmp_path / "file").read_text() == "mine"


# --- what is not ours ---


def test_unknown_files_are_left_alone(known: Path) -> None:
    strangers = {
        "terms/README.md": b"# Read me",
        "terms/_TEMPLATE.md": b"no front matter",
        "terms/.hidden.md": b"hidden",
        "terms/notes.txt": b"notes",
        "terms/stranger.md": entry("Stranger"),
        "terms/broken.md": b"---\ntitle: [\n---\n",
        "assets/picture.png": b"\x89PNG",
        "elsewhere.md": b"elsewhere",
    }
    folders.write(known, strangers)
    retitle("black-box", "Blacker box")
    exported("--prune")
    assert folders.read(known) == CAST | strangers | {"terms/black-box.md": RETITLED}


@pytest.mark.parametrize("edited", [False, True])
def test_a_file_changed_since_the_import_is_reported_and_never_overwritten(known: Path, edited: bool) -> None:
    theirs = BLACK_BOX.replace(b'"beginner"', b'"advanced"')
    folders.write(known, {"terms/black-box.md": theirs})
    if edited:
        retitle("black-box", "Blacker box")
    retitle("white-box", "Whiter box")
    outcome = export_content()
    assert (known / "terms/black-box.md").read_bytes() == theirs
    assert outcome.code == 1
    assert "terms/black-box.md" in outcome.err
    assert "mport the folder" in outcome.err
    # The others are written.
    assert b"Whiter box" in (known / "terms/white-box.md").read_bytes()
    assert item("black-box").title == ("Blacker box" if edited else "Black box")


def test_a_file_nobody_told_us_about_is_not_overwritten(known: Path) -> None:
    folders.write(known, {"terms/red-box.md": entry("Somebody else's", "red-box")})
    create("Red box", "red-box")
    outcome = export_content()
    assert outcome.code == 1
    assert "terms/red-box.md" in outcome.err
    assert (known / "terms/red-box.md").read_bytes() == entry("Somebody else's", "red-box")


def test_a_file_that_says_the_same_already_is_no_conflict(known: Path) -> None:
    retitle("black-box", "Blacker box")
    folders.write(known, {"terms/black-box.md": RETITLED})
    before = folders.stamps(known)
    assert exported().counts() == {"unchanged": 3}
    assert folders.stamps(known) == before
    retitle("black-box", "Blackest box")
    assert exported().counts() == {"changed": 1, "unchanged": 2}


@pytest.mark.parametrize("what", ["changes", "appears"])
def test_a_file_that_changes_at_the_last_moment_is_not_overwritten(known: Path, what: str) -> None:
    mine = b"---\ntitle: mine\n---\n"
    if what == "changes":
        retitle("black-box", "Blacker box")
        path = known / "terms/black-box.md"
    else:
        create("Red box", "red-box")
        path = known / "terms/red-box.md"
    with when_texts_are_fetched(lambda: path.write_bytes(mine)):
        outcome = export_content()
    assert path.read_bytes() == mine
    assert outcome.code == 1
    assert path.name in outcome.err


def test_a_file_that_vanishes_at_the_last_moment_harms_nothing(known: Path) -> None:
    retitle("black-box", "Blacker box")
    with when_texts_are_fetched((known / "terms/black-box.md").unlink):
        export_content()
    exported()
    assert folders.read(known) == CAST | {"terms/black-box.md": RETITLED}


def test_two_exports_never_work_on_one_folder_at_once(known: Path) -> None:
    retitle("black-box", "Blacker box")
    inner = []
    with when_texts_are_fetched(lambda: inner.append(export_content())):
        outer = export_content()
    assert (outer.code, inner[0].code) == (0, 1)
    assert "Try again" in inner[0].err
    assert (known / "terms/black-box.md").read_bytes() == RETITLED


# --- removing ---


def test_without_prune_the_file_of_a_deleted_item_stays_and_is_reported(known: Path) -> None:
    delete("black-box")
    outcome = exported()
    assert folders.read(known) == CAST
    assert "terms/black-box.md" in outcome.out


def test_with_prune_the_file_of_a_deleted_item_is_removed(known: Path) -> None:
    delete("black-box")
    outcome = exported("--prune")
    assert outcome.counts() == {"unchanged": 2, "removed": 1}
    assert folders.read(known).keys() == CAST.keys() - {"terms/black-box.md"}
    assert exported("--prune").counts() == {"unchanged": 2}


def test_prune_leaves_a_file_that_was_changed_since(known: Path) -> None:
    delete("black-box")
    folders.write(known, {"terms/black-box.md": RETITLED})
    outcome = export_content("--prune")
    assert (known / "terms/black-box.md").read_bytes() == RETITLED
    assert "terms/black-box.md" in outcome.everything


def test_prune_touches_no_other_folder(known: Path, tmp_path: Path) -> None:
    exported(tmp_path / "new")
    delete("black-box")
    exported("--prune")
    assert folders.read(tmp_path / "new") == CAST


def test_prune_follows_no_link(known: Path, tmp_path: Path) -> None:
    outside = folders.write(tmp_path / "outside", {"grey-box.md": GREY_BOX})
    (known / "terms/sub/grey-box.md").unlink()
    (known / "terms/sub").rmdir()
    (known / "terms/sub").symlink_to(outside)
    delete("grey-box")
    export_content("--prune")
    assert folders.read(outside) == {"grey-box.md": GREY_BOX}


# --- looking first ---


def test_check_writes_nothing_and_fails_if_a_file_would_change(known: Path, tmp_path: Path) -> None:
    assert export_content("--check").code == 0
    retitle("black-box", "Blacker box")
    create("Red box", "red-box")
    before, stamps = state(), folders.stamps(known)
    outcome = export_content("--check")
    assert outcome.code == 1
    assert "terms/black-box.md: changed" in outcome.out
    assert "terms/red-box.md: new" in outcome.out
    assert export_content(tmp_path / "new", "--check").code == 1
    assert not (tmp_path / "new").exists()
    assert (state(), folders.stamps(known)) == (before, stamps)


def test_check_fails_if_a_file_would_be_removed(known: Path) -> None:
    delete("black-box")
    assert export_content("--check").code == 0
    assert export_content("--check", "--prune").code == 1
    assert folders.read(known) == CAST


def test_check_fails_if_a_file_would_be_left_alone(known: Path) -> None:
    folders.write(known, {"terms/black-box.md": RETITLED})
    assert export_content("--check").code == 1


def test_diff_shows_what_git_would(known: Path) -> None:
    """The printed diff is one that git can apply, and applying it does what the export would do."""
    retitle("black-box", "Blacker box")
    edit("white-box", lambda document: document.__setitem__("tags", ["opacity"]))
    create("Red box", "red-box")
    delete("grey-box")
    before, stamps = state(), folders.stamps(known)
    outcome = export_content("--diff", "--prune", "--json")
    assert outcome.code == 0
    assert (state(), folders.stamps(known)) == (before, stamps)
    diff = "".join(outcome.report["diffs"])
    assert '-title: "Black box"\n+title: "Blacker box"\n' in diff
    assert all(shown in export_content("--diff", "--prune").out for shown in outcome.report["diffs"])
    subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"], input=diff.encode(), cwd=known, check=True, capture_output=True
    )
    patched = folders.stamps(known)
    assert folders.read(known)["terms/black-box.md"] == RETITLED
    exported("--prune")
    assert folders.stamps(known) == patched


def test_the_report_for_programs_is_one_object_whatever_happens(known: Path) -> None:
    retitle("black-box", "Blacker box")
    folders.write(known, {"terms/white-box.md": b"mine"})
    for arguments in (["--check"], ["--diff"], []):
        outcome = export_content("--json", *arguments)
        report = json.loads(outcome.out)
        assert outcome.code == 1
        assert report.keys() >= {"written", "counts", "steps", "problems", "diffs"}
        [problem] = report["problems"]
        assert problem["path"] == "terms/white-box.md"
        assert problem["hint"]
        assert {"path": "terms/black-box.md", "step": "changed"} in report["steps"]
    assert report["written"] is True


def test_the_summary_is_a_table(known: Path) -> None:
    retitle("black-box", "Blacker box")
    create("Red box", "red-box")
    lines = [line.split() for line in export_content().out.splitlines()]
    heading = next(line for line in lines if {"new", "changed", "unchanged", "removed", "bad"} <= set(line))
    entries = next(line for line in lines if line and line[0] == "entries")
    row = dict(zip(heading, entries[1:], strict=True))
    assert (row["new"], row["changed"], row["unchanged"], row["removed"], row["bad"]) == ("1", "1", "2", "0", "0")
