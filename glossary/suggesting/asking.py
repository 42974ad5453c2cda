"""What the index of the search knows of terms: which published entries have them. One query for all terms."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection

from glossary.search.backends import sqlite
from glossary.search.backends.common import COUNTS, ITEMS
from publishing import asking

# A word in so many entries tells none from the others, and counting further would only take time.
_COMMON = 500


def total() -> int:
    """How many entries are published."""
    found = asking.row(
        f"SELECT COALESCE(SUM(count), 0) FROM {COUNTS} WHERE kind = 'entry' AND locale = %s AND name = ''",  # noqa: S608
        [settings.LEMMA_LOCALE],
    )
    return int(found[0])


def postings(terms: Sequence[str]) -> dict[str, set[int]]:
    """Positions of the entries that have each term, as it is or in its plural; not of one that is too common."""
    if not terms:
        return {}
    if connection.vendor == "postgresql":
        source, match = f"{ITEMS} s", "s.vector @@ to_tsquery('simple', %s)"
    else:
        source, match = f"{sqlite.FTS} f CROSS JOIN {ITEMS} s ON s.id = f.rowid", f"{sqlite.FTS} MATCH %s"
    parts = []
    values: list[Any] = []
    for number, term in enumerate(terms):
        parts.append(
            f"SELECT * FROM (SELECT {number}, s.id FROM {source} WHERE {match} "  # noqa: S608
            f"AND s.kind = 'entry' AND s.locale = %s LIMIT {_COMMON + 1}) t{number}"
        )
        values += [_either(term), settings.LEMMA_LOCALE]
    found: dict[str, set[int]] = {term: set() for term in terms}
    for number, key in asking.rows(" UNION ALL ".join(parts), values):
        found[terms[number]].add(key)
    return {term: keys for term, keys in found.items() if len(keys) <= _COMMON}


def _either(term: str) -> str:
    # Words hold letters, digits and marks alone, so no quote can end the string early.
    return f"'{term}' | '{term}s'" if connection.vendor == "postgresql" else f'"{term}" OR "{term}s"'
