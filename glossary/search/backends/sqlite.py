"""SQLite: a full-text index (FTS5) over the columns of `SearchText`, which holds the texts once, and one over names."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import orjson
from django.db import connection

from glossary.search.backends import common
from glossary.search.backends.common import COLUMNS, ITEMS, TEXTS, WORDS, Candidate, Found, Matching, Scope, Stand
from glossary.search.models import SearchItem
from glossary.search.query import Query, Term
from publishing import bulk

FTS = "search_fts"
FTS_NAMES = "search_fts_names"
_NAMES = ("title", "aliases", "slug", "tags")
_INDEXES = {FTS: ", ".join([*_NAMES, "text"]), FTS_NAMES: ", ".join(_NAMES)}


def add(rows: Sequence[Sequence[Any]], texts: Sequence[str]) -> None:
    """rows: values of `COLUMNS`. Their `SearchText` is there already."""
    bulk.insert(SearchItem, COLUMNS, rows)
    if rows:
        keys = orjson.dumps([row[0] for row in rows]).decode()
        for index, columns in _INDEXES.items():
            _execute(
                f"INSERT INTO {index} (rowid, {columns}) SELECT id, {columns} FROM {TEXTS} "  # noqa: S608
                "WHERE id IN (SELECT value FROM json_each(%s))",
                keys,
            )


def remove(keys: Sequence[int]) -> None:
    """Before the rows of `SearchText` go: FTS5 has to be told what it forgets."""
    for index, columns in _INDEXES.items():
        _execute(
            f"INSERT INTO {index} ({index}, rowid, {columns}) SELECT 'delete', id, {columns} FROM {TEXTS} "  # noqa: S608
            "WHERE id IN (SELECT value FROM json_each(%s))",
            orjson.dumps(list(keys)).decode(),
        )


def learn(words: Sequence[str]) -> None:
    _execute(
        f"INSERT OR IGNORE INTO {WORDS} (word) SELECT value FROM json_each(%s)",  # noqa: S608
        orjson.dumps(words).decode(),
    )


def clear() -> None:
    for index in _INDEXES:
        _execute(f"INSERT INTO {index} ({index}) VALUES ('delete-all')")  # noqa: S608


def optimise() -> None:
    for index in _INDEXES:
        _execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")  # noqa: S608


def find(query: Query, scope: Scope, *, most: int, known: Stand | None = None) -> Found:
    # Whole words come row by row. For the beginning of words all rows of all such words are gathered first.
    matches = [_all(replace(term, prefix=False) for term in query.terms), _all(query.terms)]
    return common.find(
        [_matching(FTS, match) for match in dict.fromkeys(matches)],
        scope,
        most=most,
        known=known,
        joining="group_concat",
    )


def candidates(query: Query, scope: Scope, *, most: int, full: bool = False) -> list[Candidate]:
    match = _all(query.terms)
    # bm25 first counts the rows of every word in the whole index. Where only the scope leaves few hits, that would cost
    # more than all the rest.
    few = f"(SELECT count(*) FROM (SELECT 1 FROM {FTS} WHERE {FTS} MATCH %s LIMIT {most + 1})) <= {most}"  # noqa: S608
    score = f"CASE WHEN {few} THEN -bm25({FTS}, 10, 8, 6, 4, 1) ELSE 0.0 END"
    return common.candidates(_matching(FTS, match), score, [match], scope, most=most, full=full)


def named(query: Query, scope: Scope, *, limit: int) -> list[int]:
    """Positions of what is called by the query, the best first: by that very name, title, alias, slug, tag, or all."""
    match = _all(query.terms)
    tiers = []
    for groups, before in common.tiers(query):
        others = "".join(f" NOT ({_among(other)} : ({match}))" for other in before)
        tiers.append(_matching(FTS_NAMES, f"({_among(groups)} : ({match})){others}"))
    return common.first(query, scope, tiers, limit)


def _matching(index: str, match: str) -> Matching:
    # The index first, whatever else narrows the search: it gives the rows in order.
    return Matching(f"{index} f CROSS JOIN {ITEMS} s ON s.id = f.rowid", f"{index} MATCH %s", [match], key="f.rowid")


def _among(groups: Iterable[int]) -> str:
    return f"{{{' '.join(_NAMES[group] for group in groups)}}}"


def _all(terms: Iterable[Term]) -> str:
    return " AND ".join(map(_term, terms))


def _term(term: Term) -> str:
    # Words hold letters, digits and marks alone, so no quote can end the string early.
    own = f'"{term.phrase}"{"*" if term.prefix else ""}'
    alternatives = " OR ".join(f'"{word}"' for word in term.others)
    return f"({alternatives})" if term.others else own


def _execute(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
