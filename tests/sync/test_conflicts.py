"""What a person decided is what editors, readers and the file have afterwards, and nothing else is touched."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

import documents
from documents import Choice, Document, Edited
from glossary.editing import discard_entry_draft, merge_entries, publish_entry, rename_entry, save_entry
from publishing import conflicts
from publishing.errors import ConflictPending, EditConflict, NotAllowed, StaleRevision
from publishing.models import Conflict, Item, Published, Revision
from publishing.problems import InvalidDocument
from sync.resolving import resolve
from tests.sync import folders
from tests.sync.agreement import agreed, assert_in_step, assert_sound, open_conflicts, steps, sync, synced
from tests.sync.cast import BLACK_BOX, CAST, create, delete, edit, entry, item, slugs, text

pytestmark = pytest.mark.django_db

BLACK = "terms/black-box.md"
HERE, THERE, BEFORE = b'"Theory"', b'"Tools"', b'"Fundamentals"'
FROM_OUTSIDE, SEEN = b"A system seen from outside.", b"A system of which only the outside is seen."


def recategorize(slug: str, category: str, *, publish: bool = True) -> Item:
    return edit(slug, lambda document: document.__setitem__("category", category), publish=publish)


def by_hand(root: Path, *pairs: tuple[bytes, bytes], path: str = BLACK) -> bytes:
    """Replaces parts of a file, and gives the whole."""
    data = (root / path).read_bytes()
    for old, new in pairs:
        assert data.count(old) == 1
        data = data.replace(old, new)
    (root / path).write_bytes(data)
    return data


def waiting(origin: str = "files") -> Conflict:
    [conflict] = open_conflicts(origin)
    return conflict


def choose(choice: Choice, **options: Any) -> Item:
    """Decides the one open conflict, in all its fields alike."""
    conflict = waiting(options.pop("from_", "files"))
    merge = conflicts.as_merge(conflict)
    assert merge is not None
    chosen = merge.resolved({each.field: choice for each in merge.conflicts})
    return decide(chosen, conflict=conflict, **options)


def decide(chosen: Document | bytes | None, *, conflict: Conflict | None = None, **options: Any) -> Item:
    conflict = conflict or waiting()
    if isinstance(chosen, bytes):
        chosen = documents.parse(chosen)
    options.setdefault("base_revision", conflict.item.revision)
    return resolve(conflict, chosen, **options)


def readers_see(slug: str) -> bytes | None:
    found = Published.objects.filter(kind="entry", slug=slug).select_related("file").first()
    return None if found is None else bytes(found.file.data)


def working(slug: str) -> bytes:
    return bytes(item(slug).working.data)


@pytest.fixture
def clash(known: Path) -> Path:
    """The category was changed on both sides, the difficulty here, the definition there; a sync has seen it."""
    recategorize("black-box", "Theory")
    edit("black-box", lambda document: document.__setitem__("difficulty", "advanced"))
    by_hand(known, (BEFORE, THERE), (FROM_OUTSIDE, SEEN))
    assert sync().code == 2
    return known


def merged(category: bytes) -> bytes:
    """The black box with what each side of `clash` changed by itself."""
    text = BLACK_BOX.replace(FROM_OUTSIDE, SEEN).replace(b'"beginner"', b'"advanced"')
    return text.replace(BEFORE, category)


CHOICES: list[tuple[Choice, bytes]] = [
    ("ours", HERE),
    ("theirs", THERE),
    ("base", BEFORE),
    (Edited("Algorithms"), b'"Algorithms"'),
]


# --- a field that both changed ---


@pytest.mark.parametrize(("choice", "category"), CHOICES)
def test_the_chosen_text_is_published_at_once_and_written_by_the_next_sync(
    clash: Path, choice: Choice, category: bytes
) -> None:
    file = (clash / BLACK).read_bytes()
    choose(choice)
    assert text("black-box") == working("black-box") == readers_see("black-box") == merged(category)
    assert ((clash / BLACK).read_bytes(), open_conflicts()) == (file, [])
    assert steps(synced()) == {BLACK: "exported"}
    assert (clash / BLACK).read_bytes() == merged(category)
    assert_in_step(clash)


def test_a_field_may_be_taken_out(clash: Path) -> None:
    choose(Edited(None))
    synced()
    assert (clash / BLACK).read_bytes() == merged(BEFORE).replace(b'category: "Fundamentals"\n', b"")
    assert_in_step(clash)


def test_a_person_may_write_a_text_of_their_own(clash: Path) -> None:
    own = entry("Black box", "black-box", body="# Brief Definition\nSomething else.\n")
    decide(own)
    synced()
    assert (clash / BLACK).read_bytes() == readers_see("black-box") == own
    assert_in_step(clash)


def test_the_file_as_it_is_may_be_the_choice(clash: Path) -> None:
    file = (clash / BLACK).read_bytes()
    decide(file)
    assert steps(synced()) == {}
    assert (clash / BLACK).read_bytes() == readers_see("black-box") == file
    assert_in_step(clash)


def test_the_history_says_who_decided(clash: Path) -> None:
    anna = User.objects.create_user("anna", email="anna@example.org")
    conflict = waiting()
    choose("theirs", author=anna, message="The file is right")
    newest = Revision.objects.filter(item=item("black-box")).latest("number")
    assert (newest.author, newest.author_email, newest.message) == (anna, "anna@example.org", "The file is right")
    conflict.refresh_from_db()
    assert (conflict.resolved_by, conflict.resolved_at is None) == (anna, False)


@pytest.mark.parametrize(("choice", "category"), CHOICES)
def test_a_field_may_be_chosen_after_the_file_was_changed_elsewhere(
    clash: Path, choice: Choice, category: bytes
) -> None:
    by_hand(clash, (b"- output", b"- output\n- side effects"))
    choose(choice)
    synced()
    assert (clash / BLACK).read_bytes() == merged(category).replace(b"- output", b"- output\n- side effects")
    assert_in_step(clash)


def test_a_file_that_was_changed_there_once_more_is_a_conflict_once_more(clash: Path) -> None:
    by_hand(clash, (THERE, b'"Algorithms"'))
    choose("ours")
    assert sync().code == 2
    assert (b'"Algorithms"' in (clash / BLACK).read_bytes(), HERE in text("black-box")) == (True, True)
    [field] = waiting().fields
    assert (field["base"], field["ours"], field["theirs"]) == ("Tools", "Theory", "Algorithms")
    choose("theirs")
    synced()
    assert b'"Algorithms"' in readers_see("black-box")  # type: ignore[operator]
    assert_in_step(clash)


def test_a_file_that_took_its_change_back_meanwhile_counts(clash: Path) -> None:
    choose("theirs")
    (clash / BLACK).write_bytes(BLACK_BOX)
    synced()
    # As the file was seen by whoever chose, it has taken back both of its changes since.
    assert (clash / BLACK).read_bytes() == BLACK_BOX.replace(b'"beginner"', b'"advanced"')
    assert_in_step(clash)


def test_a_file_that_was_deleted_meanwhile_is_a_conflict_of_its_own(clash: Path) -> None:
    (clash / BLACK).unlink()
    choose("ours")
    assert sync().code == 2
    assert readers_see("black-box") == merged(HERE)
    decide(readers_see("black-box"))
    synced()
    assert (clash / BLACK).read_bytes() == merged(HERE)
    assert_in_step(clash)


def test_a_file_that_moved_meanwhile_is_followed(clash: Path) -> None:
    (clash / BLACK).rename(clash / "terms/box.md")
    choose("theirs")
    synced()
    assert (clash / "terms/box.md").read_bytes() == merged(THERE)
    assert_in_step(clash)


def test_a_file_that_moved_before_is_not_moved_back(known: Path) -> None:
    recategorize("black-box", "Theory")
    by_hand(known, (BEFORE, THERE))
    (known / BLACK).rename(known / "terms/box.md")
    assert sync().code == 2
    choose("ours")
    synced()
    assert set(folders.read(known)) == {*CAST, "terms/box.md"} - {BLACK}
    assert HERE in (known / "terms/box.md").read_bytes()
    assert_in_step(known)


def test_an_item_that_was_renamed_before_gets_its_file_renamed(known: Path) -> None:
    recategorize("black-box", "Theory")
    rename_entry(item("black-box"), "opaque-box")
    by_hand(known, (BEFORE, THERE))
    assert sync().code == 2
    choose("theirs")
    synced()
    assert set(folders.read(known)) == {*CAST, "terms/opaque-box.md"} - {BLACK}
    assert THERE in (known / "terms/opaque-box.md").read_bytes()
    assert_in_step(known)


def test_an_item_that_was_renamed_meanwhile_keeps_its_new_name(clash: Path) -> None:
    rename_entry(item("black-box"), "opaque-box")
    choose("theirs", base_revision=item("opaque-box").revision)
    synced()
    assert slugs() == ["grey-box", "opaque-box", "white-box"]
    assert THERE in (clash / "terms/opaque-box.md").read_bytes()
    assert_in_step(clash)


def test_what_was_published_meanwhile_elsewhere_is_kept(clash: Path) -> None:
    conflict = waiting()
    merge = conflicts.as_merge(conflict)
    assert merge is not None
    seen = item("black-box").revision
    edit("black-box", lambda document: document.__setitem__("tags", ["opacity"]))
    decide(merge.resolved({"category": "theirs"}), conflict=conflict, base_revision=seen)
    assert readers_see("black-box") == merged(THERE).replace(b', "trust"', b"")
    synced()
    assert_in_step(clash)


def test_what_was_published_meanwhile_in_the_same_place_is_not_written_over(clash: Path) -> None:
    conflict = waiting()
    merge = conflicts.as_merge(conflict)
    assert merge is not None
    seen = item("black-box").revision
    recategorize("black-box", "Algorithms")
    with pytest.raises(EditConflict):
        decide(merge.resolved({"category": "theirs"}), conflict=conflict, base_revision=seen)
    assert b'"Algorithms"' in readers_see("black-box")  # type: ignore[operator]
    # What is shown now has it.
    choose("theirs")
    assert readers_see("black-box") == merged(THERE)
    synced()
    assert_in_step(clash)


def test_a_conflict_is_decided_once(clash: Path) -> None:
    conflict = waiting()
    choose("theirs")
    with pytest.raises(NotAllowed):
        decide(merged(HERE), conflict=conflict, base_revision=item("black-box").revision)
    assert THERE in text("black-box")


def test_a_conflict_that_a_sync_saw_change_has_to_be_looked_at_again(clash: Path) -> None:
    conflict = waiting()
    by_hand(clash, (THERE, b'"Algorithms"'))
    sync()
    with pytest.raises(NotAllowed):
        decide(merged(HERE), conflict=conflict)
    assert waiting().fields[0]["theirs"] == "Algorithms"


def test_a_conflict_that_a_sync_saw_again_unchanged_can_be_decided(clash: Path) -> None:
    conflict = waiting()
    sync()
    decide(merged(HERE), conflict=conflict)
    assert open_conflicts() == []


def test_a_choice_that_cannot_be_saved_leaves_all_as_it_was(clash: Path) -> None:
    before = text("black-box")
    with pytest.raises(InvalidDocument):
        decide(b'---\ntitle: ""\n---\n')
    assert (text("black-box"), len(open_conflicts())) == (before, 1)
    assert agreed(clash)[BLACK] == BLACK_BOX


# --- one side is gone ---


def _file_gone(root: Path) -> bytes:
    recategorize("black-box", "Theory")
    (root / BLACK).unlink()
    assert sync().code == 2
    return text("black-box")


def _item_gone(root: Path) -> bytes:
    delete("black-box")
    data = by_hand(root, (BEFORE, THERE))
    assert sync().code == 2
    return data


def test_the_item_of_a_deleted_file_may_stay(known: Path) -> None:
    ours = _file_gone(known)
    assert conflicts.as_merge(waiting()) is None
    decide(ours)
    assert steps(synced()) == {BLACK: "exported (new)"}
    assert (known / BLACK).read_bytes() == readers_see("black-box") == ours
    assert_in_step(known)


def test_the_item_of_a_deleted_file_may_go(known: Path) -> None:
    _file_gone(known)
    decide(None)
    assert steps(synced()) == {}
    assert ("black-box" in slugs(), (known / BLACK).exists(), open_conflicts()) == (False, False, [])
    assert_in_step(known)


def test_the_item_of_a_deleted_file_may_stay_otherwise(known: Path) -> None:
    ours = _file_gone(known)
    decide(ours.replace(HERE, b'"Algorithms"'))
    synced()
    assert (known / BLACK).read_bytes() == BLACK_BOX.replace(BEFORE, b'"Algorithms"')
    assert_in_step(known)


def test_edits_of_a_deleted_file_wait_on_beside_the_text_that_stays(known: Path) -> None:
    recategorize("black-box", "Theory", publish=False)
    (known / BLACK).unlink()
    assert sync().code == 2
    decide(BLACK_BOX)
    assert (readers_see("black-box"), HERE in working("black-box")) == (BLACK_BOX, True)
    synced()
    assert (known / BLACK).read_bytes() == BLACK_BOX
    assert_in_step(known)


def test_a_file_that_was_given_back_meanwhile_is_compared_with_the_choice(known: Path) -> None:
    ours = _file_gone(known)
    folders.write(known, {BLACK: BLACK_BOX.replace(FROM_OUTSIDE, SEEN)})
    decide(ours)
    assert sync().code in (0, 2)
    assert_sound()
    texts = [(known / BLACK).read_bytes(), text("black-box")]
    assert any(SEEN in each for each in texts)
    assert any(HERE in each for each in texts)


def test_a_deleted_item_may_come_back_from_its_changed_file(known: Path) -> None:
    uuid = item("black-box").uuid
    theirs = _item_gone(known)
    decide(theirs)
    assert steps(synced()) == {}
    assert (item("black-box").uuid, readers_see("black-box")) == (uuid, theirs)
    assert_in_step(known)


def test_a_deleted_item_may_come_back_otherwise(known: Path) -> None:
    theirs = _item_gone(known)
    decide(theirs.replace(THERE, b'"Algorithms"'))
    assert steps(synced()) == {BLACK: "exported"}
    assert (known / BLACK).read_bytes() == readers_see("black-box") == BLACK_BOX.replace(BEFORE, b'"Algorithms"')
    assert_in_step(known)


def test_the_changed_file_of_a_deleted_item_may_go(known: Path) -> None:
    _item_gone(known)
    decide(None)
    assert (known / BLACK).exists()
    assert steps(synced()) == {BLACK: "file removed"}
    assert_in_step(known)


def test_a_file_that_was_changed_after_it_was_given_up_is_asked_about_again(known: Path) -> None:
    _item_gone(known)
    later = by_hand(known, (FROM_OUTSIDE, SEEN))
    decide(None)
    assert sync().code == 2
    assert (known / BLACK).read_bytes() == later
    decide(later)
    synced()
    assert readers_see("black-box") == later
    assert_in_step(known)


def test_the_changed_file_of_an_entry_that_was_merged_into_another(known: Path) -> None:
    merge_entries(item("grey-box"), item("black-box"))
    by_hand(known, (b"Half of each", b"A little of each"), path="terms/sub/grey-box.md")
    assert sync().code == 2
    decide(None)
    synced()
    assert "terms/sub/grey-box.md" not in folders.read(known)
    assert_in_step(known)


# --- before they first met ---


@pytest.mark.parametrize(
    ("choice", "title"), [("ours", b"Red box"), ("theirs", b"Crimson box"), (Edited("Scarlet box"), b"Scarlet box")]
)
def test_one_of_two_texts_that_never_met_is_chosen(known: Path, choice: Choice, title: bytes) -> None:
    create("Red box", "red-box")
    folders.write(known, {"terms/red-box.md": entry("Crimson box", "red-box", "category: Tools\n")})
    assert sync().code == 2
    choose(choice)
    synced()
    found = (known / "terms/red-box.md").read_bytes()
    assert (title in found, b"category: Tools" in found) == (True, True)
    assert_in_step(known)


def test_two_texts_that_never_met_and_lie_in_different_places_end_where_the_file_is(known: Path) -> None:
    create("Red box", "red-box")
    folders.write(known, {"terms/colours/red.md": entry("Crimson box", "red-box")})
    assert sync().code == 2
    choose("ours")
    synced()
    assert b"Red box" in (known / "terms/colours/red.md").read_bytes()
    assert_in_step(known)


# --- the file was published over edits that wait ---


@pytest.fixture
def contested(known: Path) -> Path:
    """Edits of the category and the difficulty wait; the file said otherwise about the category, and was published."""
    recategorize("black-box", "Theory", publish=False)
    edit("black-box", lambda document: document.__setitem__("difficulty", "advanced"), publish=False)
    by_hand(known, (BEFORE, THERE), (FROM_OUTSIDE, SEEN))
    synced()
    return known


@pytest.mark.parametrize("publish", [False, True])
@pytest.mark.parametrize(("choice", "category"), CHOICES)
def test_the_choice_waits_or_is_published(contested: Path, choice: Choice, category: bytes, publish: bool) -> None:
    file = (contested / BLACK).read_bytes()
    choose(choice, from_="draft", publish=publish)
    assert working("black-box") == merged(category)
    assert open_conflicts("draft") == []
    if not publish:
        assert steps(synced()) == {}
        assert (contested / BLACK).read_bytes() == readers_see("black-box") == file
        publish_entry(item("black-box"))
    assert steps(synced()) == {BLACK: "exported"}
    assert (contested / BLACK).read_bytes() == readers_see("black-box") == merged(category)
    assert_in_step(contested)


def test_nothing_is_published_before_somebody_chose(contested: Path) -> None:
    with pytest.raises(ConflictPending):
        publish_entry(item("black-box"))
    found = item("black-box")
    with pytest.raises(ConflictPending):
        save_entry(documents.parse(working("black-box")), item=found, base_revision=found.revision, publish=True)


def test_the_next_change_of_the_file_is_published_and_joins_the_conflict(contested: Path) -> None:
    by_hand(contested, (b"- output", b"- output\n- side effects"))
    synced()
    assert b"side effects" in readers_see("black-box")  # type: ignore[operator]
    choose("ours", from_="draft")
    assert working("black-box") == merged(HERE).replace(b"- output", b"- output\n- side effects")
    assert_in_step(contested)


def test_a_discarded_draft_ends_the_conflict_for_the_file(contested: Path) -> None:
    discard_entry_draft(item("black-box"))
    assert open_conflicts("draft") == []
    assert_in_step(contested)


def test_an_editor_who_saved_meanwhile_is_merged_with_the_choice(contested: Path) -> None:
    conflict = waiting("draft")
    merge = conflicts.as_merge(conflict)
    assert merge is not None
    chosen, seen = merge.resolved({"category": "theirs"}), item("black-box").revision
    edit("black-box", lambda document: document.__setitem__("tags", ["opacity"]), publish=False)
    decide(chosen, conflict=conflict, base_revision=seen)
    assert working("black-box") == merged(THERE).replace(b', "trust"', b"")
    assert_in_step(contested)


def test_a_deleted_entry_has_no_conflict_of_its_draft(contested: Path) -> None:
    conflict = waiting("draft")
    delete("black-box")
    assert open_conflicts("draft") == []
    with pytest.raises((NotAllowed, StaleRevision)):
        decide(merged(HERE), conflict=conflict)
    synced()
    assert_in_step(contested)


# --- both kinds at once ---


def test_a_chosen_text_is_merged_into_edits_that_wait(known: Path) -> None:
    recategorize("black-box", "Theory")
    edit("black-box", lambda document: document.__setitem__("difficulty", "advanced"), publish=False)
    by_hand(known, (BEFORE, THERE))
    assert sync().code == 2
    choose("theirs")
    assert readers_see("black-box") == BLACK_BOX.replace(BEFORE, THERE)
    assert working("black-box") == BLACK_BOX.replace(BEFORE, THERE).replace(b'"beginner"', b'"advanced"')
    synced()
    assert_in_step(known)


def test_a_chosen_text_that_contradicts_edits_that_wait_leaves_a_conflict_of_the_draft(known: Path) -> None:
    recategorize("black-box", "Theory")
    recategorize("black-box", "Algorithms", publish=False)
    by_hand(known, (BEFORE, THERE))
    assert sync().code == 2
    choose("theirs")
    assert (open_conflicts(), len(open_conflicts("draft"))) == ([], 1)
    assert (THERE in text("black-box"), b'"Algorithms"' in working("black-box")) == (True, True)
    synced()
    choose("ours", from_="draft", publish=True)
    synced()
    assert b'"Algorithms"' in (known / BLACK).read_bytes()
    assert_in_step(known)


# --- several roots ---


def test_a_choice_concerns_the_root_of_its_file_and_reaches_the_others(known: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "terms").mkdir(parents=True)
    synced(other)
    recategorize("black-box", "Theory")
    by_hand(known, (BEFORE, THERE))
    by_hand(other, (BEFORE, b'"Algorithms"'))
    assert (sync(known).code, sync(other).code) == (2, 2)
    assert [conflict.root for conflict in open_conflicts()] == [str(known / "terms"), str(other / "terms")]
    first, _ = open_conflicts()
    merge = conflicts.as_merge(first)
    assert merge is not None
    decide(merge.resolved({"category": "theirs"}), conflict=first)
    synced(known)
    assert (known / BLACK).read_bytes() == BLACK_BOX.replace(BEFORE, THERE)
    assert sync(other).code == 2
    choose("ours")
    synced(other)
    synced(known)
    assert folders.read(other) == folders.read(known)
    assert_in_step(other)
