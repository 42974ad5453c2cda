"""Many rows in few statements, however many they are.

Why not `bulk_create` and `bulk_update`: for the 37 rows of an entry they take 3 times as long on SQLite (1.2 against
0.4 ms) and 2.5 times on PostgreSQL (1.6 against 0.6 ms), most of it spent in making model objects and SQL text, and
on SQLite their number of statements grows with the rows (999 values in each). Only names of our own models stand in
the SQL texts; every value is a parameter.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, groupby
from operator import attrgetter, itemgetter
from typing import Any

import orjson
from django.db import connection, models

# What both drivers take as it is.
_PLAIN = frozenset(
    [
        "BigAutoField",
        "BigIntegerField",
        "BinaryField",
        "CharField",
        "IntegerField",
        "PositiveBigIntegerField",
        "PositiveIntegerField",
        "PositiveSmallIntegerField",
        "SmallIntegerField",
        "TextField",
    ]
)


# Fewer than any database takes in one statement.
_IN = 10_000
# Less than 999, which is what an old SQLite takes; more makes it no faster.
_PARAMETERS = 960
# Kilobytes. SQLite's own 2,000 are full after the rows of some 50 files, and then every page is written several times.
_CACHE = 32_000


def insert(
    model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]], *, ignore_conflicts: bool = False
) -> None:
    """Each row has one value per field; a foreign key is given as the key.

    `ignore_conflicts` leaves rows that are there already as they are.

    >>> insert(Alias, ["entry", "position", "name", "key"], [(item.pk, 0, "GAN", "gan")])
    """
    columns = _columns(model, fields)
    _insert(model, columns, _values(columns, rows), ignore_conflicts=ignore_conflicts)


def _insert(
    model: type[models.Model],
    columns: Sequence[Any],
    values: Sequence[Sequence[Any]],
    *,
    ignore_conflicts: bool = False,
) -> None:
    if not values:
        return
    into = f"{_table(model)} ({', '.join(_name(column) for column in columns)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and not ignore_conflicts:
            # Twice as fast as any INSERT.
            with connection.wrap_database_errors, cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        else:
            put(cursor, into, values, " ON CONFLICT DO NOTHING" if ignore_conflicts else "")


def put(cursor: Any, into: str, rows: Sequence[Sequence[Any]], then: str = "") -> None:
    """INSERT, many rows in a statement: on SQLite a third less work than a statement for each row.

    Args:
        into: table and columns, quoted.
        rows: one value per column, such as the driver takes.
        then: what follows the values, as ON CONFLICT.
    """
    width = len(rows[0])
    # SQLite's own mark, or each of the hundreds would be searched for and replaced in every statement.
    mark = "?" if connection.vendor == "sqlite" else "%s"
    marks = f"({', '.join([mark] * width)})"
    size = max(1, _PARAMETERS // width)
    whole = len(rows) // size * size
    if whole:
        some = [tuple(chain.from_iterable(rows[start : start + size])) for start in range(0, whole, size)]
        cursor.executemany(f"INSERT INTO {into} VALUES {', '.join([marks] * size)}{then}", some)  # noqa: S608
    if rest := rows[whole:]:
        cursor.executemany(f"INSERT INTO {into} VALUES {marks}{then}", rest)  # noqa: S608


def update(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Sets all fields but the first in the row whose first field, a unique one, has that value."""
    key, *others = columns = _columns(model, fields)
    values = [(*row[1:], row[0]) for row in _values(columns, rows)]
    if not values:
        return
    setting = ", ".join(f"{_name(column)} = %s" for column in others)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {_table(model)} SET {setting} WHERE {_name(key)} = %s", values)  # noqa: S608


