"""What entries look like as rows: a projection of their documents, held together by constraints."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

import documents
from glossary.editing import delete_entry, save_entry
from glossary.models import Alias, Category, Entry, EntryTag, ExternalLink, Tag
from publishing.models import Item, PreviousSlug, Reference

pytestmark = pytest.mark.django_db

FULL = """---
title: "Black box"
slug: "black-box"
category: "Fundamentals"
difficulty: "beginner"
status: "Completed"
tags: ["zeta", "alpha", "Alpha"]
aliases: ["Opaque model", "BB"]
related: ["white-box", "not-written-yet", "grey-box"]
requires: ["system"]
broader: ["model"]
recommendedBooks: ["big-book"]
previousSlugs: ["closed-box", "dark-box"]
lastUpdated: "2025-01-28"
externalLinks:
  - title: "Second in the alphabet"
    url: "https://b.example/"
    type: "video"
    stars: 5
  - url: "https://a.example/"
reviewedBy: {name: "Ada", at: 2025-01-28}
---

Before the first heading.

# Brief Definition
A system seen from *outside*.

# Key Concepts
- input
- output

# Prerequisites
1. one
   - nested

# History
It is old.
"""


def save(text: str, **options: Any) -> Item:
    return save_entry(documents.parse(text.encode()), publish=True, **options)


def save_again(item: Item, change: Callable[[str], str]) -> Item:
    item = Item.objects.get(pk=item.pk)
    return save(change(bytes(item.working.data).decode()), item=item, base_revision=item.revision)


def entry(title: str, slug: str, front: str = "") -> Item:
    return save(f'---\ntitle: "{title}"\nslug: "{slug}"\n{front}---\n')


def slugs(item: Item, field: str) -> list[str]:
    return [reference.slug for reference in item.references.filter(field=field)]


# --- the projection ---


def test_every_column_says_what_the_document_says() -> None:
    row = save(FULL).entry
    assert (row.slug, row.title, str(row)) == ("black-box", "Black box", "Black box")
    assert (str(row.category), row.difficulty) == ("Fundamentals", "beginner")
    # What an unknown status means, and what the file says.
    assert (row.status, row.status_label) == ("published", "Completed")
    assert str(row.last_updated) == "2025-01-28"
    assert row.preamble == "Before the first heading."
    assert row.brief_definition == "A system seen from *outside*."
    assert row.key_concepts == ["input", "output"]
    assert row.common_applications is None
    assert row.prerequisites is None, "a nested list is never flattened"
    assert row.extra_sections == [{"heading": "History", "markdown": "It is old."}]
    assert row.extra == {"reviewedBy": {"name": "Ada", "at": "2025-01-28"}}


def test_lists_keep_the_order_of_the_file() -> None:
    item = save(FULL)
    assert [str(tag) for tag in item.entry.entry_tags.all()] == ["zeta", "alpha", "Alpha"]
    assert [str(alias) for alias in item.entry.aliases.all()] == ["Opaque model", "BB"]
    assert [link.url for link in item.entry.external_links.all()] == ["https://b.example/", "https://a.example/"]
    assert slugs(item, "related") == ["white-box", "not-written-yet", "grey-box"]
    assert [previous.slug for previous in item.previous_slugs.all()] == ["closed-box", "dark-box"]


def test_a_new_order_in_the_file_is_the_new_order() -> None:
    item = save(FULL)
    save_again(item, lambda text: text.replace('"white-box", "not-written-yet"', '"not-written-yet", "white-box"'))
    assert slugs(item, "related") == ["not-written-yet", "white-box", "grey-box"]


def test_a_link_keeps_what_the_format_does_not_know() -> None:
    first, second = save(FULL).entry.external_links.all()
    assert (first.title, first.type, first.extra) == ("Second in the alphabet", "video", {"stars": 5})
    assert (second.title, second.description, second.extra) == ("", "", {})


def test_every_reference_names_its_field_and_the_kind_of_its_target() -> None:
    found = save(FULL).references.values_list("field", "target_kind", "slug")
    assert set(found) == {
        ("related", "entry", "white-box"),
        ("related", "entry", "not-written-yet"),
        ("related", "entry", "grey-box"),
        ("requires", "entry", "system"),
        ("broader", "entry", "model"),
        ("recommendedBooks", "book", "big-book"),
    }


def test_what_is_taken_out_of_the_document_is_gone() -> None:
    item = save(FULL)
    save_again(item, lambda text: '---\ntitle: "Black box"\nslug: "black-box"\n---\n')
    row = Entry.objects.get(pk=item.pk)
    assert (row.category, row.difficulty, row.extra, row.extra_sections, row.preamble) == (None, "", {}, [], "")
    for model in (EntryTag, Alias, ExternalLink, PreviousSlug, Reference):
        assert not model.objects.exists(), model


def test_a_deleted_entry_leaves_its_identity_and_no_projection() -> None:
    item = save(FULL)
    delete_entry(item, base_revision=item.revision)
    assert not Entry.objects.exists()
    assert not Reference.objects.filter(source=item).exists()
    assert Item.objects.get(pk=item.pk).deleted_at is not None


# --- references ---


def exists(item: Item, slug: str) -> bool:
    reference = item.references.get(slug=slug)
    return not item.references.dangling().filter(pk=reference.pk).exists()


def test_a_reference_dangles_until_its_target_appears() -> None:
    item = save(FULL)
    assert not exists(item, "white-box")
    target = entry("White box", "white-box")
    assert exists(item, "white-box")
    delete_entry(target, base_revision=target.revision)
    assert not exists(item, "white-box")


def test_an_entry_is_no_book() -> None:
    item = save(FULL)
    entry("An entry of that name", "big-book")
    assert not exists(item, "big-book")


@pytest.mark.parametrize("written", ["White-Box", "WHITE-BOX", "white-box"])
def test_a_reference_is_found_in_any_letter_case_and_kept_as_written(written: str) -> None:
    entry("White box", "white-box")
    item = entry("Black box", "black-box", f'related: ["{written}"]\n')
    assert slugs(item, "related") == [written]
    assert exists(item, written)


def test_dangling_references_are_one_query(django_assert_num_queries: Any) -> None:
    save(FULL)
    entry("White box", "white-box")
    with django_assert_num_queries(1):
        found = sorted(Reference.objects.dangling().values_list("slug", flat=True))
    assert found == ["big-book", "grey-box", "model", "not-written-yet", "system"]


# --- categories and tags ---


def test_an_unknown_category_is_made_once_whatever_its_letter_case() -> None:
    entry("A", "a", 'category: "Theory"\n')
    entry("B", "b", 'category: "theory"\n')
    assert [category.name for category in Category.objects.all()] == ["Theory"]
    assert Category.objects.get().entries.count() == 2


def test_tags_are_as_written_and_variants_can_be_found() -> None:
    entry("A", "a", 'tags: ["NLP", "nlp"]\n')
    assert list(Tag.objects.values_list("name", "key")) == [("NLP", "nlp"), ("nlp", "nlp")]


# --- constraints ---


def refused(make: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


def test_the_database_refuses_what_no_document_could_say() -> None:
    row = save(FULL).entry
    refused(lambda: ExternalLink.objects.create(entry=row, position=9, url=""))
    refused(lambda: ExternalLink.objects.create(entry=row, position=0, url="https://c.example/"))
    refused(lambda: EntryTag.objects.create(entry=row, tag=row.entry_tags.all()[0].tag, position=9))
    refused(lambda: EntryTag.objects.create(entry=row, tag=Tag.objects.create(name="new", key="new"), position=0))
    refused(lambda: Alias.objects.create(entry=row, name="x", key="x", position=0))
    refused(lambda: Category.objects.create(name="FUNDAMENTALS", key="fundamentals"))
    refused(lambda: Tag.objects.create(name="zeta", key="zeta"))
    refused(
        lambda: Reference.objects.create(source=row.item, field="related", position=9, target_kind="entry", slug="")
    )


def copy_of(item: Item, **changes: Any) -> Callable[[], Item]:
    values = {
        "kind": "entry",
        "locale": "en",
        "slug": "x",
        "slug_key": "x",
        "title": "X",
        "sort_key": "x",
        "path": "x.md",
    }
    same = {
        "working_id": item.working_id,
        "revision": 1,
        "created_at": item.created_at,
        "updated_at": item.updated_at,
    }
    return lambda: Item.objects.create(**(values | same | changes))


def test_live_items_of_a_kind_share_neither_slug_nor_file() -> None:
    item = save(FULL)
    refused(copy_of(item, slug_key="black-box"))
    refused(copy_of(item, path="black-box.md"))
    refused(copy_of(item, slug=""))
    refused(copy_of(item, title=""))
    # A book, another language and what is deleted are in nobody's way.
    copy_of(item, slug_key="black-box", path="black-box.md", kind="book")()
    copy_of(item, slug_key="black-box", path="black-box.md", locale="de")()
    copy_of(item, slug_key="black-box", path="black-box.md", deleted_at=item.updated_at)()


# --- queries ---


def read_all() -> int:
    """Touches everything that belongs to every entry."""
    return sum(
        len(row.entry_tags.all())
        + len([entry_tag.tag.name for entry_tag in row.entry_tags.all()])
        + len(row.aliases.all())
        + len(row.external_links.all())
        + len([reference.exists for reference in row.item.references.all()])
        + len(row.item.previous_slugs.all())
        + len(f"{row.title}{row.category}")
        for row in Entry.objects.with_everything()
    )


def test_reading_entries_with_everything_takes_the_same_queries_for_one_as_for_thirty(
    django_assert_num_queries: Any,
) -> None:
    save(FULL)
    with django_assert_num_queries(7):
        assert read_all()
    for number in range(29):
        save(FULL.replace("black-box", f"box-{number}"))
    with django_assert_num_queries(7):
        assert read_all()
