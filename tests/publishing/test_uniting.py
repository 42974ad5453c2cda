"""Two entries that are one and the same."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from books.editing import merge_books, save_book
from documents import parse
from glossary.editing import delete_entry, merge_entries, plan_merge_entries, restore_entry
from glossary.models import Alias
from publishing.errors import NotAllowed, StaleRevision
from publishing.models import Item, Reference
from tests.publishing.conftest import feed, history, now, read, text, working

pytestmark = pytest.mark.django_db

Entry = Callable[..., Item]


def test_references_and_links_lead_to_the_one_that_stays(entry: Entry) -> None:
    gone = entry("Opaque box", path="old/opaque-box.md", slug='"opaque-box"')
    kept = entry("Black box")
    source = entry(
        "White box",
        body="[a](old/opaque-box.md#x) [b](/terms/opaque-box/) [[opaque-box]]",
        related='["x", "opaque-box", "y"]',
    )
    merge_entries(gone, kept)
    assert working(source) == read(source)
    assert working(source) == text(
        "White box",
        body="[a](black-box.md#x) [b](/terms/black-box/) [[black-box]]",
        related='["x", "black-box", "y"]',
    )
    assert not Reference.objects.filter(slug_key="opaque-box").exists()
    assert now(gone).deleted_at is not None


def test_the_one_that_stays_takes_over_slugs_title_and_aliases(entry: Entry) -> None:
    gone = entry("Opaque box", aliases='["OB", "black  box?", "Black Box"]', previousSlugs='["dark-box"]')
    kept = entry("Black box", aliases='["BB"]', previousSlugs='["box"]')
    merge_entries(gone, kept)
    values = parse(working(kept)).values
    assert values["aliases"] == ["BB", "Opaque box", "OB", "black  box?"]
    assert values["previousSlugs"] == ["box", "opaque-box", "dark-box"]
    assert Alias.objects.filter(entry=kept.pk).count() == 4
    client = Client()
    for old in ("opaque-box", "dark-box"):
        response = client.get(f"/api/v1/entries/{old}/")
        assert (response.status_code, response.headers["Location"]) == (301, "/api/v1/entries/black-box/")


def test_no_list_names_the_same_entry_twice_and_none_names_itself(entry: Entry) -> None:
    gone = entry("Opaque box", related='["black-box"]')
    kept = entry("Black box", related='["opaque-box", "x"]', replacedBy='"opaque-box"')
    source = entry("White box", related='["black-box", "x", "opaque-box"]')
    merge_entries(gone, kept)
    values = parse(working(kept)).values
    assert (values["related"], "replacedBy" in values) == (["x"], False)
    assert working(source) == text("White box", related='["black-box", "x"]')


def test_filed_and_working_text_of_the_one_that_stays_both_change(entry: Entry, edited: Entry) -> None:
    gone, kept = entry("Opaque box"), entry("Black box")
    edited(kept, category="Theory")
    merge_entries(gone, kept)
    assert b'aliases: ["Opaque box"]' in (read(kept) or b"")
    assert b"Theory" not in (read(kept) or b"")
    assert b"Theory" in working(kept)
    assert b'aliases: ["Opaque box"]' in working(kept)


def test_readers_are_told_what_went_and_what_changed(entry: Entry) -> None:
    gone, kept = entry("Opaque box"), entry("Black box")
    entry("White box", related='["opaque-box"]')
    merge_entries(gone, kept)
    assert sorted(feed()[3:]) == [
        ("deleted", "opaque-box", ""),
        ("published", "black-box", ""),
        ("published", "white-box", ""),
    ]


def test_a_plan_writes_nothing_and_shows_each_text(entry: Entry) -> None:
    gone, kept = entry("Opaque box"), entry("Black box")
    source = entry("White box", related='["opaque-box"]')
    plan = plan_merge_entries(gone, kept)
    assert [(change.item.title, change.text) for change in plan.changes] == [
        ("Black box", "filed"),
        ("White box", "filed"),
    ]
    assert (len(history(source)), now(gone).deleted_at) == (1, None)
    out = StringIO()
    call_command("merge_items", "entry", "opaque-box", "black-box", "--dry-run", stdout=out)
    assert '-related: ["opaque-box"]\n+related: ["black-box"]\n' in out.getvalue()
    assert now(gone).deleted_at is None
    call_command("merge_items", "entry", "opaque-box", "black-box", stdout=out)
    assert working(source) == text("White box", related='["black-box"]')


def test_what_went_can_come_back(entry: Entry) -> None:
    gone, kept = entry("Opaque box"), entry("Black box")
    merge_entries(gone, kept)
    restore_entry(gone, 1, publish=True)
    assert read(gone) == text("Opaque box")


def test_books_are_merged_without_aliases(db: None) -> None:
    gone = save_book(parse(b'---\ntitle: "Big book, 2nd"\n---\n'), publish=True)
    kept = save_book(parse(b'---\ntitle: "Big book"\n---\n'), publish=True)
    merge_books(gone, kept)
    assert working(kept) == b'---\ntitle: "Big book"\npreviousSlugs: ["big-book-2nd"]\n---\n'


def test_what_makes_no_sense_is_refused(entry: Entry) -> None:
    item, other = entry("Black box"), entry("White box")
    book = save_book(parse(b'---\ntitle: "Big book"\n---\n'))
    with pytest.raises(NotAllowed, match="itself"):
        merge_entries(item, item)
    with pytest.raises(NotAllowed, match="same kind"):
        merge_entries(item, book)
    with pytest.raises(StaleRevision):
        merge_entries(item, other, base_revision=9)
    delete_entry(other, base_revision=1)
    with pytest.raises(StaleRevision):
        merge_entries(item, other)
    assert working(item) == text()
