"""Publish, unpublish, discard, restore, delete."""

from collections.abc import Callable
from datetime import date

import pytest

from books.editing import delete_book, restore_book, save_book
from documents import parse
from glossary.editing import (
    delete_entry,
    discard_entry_draft,
    publish_entry,
    rename_entry,
    restore_entry,
    save_entry,
    unpublish_entry,
)
from glossary.models import Entry as EntryRow
from publishing.errors import NameTaken, NotFiled, StaleRevision
from publishing.models import Item, Published, Revision
from publishing.redirecting import referring
from publishing.references import backlinks
from tests.publishing.conftest import document, feed, filed, history, now, read, text, working

pytestmark = pytest.mark.django_db

Entry = Callable[..., Item]


def test_publishing_shows_readers_what_editors_see(entry: Entry, edited: Entry) -> None:
    item = entry()
    edited(item, body="Better.")
    publish_entry(item, base_revision=2)
    assert read(item) == filed(item) == text(body="Better.")
    assert len(history(item)) == 2
    assert feed() == [("published", "black-box", ""), ("published", "black-box", "")]


def test_publishing_what_is_published_already_tells_readers_nothing(entry: Entry) -> None:
    item = entry()
    publish_entry(item)
    assert len(feed()) == 1


def test_publishing_takes_the_mark_of_a_draft_out(entry: Entry) -> None:
    item = entry(publish=False, status='"draft"', category="Theory")
    publish_entry(item)
    assert read(item) == text(category="Theory")


def test_publishing_sets_the_date_when_asked_and_saving_never_does(entry: Entry) -> None:
    quoted = entry(lastUpdated='"2020-01-01"')
    publish_entry(quoted)
    assert b'"2020-01-01"' in working(quoted)
    publish_entry(quoted, set_last_updated=date(2025, 1, 28))
    assert read(quoted) == text(lastUpdated='"2025-01-28"')
    plain = entry("White box", lastUpdated="2020-01-01")
    publish_entry(plain, set_last_updated=date(2025, 1, 28))
    assert read(plain) == text("White box", lastUpdated="2025-01-28")


def test_nobody_publishes_what_they_have_not_seen(entry: Entry, edited: Entry) -> None:
    item = entry()
    edited(item, body="Somebody else's.")
    with pytest.raises(StaleRevision):
        publish_entry(item, base_revision=1)
    assert read(item) == text()


def test_unpublishing_keeps_the_file_and_marks_both_texts(entry: Entry, edited: Entry) -> None:
    item = entry()
    edited(item, category="Theory")
    unpublish_entry(item)
    assert read(item) is None
    assert filed(item) == text(status='"draft"')
    assert working(item) == text(category="Theory", status='"draft"')
    assert feed()[-1] == ("unpublished", "black-box", "")
    publish_entry(item)
    assert read(item) == text(category="Theory")


def test_another_status_survives_being_unpublished(entry: Entry) -> None:
    item = entry(status="Completed")
    unpublish_entry(item)
    assert (read(item), filed(item)) == (None, text(status="Completed", draft="true"))
    publish_entry(item)
    assert read(item) == text(status="Completed")


def test_what_was_never_published_cannot_be_unpublished_or_discarded(entry: Entry) -> None:
    item = entry(publish=False)
    for action in (unpublish_entry, discard_entry_draft):
        with pytest.raises(NotFiled, match="never published"):
            action(item)


def test_unpublishing_twice_writes_nothing_more(entry: Entry) -> None:
    item = entry()
    unpublish_entry(item)
    unpublish_entry(item)
    assert (len(history(item)), len(feed())) == (2, 2)


def test_a_discarded_draft_goes_back_to_the_filed_text_and_stays_in_the_history(entry: Entry, edited: Entry) -> None:
    item = entry()
    edited(item, body="Draft.")
    discard_entry_draft(item)
    assert working(item) == text()
    assert history(item) == [text(), text(body="Draft."), text()]
    assert not now(item).has_unpublished_changes
    assert len(feed()) == 1


def test_an_old_revision_is_restored_as_a_new_one(entry: Entry, edited: Entry) -> None:
    item = entry(body="One.")
    edited(item, body="Two.")
    restore_entry(item, 1)
    assert history(item) == [text(body="One."), text(body="Two."), text(body="One.")]
    assert Revision.objects.get(item=item, number=3).message == "Restored revision 1"


