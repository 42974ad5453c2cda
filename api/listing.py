"""Pages of published items by filter and order: two queries, along an index wherever there is one."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from api import parameters, state
from api.filters import COUNTS, FACETS, Choice, Filter
from api.paging import Place, Window
from api.state import State
from publishing import asking
from publishing.models import Published

PUBLISHED = Published._meta.db_table


class Column(NamedTuple):
    """`type`: of its values in a cursor."""

    sql: str
    type: type
    nullable: bool = False


COLUMNS = {
    "title": Column("p.sort_key", str),
    "lastUpdated": Column("p.last_updated", date, nullable=True),
    "difficulty": Column("p.difficulty_rank", int),
    "publishedAt": Column("p.id", int),
}
ITEM = Column("p.item_id", int)
ORDERINGS = tuple(COLUMNS)
# Both ways of an index: titles upwards and dates downwards have the item upwards beside them.
_NATURAL = {"title": False, "lastUpdated": True, "difficulty": False, "publishedAt": False}


class Order(NamedTuple):
    """(column, whether downwards), the last of which is unique."""

    columns: tuple[tuple[Column, bool], ...]
    by_title: bool

    @property
    def types(self) -> tuple[type, ...]:
        return tuple(column.type for column, _ in self.columns)


class Row(NamedTuple):
    """`place`: its values in the columns of the order. `body`: finished JSON, of the detail if that was asked for."""

    slug: str
    etag: str
    body: bytes
    place: tuple[Any, ...]


class Page(NamedTuple):
    """`before`, `after`: whether there are rows on that side."""

    state: State
    total: int
    rows: list[Row]
    before: bool
    after: bool


def order_of(values: dict[str, str], known: Mapping[str, Column] = COLUMNS, item: Column = ITEM) -> Order:
    """Raises ApiError, 400, for what cannot be ordered by."""
    names = [f"{sign}{name}" for name in known for sign in ("", "-")]
    chosen = parameters.chosen(values, "ordering", names) or ["title"]
    wanted = {name.lstrip("-"): name.startswith("-") for name in reversed(chosen)}
    columns = [(known[name], down) for name, down in reversed(wanted.items())]
    first = chosen[0].lstrip("-")
    down = wanted[first] != _NATURAL[first]
    return Order((*columns, (item, down)), by_title=list(wanted) == ["title"])


def read(kind: str, chosen: Filter, order: Order, window: Window, *, full: bool) -> Page:
    """full: bodies are those of the details.

    Raises:
        ApiError: 404 for a page past the end.
    """
    for _ in range(_TRIES):
        now, count, counts = _count(kind, chosen)
        window.check(count)
        lead = _lead(chosen, counts, count, order)
        position, rows = _rows(kind, chosen, order, window, lead, full)
        # Otherwise something was published between the two, and count and rows are of different times.
        if position in (now.position, None):
            break
    more = len(rows) > window.size
    del rows[window.size :]
    if window.place is None:
        return Page(now, count, rows, before=window.start > 0, after=more)
    if window.place.backward:
        rows.reverse()
        return Page(now, count, rows, before=more, after=True)
    return Page(now, count, rows, before=True, after=more)


_TRIES = 3


def _count(kind: str, chosen: Filter) -> tuple[State, int, dict[Choice, int]]:
    """The state, how many items are meant, and how many each single value has: one query."""
    locale = settings.LEMMA_LOCALE
    of = "kind = %s AND locale = %s AND name = %s AND value"
    total = f"(SELECT COALESCE(SUM(count), 0) FROM {COUNTS} WHERE {of}"  # noqa: S608
    columns = [state.COLUMNS]
    values: list[Any] = []
    counted = chosen.counted()
    if counted:
        name, wanted = counted
        columns.append(f"{total} IN ({', '.join(['%s'] * len(wanted))}))")
        values += [kind, locale, name, *wanted]
    else:
        conditions, more = chosen.conditions(kind)
        where = " AND ".join(["p.kind = %s", "p.locale = %s", *conditions])
        columns.append(f"(SELECT COUNT(*) FROM {PUBLISHED} p WHERE {where})")  # noqa: S608
        values += [kind, locale, *more]
    singles = [choice for choice in chosen.choices if len(choice.values) == 1]
    for choice in singles:
        columns.append(f"{total} = %s)")
        values += [kind, locale, choice.name, *choice.values]
    row = asking.row(f"SELECT {', '.join(columns)} FROM {state.FEED} f", values)  # noqa: S608
    if row is None:
        return State(), 0, {}
    return state.of(row), int(row[3]), dict(zip(singles, map(int, row[4:]), strict=True))


def _lead(chosen: Filter, counts: dict[Choice, int], count: int, order: Order) -> Choice | None:
    """The rarest single value, if going through its items is less work than going through all in their order."""
    if not counts:
        return None
    choice = min(counts, key=lambda each: counts[each])
    # In the order of titles the facet's own index is in order. In any other all its items would have to be sorted.
    return choice if order.by_title or counts[choice] <= _SORTED else None


_SORTED = 2_000


def _rows(
    kind: str, chosen: Filter, order: Order, window: Window, lead: Choice | None, full: bool
) -> tuple[int | None, list[Row]]:
    """The position of the feed, None if there are no rows; and one row more than fit, if there is one."""
    conditions, values = chosen.conditions(kind, but=lead)
    columns = list(order.columns)
    if lead:
        source = f"{FACETS} l JOIN {PUBLISHED} p ON p.item_id = l.item_id"
        conditions = ["l.kind = %s", "l.name = %s", "l.value = %s", "p.locale = %s", *conditions]
        values = [kind, lead.name, *lead.values, settings.LEMMA_LOCALE, *values]
        if order.by_title:
            # The same values, but from the index that is walked.
            columns = [(column._replace(sql=column.sql.replace("p.", "l.")), down) for column, down in columns]
    else:
        source = f"{PUBLISHED} p"
        conditions = ["p.kind = %s", "p.locale = %s", *conditions]
        values = [kind, settings.LEMMA_LOCALE, *values]
    if window.place:
        condition, more = beyond(columns, window.place)
        conditions.append(condition)
        values += more
    backward = bool(window.place and window.place.backward)
    ordering = ", ".join(ordered(column, down != backward) for column, down in columns)
    statement = (
        f"SELECT p.slug, p.etag, {'p.payload' if full else 'p.summary'}, (SELECT position FROM {state.FEED}), "  # noqa: S608
        f"{', '.join(column.sql for column, _ in columns)} FROM {source} WHERE {' AND '.join(conditions)} "
        f"ORDER BY {ordering} LIMIT {window.size + 1} OFFSET {window.start}"
    )
    found = asking.rows(statement, values)
    rows = [
        # psycopg gives bytes as a memoryview.
        Row(row[0], row[1], bytes(row[2]), row[4:])
        for row in found
    ]
    return (found[0][3] if found else None), rows


def ordered(column: Column, down: bool) -> str:
    """A part of ORDER BY."""
    direction = f"{column.sql} {'DESC' if down else 'ASC'}"
    if column.nullable and connection.vendor == "postgresql":
        # As on SQLite: what has no date comes before all dates.
        direction += " NULLS LAST" if down else " NULLS FIRST"
    return direction


def beyond(columns: Sequence[tuple[Column, bool]], place: Place) -> tuple[str, list[Any]]:
    """That a row comes after the place, or before it."""
    downs = {down for _, down in columns}
    if len(downs) == 1 and not any(column.nullable for column, _ in columns):
        names = ", ".join(column.sql for column, _ in columns)
        sign = "<" if downs.pop() != place.backward else ">"
        return f"({names}) {sign} ({', '.join(['%s'] * len(columns))})", list(place.values)
    # Equal in the first columns and beyond in the next, for each number of first columns.
    parts: list[str] = []
    values: list[Any] = []
    equal: list[str] = []
    before: list[Any] = []
    for (column, down), value in zip(columns, place.values, strict=True):
        condition, own = _past(column, down != place.backward, value)
        parts.append(" AND ".join([*equal, condition]))
        values += [*before, *own]
        equal.append(f"{column.sql} IS NULL" if value is None else f"{column.sql} = %s")
        before += [] if value is None else [value]
    return f"({' OR '.join(f'({part})' for part in parts)})", values


def _past(column: Column, down: bool, value: Any) -> tuple[str, list[Any]]:
    if value is None:
        # Before all dates: everything comes after it upwards, and nothing downwards.
        return ("1 = 0" if down else f"{column.sql} IS NOT NULL"), []
    if not down:
        return f"{column.sql} > %s", [value]
    return (f"({column.sql} < %s OR {column.sql} IS NULL)" if column.nullable else f"{column.sql} < %s"), [value]