def replace(
    model: type[models.Model], owners: Collection[Any], fields: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """The rows of these owners, in place of what they have. An owner whose rows are the same already keeps them: to
    look costs less than to write, and a save mostly changes one thing.

    As for `insert`; the rows of an owner that is named and has none are deleted.

    Args:
        owners: keys of owners that may have rows; others may have new rows too.
        fields: the owner first. What tells its rows apart stands before any values that cannot be sorted, as JSON.
    """
    columns = _columns(model, fields)
    new = _values(columns, rows)
    if owners:
        coming, there = _by_owner(columns, new), _by_owner(columns, _read(model, columns, owners))
        changed = [owner for owner, theirs in there.items() if theirs != coming.get(owner)]
        delete(model, fields[0], changed)
        same = there.keys() - changed
        new = [row for row in new if row[0] not in same]
    _insert(model, columns, new)


def delete(model: type[models.Model], field: str, values: Collection[Any]) -> None:
    """Deletes the rows that have one of the values, and nothing that refers to them."""
    columns = _columns(model, [field])
    keys = [key for (key,) in _values(columns, ((value,) for value in values))]
    with connection.cursor() as cursor:
        for start in range(0, len(keys), _IN):
            some = keys[start : start + _IN]
            marks = ", ".join(["%s"] * len(some))
            cursor.execute(f"DELETE FROM {_table(model)} WHERE {_name(columns[0])} IN ({marks})", some)  # noqa: S608


@contextmanager
def large_cache() -> Iterator[None]:
    """On SQLite, room for the pages of a large transaction: a fifth of the work of an import, and half its time."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        [before] = cursor.execute("PRAGMA cache_size").fetchone()
        cursor.execute(f"PRAGMA cache_size = -{_CACHE}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = {before}")


def _read(model: type[models.Model], columns: Sequence[Any], owners: Collection[Any]) -> Iterator[Sequence[Any]]:
    names = ", ".join(_name(column) for column in columns)
    keys = list(owners)
    with connection.cursor() as cursor:
        for start in range(0, len(keys), _IN):
            some = keys[start : start + _IN]
            marks = ", ".join(["%s"] * len(some))
            cursor.execute(f"SELECT {names} FROM {_table(model)} WHERE {_name(columns[0])} IN ({marks})", some)  # noqa: S608
            yield from cursor.fetchall()


def _by_owner(columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> dict[Any, list[tuple[Any, ...]]]:
    # PostgreSQL gives JSON back in other words.
    json = [column.get_internal_type() == "JSONField" for column in columns]
    comparable = [
        tuple(
            orjson.loads(value) if is_json and value is not None else value
            for value, is_json in zip(row, json, strict=True)
        )
        for row in rows
    ]
    return {owner: list(some) for owner, some in groupby(sorted(comparable), itemgetter(0))}


def _columns(model: type[models.Model], fields: Sequence[str]) -> list[Any]:
    return [model._meta.get_field(field) for field in fields]


def _values(columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
    result = list(rows)
    conversions = {place: convert for place, field in enumerate(columns) if (convert := _conversion(field))}
    if not result or not conversions:
        return result
    by_column: list[Sequence[Any]] = list(zip(*result, strict=True))
    for place, convert in conversions.items():
        by_column[place] = _converted(by_column[place], convert)
    return list(zip(*by_column, strict=True))


def _conversion(field: Any) -> Callable[[Any], Any] | None:
    """What makes a value of the field one that the driver takes; None where it takes it as it is."""
    while field.is_relation:
        field = field.target_field
    kind = field.get_internal_type()
    if kind in _PLAIN:
        return None
    if kind == "UUIDField":
        return None if connection.features.has_native_uuid_field else attrgetter("hex")
    if kind == "JSONField":
        return lambda value: None if value is None else orjson.dumps(value).decode()
    return lambda value: field.get_db_prep_save(value, connection)


def _converted(values: Sequence[Any], convert: Callable[[Any], Any]) -> list[Any]:
    converted: list[Any] = []
    last: Any = converted
    result: Any = None
    for value in values:
        # The rows of a batch share their moments, and those of an item its key: one conversion for all of them.
        if value is not last:
            last, result = value, convert(value)
        converted.append(result)
    return converted


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _name(column: Any) -> str:
    return connection.ops.quote_name(column.column)
