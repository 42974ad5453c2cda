"""`sync_content --pull --commit --push`: two clones and a database, and nobody's work is lost on the way."""

import contextlib
import os
import random
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

import documents
from glossary.editing import delete_entry, rename_entry, save_entry
from publishing.models import Item
from sync import git
from sync.resolving import resolve
from tests.sync import folders
from tests.sync.agreement import assert_in_step, conflicts, open_conflicts, sides, steps, sync, synced
from tests.sync.cast import BLACK_BOX, CAST, GREY_BOX, WHITE_BOX, entry, item, slugs, text
from tests.sync.commands import Outcome, imported, run
from tests.sync.repositories import Clone, alone, change, init, make, person

pytestmark = pytest.mark.django_db

BLACK, WHITE, GREY = "content/terms/black-box.md", "content/terms/white-box.md", "content/terms/sub/grey-box.md"
BOOK = "content/books/big-book.md"
COMMITTED = {f"content/{path}": data for path, data in CAST.items()} | {"README.md": "# Ours\n\none\ntwo\nthree\n"}
ALL = ("--pull", "--commit", "--push")
KEEPER = "File Keeper <keeper@example.org>"
HAND = "Hand <hand@example.org>"


@dataclass(frozen=True)
class World:
    """ours: where Lemma works. theirs: another person's clone. bare: what both call origin."""

    ours: Clone
    theirs: Clone
    bare: Clone

    def they_push(self, files: dict[str, bytes | str], message: str = "By hand") -> str:
        """Somebody else edits, commits and pushes."""
        self.they_pull()
        commit = self.theirs.commit(message, files, HAND)
        self.theirs.git("push", "--quiet")
        return commit

    def they_pull(self) -> None:
        self.theirs.git("pull", "--quiet", "--ff-only")

    def theirs_is_the_same(self) -> bool:
        """Whether the other person, after a pull, has what Lemma has."""
        self.they_pull()
        return folders.read(self.theirs.top / "content") == folders.read(self.ours.top / "content")


