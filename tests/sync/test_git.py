"""`sync_content --commit`: what is written becomes commits, and what somebody else is doing there stays as it is."""

import re
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from glossary.editing import delete_entry, rename_entry
from publishing.models import Revision
from sync import committing, git_locks
from sync.committing import identity
from sync.models import Uncommitted
from tests.sync import folders
from tests.sync.agreement import assert_in_step, synced
from tests.sync.cast import BLACK_BOX, CAST, GREY_BOX, delete, entry, item, retitle
from tests.sync.commands import Outcome, imported, run
from tests.sync.repositories import KEEPER, Clone, alone, change, init, make, person

pytestmark = pytest.mark.django_db

AUTHORS = ["ada <lemma@localhost>", "bob <lemma@localhost>"]
BLACK, WHITE, GREY = "content/terms/black-box.md", "content/terms/white-box.md", "content/terms/sub/grey-box.md"
BOOK = "content/books/big-book.md"
COMMITTED = {f"content/{path}": data for path, data in CAST.items()} | {
    "README.md": "# Our glossary\n",
    "Makefile": "all:\n\techo\n",
}


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone(tmp_path / "home", monkeypatch)


@pytest.fixture
def repository(db: None, tmp_path: Path, settings: Settings) -> Clone:
    """The cast, committed by a person and imported. Content is a folder of the repository among others."""
    made = init(tmp_path / "glossary", COMMITTED)
    settings.CONTENT_ROOT = made.top / "content"
    imported()
    return made


def committed(*arguments: object) -> Outcome:
    return synced("--commit", *arguments)


def moment(commit: str, repository: Clone) -> datetime:
    return datetime.fromtimestamp(int(repository.field("%at", commit)), UTC)


# --- what a commit is ---


def test_one_commit_per_author_with_name_mail_and_time_of_the_revision(repository: Clone) -> None:
    ada = person("ada", first="Ada", last="Lovelace", email="ada@example.org")
    bob = person("bob", email="bob@example.org")
    change("black-box", {"difficulty": "expert"}, ada, "Harder than it looks")
    change("grey-box", {"title": "Gray box"}, bob, "American spelling")
    change("big-book", {"publishYear": 1991}, ada, "Second printing", kind="book")
    outcome = committed()
    assert repository.authors()[:2] == ["Ada Lovelace <ada@example.org>", "bob <bob@example.org>"]
    assert repository.count() == 3
    assert repository.changes("HEAD") == {BLACK: (1, 1), BOOK: (1, 1)}
    assert repository.changes("HEAD~1") == {GREY: (1, 1)}
    for commit, slug, kind in (("HEAD", "big-book", "book"), ("HEAD~1", "grey-box", "entry")):
        newest = Revision.objects.filter(item=item(slug, kind)).latest("number")
        assert moment(commit, repository) == newest.created_at.replace(microsecond=0)
    assert repository.field("%cn <%ce>") == f"{KEEPER[0]} <{KEEPER[1]}>"
    assert [line.partition(" ")[2] for line in outcome.report["commits"]] == [
        "Edit Gray box",
        "Edit 2 items: Black box, The big book",
    ]
    assert repository.status() == ""
    assert_in_step(repository.top / "content")


def test_the_message_lists_the_edits(repository: Clone) -> None:
    ada = person("ada")
    change("black-box", {"difficulty": "expert"}, ada, "Harder than it looks")
    change("black-box", {"category": "Science"}, ada, "Belongs there")
    change("white-box", {"title": "Glass box"}, ada)
    committed()
    assert repository.message() == (
        f"Edit 2 items: Black box, Glass box\n\n- {BLACK}: Harder than it looks; Belongs there\n- {WHITE}"
    )


def test_of_two_authors_of_one_file_the_later_is_the_author_and_the_other_is_named(repository: Clone) -> None:
    change("black-box", {"difficulty": "expert"}, person("bob", email="bob@example.org"), "Harder")
    change("black-box", {"category": "Science"}, person("ada", email="ada@example.org"))
    committed()
    assert repository.authors()[:1] == ["ada <ada@example.org>"]
    assert repository.message().splitlines()[-1] == "Co-authored-by: bob <bob@example.org>"
    assert repository.count() == 2


