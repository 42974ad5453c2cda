"""What is published and how it hangs together, for the writers of formats. Each item comes by one statement with all
that it names and all that names it, so that no answer is of two instants.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from django.conf import settings
from django.db import connection

from api import counting
from api.filters import FACETS, Filter
from api.listing import PUBLISHED
from formats.hierarchy import Hierarchy
from formats.items import Item, Named
from publishing import asking, names

# Facets that name something published. Neither slugs nor titles hold control characters, which part them here.
_LEADING = ("related", "requires", "broader", "replacedBy", "book", "topic")
_COMING = ("related", "broader")
_FIELDS = {"book": "recommendedBooks", "topic": "topics"}
BY_TITLE = "p.sort_key, p.id"
_CATEGORY = f"(SELECT MIN(c.value) FROM {FACETS} c WHERE c.item_id = p.item_id AND c.name = 'category')"  # noqa: S608
BY_CATEGORY = f"COALESCE({_CATEGORY}, ''), {BY_TITLE}"
_PART, _END = "\x1f", "\x1e"


def everything(kind: str, order: str = "p.id") -> Iterator[Item]:
    """All items of a kind, in constant memory."""
    statement = f"{_statement()} WHERE p.kind = %s AND p.locale = %s ORDER BY {order}"
    for rows in asking.stream(statement, [kind, settings.LEMMA_LOCALE]):
        yield from map(_item, rows)


def one(kind: str, slug: str) -> Item | None:
    """By any spelling of its slug."""
    return next(iter(several(kind, [slug])), None)


def several(kind: str, slugs: Sequence[str]) -> list[Item]:
    keys = [key for key in map(names.key, slugs) if "\0" not in key]
    if not keys:
        return []
    marks = ", ".join(["%s"] * len(keys))
    statement = f"{_statement()} WHERE p.kind = %s AND p.locale = %s AND p.slug_key IN ({marks}) ORDER BY p.id"
    return [_item(row) for row in asking.rows(statement, [kind, settings.LEMMA_LOCALE, *keys])]


def hierarchy() -> Hierarchy:
    statement = (
        f"SELECT p.slug, t.slug FROM {FACETS} f JOIN {PUBLISHED} p ON p.item_id = f.item_id "  # noqa: S608
        f"JOIN {PUBLISHED} t ON t.kind = 'entry' AND t.locale = p.locale AND t.slug_key = f.value "
        "WHERE f.kind = 'entry' AND f.name = 'broader' AND p.locale = %s"
    )
    return Hierarchy(asking.rows(statement, [settings.LEMMA_LOCALE]))


def categories() -> dict[str, str]:
    """How each is usually written, by its compared name."""
    found = counting.facets("entry", ("category",), Filter())["category"]
    return {one["value"]: one["label"] for one in found}


def _statement() -> str:
    leading = (
        f"SELECT {_joined('t')} FROM {FACETS} f JOIN {PUBLISHED} t ON t.locale = p.locale AND t.slug_key = f.value "  # noqa: S608
        "AND t.kind = CASE f.name WHEN 'book' THEN 'book' ELSE 'entry' END "
        f"WHERE f.item_id = p.item_id AND f.name IN ({_listed(_LEADING)})"
    )
    coming = (
        f"SELECT {_joined('s')} FROM {FACETS} f JOIN {PUBLISHED} s ON s.item_id = f.item_id AND s.locale = p.locale "  # noqa: S608
        f"WHERE f.kind = 'entry' AND f.name IN ({_listed(_COMING)}) AND f.value = p.slug_key AND p.kind = 'entry'"
    )
    return f"SELECT p.kind, p.slug, p.title, p.last_updated, p.payload, ({leading}), ({coming}) FROM {PUBLISHED} p"  # noqa: S608


def _joined(table: str) -> str:
    line = f"f.name || '{_PART}' || {table}.slug || '{_PART}' || {table}.title"
    return f"string_agg({line}, '{_END}')" if connection.vendor == "postgresql" else f"group_concat({line}, '{_END}')"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _item(row: Any) -> Item:
    kind, slug, title, day, payload, leading, coming = row
    said = orjson.loads(bytes(payload))
    leads = {name: _in_order(name, found, said) for name, found in _by_field(leading).items()}
    # The database keeps no order in them.
    back = {name: sorted(found) for name, found in _by_field(coming).items()}
    return Item(kind, slug, title, str(day or ""), said, leads, back)


def _by_field(lines: str | None) -> dict[str, list[Named]]:
    found: dict[str, list[Named]] = {}
    for line in lines.split(_END) if lines else ():
        name, slug, title = line.split(_PART)
        found.setdefault(name, []).append(Named(slug, title))
    return found


def _in_order(name: str, found: list[Named], said: dict[str, Any]) -> list[Named]:
    """As the file has them."""
    listed = said[_FIELDS.get(name, name)]
    there = {names.key(one.slug): one for one in found}
    keys = map(names.key, [listed] if isinstance(listed, str) else listed or ())
    return [there[key] for key in keys if key in there]
