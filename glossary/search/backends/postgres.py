"""PostgreSQL: columns of type tsvector beside the items, with GIN indexes."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from glossary.search import words
from glossary.search.backends import common
from glossary.search.backends.common import COLUMNS, ITEMS, WORDS, Candidate, Found, Matching, Scope, Stand
from glossary.search.query import Query, Term

_WEIGHTS = "ABCD"
# Not generated columns: words are folded as everywhere else, and that is no function of the database.
_VECTOR = " || ".join(f"setweight(to_tsvector('simple', %s), '{weight}')" for weight in _WEIGHTS)
_INSERT = (
    f"INSERT INTO {ITEMS} ({', '.join(COLUMNS)}, names, vector) "  # noqa: S608
    f"VALUES ({', '.join(['%s'] * len(COLUMNS))}, {_VECTOR}, {_VECTOR})"
)


def add(rows: Sequence[Sequence[Any]], texts: Sequence[str]) -> None:
    """rows: values of `COLUMNS`, with the texts beside them."""
    with connection.cursor() as cursor:
        cursor.executemany(
            _INSERT,
            [
                (*row, *_vectors(dict(zip(COLUMNS, row, strict=True))["labels"], text))
                for row, text in zip(rows, texts, strict=True)
            ],
        )


def _vectors(labels: str, text: str) -> Sequence[str]:
    title, aliases, slug, tags = labels.split("\x1e")
    return title, aliases, slug, tags, title, f"{aliases}{slug}", tags, " ".join(words.keys(text))


def remove(keys: Sequence[int]) -> None:
    """The columns go with their rows."""


def learn(found: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {WORDS} (word) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING",
            [list(found)],
        )


def clear() -> None:
    """The columns go with their rows."""


def optimise() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {ITEMS}")


def find(query: Query, scope: Scope, *, most: int, known: Stand | None = None) -> Found:
    return common.find(
        [_matching("vector", _all(query.terms, ""))], scope, most=most, known=known, joining="string_agg"
    )


def candidates(query: Query, scope: Scope, *, most: int, full: bool = False) -> list[Candidate]:
    match = _all(query.terms, "")
    score = "ts_rank(s.vector, to_tsquery('simple', %s))"
    return common.candidates(_matching("vector", match), score, [match], scope, most=most, full=full)


def named(query: Query, scope: Scope, *, limit: int) -> list[int]:
    """Positions of what is called by the query, the best first: by that very name, title, alias, slug, tag, or all."""
    tiers = []
    for groups, before in common.tiers(query):
        others = "".join(f" & !({_all(query.terms, _among(other))})" for other in before)
        tiers.append(_matching("names", f"({_all(query.terms, _among(groups))}){others}"))
    return common.first(query, scope, tiers, limit)


def _matching(column: str, match: str) -> Matching:
    return Matching(f"{ITEMS} s", f"s.{column} @@ to_tsquery('simple', %s)", [match])


def _among(groups: Iterable[int]) -> str:
    return "".join(_WEIGHTS[group] for group in groups)


def _all(terms: Iterable[Term], weights: str) -> str:
    return " & ".join(_term(term, weights) for term in terms)


def _term(term: Term, weights: str) -> str:
    if term.others:
        return f"({' | '.join(_word(word, weights) for word in term.others)})"
    *first, last = term.words
    return f"({' <-> '.join([*(_word(word, weights) for word in first), _word(last, weights, prefix=term.prefix)])})"


def _word(word: str, weights: str, *, prefix: bool = False) -> str:
    # Words hold letters, digits and marks alone, so no quote can end the string early.
    flags = ("*" if prefix else "") + weights
    return f"'{word}'" + (f":{flags}" if flags else "")