def test_authors_of_what_was_committed_before_are_not_named_again(repository: Clone) -> None:
    change("black-box", {"difficulty": "expert"}, person("bob"))
    committed()
    change("black-box", {"category": "Science"}, person("ada"))
    committed()
    assert (repository.authors()[0], repository.message()) == (
        "ada <lemma@localhost>",
        f"Edit Black box\n\n- {BLACK}",
    )


def test_a_rename_names_its_author_alone_and_is_a_rename_to_git(repository: Clone) -> None:
    change("black-box", {"difficulty": "expert"}, person("bob"))
    committed()
    found = item("black-box")
    rename_entry(found, "opaque-box", base_revision=found.revision, author=person("ada"), message="Clearer")
    committed()
    assert repository.authors()[0] == "ada <lemma@localhost>"
    assert "bob" not in repository.message()
    out = repository.git("show", "--format=", "--name-status", "--find-renames=40%", "HEAD").splitlines()
    assert [line.split("\t")[0][0] for line in out if "opaque-box" in line] == ["R"]
    assert f"- {BLACK} (removed): Clearer" in repository.message().splitlines()
    assert repository.status() == ""


def test_a_new_entry_is_a_new_file(repository: Clone) -> None:
    make("Red box", "red-box", person("ada"), "Wanted by many")
    committed()
    assert repository.message() == "Edit Red box\n\n- content/terms/red-box.md: Wanted by many"
    assert repository.show("content/terms/red-box.md") == (repository.top / "content/terms/red-box.md").read_bytes()


def test_a_deletion_is_committed_by_who_deleted(repository: Clone) -> None:
    found = item("grey-box")
    delete_entry(found, base_revision=found.revision, author=person("ada", email="ada@example.org"))
    committed()
    assert repository.authors()[0] == "ada <ada@example.org>"
    assert repository.message() == f"Remove Grey box\n\n- {GREY} (removed)"
    assert GREY not in repository.files()
    assert repository.status() == ""


def test_what_a_command_wrote_has_no_person_as_author(repository: Clone) -> None:
    retitle("black-box", "Blacker box")
    committed()
    assert repository.authors()[0] == "Lemma <lemma@localhost>"


def test_an_edit_merged_with_the_file_is_its_authors(repository: Clone) -> None:
    change("black-box", {"difficulty": "expert"}, person("ada"))
    repository.commit("By hand", {BLACK: BLACK_BOX.replace(b"from outside", b"only from outside")}, "Hand <h@x.org>")
    committed()
    assert repository.authors()[:2] == ["ada <lemma@localhost>", "Hand <h@x.org>"]
    assert repository.changes() == {BLACK: (1, 1)}


def test_nothing_written_is_no_commit(repository: Clone) -> None:
    before = repository.head
    assert committed().report["commits"] == []
    assert repository.head == before


def test_dry_run_and_check_commit_nothing(repository: Clone) -> None:
    change("black-box", {"difficulty": "expert"}, person("ada"))
    before = repository.head, repository.status()
    assert run("sync_content", "--commit", "--dry-run").code == 0
    assert run("sync_content", "--commit", "--check").code == 1
    assert (repository.head, repository.status()) == before
    assert not Uncommitted.objects.exists()


def test_the_first_commit_of_a_repository_is_made(tmp_path: Path, settings: Settings) -> None:
    made = init(tmp_path / "fresh")
    folders.write(made.top, CAST)
    settings.CONTENT_ROOT = made.top
    imported()
    make("Red box", "red-box", person("ada"))
    committed()
    assert (made.files(), made.count()) == (["terms/red-box.md"], 1)
    # What was there before is somebody else's to commit.
    assert {line.split(" ", 1)[0] for line in made.status().splitlines()} == {"?"}


def test_content_may_be_the_repository_itself(tmp_path: Path, settings: Settings) -> None:
    made = init(tmp_path / "flat", {"black-box.md": BLACK_BOX})
    settings.CONTENT_ROOT = made.top
    imported("--entries", ".")
    change("black-box", {"difficulty": "expert"}, person("ada"))
    committed("--entries", ".")
    assert made.changes() == {"black-box.md": (1, 1)}