@pytest.fixture
def world(db: None, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> World:
    alone(tmp_path / "home", monkeypatch)
    subprocess.run(["git", "init", "--quiet", "--bare", tmp_path / "origin.git"], check=True)
    bare = Clone(tmp_path / "origin.git")
    first = init(tmp_path / "theirs", COMMITTED)
    first.git("remote", "add", "origin", bare.top)
    first.git("push", "--quiet", "--set-upstream", "origin", "main")
    subprocess.run(["git", "clone", "--quiet", bare.top, tmp_path / "ours"], check=True)
    ours = Clone(tmp_path / "ours")
    settings.CONTENT_ROOT = ours.top / "content"
    imported()
    return World(ours, first, bare)


def exchanged(*arguments: object) -> Outcome:
    return synced(*ALL, *arguments)


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    assert data.count(old) == 1
    return data.replace(old, new)


# --- both sides ---


def test_two_clones_and_a_database_come_into_step(world: World) -> None:
    ours, theirs = world.ours, world.theirs
    ours.write({"notes.txt": "mine\n", "README.md": COMMITTED["README.md"]})
    ours.write({"README.md": replaced(ours.show("README.md"), b"one", b"one, not committed")})
    ours.git("add", "README.md")
    mine = ours.status()
    world.they_push({BLACK: replaced(BLACK_BOX, b"- output", b"- output\n- purpose")}, "A key concept")
    world.they_push({"content/terms/red-box.md": entry("Red box", "red-box")}, "A new term")
    change("black-box", {"difficulty": "expert"}, person("ada", email="ada@example.org"), "Harder")
    change("white-box", {"title": "Glass box"}, person("bob", email="bob@example.org"), "As it is called")
    make("Blue box", "blue-box", person("cyd"))
    exchanged()
    world.they_push({GREY: replaced(GREY_BOX, b"Half of each", b"Some of each")}, "More exact")
    change("big-book", {"publishYear": 1991}, person("dan"), kind="book")
    exchanged()
    assert_in_step(ours.top / "content")
    assert world.theirs_is_the_same()
    assert slugs() == ["black-box", "blue-box", "grey-box", "red-box", "white-box"]
    black = ours.show(BLACK)
    assert b'difficulty: "expert"' in black
    assert b"- purpose" in black
    assert ours.status() == mine
    by_author: dict[str, set[str]] = {}
    for commit in theirs.git("rev-list", "--no-merges", "HEAD").split():
        by_author.setdefault(theirs.field("%an", commit), set()).update(theirs.changes(commit))
        if theirs.field("%P", commit):
            assert all(sum(lines) <= 5 for lines in theirs.changes(commit).values()), theirs.changes(commit)
    assert by_author == {
        "File Keeper": set(COMMITTED),
        "Hand": {BLACK, "content/terms/red-box.md", GREY},
        "ada": {BLACK},
        "bob": {WHITE},
        "cyd": {"content/terms/blue-box.md"},
        "dan": {BOOK},
    }


def test_what_others_pushed_is_taken_without_a_merge_if_nothing_was_done_here(world: World) -> None:
    theirs = world.they_push({BLACK: replaced(BLACK_BOX, b"seen from", b"known from")})
    outcome = exchanged()
    assert world.ours.head == theirs
    assert outcome.report["commits"] == [f"{theirs[:10]} is what others pushed"]
    assert steps(outcome) == {"terms/black-box.md": "imported"}
    assert text("black-box") == world.ours.show(BLACK)
    assert_in_step(world.ours.top / "content")


def test_edits_to_different_fields_of_one_file_are_merged(world: World) -> None:
    change("black-box", {"difficulty": "expert"}, person("ada"), "Harder")
    world.they_push({BLACK: replaced(BLACK_BOX, b"- input", b"- inputs")})
    exchanged()
    wanted = replaced(replaced(BLACK_BOX, b"- input", b"- inputs"), b'"beginner"', b'"expert"')
    assert text("black-box") == world.ours.show(BLACK) == wanted
    assert world.ours.authors() == [KEEPER, "ada <lemma@localhost>", KEEPER]
    assert world.ours.changes("HEAD") == world.ours.changes("HEAD~1") == {BLACK: (1, 1)}
    assert world.theirs_is_the_same()


def test_what_we_committed_is_in_the_folder_at_any_moment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who goes on with a file while upstream's text comes goes on with what was written here. Found by tests/chaos."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    world.they_push({BLACK: replaced(BLACK_BOX, b"seen from", b"looked at from")})
    mine = world.ours.top / BLACK
    mine.write_bytes(replaced(BLACK_BOX, b"- input", b"- inputs"))
    world.ours.git("commit", "--quiet", "--all", "--message", "By hand")
    change("black-box", {"difficulty": "expert"}, person("ada"))
    with monkeypatch.context() as patched, contextlib.suppress(KeyboardInterrupt):
        patched.setattr("sync.syncing._take", die)
        run("sync_content", *ALL)
    for word in (b"- inputs", b"looked at", b"expert"):
        assert word in mine.read_bytes()
    mine.write_bytes(replaced(mine.read_bytes(), b"- inputs", b"- arguments"))
    world.ours.git("commit", "--quiet", "--all", "--message", "By hand")
    exchanged()
    assert_in_step(world.ours.top / "content")
    assert world.theirs_is_the_same()
    assert b"- arguments\n- output" in text("black-box")


def test_git_alone_would_have_stopped_there(world: World) -> None:
    """Neighbouring lines are one conflict to git, and two fields to us."""
    change("black-box", {"category": "Science"}, person("ada"))
    world.they_push({BLACK: replaced(BLACK_BOX, b'"beginner"', b'"expert"')})
    exchanged()
    assert b'category: "Science"\ndifficulty: "expert"\n' in text("black-box")
    assert world.theirs_is_the_same()


def test_the_same_edit_on_both_sides_is_one(world: World) -> None:
    change("black-box", {"difficulty": "expert"}, person("ada"))
    world.they_push({BLACK: replaced(BLACK_BOX, b'"beginner"', b'"expert"')})
    exchanged()
    assert text("black-box") == replaced(BLACK_BOX, b'"beginner"', b'"expert"')
    assert_in_step(world.ours.top / "content")
    assert world.theirs_is_the_same()


def test_a_conflict_waits_with_both_sides_and_everything_else_goes_through(world: World) -> None:
    change("black-box", {"difficulty": "expert"}, person("ada"))
    change("white-box", {"title": "Glass box"}, person("bob"))
    upstream = replaced(BLACK_BOX, b'"beginner"', b'"intermediate"')
    world.they_push({BLACK: upstream, GREY: replaced(GREY_BOX, b"Half", b"Part")})
    outcome = sync(*ALL)
    assert (outcome.code, conflicts(outcome)) == (2, {"terms/black-box.md": ["difficulty"]})
    (conflict,) = open_conflicts()
    ours = replaced(BLACK_BOX, b'"beginner"', b'"expert"')
    assert sides(conflict) == (BLACK_BOX, ours, upstream)
    assert text("black-box") == ours
    assert world.ours.show(BLACK) == upstream == (world.ours.top / BLACK).read_bytes()
    assert (text("white-box"), text("grey-box")) == (world.ours.show(WHITE), world.ours.show(GREY))
    assert world.theirs_is_the_same()
    # Again nothing new happens, neither here nor there.
    before = world.ours.head, world.bare.head
    assert sync(*ALL).code == 2
    assert (world.ours.head, world.bare.head) == before
    # What a person decides goes out with the next sync.
    chosen = replaced(ours, b'"expert"', b'"advanced"')
    revision = item("black-box").revision
    resolve(conflict, documents.parse(chosen), base_revision=revision, author=person("eve"), message="In between")
    exchanged()
    assert world.ours.show(BLACK) == chosen
    assert world.ours.authors()[0] == "eve <lemma@localhost>"
    assert world.ours.changes() == {BLACK: (1, 1)}
    assert world.theirs_is_the_same()


@pytest.mark.parametrize(("side", "level"), [("files", b'"intermediate"'), ("database", b'"expert"')])
def test_a_conflict_can_be_decided_for_one_side(world: World, side: str, level: bytes) -> None:
    change("black-box", {"difficulty": "expert"}, person("ada"))
    world.they_push({BLACK: replaced(BLACK_BOX, b'"beginner"', b'"intermediate"')})
    exchanged("--prefer", side)
    assert text("black-box") == replaced(BLACK_BOX, b'"beginner"', level)
    assert world.theirs_is_the_same()


def test_edits_go_on_while_a_conflict_waits(world: World) -> None:
    change("black-box", {"difficulty": "expert"}, person("ada"))
    world.they_push({BLACK: replaced(BLACK_BOX, b'"beginner"', b'"intermediate"')})
    assert sync(*ALL).code == 2
    upstream = replaced(world.ours.show(BLACK), b"- input", b"- inputs")
    world.they_push({BLACK: upstream})
    change("black-box", {"category": "Science"}, person("bob"))
    assert sync(*ALL).code == 2
    (conflict,) = open_conflicts()
    assert sides(conflict)[0] == BLACK_BOX
    assert sides(conflict)[2] == upstream
    exchanged("--prefer", "database")
    assert text("black-box") == replaced(
        replaced(replaced(BLACK_BOX, b'"beginner"', b'"expert"'), b"- input", b"- inputs"),
        b'"Fundamentals"',
        b'"Science"',
    )
    assert world.theirs_is_the_same()


# --- moved, new and gone ---


def rename(slug: str, new: str, author: object) -> None:
    found = item(slug)
    rename_entry(found, new, base_revision=found.revision, author=author)


def test_a_file_that_they_moved_takes_our_edit_along(world: World) -> None:
    change("black-box", {"difficulty": "expert"}, person("ada"))
    world.they_pull()
    world.theirs.git("mv", BLACK, "content/terms/sub/black-box.md")
    world.they_push({})
    exchanged()
    assert item("black-box").path == "sub/black-box.md"
    assert b'"expert"' in world.ours.show("content/terms/sub/black-box.md")
    assert BLACK not in world.ours.files()
    assert_in_step(world.ours.top / "content")
    assert world.theirs_is_the_same()


def test_a_file_that_we_moved_takes_their_edit_along(world: World) -> None:
    rename("black-box", "opaque-box", person("ada"))
    world.they_push({BLACK: replaced(BLACK_BOX, b"- input", b"- inputs")})
    exchanged()
    assert item("opaque-box").path == "opaque-box.md"
    merged = world.ours.show("content/terms/opaque-box.md")
    assert b"- inputs" in merged
    assert b"previousSlugs" in merged
    assert BLACK not in world.ours.files()
    assert slugs() == ["grey-box", "opaque-box", "white-box"]
    assert_in_step(world.ours.top / "content")
    assert world.theirs_is_the_same()


def test_a_file_that_we_moved_and_changed_beyond_recognition_is_still_known(world: World) -> None:
    """git finds no rename in it; the history of the item does."""
    rename("black-box", "opaque-box", person("ada"))
    change("opaque-box", {"Brief Definition": "\n".join(f"Quite another line {n}." for n in range(30))}, person("ada"))
    world.they_push({BLACK: replaced(BLACK_BOX, b"- input", b"- inputs")})
    exchanged()
    merged = world.ours.show("content/terms/opaque-box.md")
    assert (b"- inputs" in merged, b"Quite another line 29." in merged) == (True, True)
    assert slugs() == ["grey-box", "opaque-box", "white-box"]
    assert world.theirs_is_the_same()


def test_a_file_that_both_moved_is_named_and_nothing_is_lost(world: World) -> None:
    rename("black-box", "opaque-box", person("ada"))
    world.they_pull()
    world.theirs.git("mv", BLACK, "content/terms/sub/black-box.md")
    world.they_push({})
    outcome = sync(*ALL)
    assert outcome.code == 1
    assert [problem["code"] for problem in outcome.problems()] == ["path.conflict"]
    assert item("opaque-box").filed is not None
    assert world.ours.show("content/terms/sub/black-box.md") == BLACK_BOX
    # As the message says.
    (world.ours.top / "content/terms/sub/black-box.md").rename(world.ours.top / "content/terms/opaque-box.md")
    world.ours.commit("Move it")
    exchanged()
    assert_in_step(world.ours.top / "content")
    assert world.theirs_is_the_same()


def test_a_rename_that_both_made_is_one(world: World) -> None:
    rename("black-box", "opaque-box", person("ada"))
    world.they_pull()
    world.theirs.git("mv", BLACK, "content/terms/opaque-box.md")
    theirs = replaced(BLACK_BOX, b'slug: "black-box"', b'slug: "opaque-box"')
    world.they_push({"content/terms/opaque-box.md": replaced(theirs, b"- input", b"- inputs")})
    exchanged()
    assert slugs() == ["grey-box", "opaque-box", "white-box"]
    assert b"- inputs" in text("opaque-box")
    assert b"previousSlugs" in text("opaque-box")
    assert_in_step(world.ours.top / "content")
    assert world.theirs_is_the_same()


def test_a_bad_file_of_theirs_holds_nothing_up_and_our_edit_of_it_is_kept(world: World) -> None:
    change("black-box", {"difficulty": "expert"}, person("ada"))
    change("white-box", {"title": "Glass box"}, person("bob"))
    broken = replaced(BLACK_BOX, b"- input", b"<<<<<<< ours\n- input\n=======\n- in\n>>>>>>> theirs")
    world.they_push({BLACK: broken, GREY: replaced(GREY_BOX, b"Half", b"Part")})
    outcome = sync(*ALL)
    assert (outcome.code, [path for path, _ in outcome.codes()]) == (1, ["terms/black-box.md"])
    assert b"Part of each" in text("grey-box")
    assert world.ours.show(WHITE) == text("white-box")
    assert (world.ours.show(BLACK), world.bare.head) == (broken, world.ours.head)
    assert text("black-box") == replaced(BLACK_BOX, b'"beginner"', b'"expert"')
    world.they_push({BLACK: replaced(BLACK_BOX, b"- input", b"- inputs")})
    exchanged()
    assert text("black-box") == replaced(replaced(BLACK_BOX, b'"beginner"', b'"expert"'), b"- input", b"- inputs")
    assert world.theirs_is_the_same()


def test_when_they_deleted_nearly_everything_somebody_is_asked(world: World) -> None:
    world.they_pull()
    world.theirs.git("rm", "--quiet", BLACK, WHITE, GREY)
    world.they_push({})
    outcome = run("sync_content", *ALL)
    assert (outcome.code, "--allow-mass-delete" in outcome.err) == (1, True)
    assert slugs() == ["black-box", "grey-box", "white-box"]
    # It was a mistake of theirs, taken back by hand.
    world.they_pull()
    world.theirs.git("revert", "--no-edit", "HEAD")
    world.theirs.git("push", "--quiet")
    world.ours.git("pull", "--quiet", "--ff-only")
    change("white-box", {"title": "Glass box"}, person("bob"))
    exchanged()
    assert slugs() == ["black-box", "grey-box", "white-box"]
    assert_in_step(world.ours.top / "content")
    assert world.theirs_is_the_same()


def test_what_they_deleted_and_nobody_edited_here_is_deleted(world: World) -> None:
    world.they_pull()
    world.theirs.git("rm", "--quiet", GREY)
    world.they_push({})
    change("black-box", {"difficulty": "expert"}, person("ada"))
    exchanged()
    assert slugs() == ["black-box", "white-box"]
    assert world.theirs_is_the_same()


def test_what_they_deleted_and_we_edited_is_a_conflict(world: World) -> None:
    change("grey-box", {"title": "Gray box"}, person("ada"))
    world.they_pull()
    world.theirs.git("rm", "--quiet", GREY)
    world.they_push({})
    outcome = sync(*ALL)
    assert (outcome.code, conflicts(outcome)) == (2, {"terms/sub/grey-box.md": []})
    (conflict,) = open_conflicts()
    ours = replaced(GREY_BOX, b"Grey box", b"Gray box")
    assert sides(conflict) == (GREY_BOX, ours, None)
    exchanged("--prefer", "database")
    assert world.ours.show(GREY) == ours
    assert world.theirs_is_the_same()


def test_what_we_deleted_and_they_edited_is_a_conflict(world: World) -> None:
    found = item("grey-box")
    delete_entry(found, base_revision=found.revision, author=person("ada"))
    theirs = replaced(GREY_BOX, b"Half", b"Part")
    world.they_push({GREY: theirs})
    outcome = sync(*ALL)
    assert (outcome.code, conflicts(outcome)) == (2, {"terms/sub/grey-box.md": []})
    (conflict,) = open_conflicts()
    assert sides(conflict) == (GREY_BOX, None, theirs)
    assert (world.ours.top / GREY).read_bytes() == theirs
    exchanged("--prefer", "files")
    assert text("grey-box") == theirs
    assert world.theirs_is_the_same()


def test_what_both_deleted_is_gone(world: World) -> None:
    found = item("grey-box")
    delete_entry(found, base_revision=found.revision, author=person("ada"))
    world.they_pull()
    world.theirs.git("rm", "--quiet", GREY)
    world.they_push({})
    exchanged()
    assert slugs() == ["black-box", "white-box"]
    assert_in_step(world.ours.top / "content")
    assert world.theirs_is_the_same()


def test_two_new_files_of_one_name_are_a_conflict(world: World) -> None:
    make("Red box", "red-box", person("ada"))
    theirs = entry("A red box", "red-box", body="Painted.\n")
    world.they_push({"content/terms/red-box.md": theirs})
    outcome = sync(*ALL)
    assert (outcome.code, list(conflicts(outcome))) == (2, ["terms/red-box.md"])
    (conflict,) = open_conflicts()
    assert sides(conflict) == (None, text("red-box"), theirs)
    exchanged("--prefer", "files")
    assert b"Painted." in text("red-box")
    assert world.theirs_is_the_same()


def test_two_new_files_of_one_name_and_one_text_are_one(world: World) -> None:
    make("Red box", "red-box", person("ada"))
    world.they_push({"content/terms/red-box.md": text("red-box")})
    exchanged()
    assert_in_step(world.ours.top / "content")
    assert world.theirs_is_the_same()


def test_a_folder_that_they_renamed_and_in_which_we_made_a_file(world: World) -> None:
    """git would guess that ours moves too; ours stays where it was put."""
    make("Red box", "red-box", person("ada"), path="sub/red-box.md")
    world.they_pull()
    world.theirs.git("mv", "content/terms/sub", "content/terms/other")
    world.they_push({})
    exchanged()
    assert item("grey-box").path == "other/grey-box.md"
    assert item("red-box").path == "sub/red-box.md"
    assert_in_step(world.ours.top / "content")
    assert world.theirs_is_the_same()


def test_random_edits_of_different_fields_all_arrive(world: World) -> None:
    """Ours change the front matter, theirs the body; whoever comes when, the last of each is what counts."""
    dice = random.Random(20)
    authors = [person(name) for name in ("ada", "bob")]
    last: dict[tuple[str, str], str] = {}
    files = {"black-box": BLACK, "white-box": WHITE, "grey-box": GREY}
    for number in range(12):
        for slug in dice.sample(sorted(files), dice.randint(0, 2)):
            change(slug, {"category": f"Category {number}"}, dice.choice(authors))
            last[slug, "front"] = f"Category {number}"
        if dice.random() < 0.5:
            world.they_pull()
            for slug in dice.sample(sorted(files), dice.randint(1, 2)):
                head, fence, _ = (world.theirs.top / files[slug]).read_bytes().rpartition(b"---")
                line = b"\r\n" if b"\r\n" in head else b"\n"
                world.theirs.write({files[slug]: head + fence + line + f"Text {number}.".encode() + line})
                last[slug, "body"] = f"Text {number}."
            world.they_push({})
        if dice.random() < 0.6:
            exchanged()
    exchanged()
    assert_in_step(world.ours.top / "content")
    assert world.theirs_is_the_same()
    assert len(last) == 6
    for (slug, _), token in last.items():
        assert token.encode() in text(slug), (slug, token)


# --- what is no content ---


def test_other_files_are_merged_by_git(world: World) -> None:
    world.ours.commit("Ours", {"README.md": replaced(world.ours.show("README.md"), b"one", b"ONE")})
    world.they_push({"README.md": replaced(world.theirs.show("README.md"), b"three", b"THREE")})
    change("black-box", {"difficulty": "expert"}, person("ada"))
    exchanged()
    assert world.ours.show("README.md") == b"# Ours\n\nONE\ntwo\nTHREE\n"
    assert (world.ours.top / "README.md").read_bytes() == world.ours.show("README.md")
    assert world.ours.status() == ""
    assert world.theirs_is_the_same()


@pytest.mark.parametrize("path", ["README.md", "content/terms/README.md", "content/logo.svg"])
def test_other_files_that_git_cannot_merge_are_refused_with_a_sentence(world: World, path: str) -> None:
    world.ours.commit("Ours", {path: "ours\n"})
    world.they_push({path: "theirs\n", BLACK: replaced(BLACK_BOX, b"- input", b"- inputs")})
    change("white-box", {"title": "Glass box"}, person("ada"))
    outcome = run("sync_content", *ALL)
    assert outcome.err == (
        f"CommandError: {path}: changed here and upstream, and no content that Lemma could merge. "
        "Merge by hand: git pull --no-rebase\n"
    )
    assert outcome.code == 1
    # Our edit is committed, nothing of theirs is there, and nothing is under way.
    assert world.ours.authors()[0] == "ada <lemma@localhost>"
    assert (world.ours.status(), (world.ours.top / path).read_bytes()) == ("", b"ours\n")
    assert text("black-box") == BLACK_BOX
    # As the message says.
    world.ours.git("pull", "--quiet", "--no-rebase", accepted=(1,))
    world.ours.commit("Merged by hand", {path: "both\n"})
    exchanged()
    assert world.ours.show(path) == b"both\n"
    assert b"- inputs" in text("black-box")
    assert world.theirs_is_the_same()


# --- what is not committed ---


def test_uncommitted_work_in_other_files_survives_a_merge(world: World) -> None:
    world.ours.write({"notes.txt": "untracked\n", WHITE: replaced(WHITE_BOX, b"the opposite", b"not the same")})
    world.ours.write({"README.md": "# Staged\n"})
    world.ours.git("add", "README.md")
    before = world.ours.status()
    world.they_push({BLACK: replaced(BLACK_BOX, b"- input", b"- inputs")})
    change("grey-box", {"title": "Gray box"}, person("ada"))
    exchanged()
    assert world.ours.status() == before
    assert world.ours.count("HEAD") == 4


def test_an_uncommitted_file_that_they_changed_too_is_never_overwritten(world: World) -> None:
    mine = replaced(WHITE_BOX, b"the opposite", b"not the same")
    world.ours.write({WHITE: mine})
    world.they_push({WHITE: replaced(WHITE_BOX, b"from inside", b"from within")})
    change("grey-box", {"title": "Gray box"}, person("ada"))
    outcome = run("sync_content", *ALL)
    assert (outcome.code, outcome.err.count("Traceback")) == (1, 0)
    assert WHITE in outcome.err
    assert "Commit it, or put it aside with git stash." in outcome.err
    assert (world.ours.top / WHITE).read_bytes() == mine
    assert [line[-len(WHITE) :] for line in world.ours.status().splitlines()] == [WHITE]
    world.ours.commit("As the message says")
    exchanged()
    assert b"not the same" in text("white-box")
    assert b"from within" in text("white-box")
    assert world.theirs_is_the_same()


def test_an_untracked_file_in_the_way_is_never_overwritten(world: World) -> None:
    world.ours.write({"notes.txt": "mine\n"})
    world.they_push({"notes.txt": "theirs\n"})
    outcome = run("sync_content", *ALL)
    assert (outcome.code, "notes.txt" in outcome.err) == (1, True)
    assert "Commit it, or put it aside with git stash." in outcome.err
    assert (world.ours.top / "notes.txt").read_bytes() == b"mine\n"


# --- pushing ---


def faster_before(world: World, times: int) -> None:
    """So many pushes of ours find that somebody has pushed after we fetched."""
    script = world.bare.top / "receive-late"
    script.write_text(
        "#!/bin/sh\n"
        f"cd {world.theirs.top} && unset GIT_DIR\n"
        f"if [ $(ls {world.bare.top}/late-* 2>/dev/null | wc -l) -lt {times} ]; then\n"
        f"  touch {world.bare.top}/late-$$\n"
        f"  git pull --quiet --ff-only && echo line >>{BOOK}\n"
        f"  git commit --quiet --all --message Faster && git push --quiet\n"
        "fi >&2\n"
        'exec git-receive-pack "$@"\n'
    )
    script.chmod(0o755)
    world.ours.git("config", "remote.origin.receivepack", script)


def pull_and_be_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undo: str) -> None:
    """Its git is killed before it writes the index; `undo` are words for a git that takes back some of the files."""
    (tmp_path / "bin").mkdir()
    killed, real = tmp_path / "bin/git", shutil.which("git")
    killed.write_text(
        '#!/bin/sh\ncase " $* " in *" read-tree -m -u "*)\n cp .git/index .git/other\n'
        f' GIT_INDEX_FILE=.git/other {real} "$@"\n env -u GIT_INDEX_FILE {real} {undo}\n'
        f" rm .git/other\n kill -9 $$ ;;\nesac\n"
        f'exec {real} "$@"\n'
    )
    killed.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{killed.parent}:{os.environ['PATH']}")
        assert run("sync_content", *ALL).code == 1


