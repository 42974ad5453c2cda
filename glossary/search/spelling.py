"""Words that somebody may have meant."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from rapidfuzz.distance import OSA

from glossary.search.models import SearchWord
from glossary.search.query import Query
from publishing import asking

_SHORTEST = 4
_LONGEST = 40
_MOST = 5


def alternatives(query: Query) -> dict[str, list[str]]:
    """For each word of the query that no text has the words like it, the likest first; one query.

    Empty if all are known, or if one has nothing like it.
    """
    terms = [term for term in query.terms if len(term.words) == 1]
    wanted = {term.words[0]: term.prefix for term in terms if _SHORTEST <= len(term.words[0]) <= _LONGEST}
    if not wanted:
        return {}
    near: dict[str, list[str]] = {word: [] for word in wanted}
    known = set()
    for word, other in _vocabulary(list(wanted)):
        if other == word or (wanted[word] and other.startswith(word)):
            known.add(word)
        else:
            near[word].append(other)
    found = {word: likest(word, near[word]) for word in wanted if word not in known}
    return found if all(found.values()) else {}


def likest(word: str, others: Sequence[str]) -> list[str]:
    """At most five within one or, from six letters on, two mistakes: a letter missing, added, changed, or a swap.

    >>> likest("backpropogation", ["backpropagation", "propagation", "backpropagations"])
    ['backpropagation', 'backpropagations']
    """
    allowed = 1 if len(word) < 6 else 2
    distances = ((OSA.distance(word, other, score_cutoff=allowed), other) for other in others)
    return [other for distance, other in sorted(distances) if distance <= allowed][:_MOST]


def _vocabulary(wanted: list[str]) -> list[tuple[str, str]]:
    """(word, known word) for those that begin with its first or second letter and are about as long, and for one that
    begins with the whole of it. Who mistypes the first letter most often swaps it with the second, or leaves it out.
    """
    table = connection.ops.quote_name(SearchWord._meta.db_table)
    parts: list[str] = []
    parameters: list[Any] = []
    begins = f"SELECT %s, word FROM {table} WHERE word >= %s AND word < %s"  # noqa: S608
    for word in wanted:
        for letter in dict.fromkeys(word[:2]):
            parts.append(f"{begins} AND length(word) BETWEEN %s AND %s")
            parameters += [word, letter, _after(letter), len(word) - 2, len(word) + 2]
        parts.append(f"SELECT %s, MIN(word) FROM {table} WHERE word >= %s AND word < %s")  # noqa: S608
        parameters += [word, word, _after(word)]
    found = asking.rows(" UNION ALL ".join(parts), parameters)
    return [(word, other) for word, other in found if other is not None]


def _after(start: str) -> str:
    """The first text that does not begin with this one."""
    return start[:-1] + chr(ord(start[-1]) + 1)