def test_a_work_tree_of_its_own_is_committed_to_its_own_branch(repository: Clone, settings: Settings) -> None:
    repository.git("worktree", "add", "--quiet", "-b", "drafts", repository.top.parent / "second")
    second = Clone(repository.top.parent / "second")
    settings.CONTENT_ROOT = second.top / "content"
    imported()
    before = repository.head
    change("black-box", {"difficulty": "expert"}, person("ada"))
    committed()
    assert (second.changes(), second.status()) == ({BLACK: (1, 1)}, "")
    assert repository.head == before


# --- what stays as it is ---


def test_what_a_person_has_staged_changed_and_not_added_stays_exactly_as_it_was(repository: Clone) -> None:
    repository.write({"README.md": "# Staged\n", "staged.txt": "new\n", "Makefile": "all:\n\tstaged\n"})
    repository.write({WHITE: folders.read(repository.top)[WHITE].replace(b"opposite", b"other side")})
    repository.git("add", "README.md", "staged.txt", "Makefile")
    repository.git("rm", "--quiet", "--cached", GREY)
    repository.write({"Makefile": "all:\n\tunstaged\n", "untracked.txt": "x\n", "content/notes.txt": "mine\n"})
    repository.git("add", "--intent-to-add", "untracked.txt")
    before = repository.status(), repository.index(), folders.read(repository.top / "content")
    change("black-box", {"difficulty": "expert"}, person("ada"))
    committed()
    assert repository.changes() == {BLACK: (1, 1)}
    blob = repository.git("rev-parse", f"HEAD:{BLACK}").strip()
    old = repository.git("rev-parse", f"HEAD~1:{BLACK}").strip()
    assert repository.status() == before[0]
    assert repository.index() == before[1].replace(old, blob)
    after = folders.read(repository.top / "content")
    assert {path for path in after if after[path] != before[2].get(path)} == {"terms/black-box.md"}
    assert GREY in repository.files()


def test_what_was_changed_in_files_by_hand_is_not_committed(repository: Clone) -> None:
    repository.write({GREY: GREY_BOX.replace(b"Half", b"One half"), "content/terms/hand.md": entry("Hand", "hand")})
    change("black-box", {"difficulty": "expert"}, person("ada"))
    committed()
    assert repository.changes() == {BLACK: (1, 1)}
    assert [line.split(" ")[0] for line in repository.status().splitlines()] == ["1", "?"]
    # They are in the database all the same.
    assert item("hand").filed is not None


