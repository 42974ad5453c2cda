"""What `sync_content` promises, seen from outside: options, files, items, readers, output, exit code."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

import documents
from documents import Document
from glossary.editing import (
    discard_entry_draft,
    merge_entries,
    publish_entry,
    rename_entry,
    restore_entry,
    save_entry,
    unpublish_entry,
)
from publishing import batches
from publishing.models import Change, Conflict, Item, Published, Revision
from tests.sync import folders
from tests.sync.agreement import (
    agreed,
    assert_in_step,
    assert_sound,
    conflicts,
    counts,
    open_conflicts,
    sides,
    state,
    steps,
    sync,
    synced,
)
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
    slugs,
    text,
)
from tests.sync.commands import run

pytestmark = pytest.mark.django_db

BLACK, WHITE, GREY, BOOK = "terms/black-box.md", "terms/white-box.md", "terms/sub/grey-box.md", "books/big-book.md"
FROM_OUTSIDE, SEEN = b"A system seen from outside.", b"A system of which only the outside is seen."


@pytest.fixture(autouse=True)
def in_step(known: Path) -> Path:
    """Every test here begins with a folder and a database that agree."""
    return known


def write(root: Path, path: str, old: bytes, new: bytes) -> bytes:
    """Replaces a part of a file by hand, and gives the whole."""
    before = (root / path).read_bytes()
    assert before.count(old) == 1
    after = before.replace(old, new)
    (root / path).write_bytes(after)
    return after


def recategorize(slug: str, category: str, *, publish: bool = True) -> Item:
    return edit(slug, lambda document: document.__setitem__("category", category), publish=publish)


def define(slug: str, text: str, *, publish: bool = True) -> Item:
    def change(document: Document) -> None:
        document.sections["Brief Definition"] = text

    return edit(slug, change, publish=publish)


def readers_see(slug: str, kind: str = "entry") -> bytes | None:
    found = Published.objects.filter(kind=kind, slug=slug).select_related("file").first()
    return None if found is None else bytes(found.file.data)


def working(slug: str) -> bytes:
    return bytes(item(slug).working.data)


# --- one side changed ---


def test_in_step_there_is_nothing_to_do(known: Path) -> None:
    outcome = synced()
    assert (outcome.report["steps"], outcome.report["written"], outcome.report["conflicts"]) == ([], False, [])
    assert outcome.report["counts"]["entries"]["unchanged"] == 3
    assert outcome.report["counts"]["books"]["unchanged"] == 1
    assert_in_step(known)


def test_a_new_file_becomes_an_item_that_readers_see(known: Path) -> None:
    folders.write(known, {"terms/red-box.md": entry("Red box", "red-box")})
    outcome = synced()
    assert (steps(outcome), counts(outcome)) == ({"terms/red-box.md": "imported (new)"}, {"imported": 1})
    assert readers_see("red-box") == entry("Red box", "red-box")
    assert_in_step(known)


def test_what_is_published_for_the_first_time_gets_a_file(known: Path) -> None:
    create("Red box", "red-box")
    outcome = synced()
    assert (steps(outcome), counts(outcome)) == ({"terms/red-box.md": "exported (new)"}, {"exported": 1})
    assert (known / "terms/red-box.md").read_bytes() == b'---\ntitle: "Red box"\nslug: "red-box"\n---'
    assert_in_step(known)


def test_a_changed_file_makes_one_revision_and_is_published(known: Path) -> None:
    before = item("black-box")
    after = write(known, BLACK, FROM_OUTSIDE, SEEN)
    assert steps(synced()) == {BLACK: "imported"}
    now = item("black-box")
    assert (now.uuid, now.revision) == (before.uuid, before.revision + 1)
    assert text("black-box") == working("black-box") == readers_see("black-box") == after
    newest = Revision.objects.get(item=now, number=now.revision)
    assert (newest.origin, newest.message) == ("files", "From terms")
    assert_in_step(known)


def test_a_published_edit_changes_the_lines_of_the_file_that_it_concerns(known: Path) -> None:
    recategorize("black-box", "Theory")
    assert steps(synced()) == {BLACK: "exported"}
    removed, added = folders.changes(BLACK_BOX, (known / BLACK).read_bytes())
    assert (removed, added) == ([b'category: "Fundamentals"'], [b'category: "Theory"'])
    assert_in_step(known)


def test_line_ends_comments_and_quotes_of_a_file_survive_an_edit(known: Path) -> None:
    define("white-box", "Everything is in sight.")
    synced()
    assert (known / WHITE).read_bytes() == WHITE_BOX.replace(b"A system seen from inside.", b"Everything is in sight.")
    assert_in_step(known)


def test_books_go_both_ways_too(known: Path) -> None:
    folders.write(known, {"books/small-book.md": b'---\ntitle: "The small book"\n---\n'})
    write(known, BOOK, b"It is big.", b"It is heavy.")
    outcome = synced()
    assert steps(outcome) == {BOOK: "imported", "books/small-book.md": "imported (new)"}
    assert counts(outcome, "books") == {"imported": 2}
    found = item("big-book", "book")
    restore_entry(found, 1, publish=True)
    assert steps(synced()) == {BOOK: "exported"}
    assert (known / BOOK).read_bytes() == BIG_BOOK
    assert_in_step(known)


def test_a_deleted_file_deletes_its_item_and_keeps_its_history(known: Path) -> None:
    before = item("black-box")
    (known / BLACK).unlink()
    outcome = synced()
    assert (steps(outcome), counts(outcome)) == ({BLACK: "item removed"}, {"removed": 1})
    assert slugs() == ["grey-box", "white-box"]
    assert readers_see("black-box") is None
    assert Change.objects.latest("position").action == "deleted"
    assert Revision.objects.filter(item=before).count() == 1
    assert_in_step(known)


def test_a_deleted_item_deletes_its_file(known: Path) -> None:
    delete("black-box")
    outcome = synced()
    assert (steps(outcome), counts(outcome)) == ({BLACK: "file removed"}, {"removed": 1})
    assert not (known / BLACK).exists()
    assert_in_step(known)


def test_an_item_that_came_back_before_the_sync_keeps_its_file(known: Path) -> None:
    gone = delete("black-box")
    restore_entry(gone, 1, publish=True)
    assert steps(synced()) == {}
    assert_in_step(known)


def test_an_item_that_came_back_after_the_sync_gets_its_file_again(known: Path) -> None:
    gone = delete("black-box")
    synced()
    restore_entry(gone, 1, publish=True)
    assert steps(synced()) == {BLACK: "exported (new)"}
    assert folders.read(known) == CAST
    assert item("black-box").uuid == gone.uuid
    assert_in_step(known)


def test_an_item_that_came_back_as_a_draft_has_no_file(known: Path) -> None:
    gone = delete("black-box")
    restore_entry(gone, 1)
    assert steps(synced()) == {BLACK: "file removed"}
    assert (working("black-box"), readers_see("black-box")) == (BLACK_BOX, None)
    assert_in_step(known)
    publish_entry(item("black-box"))
    synced()
    assert folders.read(known) == CAST


def test_an_entry_given_back_in_a_file_is_imported_again(known: Path) -> None:
    (known / BLACK).unlink()
    synced()
    folders.write(known, {BLACK: BLACK_BOX})
    synced()
    assert readers_see("black-box") == BLACK_BOX
    assert_in_step(known)


# --- both sides changed ---


def test_the_same_change_on_both_sides_is_remembered_and_nothing_else(known: Path) -> None:
    recategorize("black-box", "Theory")
    write(known, BLACK, b'"Fundamentals"', b'"Theory"')
    before = state()
    outcome = synced()
    assert (steps(outcome), outcome.report["written"]) == ({}, False)
    assert state()[:-2] == before[:-2]
    assert agreed(known)[BLACK] == text("black-box")
    assert_in_step(known)


def test_what_is_gone_on_both_sides_is_forgotten(known: Path) -> None:
    delete("black-box")
    (known / BLACK).unlink()
    assert steps(synced()) == {}
    assert BLACK not in agreed(known)
    assert_in_step(known)


def test_edits_to_different_fields_are_merged_on_both_sides(known: Path) -> None:
    recategorize("black-box", "Theory")
    write(known, BLACK, FROM_OUTSIDE, SEEN)
    outcome = synced()
    assert (steps(outcome), counts(outcome)) == ({BLACK: "merged"}, {"merged": 1})
    both = BLACK_BOX.replace(b'"Fundamentals"', b'"Theory"').replace(FROM_OUTSIDE, SEEN)
    assert (known / BLACK).read_bytes() == readers_see("black-box") == working("black-box") == both
    assert_in_step(known)


def test_both_sides_may_add_to_one_list(known: Path) -> None:
    edit("black-box", lambda document: document.__setitem__("tags", ["opacity", "trust", "admin"]))
    write(known, BLACK, b'"trust"]', b'"trust", "file"]')
    write(known, BLACK, b"- output", b"- output\n- side effects")
    synced()
    after = (known / BLACK).read_bytes()
    assert b'tags: ["opacity", "trust", "admin", "file"]' in after
    assert after.endswith(b"- input\n- output\n- side effects")
    assert_in_step(known)


def test_a_file_reformatted_by_hand_takes_the_edit_in_its_new_form(known: Path) -> None:
    edit("black-box", lambda document: document.__setitem__("tags", ["opacity", "trust", "admin"]))
    write(known, BLACK, b'tags: ["opacity", "trust"]', b"tags:\n  - opacity\n  - trust")
    synced()
    assert b"tags:\n  - opacity\n  - trust\n  - admin\n" in (known / BLACK).read_bytes()
    assert_in_step(known)


def test_a_date_of_each_side_is_no_conflict(known: Path) -> None:
    edit("black-box", lambda document: document.__setitem__("lastUpdated", "2025-02-01"))
    write(known, BLACK, b"2025-01-28", b"2025-03-01")
    synced()
    assert b'lastUpdated: "2025-03-01"' in (known / BLACK).read_bytes()
    assert_in_step(known)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("options", [[], ["--prefer", "database"], ["--prefer", "files"]])
def test_what_was_merged_can_be_committed(known: Path, options: list[str]) -> None:
    """References between tables are looked at when a transaction ends, which it never does in most tests."""
    recategorize("black-box", "Theory")
    write(known, BLACK, *((b'"Fundamentals"', b'"Tools"') if options else (FROM_OUTSIDE, SEEN)))
    synced(*options)
    assert_in_step(known)


# --- moves and renames ---


def test_a_file_that_moved_keeps_its_item(known: Path) -> None:
    before = item("black-box")
    (known / "terms/deep").mkdir()
    (known / BLACK).rename(known / "terms/deep/box.md")
    assert steps(synced()) == {"terms/deep/box.md": "imported"}
    now = item("black-box")
    assert (now.uuid, now.path, now.revision) == (before.uuid, "deep/box.md", before.revision)
    assert_in_step(known)


def test_a_file_that_moved_and_changed_is_known_by_its_slug(known: Path) -> None:
    before = item("black-box")
    after = write(known, BLACK, FROM_OUTSIDE, SEEN)
    (known / BLACK).rename(known / "terms/box.md")
    assert steps(synced()) == {"terms/box.md": "imported"}
    now = item("black-box")
    assert (now.uuid, now.path, text("black-box")) == (before.uuid, "box.md", after)
    assert_in_step(known)


def test_a_file_named_by_its_path_gets_another_slug_when_it_moves(known: Path) -> None:
    before = item("white-box")
    (known / WHITE).rename(known / "terms/clear-box.md")
    assert steps(synced()) == {"terms/clear-box.md": "imported"}
    now = item("clear-box")
    assert (now.uuid, readers_see("clear-box"), readers_see("white-box")) == (before.uuid, WHITE_BOX, None)
    assert Change.objects.latest("position").previous_slug == "white-box"
    assert_in_step(known)


def test_a_file_named_by_its_path_that_moved_and_changed_is_another_entry(known: Path) -> None:
    write(known, WHITE, b"seen from inside", b"with glass walls")
    (known / WHITE).rename(known / "terms/clear-box.md")
    assert steps(synced()) == {"terms/clear-box.md": "imported (new)", WHITE: "item removed"}
    assert slugs() == ["black-box", "clear-box", "grey-box"]
    assert_in_step(known)


def test_a_slug_changed_in_a_file_renames_the_entry(known: Path) -> None:
    before = item("black-box")
    write(known, BLACK, b'slug: "black-box"', b'slug: "opaque-box"')
    synced()
    now = item("opaque-box")
    assert (now.uuid, now.path) == (before.uuid, "black-box.md")
    assert (readers_see("black-box"), readers_see("opaque-box")) == (None, text("opaque-box"))
    assert Change.objects.latest("position").action == "renamed"
    assert_in_step(known)


def test_two_files_may_change_slugs_with_each_other(known: Path) -> None:
    write(known, BLACK, b'slug: "black-box"', b'slug: "grey-box"')
    write(known, GREY, b"slug: grey-box", b"slug: black-box")
    synced()
    assert (item("grey-box").path, item("black-box").path) == ("black-box.md", "sub/grey-box.md")
    assert_in_step(known)


def test_two_files_may_change_places_with_each_other(known: Path) -> None:
    (known / BLACK).rename(known / "terms/aside")
    (known / GREY).rename(known / BLACK)
    (known / "terms/aside").rename(known / GREY)
    synced()
    assert (readers_see("black-box"), readers_see("grey-box")) == (BLACK_BOX, GREY_BOX)
    assert (item("black-box").path, item("grey-box").path) == ("sub/grey-box.md", "black-box.md")
    assert_in_step(known)


def test_a_rename_here_moves_the_file_and_rewrites_those_that_refer_to_it(known: Path) -> None:
    folders.write(known, {"terms/red-box.md": entry("Red box", "red-box", 'related: ["black-box"]\n')})
    synced()
    rename_entry(item("black-box"), "opaque-box")
    outcome = synced()
    assert steps(outcome) == {
        "terms/opaque-box.md": "exported",
        "terms/red-box.md": "exported",
        BOOK: "exported",
    }
    assert not (known / BLACK).exists()
    removed, added = folders.changes(BLACK_BOX, (known / "terms/opaque-box.md").read_bytes())
    assert removed == [b'slug: "black-box"']
    assert sorted(added) == [b'previousSlugs: ["black-box"]', b'slug: "opaque-box"']
    assert b'related: ["opaque-box"]' in (known / "terms/red-box.md").read_bytes()
    assert b'topics: ["opaque-box"]' in (known / BOOK).read_bytes()
    assert_in_step(known)


def test_a_rename_here_and_an_edit_of_the_file_go_together(known: Path) -> None:
    rename_entry(item("black-box"), "opaque-box")
    write(known, BLACK, FROM_OUTSIDE, SEEN)
    assert steps(synced())["terms/opaque-box.md"] == "merged"
    assert not (known / BLACK).exists()
    assert SEEN in text("opaque-box")
    assert_in_step(known)


def test_a_move_of_the_file_and_an_edit_here_go_together(known: Path) -> None:
    recategorize("black-box", "Theory")
    (known / BLACK).rename(known / "terms/box.md")
    assert steps(synced()) == {"terms/box.md": "merged"}
    assert item("black-box").path == "box.md"
    assert b'category: "Theory"' in (known / "terms/box.md").read_bytes()
    assert_in_step(known)


def test_a_file_that_moved_and_changed_meets_an_edit_here(known: Path) -> None:
    recategorize("black-box", "Theory")
    write(known, BLACK, FROM_OUTSIDE, SEEN)
    (known / BLACK).rename(known / "terms/box.md")
    assert steps(synced()) == {"terms/box.md": "merged"}
    after = (known / "terms/box.md").read_bytes()
    assert (b'category: "Theory"' in after, SEEN in after) == (True, True)
    assert_in_step(known)


def test_a_file_that_each_side_moved_elsewhere_is_left_alone_until_somebody_moves_it(known: Path) -> None:
    rename_entry(item("black-box"), "opaque-box")
    write(known, BLACK, FROM_OUTSIDE, SEEN)
    (known / BLACK).rename(known / "terms/box.md")
    outcome = sync()
    assert (outcome.code, outcome.codes()) == (1, [("terms/box.md", "path.conflict")])
    assert SEEN in (known / "terms/box.md").read_bytes()
    assert "opaque-box" in slugs()
    # As the message says.
    (known / "terms/box.md").rename(known / "terms/opaque-box.md")
    assert steps(synced()) == {"terms/opaque-box.md": "merged"}
    assert SEEN in text("opaque-box")
    assert_in_step(known)


def test_a_new_entry_may_take_the_place_of_one_that_moved_away(known: Path) -> None:
    rename_entry(item("black-box"), "opaque-box")
    create("Another black box", "other", path="black-box.md")
    assert steps(synced()) == {"terms/opaque-box.md": "exported", BLACK: "exported (new)", BOOK: "exported"}
    assert_in_step(known)


def test_a_new_entry_may_take_the_slug_of_one_that_was_renamed(known: Path) -> None:
    rename_entry(item("black-box"), "dark-box")
    create("Another box", "black-box")
    synced()
    assert (known / "terms/dark-box.md").read_bytes() == text("dark-box")
    assert (known / BLACK).read_bytes() == text("black-box")
    assert_in_step(known)


def test_entries_that_were_merged_leave_one_file(known: Path) -> None:
    merge_entries(item("grey-box"), item("black-box"))
    assert steps(synced()) == {GREY: "file removed", BLACK: "exported"}
    assert b'aliases: ["Grey box"]' in (known / BLACK).read_bytes()
    assert_in_step(known)


@pytest.mark.parametrize("publish", [False, True])
def test_a_new_entry_has_nothing_to_do_with_a_deleted_one_whose_file_is_gone_too(known: Path, publish: bool) -> None:
    delete("black-box")
    (known / BLACK).unlink()
    save_entry(Document(entry("Black box", "black-box")), publish=publish)
    assert steps(synced()) == ({BLACK: "exported (new)"} if publish else {})
    assert_in_step(known)


@pytest.mark.parametrize("side", ["files", "database"])
def test_a_new_entry_in_the_place_of_a_deleted_one_is_compared_with_its_file_as_often_as_needed(
    known: Path, side: str
) -> None:
    delete("black-box")
    create("The black box", "black-box")
    write(known, BLACK, b'title: "Black box"', b'title: "A box, black"')
    for _ in range(2):
        outcome = sync()
        assert (outcome.code, conflicts(outcome)) == (2, {BLACK: ["title"]})
    synced("--prefer", side)
    assert (b"A box, black" if side == "files" else b"The black box") in (known / BLACK).read_bytes()
    assert_in_step(known)


# --- conflicts ---


@pytest.fixture
def clash(known: Path) -> Path:
    """The category was changed on both sides, the definition in the file alone; another file changed too."""
    recategorize("black-box", "Theory")
    write(known, BLACK, b'"Fundamentals"', b'"Tools"')
    write(known, BLACK, FROM_OUTSIDE, SEEN)
    write(known, WHITE, b"seen from inside", b"with glass walls")
    return known


def test_a_field_that_both_sides_changed_waits_for_a_person(clash: Path) -> None:
    file, filed = (clash / BLACK).read_bytes(), text("black-box")
    outcome = sync()
    assert (outcome.code, conflicts(outcome)) == (2, {BLACK: ["category"]})
    assert ((clash / BLACK).read_bytes(), text("black-box"), readers_see("black-box")) == (file, filed, filed)
    [conflict] = open_conflicts()
    assert sides(conflict) == (BLACK_BOX, filed, file)
    assert conflict.fields == [{"field": "category", "base": "Fundamentals", "ours": "Theory", "theirs": "Tools"}]
    assert (conflict.root, conflict.path) == (str(clash / "terms"), "black-box.md")
    assert_sound()


def test_everything_without_a_conflict_goes_through(clash: Path) -> None:
    outcome = sync()
    assert steps(outcome) == {BLACK: "conflict", WHITE: "imported"}
    assert counts(outcome) == {"imported": 1, "conflicts": 1}
    assert b"with glass walls" in text("white-box")


def test_a_conflict_that_nothing_happened_to_stays_the_same_one(clash: Path) -> None:
    sync()
    before = state()
    outcome = sync()
    assert (outcome.code, conflicts(outcome), outcome.report["written"]) == (2, {BLACK: ["category"]}, False)
    assert state() == before


def test_a_conflict_knows_what_happened_since(clash: Path) -> None:
    sync()
    recategorize("black-box", "Algorithms")
    sync()
    [conflict] = open_conflicts()
    assert conflict.fields == [{"field": "category", "base": "Fundamentals", "ours": "Algorithms", "theirs": "Tools"}]
    assert Conflict.objects.count() == 1


def test_a_conflict_ends_when_the_sides_agree(clash: Path) -> None:
    sync()
    recategorize("black-box", "Tools")
    synced()
    assert open_conflicts() == []
    assert_in_step(clash)


@pytest.mark.parametrize("half", ["import_content", "export_content"])
def test_a_conflict_does_not_end_with_a_half_that_cannot_decide_it(clash: Path, half: str) -> None:
    sync()
    before = open_conflicts()
    run(half)
    assert open_conflicts() == before
    (clash / BLACK).unlink()
    sync()
    before = open_conflicts()
    run("import_content")
    assert open_conflicts() == before != []


def test_a_conflict_ends_when_both_sides_are_gone(known: Path) -> None:
    """Of an item that had never met its file, too."""
    create("Red box", "red-box")
    folders.write(known, {"terms/red-box.md": entry("Crimson box", "red-box")})
    delete("black-box")
    write(known, BLACK, FROM_OUTSIDE, SEEN)
    assert sync().code == 2
    delete("red-box")
    (known / "terms/red-box.md").unlink()
    (known / BLACK).unlink()
    synced()
    assert open_conflicts() == []
    assert_in_step(known)


def test_a_conflict_ends_when_another_entry_has_taken_the_place(known: Path) -> None:
    delete("black-box")
    write(known, BLACK, FROM_OUTSIDE, SEEN)
    assert sync().code == 2
    create("Another black box", "black-box")
    assert run("export_content").code == 1
    assert [conflict.item.title for conflict in open_conflicts()] == []
    assert sync().code == 2
    assert [conflict.item.title for conflict in open_conflicts()] == ["Another black box"]


def test_a_conflict_ends_when_one_side_takes_its_change_back(clash: Path) -> None:
    sync()
    recategorize("black-box", "Fundamentals")
    synced()
    assert open_conflicts() == []
    assert (b'"Tools"' in text("black-box"), SEEN in text("black-box")) == (True, True)
    assert_in_step(clash)


@pytest.mark.parametrize(("side", "wins", "loses"), [("files", b"Tools", b"Theory"), ("database", b"Theory", b"Tools")])
def test_a_side_may_be_preferred_where_fields_conflict(clash: Path, side: str, wins: bytes, loses: bytes) -> None:
    sync()
    outcome = synced("--prefer", side)
    # The file has it all already if its category wins.
    assert steps(outcome) == {BLACK: "imported" if side == "files" else "merged"}
    after = (clash / BLACK).read_bytes()
    # What does not conflict is taken from both sides all the same.
    assert (wins in after, loses in after, SEEN in after) == (True, False, True)
    assert open_conflicts() == []
    assert_in_step(clash)


def test_the_file_was_deleted_and_the_item_changed(known: Path) -> None:
    recategorize("black-box", "Theory")
    (known / BLACK).unlink()
    outcome = sync()
    assert (outcome.code, conflicts(outcome)) == (2, {BLACK: []})
    [conflict] = open_conflicts()
    assert (sides(conflict), conflict.fields) == ((BLACK_BOX, text("black-box"), None), [])
    assert not (known / BLACK).exists()


def test_the_file_was_deleted_and_the_item_has_edits_that_are_not_published(known: Path) -> None:
    recategorize("black-box", "Theory", publish=False)
    (known / BLACK).unlink()
    outcome = sync()
    assert (outcome.code, conflicts(outcome)) == (2, {BLACK: []})
    assert b'"Theory"' in working("black-box")
    assert readers_see("black-box") == BLACK_BOX


def test_the_item_was_deleted_and_its_file_changed(known: Path) -> None:
    delete("black-box")
    after = write(known, BLACK, FROM_OUTSIDE, SEEN)
    outcome = sync()
    assert (outcome.code, conflicts(outcome)) == (2, {BLACK: []})
    [conflict] = open_conflicts()
    assert sides(conflict) == (BLACK_BOX, None, after)
    assert (known / BLACK).read_bytes() == after
    assert "black-box" not in slugs()


def test_both_were_there_before_they_first_met(known: Path) -> None:
    create("Red box", "red-box")
    folders.write(known, {"terms/red-box.md": entry("Crimson box", "red-box")})
    outcome = sync()
    assert (outcome.code, conflicts(outcome)) == (2, {"terms/red-box.md": ["title"]})
    [conflict] = open_conflicts()
    assert (conflict.base, conflict.fields) == (
        None,
        [{"field": "title", "base": None, "ours": "Red box", "theirs": "Crimson box"}],
    )


def test_both_were_there_and_say_the_same_before_they_first_met(known: Path) -> None:
    create("Red box", "red-box")
    folders.write(known, {"terms/red-box.md": text("red-box")})
    assert steps(synced()) == {}
    assert_in_step(known)


def test_both_were_there_in_different_places_before_they_first_met(known: Path) -> None:
    create("Red box", "red-box")
    folders.write(known, {"terms/colours/red.md": text("red-box")})
    synced()
    assert item("red-box").path == "colours/red.md"
    assert_in_step(known)


def _changed_here(root: Path) -> None:
    recategorize("black-box", "Theory")
    (root / BLACK).unlink()


def _edited_here(root: Path) -> None:
    recategorize("black-box", "Theory", publish=False)
    (root / BLACK).unlink()


def _deleted_here(root: Path) -> None:
    delete("black-box")
    write(root, BLACK, b'"Fundamentals"', b'"Tools"')


def _first_met(root: Path) -> None:
    create("Black case", "black-case")
    folders.write(root, {"terms/black-case.md": entry("Box, black", "black-case")})


@pytest.mark.parametrize(
    ("prepare", "side", "there"),
    [
        (_changed_here, "files", {}),
        (_changed_here, "database", {BLACK: b'"Theory"'}),
        (_edited_here, "files", {}),
        # What was filed: the edits still wait.
        (_edited_here, "database", {BLACK: b'"Fundamentals"'}),
        (_deleted_here, "files", {BLACK: b'"Tools"'}),
        (_deleted_here, "database", {}),
        (_first_met, "files", {"terms/black-case.md": b"Box, black"}),
        (_first_met, "database", {"terms/black-case.md": b"Black case"}),
    ],
)
@pytest.mark.parametrize("asked_before", [False, True])
def test_a_side_may_be_preferred_in_every_kind_of_conflict(
    known: Path, prepare: Callable[[Path], None], side: str, there: dict[str, bytes], asked_before: bool
) -> None:
    prepare(known)
    if asked_before:
        assert sync().code == 2
    synced("--prefer", side)
    found = folders.read(known)
    for path in (BLACK, "terms/black-case.md"):
        assert path in CAST or path not in found or path in there
        if path in there:
            assert there[path] in found[path]
        elif prepare is not _first_met:
            assert path not in found
    assert open_conflicts() == []
    assert_in_step(known)


def test_an_item_that_comes_back_from_its_file_keeps_its_history(known: Path) -> None:
    gone = delete("black-box")
    _ = write(known, BLACK, FROM_OUTSIDE, SEEN)
    synced("--prefer", "files")
    now = item("black-box")
    assert (now.uuid, now.revision) == (gone.uuid, 2)
    assert_in_step(known)


# --- unpublished edits ---


def test_unpublished_edits_never_reach_a_file(known: Path) -> None:
    recategorize("black-box", "Theory", publish=False)
    save_entry(Document(entry("Red box", "red-box")))
    stamps = folders.stamps(known)
    assert steps(synced()) == {}
    assert folders.stamps(known) == stamps
    assert_in_step(known)


def test_a_changed_file_is_published_and_merged_into_edits_that_wait(known: Path) -> None:
    recategorize("black-box", "Theory", publish=False)
    after = write(known, BLACK, FROM_OUTSIDE, SEEN)
    assert steps(synced()) == {BLACK: "imported"}
    assert text("black-box") == readers_see("black-box") == after
    assert working("black-box") == after.replace(b'"Fundamentals"', b'"Theory"')
    assert (known / BLACK).read_bytes() == after
    assert_in_step(known)
    publish_entry(item("black-box"))
    synced()
    assert (known / BLACK).read_bytes() == after.replace(b'"Fundamentals"', b'"Theory"')


def test_a_file_that_contradicts_edits_that_wait_is_published_and_they_wait_for_a_person(known: Path) -> None:
    recategorize("black-box", "Theory", publish=False)
    after = write(known, BLACK, b'"Fundamentals"', b'"Tools"')
    outcome = synced()
    assert steps(outcome) == {BLACK: "imported"}
    assert text("black-box") == readers_see("black-box") == after
    assert b'"Theory"' in working("black-box")
    [conflict] = open_conflicts("draft")
    assert conflict.fields == [{"field": "category", "base": "Fundamentals", "ours": "Theory", "theirs": "Tools"}]
    # It blocks neither sync nor export.
    assert_in_step(known)


def test_the_file_of_an_edit_that_waits_may_move(known: Path) -> None:
    recategorize("black-box", "Theory", publish=False)
    (known / BLACK).rename(known / "terms/box.md")
    synced()
    assert (item("black-box").path, b'"Theory"' in working("black-box")) == ("box.md", True)
    assert_in_step(known)


def test_a_file_for_a_draft_that_was_never_published_is_merged_with_it(known: Path) -> None:
    save_entry(Document(entry("Red box", "red-box")))
    folders.write(known, {"terms/red-box.md": entry("Red box", "red-box", "category: Tools\n")})
    synced()
    assert working("red-box") == text("red-box") == entry("Red box", "red-box", "category: Tools\n")
    assert_in_step(known)


def test_a_file_that_contradicts_a_draft_that_was_never_published_is_a_conflict_of_the_draft(known: Path) -> None:
    save_entry(Document(entry("Red box", "red-box")))
    folders.write(known, {"terms/red-box.md": entry("Crimson box", "red-box")})
    synced()
    assert working("red-box") == entry("Red box", "red-box")
    assert readers_see("red-box") == entry("Crimson box", "red-box")
    assert [conflict.fields[0]["field"] for conflict in open_conflicts("draft")] == ["title"]
    assert_in_step(known)


def test_discarding_edits_after_the_file_changed_leaves_the_file_alone(known: Path) -> None:
    recategorize("black-box", "Theory", publish=False)
    after = write(known, BLACK, b'"Fundamentals"', b'"Tools"')
    synced()
    discard_entry_draft(item("black-box"))
    assert steps(synced()) == {}
    assert working("black-box") == after
    assert_in_step(known)


# --- drafts that the file marks ---


def test_a_file_marked_as_draft_is_kept_from_readers(known: Path) -> None:
    write(known, BLACK, b"lastUpdated", b"status: draft\nlastUpdated")
    synced()
    assert readers_see("black-box") is None
    assert b"status: draft" in text("black-box")
    assert Change.objects.latest("position").action == "unpublished"
    assert_in_step(known)


def test_publishing_takes_the_mark_out_of_the_file(known: Path) -> None:
    folders.write(known, {"terms/red-box.md": entry("Red box", "red-box", "status: draft\n")})
    synced()
    publish_entry(item("red-box"))
    assert steps(synced()) == {"terms/red-box.md": "exported"}
    assert (known / "terms/red-box.md").read_bytes() == entry("Red box", "red-box")
    assert_in_step(known)


def test_unpublishing_writes_the_mark_into_the_file(known: Path) -> None:
    unpublish_entry(item("black-box"))
    assert steps(synced()) == {BLACK: "exported"}
    removed, added = folders.changes(BLACK_BOX, (known / BLACK).read_bytes())
    assert (removed, added) == ([], [b'status: "draft"'])
    assert_in_step(known)


def test_a_mark_taken_out_by_hand_shows_the_entry_to_readers(known: Path) -> None:
    unpublish_entry(item("black-box"))
    synced()
    folders.write(known, {BLACK: BLACK_BOX})
    synced()
    assert readers_see("black-box") == BLACK_BOX
    assert_in_step(known)


# --- what is left alone ---


BAD = b"---\ntitle: [\n---\n"


def test_a_bad_file_is_named_and_the_others_go_through(known: Path) -> None:
    (known / BLACK).write_bytes(BAD)
    recategorize("black-box", "Theory")
    write(known, WHITE, b"seen from inside", b"with glass walls")
    create("Red box", "red-box")
    outcome = sync()
    assert (outcome.code, [path for path, _ in outcome.codes()]) == (1, [BLACK])
    assert steps(outcome) == {WHITE: "imported", "terms/red-box.md": "exported (new)"}
    assert counts(outcome) == {"imported": 1, "exported": 1, "bad": 1}
    assert outcome.err.endswith("1 file was left alone; the reason of each is above.\n")
    assert (known / BLACK).read_bytes() == BAD
    assert b'"Theory"' in text("black-box")
    assert_sound()


@pytest.mark.parametrize(
    "prepare",
    [
        lambda file: file.write_bytes(BAD),
        lambda file: file.write_bytes(b"\xff\xfe"),
        lambda file: file.write_bytes(b"---\ntitle: A\n---\n<<<<<<< ours\n=======\n>>>>>>> theirs\n"),
        lambda file: file.write_bytes(b'---\ntitle: ""\n---\n'),
        lambda file: (file.unlink(), file.symlink_to("white-box.md")),
        lambda file: (file.unlink(), file.mkdir()),
    ],
    ids=["yaml", "encoding", "markers", "title", "link", "folder"],
)
def test_what_cannot_be_read_is_never_taken_for_deleted(known: Path, prepare: Callable[[Path], object]) -> None:
    prepare(known / BLACK)
    for _ in range(2):
        assert sync("--allow-mass-delete").code == 1
    assert text("black-box") == readers_see("black-box") == BLACK_BOX
    assert agreed(known)[BLACK] == BLACK_BOX


def test_a_mended_file_is_compared_with_what_it_was_before_it_broke(known: Path) -> None:
    (known / BLACK).write_bytes(BAD)
    recategorize("black-box", "Theory")
    sync()
    folders.write(known, {BLACK: BLACK_BOX.replace(FROM_OUTSIDE, SEEN)})
    assert steps(synced()) == {BLACK: "merged"}
    assert_in_step(known)


def test_two_files_with_one_slug_are_both_left_alone(known: Path) -> None:
    folders.write(known, {"terms/copy.md": BLACK_BOX})
    recategorize("black-box", "Theory")
    outcome = sync()
    assert (outcome.code, sorted(outcome.codes())) == (
        1,
        [(BLACK, "slug.duplicate"), ("terms/copy.md", "slug.duplicate")],
    )
    assert (known / BLACK).read_bytes() == (known / "terms/copy.md").read_bytes() == BLACK_BOX
    (known / "terms/copy.md").unlink()
    synced()
    assert_in_step(known)


def test_a_file_in_the_place_of_a_new_entry_is_a_conflict_with_it(known: Path) -> None:
    create("Red box", "red-box")
    folders.write(known, {"terms/red-box.md": entry("Rosy box", "rosy-box")})
    outcome = sync()
    assert (outcome.code, conflicts(outcome)) == (2, {"terms/red-box.md": ["title", "slug"]})
    assert (known / "terms/red-box.md").read_bytes() == entry("Rosy box", "rosy-box")
    assert item("red-box").title == "Red box"


def test_what_is_skipped_by_its_name_is_listed_and_stays(known: Path) -> None:
    folders.write(known, {"terms/README.md": "# Read me", "terms/_TEMPLATE.md": "# Template"})
    outcome = synced()
    assert [each["path"] for each in outcome.report["skipped"]] == ["terms/README.md", "terms/_TEMPLATE.md"]
    assert "README" not in slugs()


# --- halves ---


def test_an_import_replaces_nothing_that_was_published_since_the_folder_was_known(known: Path) -> None:
    """In a folder that was never synced the files are the newer texts; here nobody can say which is."""
    create("Red box", "red-box")
    folders.write(known, {"terms/red-box.md": entry("Crimson box", "red-box")})
    outcome = run("import_content", "--json")
    assert (outcome.code, conflicts(outcome)) == (2, {"terms/red-box.md": ["title"]})
    assert readers_see("red-box") == text("red-box") != entry("Crimson box", "red-box")
    assert sync().code == 2


# --- mass deletions ---


def test_a_folder_that_is_gone_deletes_nothing(known: Path) -> None:
    (known / "terms").rename(known / "elsewhere")
    outcome = sync()
    assert (outcome.code, "terms" in outcome.err) == (1, True)
    assert len(slugs()) == 3
    (known / "elsewhere").rename(known / "terms")
    assert_in_step(known)


def test_an_empty_folder_deletes_nothing_unless_told(known: Path) -> None:
    for path in (BLACK, WHITE, GREY):
        (known / path).unlink()
    write(known, BOOK, b"It is big.", b"It is heavy.")
    before = state()
    outcome = sync()
    assert (outcome.code, "--allow-mass-delete" in outcome.err) == (1, True)
    assert state() == before
    synced("--allow-mass-delete")
    assert slugs() == []
    assert_in_step(known)


@pytest.mark.parametrize(("number", "gone", "code"), [(40, 10, 0), (40, 11, 1), (60, 12, 0), (60, 13, 1)])
def test_more_than_ten_and_a_fifth_have_to_be_asked_for(known: Path, number: int, gone: int, code: int) -> None:
    # The cast has three.
    files = {f"terms/many/e{n}.md": entry(f"Entry {n}", f"e{n}") for n in range(number - 3)}
    folders.write(known, files)
    synced()
    for path in list(files)[:gone]:
        (known / path).unlink()
    assert sync().code == code
    assert len(slugs()) == number - (0 if code else gone)


def test_a_mass_of_deleted_files_is_not_exempt(known: Path) -> None:
    files = {f"terms/many/e{n}.md": entry(f"Entry {n}", f"e{n}") for n in range(20)}
    folders.write(known, files)
    synced()
    for n in range(12):
        delete(f"e{n}")
    outcome = sync()
    assert (outcome.code, "--allow-mass-delete" in outcome.err) == (1, True)
    assert set(files) <= set(folders.read(known))
    synced("--allow-mass-delete")
    assert_in_step(known)


# --- options ---


@pytest.fixture
def busy(known: Path) -> Path:
    """Something to do in every direction, and a conflict."""
    recategorize("black-box", "Theory")
    write(known, BLACK, b'"Fundamentals"', b'"Tools"')
    write(known, WHITE, b"seen from inside", b"with glass walls")
    delete("grey-box")
    create("Red box", "red-box")
    return known


PLANNED = {BLACK: "conflict", WHITE: "imported", GREY: "file removed", "terms/red-box.md": "exported (new)"}


@pytest.mark.parametrize("option", ["--dry-run", "--check"])
def test_a_dry_run_says_what_would_happen_and_writes_nothing(busy: Path, option: str) -> None:
    before, stamps = state(), folders.stamps(busy)
    outcome = sync(option)
    assert (steps(outcome), outcome.report["written"], outcome.code) == (PLANNED, False, 2)
    assert (state(), folders.stamps(busy)) == (before, stamps)
    assert steps(sync()) == PLANNED


def test_a_dry_run_ends_well_where_a_check_does_not(known: Path) -> None:
    assert [sync(option).code for option in ("--dry-run", "--check")] == [0, 0]
    recategorize("black-box", "Theory")
    assert [sync(option).code for option in ("--dry-run", "--check")] == [0, 1]
    (known / WHITE).write_bytes(BAD)
    assert [sync(option).code for option in ("--dry-run", "--check")] == [1, 1]


def test_a_check_fails_for_a_file_that_only_moved(known: Path) -> None:
    (known / BLACK).rename(known / "terms/box.md")
    assert sync("--check").code == 1


def test_a_dry_run_shows_a_person_every_step(busy: Path) -> None:
    outcome = run("sync_content", "--dry-run")
    for path, step in PLANNED.items():
        assert f"{path}: {step}" in outcome.out
    assert "Nothing was written." in outcome.out


def test_the_report_for_programs_is_one_object_whatever_happens(busy: Path) -> None:
    (busy / WHITE).write_bytes(BAD)
    for options in ([], ["--check"], ["--prefer", "files"]):
        outcome = sync(*options)
        keys = {"written", "counts", "steps", "conflicts", "commits", "problems", "skipped", "diffs"}
        assert keys <= set(json.loads(outcome.out))


def test_a_person_is_told_what_conflicts_and_what_to_do(busy: Path) -> None:
    outcome = run("sync_content")
    assert outcome.code == 2
    assert f"{BLACK}: conflict in category" in outcome.out
    assert "1 conflict waits for a person" in outcome.err
    assert "--prefer" in outcome.err


@pytest.mark.parametrize("named", ["terms/white-box.md", "{root}/terms/white-box.md", "white-box.md"])
def test_only_what_was_named_is_synced(busy: Path, named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if named == "white-box.md":
        monkeypatch.chdir(busy / "terms")
    outcome = sync("--only", named.format(root=busy))
    assert (outcome.code, steps(outcome)) == (0, {WHITE: "imported"})
    assert (busy / GREY).exists()
    assert open_conflicts() == []
    assert steps(sync()) == {path: step for path, step in PLANNED.items() if path != WHITE}


def test_several_may_be_named_and_a_conflict_decided_for_one_of_them(busy: Path) -> None:
    sync()
    write(busy, WHITE, b"glass walls", b"walls of glass")
    recategorize("white-box", "Theory")
    outcome = sync("--only", BLACK, "terms/red-box.md", "--prefer", "database")
    assert (outcome.code, steps(outcome)) == (0, {BLACK: "exported"})
    assert b"walls of glass" not in text("white-box")
    synced()
    assert_in_step(busy)


def test_what_was_named_may_be_a_file_that_is_gone(known: Path) -> None:
    (known / BLACK).unlink()
    (known / WHITE).unlink()
    assert steps(synced("--only", BLACK)) == {BLACK: "item removed"}
    assert "white-box" in slugs()


def test_what_was_named_may_have_moved(known: Path) -> None:
    (known / BLACK).rename(known / "terms/box.md")
    (known / WHITE).unlink()
    assert steps(synced("--only", "terms/box.md")) == {"terms/box.md": "imported"}
    assert item("black-box").path == "box.md"


def test_a_path_outside_the_folders_is_explained(known: Path) -> None:
    outcome = sync("--only", "/etc/passwd")
    assert (outcome.code, "lies in none of the folders" in outcome.err) == (1, True)


# --- several roots ---


def test_each_root_has_a_memory_of_its_own(known: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "terms").mkdir(parents=True)
    assert counts(synced(other)) == {"exported": 3}
    assert folders.read(other) == CAST
    write(other, BLACK, FROM_OUTSIDE, SEEN)
    recategorize("black-box", "Theory")
    assert steps(synced(other)) == {BLACK: "merged"}
    assert steps(synced(known)) == {BLACK: "exported"}
    assert folders.read(other) == folders.read(known)
    assert_in_step(known)
    assert_in_step(other)


def test_what_is_deleted_in_one_root_goes_from_the_other(known: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "terms").mkdir(parents=True)
    synced(other)
    (other / BLACK).unlink()
    assert steps(synced(other)) == {BLACK: "item removed"}
    assert steps(synced(known)) == {BLACK: "file removed"}
    assert_in_step(known)


def test_a_conflict_with_one_root_keeps_the_other_in_step(known: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "terms").mkdir(parents=True)
    synced(other)
    recategorize("black-box", "Theory")
    write(other, BLACK, b'"Fundamentals"', b'"Tools"')
    assert sync(other).code == 2
    assert steps(synced(known)) == {BLACK: "exported"}
    assert [conflict.root for conflict in open_conflicts()] == [str(other / "terms")]
    synced(other, "--prefer", "files")
    assert steps(synced(known)) == {BLACK: "exported"}
    assert b'"Tools"' in (known / BLACK).read_bytes()
    assert_in_step(known)
    assert_in_step(other)


def test_a_root_that_was_never_synced_adds_and_writes_but_deletes_nothing(known: Path, tmp_path: Path) -> None:
    other = folders.write(tmp_path / "other", {"terms/red-box.md": entry("Red box", "red-box"), BLACK: BLACK_BOX})
    outcome = synced(other)
    assert steps(outcome) == {
        "terms/red-box.md": "imported (new)",
        WHITE: "exported (new)",
        GREY: "exported (new)",
        BOOK: "exported (new)",
    }
    assert_in_step(other)


def test_without_a_folder_it_takes_content_root(known: Path, tmp_path: Path, settings: Settings) -> None:
    settings.CONTENT_ROOT = tmp_path / "nowhere"
    outcome = sync()
    assert (outcome.code, "--entries" in outcome.err) == (1, True)


def test_the_file_of_a_first_publication_that_was_undone_goes(known: Path) -> None:
    made = save_entry(documents.new_document({"title": "Draft", "slug": "draft"}))
    done = batches.carry_out([made.pk], batches.publishing(None), label="Published", author=None)
    synced()
    assert "terms/draft.md" in folders.read(known)
    assert done.batch
    batches.undo(done.batch, author=None)
    assert steps(synced()) == {"terms/draft.md": "file removed"}
    assert "terms/draft.md" not in folders.read(known)
    assert item("draft").filed is None
    assert_in_step(known)
