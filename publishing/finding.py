"""What readers find published items by: facets, how many items have each, and the indexes of other apps.

All of it changes in the transaction that publishes, so that a list, its count and a search never disagree.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from publishing import bulk, names
from publishing.models import Facet, FacetCount, Published

_SOME = 500


class Found(NamedTuple):
    """A row that readers are about to get. `position` is its key, `facets` are (name, label)."""

    position: int
    item: int
    kind: str
    locale: str
    sort_key: str
    # As in `Published.present`.
    present: str
    payload: bytes
    facets: Sequence[tuple[str, str]]


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
    counts: Counter[tuple[str, ...]] = Counter()
    keys = list(withdrawn)
    for start in range(0, len(keys), _SOME):
        _forget(keys[start : start + _SOME], counts)
    bulk.insert(
        Facet,
        ["item", "kind", "name", "value", "label", "sort_key"],
        (
            (found.item, found.kind, name, names.key(label), label, found.sort_key)
            for found in coming
            for name, label in found.facets
        ),
    )
    for found in coming:
        own = (found.kind, found.locale)
        counts.update((*own, name, names.key(label), label) for name, label in found.facets)
        counts.update((*own, *fields) for fields in _other(found.present))
    _count(counts)
    for index in _indexes:
        index(keys, coming)


def _forget(keys: list[int], counts: Counter[tuple[str, ...]]) -> None:
    items = []
    for item, kind, locale, present in Published.objects.filter(pk__in=keys).values_list(
        "item", "kind", "locale", "present"
    ):
        items.append(item)
        counts.subtract((kind, locale, *fields) for fields in _other(present))
    facets = Facet.objects.filter(item__in=items)
    counts.subtract(facets.values_list("kind", "item__published__locale", "name", "value", "label"))
    bulk.delete(Facet, "item", items)


def _other(present: str) -> Iterable[tuple[str, str, str]]:
    yield "", "", ""
    for name in filter(None, present.split("|")):
        # A section may have any name, and one that fits no column is found without a count.
        if len(name) <= 300:
            yield "has", name, name


def _count(changes: Counter[tuple[str, ...]]) -> None:
    # In one order everywhere, since two transactions may meet on PostgreSQL.
    rows: list[tuple[Any, ...]] = [(*key, change) for key, change in sorted(changes.items()) if change]
    if not rows:
        return
    table = connection.ops.quote_name(FacetCount._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} (kind, locale, name, value, label, count) VALUES (%s, %s, %s, %s, %s, %s) "  # noqa: S608
            f"ON CONFLICT (kind, locale, name, value, label) DO UPDATE SET count = {table}.count + excluded.count",
            rows,
        )
        if any(change < 0 for change in changes.values()):
            cursor.execute(f"DELETE FROM {table} WHERE count = 0")  # noqa: S608
