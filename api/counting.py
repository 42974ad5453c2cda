"""How many published items have each value: added up from the counts kept at publishing, or counted for a filter."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from api.filters import COUNTS, FACETS, Filter
from api.listing import PUBLISHED
from publishing import asking

FACET_NAMES = {
    "entry": ("category", "difficulty", "status", "tag", "initial"),
    "book": ("author", "difficulty", "status", "initial"),
}


def facets(kind: str, names: Sequence[str], chosen: Filter) -> dict[str, list[dict[str, Any]]]:
    """{name: [{value, label, count}]}, the commonest first: one query."""
    marks = ", ".join(["%s"] * len(names))
    locale = settings.LEMMA_LOCALE
    if not chosen:
        statement = (
            f"SELECT name, value, label, count FROM {COUNTS} "  # noqa: S608
            f"WHERE kind = %s AND locale = %s AND name IN ({marks})"
        )
        values: list[Any] = [kind, locale, *names]
    else:
        conditions, own = chosen.conditions(kind)
        where = " AND ".join(["p.kind = %s", "p.locale = %s", *conditions])
        statement = (
            f"SELECT l.name, l.value, l.label, COUNT(*) FROM {FACETS} l JOIN {PUBLISHED} p ON p.item_id = l.item_id "  # noqa: S608
            f"WHERE l.name IN ({marks}) AND {where} GROUP BY l.name, l.value, l.label"
        )
        values = [*names, kind, locale, *own]
    return _merged(asking.rows(statement, values), names)


def _merged(rows: Sequence[tuple[str, str, str, int]], names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Spellings of one value as one, under the usual spelling."""
    spellings: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for name, value, label, count in rows:
        spellings.setdefault((name, value), []).append((count, label))
    result: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for (name, value), variants in spellings.items():
        label = min(variants, key=lambda pair: (-pair[0], pair[1]))[1]
        result[name].append({"value": value, "label": label, "count": sum(count for count, _ in variants)})
    for found in result.values():
        found.sort(key=lambda one: (-one["count"], one["value"]))
    return result
