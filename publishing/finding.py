"""What readers find published items by: facets, how many items have each, and the indexes of other apps.

All of it changes in the transaction that publishes, so that a list, its count and a search never disagree.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from django.db import connection

from publishing import bulk
from publishing.models import Facet, FacetCount, Published

_SOME = 500


class Found(NamedTuple):
    """A row that readers are about to get. `position` is its key, `facets` are (name, value, label) as in `Facet`."""

    position: int
    item: int
    kind: str
    locale: str
    sort_key: str
    # As in `Published.present`.
    present: str
    payload: bytes
    facets: Sequence[tuple[str, str, str]]


# (keys of the rows that go, rows that come) -> None. The rows that go are still there.
Index = Callable[[Collection[int], Sequence[Found]], None]
_indexes: list[Index] = []


def register(index: Index) -> None:
    """Called in `AppConfig.ready()` by an app that keeps an index of what is published."""
    _indexes.append(index)


def replace(withdrawn: Collection[int], coming: Sequence[Found]) -> None:
    """Inside the publishing transaction, before the rows themselves change, and after it took its positions: that lock
    keeps others from changing the same counts.
    """
    counts = _Counts()
    keys = list(withdrawn)
    kept = _Kept(coming)
    for start in range(0, len(keys), _SOME):
        _forget(keys[start : start + _SOME], counts, kept)
    bulk.delete(Facet, "id", kept.gone)
    bulk.update(Facet, ["item", "sort_key"], kept.moved.items())
    # In the order of the index, which then fills page by page: a fifth less work on SQLite.
    bulk.insert(Facet, ["kind", "name", "value", "sort_key", "item", "label"], sorted(kept.missing()))
    for found in coming:
        count = counts[found.kind, found.locale]
        count.update(found.facets)
        count.update(_other(found.present))
    _count(counts)
    for index in _indexes:
        index(keys, coming)


class _Counts(defaultdict[tuple[str, str], Counter[tuple[str, str, str]]]):
    """By kind and locale, by how much the count of (name, value, label) changes."""

    def __init__(self) -> None:
        super().__init__(Counter)


class _Kept:
    """Which rows of facets stay: a save that changes a sentence changes none of them."""

    def __init__(self, coming: Sequence[Found]) -> None:
        self._coming = {found.item: found for found in coming}
        self._there: dict[int, set[tuple[str, str, str]]] = {}
        # Keys of the rows that go, and the new place in the alphabet of the items whose rows stay.
        self.gone: list[int] = []
        self.moved: dict[int, str] = {}

    def take(self, key: int, item: int, sort_key: str, facet: tuple[str, str, str]) -> None:
        """A row that is there."""
        found = self._coming.get(item)
        there = self._there.setdefault(item, set())
        if found is None or facet not in found.facets:
            self.gone.append(key)
            return
        there.add(facet)
        if sort_key != found.sort_key:
            self.moved[item] = found.sort_key

    def missing(self) -> list[tuple[str, str, str, str, int, str]]:
        nothing: set[tuple[str, str, str]] = set()
        return [
            (found.kind, *facet[:2], found.sort_key, item, facet[2])
            for item, found in self._coming.items()
            for facet in found.facets
            if facet not in self._there.get(item, nothing)
        ]


def _forget(keys: list[int], counts: _Counts, kept: _Kept) -> None:
    items = []
    for item, kind, locale, present in Published.objects.filter(pk__in=keys).values_list(
        "item", "kind", "locale", "present"
    ):
        items.append(item)
        counts[kind, locale].subtract(_other(present))
    facets = Facet.objects.filter(item__in=items)
    for kind, locale, key, item, sort_key, name, value, label in facets.values_list(
        "kind", "item__published__locale", "pk", "item", "sort_key", "name", "value", "label"
    ):
        counts[kind, locale].subtract([(name, value, label)])
        kept.take(key, item, sort_key, (name, value, label))


def _other(present: str) -> Iterable[tuple[str, str, str]]:
    yield "", "", ""
    for name in filter(None, present.split("|")):
        # A section may have any name, and one that fits no column is found without a count.
        if len(name) <= 300:
            yield "has", name, name


def _count(counts: _Counts) -> None:
    # In one order everywhere, since two transactions may meet on PostgreSQL.
    rows = sorted((*own, *facet, change) for own, count in counts.items() for facet, change in count.items() if change)
    if not rows:
        return
    table = connection.ops.quote_name(FacetCount._meta.db_table)
    with connection.cursor() as cursor:
        bulk.put(
            cursor,
            f"{table} (kind, locale, name, value, label, count)",
            rows,
            f" ON CONFLICT (kind, locale, name, value, label) DO UPDATE SET count = {table}.count + excluded.count",
        )
        if any(change < 0 for *_, change in rows):
            cursor.execute(f"DELETE FROM {table} WHERE count = 0")  # noqa: S608