def test_a_file_that_was_broken_after_it_was_written_waits(repository: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is committed is what was written, and not what somebody has made of it since."""
    change("black-box", {"difficulty": "expert"}, person("ada"))
    with killed_before_the_commit(monkeypatch):
        run("sync_content", "--commit")
    whole = folders.read(repository.top)[BLACK]
    repository.write({BLACK: b"---\nbroken: [\n---\n"})
    assert run("sync_content", "--commit").code == 1
    assert repository.count() == 1
    repository.write({BLACK: whole})
    committed()
    assert repository.changes() == {BLACK: (1, 1)}


def test_ignored_content_is_committed_because_it_is_content(repository: Clone) -> None:
    repository.commit("Ignore", {".gitignore": "*.md\n"})
    make("Red box", "red-box", person("ada"))
    committed()
    assert "content/terms/red-box.md" in repository.files()


# --- names that are a trap ---


@pytest.mark.parametrize(
    "path",
    [
        "-rf.md",
        "--all.md",
        ":!x.md",
        ":(glob)**.md",
        "with space.md",
        "Übergröße/Maß.md",
        "*.md",
        "a\"quote'.md",
        "#hash.md",
        "مصطلح.md",
        "%s %(x).md",
    ],
)
def test_paths_mean_what_they_say(repository: Clone, path: str) -> None:
    repository.write({f"content/terms/{path}": entry("Trap", "trap"), "content/terms/b.md": entry("Other", "other")})
    repository.git("--literal-pathspecs", "add", "--", f"content/terms/{path}")
    repository.git("commit", "--quiet", "--message", "Trap")
    synced()
    change("trap", {"title": "Trapped"}, person("ada"))
    change("other", {"title": "Others"}, person("ada2"))
    committed()
    assert repository.changes("HEAD~1") == {f"content/terms/{path}": (1, 1)}
    assert repository.status() == ""
    delete("trap")
    committed()
    assert f"content/terms/{path}" not in repository.files()
    assert "content/terms/b.md" in repository.files()


@pytest.mark.parametrize(
    ("name", "email", "shown"),
    [
        ("Ada\nCommitter: Eve <eve@x.org>", "ada@example.org", "Ada Committer: Eve eve@x.org <ada@example.org>"),
        ("Ada <b> Lovelace", "ada@example.org", "Ada b Lovelace <ada@example.org>"),
        ('"Ada" O\'Hara', "ada@example.org", "Ada\" O'Hara <ada@example.org>"),
        ("Åda Łøvelace 女", "ada@example.org", "Åda Łøvelace 女 <ada@example.org>"),
        ("Ada", "not a mail", "Ada <lemma@localhost>"),
        ("Ada", "a@b>\nX: y", "Ada <lemma@localhost>"),
        ("<>\n\t", "ada@example.org", "Lemma <ada@example.org>"),
        ("\\ \\", "", "Lemma <lemma@localhost>"),
        (".,;:\"'", "", "Lemma <lemma@localhost>"),
        ("-c core.pager=x", "", "-c core.pager=x <lemma@localhost>"),
        ("--author", "", "--author <lemma@localhost>"),
        ("\u2028Ada\x7f", "", "Ada <lemma@localhost>"),
    ],
)
def test_authors_may_be_called_anything(repository: Clone, name: str, email: str, shown: str) -> None:
    change("black-box", {"difficulty": "expert"}, get_user_model()(pk=person("x").pk, username=name, email=email))
    committed()
    assert repository.authors()[0] == shown
    assert repository.git("fsck", "--strict") == ""


def test_a_name_of_ten_kilobytes_is_cut() -> None:
    name, email = identity("Ada " * 2_500, f"{'a' * 10_000}@example.org")
    assert (len(name) <= 200, email) == (True, "lemma@localhost")


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("# not a comment", "# not a comment"),
        ("Line\n# two\n\nSigned-off-by: Eve <e@x>", "Line # two Signed-off-by: Eve e@x"),
        ("-m --amend", "-m --amend"),
        ("ä 女 🚀", "ä 女 🚀"),
        ("x" * 10_000, "x" * 200),
        ("\x00\x1b[31mred", "[31mred"),
    ],
)
def test_messages_may_say_anything(repository: Clone, message: str, shown: str) -> None:
    change("black-box", {"difficulty": "expert"}, person("ada"), message)
    committed()
    assert repository.message() == f"Edit Black box\n\n- {BLACK}: {shown}"


def test_a_title_that_looks_like_a_comment_or_is_long_makes_a_subject(repository: Clone) -> None:
    change("black-box", {"title": f"# {'long ' * 50}"}, person("ada"))
    committed()
    subject = repository.field("%s")
    assert subject.startswith("Edit # long")
    assert (len(subject), subject[-1]) == (72, "…")


def test_another_encoding_of_messages_does_not_garble_ours(repository: Clone) -> None:
    repository.git("config", "i18n.commitEncoding", "latin1")
    change("black-box", {"title": "Schwärze 女"}, person("ada"))
    committed()
    assert repository.field("%s") == "Edit Schwärze 女"
    assert "encoding" not in repository.git("cat-file", "commit", "HEAD")


# --- what is refused ---


def refused(*arguments: object) -> str:
    """The sentence with which a sync refuses; it must not have done anything."""
    outcome = run("sync_content", *arguments)
    assert outcome.code == 1, outcome.everything
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1, outcome.err
    return outcome.err.removeprefix("CommandError: ").rstrip("\n")


def begin_merge(repository: Clone) -> None:
    repository.git("switch", "--quiet", "-c", "other")
    repository.commit("Theirs", {"README.md": "# Theirs\n"})
    repository.git("switch", "--quiet", "main")
    repository.commit("Ours", {"README.md": "# Ours\n"})
    repository.git("merge", "--quiet", "other", accepted=(1,))


def begin_rebase(repository: Clone) -> None:
    begin_merge(repository)
    repository.git("merge", "--abort")
    repository.git("rebase", "other", accepted=(1,))


def begin_rebase_by_mails(repository: Clone) -> None:
    begin_merge(repository)
    repository.git("merge", "--abort")
    repository.git("rebase", "--apply", "other", accepted=(1,))


def begin_cherry_pick(repository: Clone) -> None:
    begin_merge(repository)
    repository.git("merge", "--abort")
    repository.git("cherry-pick", "other", accepted=(1,))


def begin_revert(repository: Clone) -> None:
    repository.commit("One", {"README.md": "# One\n"})
    repository.commit("Two", {"README.md": "# Two\n"})
    repository.git("revert", "--no-edit", "HEAD~1", accepted=(1,))


@pytest.mark.parametrize(
    ("begin", "what"),
    [
        (begin_merge, "merge"),
        (begin_rebase, "rebase"),
        (begin_rebase_by_mails, "rebase"),
        (begin_cherry_pick, "cherry-pick"),
        (begin_revert, "revert"),
    ],
)
def test_in_the_middle_of_something_nothing_is_done(
    repository: Clone, begin: Callable[[Clone], None], what: str
) -> None:
    begin(repository)
    change("black-box", {"difficulty": "expert"}, person("ada"))
    before = repository.status(), repository.index(), folders.read(repository.top)
    assert refused("--commit") == (
        f"A {what} is under way in {repository.top}. End it first: git {what} --continue or --abort."
    )
    assert (repository.status(), repository.index(), folders.read(repository.top)) == before
    assert not Uncommitted.objects.exists()


def test_without_a_branch_nothing_is_done(repository: Clone) -> None:
    repository.git("checkout", "--quiet", "--detach")
    assert refused("--commit") == (
        f"No branch is checked out in {repository.top}. Run git switch with the name of a branch."
    )


def test_outside_of_a_repository_nothing_is_done(known: Path) -> None:
    assert refused("--commit") == (
        f"{known / 'terms'} is in no git repository that can be used. "
        "Run git init there, or leave --commit, --pull and --push out."
    )


def test_a_bare_repository_has_no_files_to_keep(tmp_path: Path, settings: Settings) -> None:
    init(tmp_path / "bare").git("config", "core.bare", "true")
    bare = tmp_path / "bare/.git"
    folders.write(bare, CAST)
    settings.CONTENT_ROOT = bare
    assert refused("--commit").endswith(
        f"{bare} is a bare repository, or has the files HEAD, objects and refs of one. "
        "Sync a clone of it, or remove those files."
    )


def test_a_repository_of_another_account_is_named_with_the_remedy(
    repository: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    message = refused("--commit")
    remedy = f"git config --global --add safe.directory {repository.top}"
    assert message.endswith(f"It belongs to another account. Run: {remedy}")
    subprocess.run(remedy.split(), check=True)
    committed()


def test_books_outside_the_repository_are_refused(repository: Clone, tmp_path: Path) -> None:
    folders.write(tmp_path / "elsewhere", {"big-book.md": CAST["books/big-book.md"]})
    books = tmp_path / "elsewhere"
    assert refused("--commit", "--books", books) == (
        f"{books} lies outside the git repository {repository.top}. Entries and books must be in one repository."
    )
    init(books)
    inner = init(repository.top / "content/books")
    assert refused("--commit") == (
        f"{inner.top} is in the git repository {inner.top}, and {repository.top / 'content/terms'} in "
        f"{repository.top}. Entries and books must be in one repository."
    )


def test_a_lock_that_was_left_behind_is_named(repository: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_locks, "_PATIENCE", 0.2)
    lock = repository.folder / "index.lock"
    lock.touch()
    change("black-box", {"difficulty": "expert"}, person("ada"))
    assert refused("--commit") == (
        f"Another git command is at work in {repository.top}. If it was killed, remove {lock}."
    )
    lock.unlink()
    committed()
    assert repository.changes() == {BLACK: (1, 1)}


def test_a_lock_that_is_held_for_a_moment_is_waited_for(repository: Clone) -> None:
    lock = repository.folder / "index.lock"
    lock.touch()
    change("black-box", {"difficulty": "expert"}, person("ada"))
    with subprocess.Popen(["sh", "-c", 'sleep 0.3; rm "$0"', lock]):
        committed()
    assert repository.changes() == {BLACK: (1, 1)}


def test_a_machine_without_git_says_so(repository: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository.top))
    assert refused("--commit") == "There is no git. On Debian: apt install git"


def test_a_branch_that_is_locked_is_explained_and_the_commit_made_next_time(repository: Clone) -> None:
    change("black-box", {"difficulty": "expert"}, person("ada"))
    lock = repository.folder / "refs/heads/main.lock"
    lock.touch()
    outcome = run("sync_content", "--commit")
    assert outcome.code == 1
    assert outcome.err.startswith("CommandError: git update-ref failed: ")
    assert str(lock) in outcome.err
    lock.unlink()
    committed()
    assert repository.changes() == {BLACK: (1, 1)}
    assert repository.authors()[0] == "ada <lemma@localhost>"


# --- settings of git ---


@pytest.mark.parametrize(
    "hook", ["pre-commit", "commit-msg", "post-commit", "reference-transaction", "post-index-change"]
)
def test_hooks_do_not_run(repository: Clone, hook: str) -> None:
    script = repository.folder / "hooks" / hook
    script.parent.mkdir(exist_ok=True)
    script.write_text(f"#!/bin/sh\ntouch {repository.top}/ran\nread answer </dev/tty\nexit 1\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    repository.git("config", "core.fsmonitor", script)
    change("black-box", {"difficulty": "expert"}, person("ada"))
    committed()
    assert not (repository.top / "ran").exists()
    repository.git("config", "--unset", "core.fsmonitor")
    script.unlink()
    assert repository.changes() == {BLACK: (1, 1)}


def test_an_account_without_a_name_commits_all_the_same(repository: Clone) -> None:
    for name in ("name", "email"):
        repository.git("config", "--global", "--unset", f"user.{name}")
    repository.git("config", "--global", "user.useConfigOnly", "true")
    change("black-box", {"difficulty": "expert"}, person("ada"))
    committed()
    assert repository.field("%an, %cn <%ce>") == "ada, Lemma <lemma@localhost>"


def test_signing_that_would_ask_for_a_passphrase_is_left_out(repository: Clone) -> None:
    repository.git("config", "commit.gpgSign", "true")
    repository.git("config", "gpg.program", "false")
    change("black-box", {"difficulty": "expert"}, person("ada"))
    committed()
    assert repository.changes() == {BLACK: (1, 1)}
    assert "gpgsig" not in repository.git("cat-file", "commit", "HEAD")


def test_where_git_keeps_line_ends_of_its_own_the_work_tree_stays_clean(repository: Clone) -> None:
    repository.commit("Line ends", {".gitattributes": "*.md text=auto\n"})
    repository.git("add", "--renormalize", ".")
    repository.git("commit", "--quiet", "--message", "Renormalize", accepted=(0, 1))
    change("white-box", {"title": "Glass box"}, person("ada"))
    committed()
    assert repository.changes() == {WHITE: (1, 1)}
    assert repository.status() == ""
    assert b"\r\n" in (repository.top / WHITE).read_bytes()


def test_variables_of_another_repository_do_not_mislead(
    repository: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a hook of git, which sets them."""
    other = init(tmp_path / "other", {"x": "x"})
    monkeypatch.setenv("GIT_DIR", str(other.folder))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.top))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.folder / "index"))
    change("black-box", {"difficulty": "expert"}, person("ada"))
    committed()
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name)
    assert (repository.changes(), other.count()) == ({BLACK: (1, 1)}, 1)


