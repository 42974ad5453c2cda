"""A save writes the rows that say something else now, and leaves the others as they are."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from glossary.editing import save_entry
from glossary.models import Alias, EntryTag, ExternalLink
from publishing.models import Facet, FacetCount, Item, PreviousSlug, Reference
from tests.publishing.conftest import document

Entry = Callable[..., Item]

# By table: what says whose a row is, and what it says.
_ROWS: dict[Any, tuple[str, list[str]]] = {
    Facet: ("item", ["kind", "name", "value", "label", "sort_key"]),
    EntryTag: ("entry", ["position", "tag__name"]),
    Alias: ("entry", ["position", "name", "key"]),
    ExternalLink: ("entry", ["position", "title", "url", "extra"]),
    Reference: ("source", ["field", "position", "target_kind", "slug", "slug_key"]),
    PreviousSlug: ("item", ["position", "slug", "slug_key"]),
}
_FULL = {
    "tags": '["nets", "old"]',
    "aliases": '["NN"]',
    "related": '["white-box"]',
    "externalLinks": '[{title: "One", url: "https://example.org/1", stars: 3}]',
    "previousSlugs": '["dark-box"]',
}


def said(item: Item) -> dict[str, list[Any]]:
    return {
        model.__name__: sorted(model.objects.filter(**{owner: item.pk}).values_list(*fields), key=repr)
        for model, (owner, fields) in _ROWS.items()
    }


def kept(item: Item) -> dict[str, set[int]]:
    return {
        model.__name__: set(model.objects.filter(**{owner: item.pk}).values_list("pk", flat=True))
        for model, (owner, _) in _ROWS.items()
    }


def again(item: Item, *args: Any, **front: str) -> None:
    save_entry(document(*args, **front), item=item, base_revision=item.revision, publish=True)


@pytest.mark.django_db
def test_a_sentence_changes_none_of_the_lists(entry: Entry) -> None:
    item = entry(**_FULL)
    before = kept(item)
    assert all(before.values())
    again(item, body="Seen from above.", **_FULL)
    assert kept(item) == before


@pytest.mark.django_db
def test_a_list_that_changes_leaves_the_other_lists(entry: Entry) -> None:
    item = entry(**_FULL)
    before = kept(item)
    again(item, **{**_FULL, "related": '["grey-box"]'})
    after = kept(item)
    assert {name for name in before if after[name] != before[name]} == {"Facet", "Reference"}
    # Of the facets only the one that names the entry.
    assert len(after["Facet"] - before["Facet"]) == len(before["Facet"] - after["Facet"]) == 1


@pytest.mark.django_db
def test_another_title_moves_the_entry_in_the_order_of_every_facet(entry: Entry) -> None:
    item = entry(**_FULL, slug="box")
    again(item, "White box", **_FULL, slug="box")
    assert set(Facet.objects.filter(item=item).values_list("sort_key", flat=True)) == {"white box"}


_words = st.lists(st.sampled_from(["a", "A", "b", "c"]), max_size=3, unique_by=str.casefold)
_fronts = st.fixed_dictionaries(
    {
        "title": st.sampled_from(["One", "one", "Two"]),
        "tags": _words,
        "aliases": _words,
        "related": _words,
        "requires": _words,
        "links": _words,
        "category": st.sampled_from(["x", "X", "y"]),
    }
)


def _document(slug: str, title: str, links: list[str], **lists: Any) -> Any:
    front = {name: str(value) for name, value in lists.items() if value}
    if links:
        front["externalLinks"] = str([{"title": link, "url": f"https://example.org/{link}"} for link in links])
    return document(title, slug=slug, **front)


class AnyTwoSaves(TestCase):
    @given(_fronts, _fronts)
    def test_leave_the_rows_that_the_second_alone_would_make(self, first: Any, second: Any) -> None:
        item = save_entry(_document("first", **first), publish=True)
        save_entry(_document("first", **second), item=item, base_revision=item.revision, publish=True)
        alone = save_entry(_document("second", **second), publish=True)
        assert said(item) == said(alone)
        # Both say the same, so every value is counted twice.
        assert set(FacetCount.objects.exclude(name__in=["", "has"]).values_list("count", flat=True)) <= {2}
