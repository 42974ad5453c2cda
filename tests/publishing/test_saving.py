"""Saving from an older revision: merged, or shown as a conflict, never overwritten."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

import documents
from books.editing import save_book
from glossary.editing import delete_entry, publish_entry, save_entry
from publishing import editing, kinds
from publishing.errors import ConflictPending, EditConflict, StaleRevision
from publishing.models import Item, Revision
from publishing.problems import InvalidDocument
from publishing.steps import Step, Write
from tests.publishing.conftest import document, filed, history, now, read, text, working

pytestmark = pytest.mark.django_db

Entry = Callable[..., Item]


def test_edits_to_different_fields_are_merged(entry: Entry) -> None:
    item = entry(publish=False)
    save_entry(document(category='"Theory"'), item=item, base_revision=1)
    saved = save_entry(document(difficulty='"beginner"'), item=item, base_revision=1)
    assert working(item) == text(category='"Theory"', difficulty='"beginner"')
    assert (saved.revision, len(history(item))) == (3, 3)


def test_edits_to_one_field_are_a_conflict_and_nothing_is_written(entry: Entry) -> None:
    item = entry(publish=False, category='"Fundamentals"')
    save_entry(document(category='"Theory"'), item=item, base_revision=1)
    with pytest.raises(EditConflict) as refusal:
        save_entry(document(category='"Tools"'), item=item, base_revision=1)
    conflict = refusal.value
    [field] = conflict.merge.conflicts
    assert (field.field, field.base, field.ours, field.theirs) == ("category", "Fundamentals", "Theory", "Tools")
    assert bytes(conflict.ours) == text(category='"Theory"')
    assert bytes(conflict.theirs) == text(category='"Tools"')
    assert (conflict.item.revision, "category" in str(conflict)) == (2, True)
    assert history(item) == [text(category='"Fundamentals"'), text(category='"Theory"')]


def test_what_a_person_chose_is_saved_from_the_revision_the_conflict_names(entry: Entry) -> None:
    item = entry(publish=False, category='"Fundamentals"')
    save_entry(document(category='"Theory"'), item=item, base_revision=1)
    with pytest.raises(EditConflict) as refusal:
        save_entry(document(category='"Tools"'), item=item, base_revision=1)
    chosen = refusal.value.merge.resolved({"category": "theirs"})
    save_entry(chosen, item=item, base_revision=refusal.value.item.revision)
    assert working(item) == text(category='"Tools"')


def test_a_save_that_changes_no_byte_makes_no_revision(entry: Entry) -> None:
    item = entry(publish=False)
    assert save_entry(document(), item=item, base_revision=1).revision == 1
    assert history(item) == [text()]


def test_a_save_of_what_somebody_else_saved_already_makes_no_revision(entry: Entry) -> None:
    item = entry(publish=False)
    save_entry(document(category='"Theory"'), item=item, base_revision=1)
    save_entry(document(category='"Theory"'), item=item, base_revision=1)
    assert history(item) == [text(), text(category='"Theory"')]


def test_saving_does_not_touch_what_readers_see(entry: Entry) -> None:
    item = entry()
    save_entry(document(body="Draft."), item=item, base_revision=1)
    assert (read(item), filed(item)) == (text(), text())


def test_saving_and_publishing_an_older_text_publishes_the_merged_one(entry: Entry) -> None:
    item = entry()
    save_entry(document(category='"Theory"'), item=item, base_revision=1)
    save_entry(document(difficulty='"beginner"'), item=item, base_revision=1, publish=True)
    assert read(item) == working(item) == text(category='"Theory"', difficulty='"beginner"')


def test_the_mark_of_a_draft_goes_when_it_is_published_and_other_words_stay(entry: Entry) -> None:
    item = entry(publish=False, status="draft")
    save_entry(document(status="draft", category="Theory"), item=item, base_revision=1, publish=True)
    assert read(item) == text(category="Theory")
    other = entry("White box", publish=True, status="Completed", draft="true", path="white-box.md")
    assert read(other) == text("White box", status="Completed")


def test_a_revision_that_never_was_is_refused(entry: Entry) -> None:
    item = entry()
    for wrong in (0, 2, None):
        with pytest.raises(StaleRevision):
            save_entry(document(category="Theory"), item=item, base_revision=wrong)


def test_what_was_deleted_is_not_saved(entry: Entry) -> None:
    item = entry()
    delete_entry(item, base_revision=1)
    with pytest.raises(StaleRevision, match="was deleted"):
        save_entry(document(category="Theory"), item=item, base_revision=1)


def test_a_merged_text_that_no_door_accepts_is_refused(entry: Entry) -> None:
    item = entry(publish=False)
    with pytest.raises(InvalidDocument) as refusal:
        save_entry(documents.parse(b"---\ncategory: x\n---\n"), item=item, base_revision=1)
    assert {problem.code for problem in refusal.value.problems} == {"title.missing"}


def test_a_new_entry_gets_a_plain_slug_and_a_file_named_after_it(db: None) -> None:
    assert save_entry(document("Black box")).path == "black-box.md"
    with pytest.raises(InvalidDocument, match="lower-case"):
        save_entry(document("Glass box", slug="Glass_Box"))


def test_somebody_faster_in_every_gap_is_merged_with_each_time(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    item = entry(publish=False)
    real = editing.through
    rivals = {"category": "Theory", "difficulty": "beginner", "status": "deprecated"}

    def after_a_rival(steps: Sequence[Step], *args: Any, **options: Any) -> Item:
        if rivals:
            field, value = rivals.popitem()
            rival = documents.parse(working(item))
            rival[field] = value
            record = kinds.get("entry").read(rival, item.path).record
            rival_write = Write("entry", bytes(rival), record, item=item, base_revision=now(item).revision)
            real([rival_write], *args, **options)
        return real(steps, *args, **options)

    monkeypatch.setattr(editing, "through", after_a_rival)
    save_entry(document(tags='["a"]'), item=item, base_revision=1)
    values = documents.parse(working(item)).values
    assert values == {
        "title": "Black box",
        "category": "Theory",
        "difficulty": "beginner",
        "status": "deprecated",
        "tags": ["a"],
    }
    assert len(history(item)) == 5


def test_who_is_late_again_and_again_locks_the_entry_before_giving_up(
    entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = entry(publish=False)
    tries = []

    def busy(steps: Sequence[Step], *args: Any, **options: Any) -> Item:
        tries.append(steps)
        raise StaleRevision(now(item), 1)

    monkeypatch.setattr(editing, "through", busy)
    with pytest.raises(StaleRevision):
        save_entry(document(tags='["a"]'), item=item, base_revision=1)
    assert len(tries) == editing.TRIES + 1


def test_history_names_author_door_and_reason(entry: Entry, django_user_model: type) -> None:
    ada = django_user_model.objects.create_user("ada", "ada@example.org", first_name="Ada", last_name="L")  # type: ignore[attr-defined]
    item = entry()
    save_entry(document(body="Two."), item=item, base_revision=1, author=ada, origin="api", message="Clearer")
    revision = Revision.objects.get(item=item, number=2)
    assert (revision.author, revision.author_name, revision.author_email) == (ada, "Ada L", "ada@example.org")
    assert (revision.origin, revision.message, revision.parent) == ("api", "Clearer", 1)


def test_books_are_saved_by_the_same_rules(db: None) -> None:
    item = save_book(documents.parse(b'---\ntitle: "Big book"\n---\n'), publish=True)
    save_book(documents.parse(b'---\ntitle: "Big book"\npages: 12\n---\n'), item=item, base_revision=1)
    save_book(documents.parse(b'---\ntitle: "Big book"\nlanguage: "en"\n---\n'), item=item, base_revision=1)
    assert working(item) == b'---\ntitle: "Big book"\npages: 12\nlanguage: "en"\n---\n'


def test_publishing_waits_for_an_open_conflict(contested: Item) -> None:
    with pytest.raises(ConflictPending) as refusal:
        publish_entry(contested)
    assert "cannot be published" in str(refusal.value)
    base = now(contested).revision
    with pytest.raises(ConflictPending):
        save_entry(document(body="Mine again."), item=contested, base_revision=base, publish=True)
    save_entry(document(body="Mine again."), item=contested, base_revision=base)
    assert working(contested) == text(body="Mine again.")
