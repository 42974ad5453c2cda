"""SQLite: a full-text index (FTS5) over the columns of `SearchText`, which holds the texts once."""

from collections.abc import Sequence
from typing import Any

import orjson
from django.db import connection

from glossary.search.backends import common
from glossary.search.backends.common import COLUMNS, RANKED, TEXTS, WORDS, Candidates, Scope
from glossary.search.models import SearchText
from glossary.search.query import Query, Term
from publishing import bulk

FTS = "search_fts"
_INDEXED = "title, aliases, slug, tags, text"
# Words are letters, digits and marks of any script; without the marks Hindi words would end at their vowel signs.
CREATE = (
    f"CREATE VIRTUAL TABLE {FTS} USING fts5({_INDEXED}, content='{TEXTS}', content_rowid='id', "
    "tokenize=\"unicode61 remove_diacritics 2 categories 'L* N* Co M*'\")"
)
DROP = f"DROP TABLE {FTS}"


def add(rows: Sequence[Sequence[Any]]) -> None:
    """rows: values of `COLUMNS`."""
    bulk.insert(SearchText, COLUMNS, rows)
    if rows:
        _execute(
            f"INSERT INTO {FTS} (rowid, {_INDEXED}) SELECT id, {_INDEXED} FROM {TEXTS} "  # noqa: S608
            "WHERE id IN (SELECT value FROM json_each(%s))",
            orjson.dumps([row[0] for row in rows]).decode(),
        )


def remove(keys: Sequence[int]) -> None:
    """Before the rows of `SearchText` go: FTS5 has to be told what it forgets."""
    _execute(
        f"INSERT INTO {FTS} ({FTS}, rowid, {_INDEXED}) SELECT 'delete', id, {_INDEXED} FROM {TEXTS} "  # noqa: S608
        "WHERE id IN (SELECT value FROM json_each(%s))",
        orjson.dumps(list(keys)).decode(),
    )


def learn(words: Sequence[str]) -> None:
    _execute(
        f"INSERT OR IGNORE INTO {WORDS} (word) SELECT value FROM json_each(%s)",  # noqa: S608
        orjson.dumps(words).decode(),
    )


def clear() -> None:
    _execute(f"INSERT INTO {FTS} ({FTS}) VALUES ('delete-all')")  # noqa: S608


def optimise() -> None:
    _execute(f"INSERT INTO {FTS} ({FTS}) VALUES ('optimize')")  # noqa: S608


def candidates(
    query: Query, scope: Scope, *, names_only: bool = False, full: bool = False, limit: int = RANKED + 1
) -> Candidates:
    match = " AND ".join(_term(term) for term in query.terms)
    if names_only:
        match = f"{{title aliases slug tags}} : ({match})"
    source = f"{FTS} f JOIN {TEXTS} s ON s.id = f.rowid WHERE {FTS} MATCH %s"
    # bm25 first counts the rows of every word in the whole index. Where there are more hits than are ranked, that would
    # cost more than all the rest, for an order among a part of them.
    few = f"(SELECT count(*) FROM (SELECT 1 FROM {FTS} WHERE {FTS} MATCH %s LIMIT {RANKED + 1})) <= {RANKED}"  # noqa: S608
    score = f"CASE WHEN {few} THEN -bm25({FTS}, 10, 8, 6, 4, 1) ELSE 0.0 END"
    return common.run(source, score, scope, [match, match], key="f.rowid", full=full, limit=limit)


def _term(term: Term) -> str:
    # Words hold letters, digits and marks alone, so no quote can end the string early.
    own = f'"{term.phrase}"{"*" if term.prefix else ""}'
    alternatives = " OR ".join(f'"{word}"' for word in term.others)
    return f"({alternatives})" if term.others else own


def _execute(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