# --- later ---


@contextmanager
def killed_before_the_commit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("sync.syncing.committing.commit", die)
        with pytest.raises(KeyboardInterrupt):
            yield


def test_what_an_earlier_sync_left_uncommitted_is_committed_by_the_next(
    repository: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    change("black-box", {"difficulty": "expert"}, person("ada"), "Harder")
    make("Red box", "red-box", person("bob"))
    with killed_before_the_commit(monkeypatch):
        run("sync_content", "--commit")
    assert repository.count() == 1
    committed()
    assert sorted(repository.authors()[:2]) == ["ada <lemma@localhost>", "bob <lemma@localhost>"]
    assert repository.status() == ""
    assert not Uncommitted.objects.exists()


@pytest.mark.parametrize("moment", ["make", "_new_commit", "_stage", "update_index", "move_to"])
def test_a_person_who_commits_between_two_authors_takes_nothing_back(
    repository: Clone, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """git lets them at any time but while branch and index change, when it tells them to wait."""
    change("black-box", {"difficulty": "expert"}, person("ada"), "Harder")
    change("grey-box", {"difficulty": "expert"}, person("bob"), "Harder")
    place: Any = committing._Chain if moment in ("make", "move_to") else committing
    usual, calls = getattr(place, moment), []

    def with_a_person(*arguments: Any, **options: Any) -> Any:
        calls.append(1)
        made = usual(*arguments) if moment == "_new_commit" else None
        if len(calls) == 2:
            assert by_hand(repository) is (moment != "move_to")
        return made or usual(*arguments, **options)

    monkeypatch.setattr(place, moment, with_a_person)
    run("sync_content", "--commit")
    monkeypatch.setattr(place, moment, usual)
    if moment == "move_to":
        assert by_hand(repository)
    for _ in range(2):
        run("sync_content", "--commit")
    for path in (BLACK, GREY):
        assert re.search("difficulty: .?expert", repository.git("show", f"HEAD:{path}"))
    assert repository.status() == ""
    assert not Uncommitted.objects.exists()
    assert set(repository.authors()) == {"File Keeper <keeper@example.org>", *AUTHORS}


def by_hand(repository: Clone) -> bool:
    """A person commits a file of their own; whether git lets them."""
    repository.write({"README.md": "Ours."})
    if "index.lock" in repository.git("add", "README.md", accepted=(0, 128), also_complaints=True):
        return False
    repository.git("commit", "--quiet", "--message=By hand")
    return True


def test_a_file_takes_the_place_of_a_folder(repository: Clone) -> None:
    """The path of one is the folder of the other, and another person commits first."""
    repository.commit("A file where a folder will be", {"content/terms/new.md/keep.txt": "x"})
    (repository.top / "content/terms/new.md/keep.txt").unlink()
    (repository.top / "content/terms/new.md").rmdir()
    make("New", "new", person("bob"), path="new.md")
    committed()
    assert repository.git("ls-files", "content/terms/new.md").split() == ["content/terms/new.md"]


def test_a_sync_without_commit_leaves_its_files_to_the_person(repository: Clone) -> None:
    change("black-box", {"difficulty": "expert"}, person("ada"))
    synced()
    committed()
    assert repository.count() == 1
    assert [line[-len(BLACK) :] for line in repository.status().splitlines()] == [BLACK]


def test_a_path_that_one_item_left_and_another_took_is_the_others(repository: Clone) -> None:
    found = item("grey-box")
    delete_entry(found, base_revision=found.revision, author=person("ada"))
    make("Grey box again", "grey-box", person("bob"), path="sub/grey-box.md")
    committed()
    assert repository.authors()[0] == "bob <lemma@localhost>"
    assert (repository.count(), repository.status()) == (2, "")


def test_many_files_are_committed_in_as_many_queries_as_few(repository: Clone) -> None:
    ada = person("ada")

    def queries(number: int) -> int:
        for each in range(number):
            make(f"Box {number}-{each}", f"box-{number}-{each}", ada)
        with CaptureQueriesContext(connection) as seen:
            committed()
        assert len(repository.changes()) == number
        return len(seen)

    assert queries(40) == queries(4)
