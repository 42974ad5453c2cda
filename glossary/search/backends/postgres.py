"""PostgreSQL: a column of type tsvector beside the texts, with a GIN index."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from glossary.search import words
from glossary.search.backends import common
from glossary.search.backends.common import COLUMNS, RANKED, TEXTS, WORDS, Candidates, Scope
from glossary.search.query import Query, Term

# Not a generated column: words are folded as everywhere else, and that is no function of the database.
CREATE = (
    f"ALTER TABLE {TEXTS} ADD COLUMN vector tsvector NOT NULL DEFAULT ''; "
    f"CREATE INDEX search_by_word ON {TEXTS} USING gin (vector)"
)
DROP = f"DROP INDEX search_by_word; ALTER TABLE {TEXTS} DROP COLUMN vector"
_INSERT = (
    f"INSERT INTO {TEXTS} ({', '.join(COLUMNS)}, vector) VALUES ({', '.join(['%s'] * len(COLUMNS))}, "  # noqa: S608
    "setweight(to_tsvector('simple', %s), 'A') || setweight(to_tsvector('simple', %s), 'B') || "
    "setweight(to_tsvector('simple', %s), 'C') || to_tsvector('simple', %s))"
)


def add(rows: Sequence[Sequence[Any]]) -> None:
    """rows: values of `COLUMNS`."""
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, [(*row, *_vectors(dict(zip(COLUMNS, row, strict=True)))) for row in rows])


def _vectors(row: dict[str, str]) -> Sequence[str]:
    texts = (row["title"], f"{row['aliases']}\n{row['slug']}", row["tags"], row["text"])
    return [" ".join(words.keys(text)) for text in texts]


def remove(keys: Sequence[int]) -> None:
    """The column goes with its row."""


def learn(found: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {WORDS} (word) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING",
            [list(found)],
        )


def clear() -> None:
    """The column goes with its row."""


def optimise() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {TEXTS}")


def candidates(
    query: Query, scope: Scope, *, names_only: bool = False, full: bool = False, limit: int = RANKED + 1
) -> Candidates:
    match = " & ".join(_term(term, "ABC" if names_only else "") for term in query.terms)
    source = f"{TEXTS} s CROSS JOIN to_tsquery('simple', %s) wanted WHERE s.vector @@ wanted"
    return common.run(source, "ts_rank(s.vector, wanted)", scope, [match], key="s.id", full=full, limit=limit)


def _term(term: Term, weights: str) -> str:
    if term.others:
        return f"({' | '.join(_word(word, weights) for word in term.others)})"
    *first, last = term.words
    return f"({' <-> '.join([*(_word(word, weights) for word in first), _word(last, weights, prefix=term.prefix)])})"


def _word(word: str, weights: str, *, prefix: bool = False) -> str:
    # Words hold letters, digits and marks alone, so no quote can end the string early.
    flags = ("*" if prefix else "") + weights
    return f"'{word}'" + (f":{flags}" if flags else "")