def test_a_restored_revision_can_be_published_at_once(entry: Entry) -> None:
    item = entry(body="One.")
    save_entry(document(body="Two."), item=item, base_revision=1, publish=True)
    restore_entry(item, 1, publish=True)
    assert read(item) == text(body="One.")


def test_a_restored_revision_keeps_the_slug_by_which_others_know_the_item(entry: Entry) -> None:
    item = entry(slug='"black-box"', body="One.")
    other = entry("White box", related='["black-box"]')
    rename_entry(item, "opaque-box")
    restore_entry(item, 1, publish=True)
    values = parse(working(item)).values
    assert (values["slug"], values["previousSlugs"]) == ("opaque-box", ["black-box"])
    assert [reference.source.title for reference in backlinks(now(item))] == [other.title]


def test_a_revision_that_never_was_cannot_be_restored(entry: Entry) -> None:
    with pytest.raises(StaleRevision):
        restore_entry(entry(), 7)


def test_a_deleted_entry_comes_back_with_its_history_and_to_its_readers(entry: Entry) -> None:
    item = entry(tags='["a"]')
    delete_entry(item, base_revision=1)
    restore_entry(item, 1)
    assert (now(item).deleted_at, read(item), filed(item)) == (None, None, None)
    assert EntryRow.objects.get().tags.count() == 1
    publish_entry(item)
    assert read(item) == text(tags='["a"]')
    assert [action for action, _, _ in feed()] == ["published", "deleted", "published"]


def test_a_deleted_entry_does_not_come_back_under_a_name_that_was_taken(entry: Entry) -> None:
    item = entry()
    delete_entry(item, base_revision=1)
    entry("Black box", body="Another.")
    with pytest.raises(NameTaken):
        restore_entry(item, 1)
    assert now(item).deleted_at is not None


def test_a_deleted_item_whose_file_another_one_has_stays_deleted(entry: Entry) -> None:
    item = entry(slug='"black-box"')
    delete_entry(item, base_revision=1)
    entry("White box", slug='"white-box"', path="black-box.md")
    with pytest.raises(NameTaken, match=r'The file "black-box.md" belongs to "White box"'):
        restore_entry(item, 1)
    assert now(item).deleted_at is not None


def test_what_refers_to_an_entry_can_be_listed_before_it_is_deleted(entry: Entry) -> None:
    item = entry()
    entry("White box", related='["black-box", "grey-box"]')
    entry("Grey box", requires='["Black-Box"]')
    save_book(parse(b'---\ntitle: "Big book"\ntopics: ["black-box"]\n---\n'), publish=True)
    found = [(reference.source.title, reference.field) for reference in backlinks(item)]
    assert found == [("Big book", "topics"), ("Grey box", "requires"), ("White box", "related")]


def test_what_links_to_an_entry_can_be_listed_too(entry: Entry, edited: Entry) -> None:
    item = entry()
    entry("White box", body="See [it](black-box.md).")
    draft = entry("Grey box")
    edited(draft, "Grey box", body="See [[black-box]].")
    removed = entry("Dark box", related='["black-box"]')
    edited(removed, "Dark box")
    entry("Glass box", body="A black-box is not meant, nor https://example.org/black-box.")
    assert [other.title for other in referring(item)] == ["Dark box", "Grey box", "White box"]


def test_a_dangling_reference_resolves_itself_when_its_target_appears(entry: Entry) -> None:
    source = entry("White box", related='["black-box"]')
    assert [reference.slug for reference in source.references.dangling()] == ["black-box"]
    entry("Black box")
    assert not source.references.dangling().exists()


def test_an_entry_edited_since_is_not_deleted(entry: Entry, edited: Entry) -> None:
    item = entry()
    edited(item, body="Two.")
    with pytest.raises(StaleRevision):
        delete_entry(item, base_revision=1)
    assert read(item) == text()


def test_the_etag_names_the_revision_that_readers_get(entry: Entry, edited: Entry) -> None:
    item = entry()
    edited(item, body="Two.")
    assert Published.objects.get().etag.startswith('"1-')
    publish_entry(item)
    assert Published.objects.get().etag.startswith('"2-')


def test_a_deleted_book_comes_back_too(db: None) -> None:
    item = save_book(parse(b'---\ntitle: "Big book"\n---\n'), publish=True)
    delete_book(item, base_revision=1)
    assert restore_book(item, 1).deleted_at is None