@pytest.mark.parametrize("they_went_on", [False, True])
@pytest.mark.parametrize("is_half_done", [False, True])
def test_a_pull_whose_git_was_killed_is_carried_through(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_half_done: bool, they_went_on: bool
) -> None:
    """The files have upstream's text by then, and the index knows nothing of it. Found by tests/chaos."""
    red = "content/terms/red-box.md"
    world.they_push({BLACK: replaced(BLACK_BOX, b"- output", b"- output\n- purpose"), red: entry("Red box", "red-box")})
    (world.theirs.top / GREY).unlink()
    world.theirs.commit("Away with it")
    world.theirs.git("push", "--quiet")
    change("white-box", {"title": "Glass box"}, person("ada"))
    change("black-box", {"difficulty": "expert"}, person("ada"))
    back = GREY if is_half_done else ""
    pull_and_be_killed(tmp_path, monkeypatch, f"checkout-index --force {back}" if back else "version")
    # Meanwhile a sync takes what there is of it, as far as it comes.
    run("sync_content", "--commit")
    if they_went_on:
        world.they_push({BLACK: replaced(BLACK_BOX, b"- output", b"- output\n- sense"), red: entry("Red", "red-box")})
    exchanged()
    assert_in_step(world.ours.top / "content")
    assert world.theirs_is_the_same()
    assert (world.ours.status(), world.ours.git("for-each-ref", "refs/lemma")) == ("", "")
    assert slugs() == ["black-box", "red-box", "white-box"]
    # One of the two, and not both: they changed it, and nobody here did.
    assert [word in text("black-box") for word in (b"- purpose", b"- sense")] == [not they_went_on, they_went_on]
    assert b"expert" in text("black-box")
    assert b"Glass box" in text("white-box")


