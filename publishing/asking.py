"""Questions in SQL, for the reads that have to be fast: the ORM takes as long to put a statement together as the
database to answer it. Values are parameters; only names of our own tables and columns stand in the texts.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import connection, transaction

_SOME = 200


def rows(
    statement: str,
    values: Sequence[Any] = (),
    some: int = 0,
    is_enough: Callable[[list[Any]], bool] = lambda found: True,
) -> list[Any]:
    """All rows; or the first `some`, if those are enough. Raises ValueError for what is no question."""
    _refuse_writes(statement)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[Any] = cursor.fetchmany(some) if some else []
        if len(found) < some or not found or not is_enough(found):
            found += cursor.fetchall()
    return found


def row(statement: str, values: Sequence[Any] = ()) -> Any:
    """The first row, or None."""
    _refuse_writes(statement)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()


def stream(statement: str, values: Sequence[Any] = ()) -> Iterator[list[Any]]:
    """The rows some hundred at a time, in constant memory, all of the instant when it began."""
    _refuse_writes(statement)
    if connection.vendor == "postgresql":
        # Left to itself psycopg fetches everything first; a cursor of the server lives in a transaction.
        with transaction.atomic(), connection.chunked_cursor() as cursor:
            cursor.execute(statement, values)
            while found := cursor.fetchmany(_SOME):
                yield found
    else:
        # SQLite reads as it is asked, and keeps the instant; a transaction of ours would keep writers waiting.
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            while found := cursor.fetchmany(_SOME):
                yield found


def _refuse_writes(statement: str) -> None:
    if not statement.startswith("SELECT "):
        raise ValueError("Only questions are asked here; what is written goes through the writer.")