def test_what_was_written_by_hand_after_a_pull_was_killed_is_no_conflict_and_is_kept(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file was upstream's yet, but they were taken to agree on the text of the ancestor. Found by tests/chaos."""
    world.they_push({BLACK: replaced(BLACK_BOX, b"seen from outside", b"looked at from outside")})
    change("black-box", {"difficulty": "expert"}, person("ada"))
    pull_and_be_killed(tmp_path, monkeypatch, "checkout-index --force --all")
    change("black-box", {"difficulty": "advanced"}, person("ada"))
    mine = world.ours.top / BLACK
    mine.write_bytes(replaced(mine.read_bytes(), b"- output", b"- output\n- purpose"))
    world.ours.git("commit", "--quiet", "--all", "--message", "By hand")
    exchanged()
    assert_in_step(world.ours.top / "content")
    assert world.theirs_is_the_same()
    for word in (b"- purpose", b"advanced", b"looked at"):
        assert word in text("black-box")


def test_a_push_that_others_were_faster_than_is_tried_again(world: World) -> None:
    faster_before(world, 2)
    change("black-box", {"difficulty": "expert"}, person("ada"))
    exchanged()
    assert text("big-book", "book").endswith(b"line\nline\n")
    assert world.bare.head == world.ours.head
    assert world.theirs_is_the_same()


def test_a_push_that_others_overtake_while_it_is_under_way_is_tried_again(world: World) -> None:
    world.they_push({GREY: replaced(GREY_BOX, b"Half", b"Part")})
    faster = world.theirs.head
    world.theirs.git("push", "--quiet", "--force", "origin", "HEAD~1:main")
    world.theirs.git("push", "--quiet", "origin", "HEAD:refs/heads/waiting")
    hook = world.bare.top / "hooks/update"
    hook.write_text(f'#!/bin/sh\n[ -e done ] && exit 0\ntouch done\ngit update-ref "$1" {faster}\n')
    hook.chmod(0o755)
    change("black-box", {"difficulty": "expert"}, person("ada"))
    exchanged()
    assert (world.bare.top / "done").exists()
    assert b"Part of each" in text("grey-box")
    assert world.bare.head == world.ours.head


def test_after_many_tries_it_says_so_and_goes_on_next_time(world: World) -> None:
    faster_before(world, 5)
    change("black-box", {"difficulty": "expert"}, person("ada"))
    outcome = run("sync_content", *ALL)
    assert (outcome.code, outcome.err) == (1, "CommandError: Others were faster 5 times. Run it again.\n")
    exchanged()
    assert world.bare.head == world.ours.head
    assert world.theirs_is_the_same()


def test_a_push_without_pull_says_that_others_were_faster(world: World) -> None:
    world.they_push({GREY: replaced(GREY_BOX, b"Half", b"Part")})
    change("black-box", {"difficulty": "expert"}, person("ada"))
    outcome = run("sync_content", "--commit", "--push")
    assert (outcome.code, outcome.err) == (1, "CommandError: Others have pushed since. Run it with --pull too.\n")
    exchanged()
    assert world.theirs_is_the_same()


def test_with_nothing_to_push_the_remote_is_not_asked(world: World) -> None:
    world.ours.git("remote", "set-url", "origin", "/nowhere")
    synced("--commit", "--push")


def test_pull_and_push_commit_as_well(world: World) -> None:
    change("black-box", {"difficulty": "expert"}, person("ada"))
    synced("--push")
    assert world.bare.head == world.ours.head
    assert world.bare.changes() == {BLACK: (1, 1)}


def test_the_first_push_into_an_empty_repository(tmp_path: Path, settings: Settings, world: World) -> None:
    subprocess.run(["git", "init", "--quiet", "--bare", tmp_path / "empty.git"], check=True)
    subprocess.run(["git", "clone", "--quiet", tmp_path / "empty.git", tmp_path / "fresh"], check=True)
    settings.CONTENT_ROOT = tmp_path / "fresh"
    Clone(tmp_path / "fresh").write({"terms/.keep": "", "books/.keep": ""})
    exchanged()
    fresh = Clone(tmp_path / "fresh")
    assert {path for path in fresh.files() if path.endswith(".md")} == set(CAST)
    assert Clone(tmp_path / "empty.git").head == fresh.head


# --- remotes that do not do what they should ---


def complaint(*arguments: object) -> str:
    """The sentence of a sync that was stopped by the remote; what is here is committed all the same."""
    outcome = run("sync_content", *(arguments or ALL))
    assert outcome.code == 1, outcome.everything
    assert "Traceback" not in outcome.err
    return outcome.err.removeprefix("CommandError: ").rstrip("\n")


@pytest.fixture
def edited(world: World) -> World:
    change("black-box", {"difficulty": "expert"}, person("ada"))
    return world


def test_what_was_done_before_the_remote_failed_is_reported(edited: World) -> None:
    edited.ours.git("remote", "set-url", "origin", "/nowhere")
    outcome = sync(*ALL)
    assert (outcome.code, steps(outcome)) == (1, {"terms/black-box.md": "exported"})
    assert [line.partition(" ")[2] for line in outcome.report["commits"]] == ["Edit Black box"]
    assert outcome.report["failure"].startswith("git fetch failed: ")


def test_a_remote_that_refuses_is_quoted(edited: World) -> None:
    hook = edited.bare.top / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho No pushes on Fridays >&2\nexit 1\n")
    hook.chmod(0o755)
    said = complaint()
    assert said.startswith("git push failed: ")
    assert "pre-receive hook declined" in said
    assert "No pushes on Fridays" in said
    assert edited.ours.changes() == {BLACK: (1, 1)}
    hook.unlink()
    exchanged()
    assert edited.bare.head == edited.ours.head


@pytest.mark.parametrize("url", ["/nowhere/at-all.git", "http://127.0.0.1:1/x.git", "ssh://localhost:1/x.git"])
def test_a_remote_that_cannot_be_reached_is_explained(edited: World, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", "false")
    edited.ours.git("remote", "set-url", "origin", url)
    assert complaint().startswith("git fetch failed: ")
    assert edited.ours.changes() == {BLACK: (1, 1)}
    edited.ours.git("remote", "set-url", "origin", edited.bare.top)
    exchanged()
    assert edited.theirs_is_the_same()


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_a_remote_that_never_answers_is_given_up(edited: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "_NETWORK", 0.5)
    with silent() as port:
        edited.ours.git("remote", "set-url", "origin", f"http://127.0.0.1:{port}/x.git")
        assert complaint() == "git fetch did not answer within 0.5 seconds."


class _Asking(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_remote_that_asks_for_a_password_is_explained(edited: World) -> None:
    with HTTPServer(("127.0.0.1", 0), _Asking) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        edited.ours.git("remote", "set-url", "origin", f"http://127.0.0.1:{server.server_port}/x.git")
        said = complaint()
        server.shutdown()
    assert said.endswith("Lemma cannot type a password: set up a key or a credential helper for its account.")


def test_a_program_that_asks_at_the_terminal_finds_none(
    edited: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text("#!/bin/sh\nread answer </dev/tty || { echo Permission denied '(publickey).' >&2; exit 255; }\n")
    ssh.chmod(0o755)
    # What a deploy key is usually given with; Lemma must not put its own in place of it.
    edited.ours.git("config", "core.sshCommand", ssh)
    edited.ours.git("remote", "set-url", "origin", "ssh://localhost/x.git")
    said = complaint()
    assert said.startswith("git fetch failed: ")
    assert said.endswith("Lemma's account has no key that the remote knows.")


def test_a_branch_that_follows_no_other_is_told_how(edited: World) -> None:
    edited.ours.git("branch", "--quiet", "--unset-upstream")
    assert complaint() == (
        "The branch main follows no branch of a remote. Run once: git push --set-upstream origin main"
    )
    assert edited.ours.count() == 1


def test_a_branch_that_is_gone_upstream_is_named(edited: World) -> None:
    edited.theirs.git("push", "--quiet", "origin", "HEAD:refs/heads/other")
    edited.bare.git("symbolic-ref", "HEAD", "refs/heads/other")
    edited.bare.git("branch", "--quiet", "-D", "main")
    said = complaint()
    assert said.startswith("git fetch failed: ")
    assert "refs/heads/main" in said


def test_a_history_that_has_nothing_in_common_is_refused(edited: World, tmp_path: Path) -> None:
    stranger = init(tmp_path / "stranger", {"x.txt": "x\n"})
    stranger.git("push", "--quiet", "--force", edited.bare.top, "main")
    assert complaint() == (
        "The branch has no commit in common with upstream's. Clone the repository of the others anew."
    )
    assert edited.ours.changes() == {BLACK: (1, 1)}


def test_a_clone_without_any_commit_is_told_so(tmp_path: Path, settings: Settings, world: World) -> None:
    settings.CONTENT_ROOT = init(tmp_path / "fresh").top
    folders.write(tmp_path / "fresh", CAST)
    assert complaint() == (
        f"There is no commit yet in {tmp_path / 'fresh'}. Make the first one, or clone the repository of the others."
    )


def test_submodules_are_left_alone(edited: World, tmp_path: Path) -> None:
    other = init(tmp_path / "other", {"x.txt": "x\n"})
    edited.theirs.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.top, "module")
    edited.they_push({BLACK: replaced(BLACK_BOX, b"- input", b"- inputs")})
    exchanged()
    assert list((edited.ours.top / "module").iterdir()) == []
    assert (edited.ours.status(), edited.bare.head) == ("", edited.ours.head)


def test_a_git_that_is_too_old_to_merge_says_so(edited: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edited.they_push({GREY: replaced(GREY_BOX, b"Half", b"Part")})
    old = tmp_path / "old/git"
    old.parent.mkdir()
    old.write_text(f'#!/bin/sh\ncase "$*" in *merge-tree*) exit 129;; esac\nexec {shutil.which("git")} "$@"\n')
    old.chmod(0o755)
    with monkeypatch.context() as patched:
        patched.setenv("PATH", f"{old.parent}:{os.environ['PATH']}")
        assert complaint() == "To merge what others pushed, git 2.38 or newer is needed. This one is older."
    exchanged()
    assert edited.theirs_is_the_same()


def test_hooks_do_not_run_on_push(edited: World) -> None:
    hook = edited.ours.folder / "hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nread answer </dev/tty\nexit 1\n")
    hook.chmod(0o755)
    exchanged()
    assert edited.bare.head == edited.ours.head


def test_the_items_know_nothing_of_git(world: World) -> None:
    """A pull makes the revisions that the files alone would have made."""
    world.they_push({BLACK: replaced(BLACK_BOX, b"- input", b"- inputs")})
    exchanged()
    found = Item.objects.get(slug="black-box")
    assert list(found.revisions.order_by("number").values_list("number", "origin", "author_name")) == [
        (1, "files", ""),
        (2, "files", ""),
    ]
    assert os.fspath(world.ours.top) not in str(list(found.revisions.values_list("message", flat=True)))


def test_a_folder_of_entries_that_is_pushed_as_a_link_is_not_followed(world: World, tmp_path: Path) -> None:
    theirs = world.theirs.top / "content/terms"
    shutil.copytree(theirs, tmp_path / "private")
    folders.write(tmp_path / "private", {"secret.md": entry("Secret", "secret")})
    shutil.rmtree(theirs)
    theirs.symlink_to(tmp_path / "private")
    world.they_push({})
    outcome = sync(*ALL)
    assert (world.ours.top / "content/terms").is_symlink()
    assert outcome.code == 1
    assert f"{world.ours.top / 'content/terms'} leads through a symbolic link." in outcome.everything
    assert slugs() == ["black-box", "grey-box", "white-box"]


def test_pushed_files_that_look_like_a_git_folder_run_nothing(world: World, tmp_path: Path) -> None:
    """Git takes a folder with HEAD, objects and refs for a repository, and its settings may name programs."""
    sprung = tmp_path / "sprung"
    settings = (
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n"
        f'\tsshCommand = "touch {sprung}; false"\n'
        '[remote "origin"]\n\turl = ssh://nowhere.invalid/x\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n'
        '[branch "main"]\n\tremote = origin\n\tmerge = refs/heads/main\n'
    )
    pushed = {"HEAD": "ref: refs/heads/main\n", "config": settings, "refs/heads/main": f"{world.theirs.head}\n",
              "objects/info/alternates": "../../.git/objects\n"}  # fmt: skip
    world.they_push({f"content/{name}": text for name, text in pushed.items()})
    exchanged()
    assert (world.ours.top / "content/config").read_text() == settings
    outcome = sync(*ALL)
    assert not sprung.exists()
    assert outcome.code == 1
    assert f"{world.ours.top / 'content'} is a bare repository, or has the files" in outcome.err


# --- a pull that was killed, and what was done since ---


def killed_before(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pull ends without notice where it calls this."""

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, contextlib.suppress(KeyboardInterrupt):
        patched.setattr(place, die)
        run("sync_content", *ALL)


@pytest.mark.parametrize("is_refused", [False, True])
def test_bases_are_mended_once_and_edits_since_are_no_changes_of_files(
    world: World, monkeypatch: pytest.MonkeyPatch, is_refused: bool
) -> None:
    """As long as nothing can be pulled, every sync would take what was exported last for an edit by hand."""
    change("black-box", {"difficulty": "intermediate"}, person("ada"))
    world.they_push({BLACK: replaced(BLACK_BOX, b'"beginner"', b'"expert"'), "README.md": "# Theirs\n"})
    killed_before("sync.work_tree.Passage.go", monkeypatch)
    words = ALL if is_refused else ("--commit",)
    if is_refused:
        world.ours.write({"README.md": "# Not committed\n"})
    for level in ("advanced", "intermediate", "advanced"):
        change("black-box", {"difficulty": level}, person("bob"))
        run("sync_content", *words)
        assert f'"{level}"'.encode() in text("black-box")
        assert f'"{level}"'.encode() in (world.ours.top / BLACK).read_bytes()


def test_two_edits_of_one_field_after_a_killed_pull_are_no_conflict(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    change("black-box", {"difficulty": "intermediate"}, person("ada"))
    world.they_push({BLACK: replaced(BLACK_BOX, b'"beginner"', b'"expert"')})
    killed_before("sync.work_tree.Passage.go", monkeypatch)
    for name in ("One", "Two"):
        change("black-box", {"category": name}, person("bob"))
        synced("--commit")


@pytest.mark.parametrize("we_changed", ["black-box", "white-box", ""])
@pytest.mark.parametrize("by_hand", [False, True])
def test_what_is_taken_out_of_a_text_that_a_killed_pull_brought_does_not_come_back(
    world: World, monkeypatch: pytest.MonkeyPatch, by_hand: bool, we_changed: str
) -> None:
    if we_changed:
        change(we_changed, {"difficulty": "expert"}, person("ada"))
    world.they_push({BLACK: replaced(BLACK_BOX, b"- output", b"- output\n- purpose\n- sense\n- aim")})
    killed_before("sync.work_tree.update_index", monkeypatch)
    mine = world.ours.top / BLACK
    assert b"\n- aim" in mine.read_bytes()
    if by_hand:
        mine.write_bytes(mine.read_bytes().replace(b"\n- aim", b""))
        world.ours.git("commit", "--quiet", "--all", "--message", "No aim")
    else:
        synced("--commit")
        found = item("black-box")
        save_entry(
            documents.parse(text("black-box").replace(b"\n- aim", b"")),
            item=found, base_revision=found.revision, author=person("eve"), publish=True,
        )  # fmt: skip
    exchanged()
    assert b"- sense" in text("black-box")
    assert b"- aim" not in text("black-box")
    assert_in_step(world.ours.top / "content")
    assert world.theirs_is_the_same()


def test_what_upstream_took_back_to_an_older_text_comes_after_a_killed_pull(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text is in our history, and was not brought."""
    world.they_push({BLACK: replaced(BLACK_BOX, b"- output", b"- output\n- purpose\n- sense\n- aim")})
    exchanged()
    change("white-box", {"difficulty": "expert"}, person("ada"))
    world.they_push({BLACK: BLACK_BOX})
    killed_before("sync.work_tree.Passage.go", monkeypatch)
    change("black-box", {"difficulty": "advanced"}, person("ada"))
    exchanged()
    assert text("black-box") == replaced(BLACK_BOX, b'"beginner"', b'"advanced"')


def test_a_file_that_is_new_on_both_sides_after_a_killed_pull_waits_with_both(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They look alike, but theirs was not brought."""
    red = "content/terms/red-box.md"
    change("white-box", {"difficulty": "expert"}, person("ada"))
    world.they_push({red: replaced(BLACK_BOX, b'slug: "black-box"', b'slug: "red-box"')})
    killed_before("sync.work_tree.Passage.go", monkeypatch)
    mine = replaced(BLACK_BOX, b'slug: "black-box"', b'slug: "red-box"').replace(b"seen from outside", b"Mine")
    world.ours.commit("Here", {red: mine}, HAND)
    assert sync(*ALL).code == 2
    assert any(b"seen from outside" in (side or b"") for side in sides(open_conflicts()[0]))
    assert any(b"Mine" in (side or b"") for side in sides(open_conflicts()[0]))


# --- texts that are nowhere else ---


def everywhere(world: World, word: bytes) -> bool:
    """Whether somebody who looks finds the word: in the folder, or in a conflict."""
    texts = [
        *folders.read(world.ours.top / "content").values(),
        *(side for one in open_conflicts() for side in sides(one)),
    ]
    return any(word in (data or b"") for data in texts)


def waits(world: World) -> None:
    """The sync says so, and neither folder nor branch has changed."""
    head = world.ours.head
    outcome = run("sync_content", *ALL)
    assert outcome.code == 1
    assert "terms/black-box.md was changed upstream too, and the text that is here was not taken yet" in outcome.err
    assert (world.ours.head, everywhere(world, b"By hand")) == (head, True)


def test_a_text_that_waits_behind_a_conflict_is_not_written_over(world: World) -> None:
    change("black-box", {"difficulty": "expert"}, person("ada"))
    theirs = replaced(BLACK_BOX, b'"beginner"', b'"intermediate"')
    world.they_push({BLACK: theirs})
    assert sync(*ALL).code == 2
    world.ours.commit("Here", {BLACK: replaced(theirs, b'"Fundamentals"', b'"By hand"')}, HAND)
    world.they_push({BLACK: replaced(theirs, b'"Fundamentals"', b'"Theirs"')})
    waits(world)
    assert len(open_conflicts()) == 1


def test_a_text_that_was_left_out_is_taken_before_upstreams(world: World) -> None:
    world.ours.commit("Here", {BLACK: replaced(BLACK_BOX, b'"Fundamentals"', b'"By hand"')}, HAND)
    world.they_push({BLACK: replaced(BLACK_BOX, b'"Fundamentals"', b'"Theirs"')})
    assert run("sync_content", *ALL, "--only", "terms/white-box.md").code == 1
    assert sync(*ALL).code == 2
    assert everywhere(world, b"By hand")
    assert everywhere(world, b"Theirs")


def test_a_text_that_is_wrong_is_not_written_over(world: World) -> None:
    world.ours.commit("Here", {BLACK: replaced(BLACK_BOX, b'"Fundamentals"', b'"By hand')}, HAND)
    world.they_push({BLACK: replaced(BLACK_BOX, b"- input", b"- inputs")})
    waits(world)
    world.ours.commit("Mended", {BLACK: replaced(BLACK_BOX, b'"Fundamentals"', b'"By hand"')}, HAND)
    exchanged()
    assert b'"By hand"' in text("black-box")
    assert b"- inputs" in text("black-box")


def test_an_edit_of_theirs_never_lands_in_another_item_that_took_the_path(world: World) -> None:
    one, other = entry("Aa", "aa", 'category: "X"\n'), entry("Bb", "bb", 'category: "X"\n')
    world.they_push({"content/terms/a.md": one, "content/terms/b.md": other})
    exchanged()
    world.ours.commit("Swapped", {"content/terms/a.md": other, "content/terms/b.md": one}, HAND)
    world.they_push({"content/terms/a.md": one.replace(b'"X"', b'"Y"')})
    outcome = run("sync_content", *ALL)
    assert outcome.code == 1
    assert "Give each file a slug of its own." in outcome.everything
    assert b'"Y"' not in text("bb")


def test_a_file_that_we_made_a_program_stays_one(world: World) -> None:
    world.ours.write({BLACK: replaced(BLACK_BOX, b'"beginner"', b'"advanced"')})
    (world.ours.top / BLACK).chmod(0o755)
    world.ours.commit("Here")
    world.they_push({BLACK: replaced(BLACK_BOX, b"- input", b"- inputs")})
    exchanged()
    assert world.ours.git("ls-tree", "HEAD", BLACK).startswith("100755")
