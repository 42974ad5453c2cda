"""Which hit comes first: title, alias, slug, tag, text; and among equals what the database thinks."""

from collections.abc import Iterable

from glossary.search import words
from glossary.search.query import Query, Term

TITLE, ALIAS, SLUG, TAG, MIXED, TEXT = range(1, 7)


def tier(labels: str, query: Query) -> int:
    """0 if the title or an alias is just what was asked for; else the best label that has all of it, else TEXT.

    labels: as `SearchText.labels`.
    """
    title, aliases, slug, tags = labels.split("\x1e")
    exact = f"\n {query.phrase}\n"
    if exact in title or exact in aliases:
        return 0
    for rank, group in ((TITLE, title), (ALIAS, aliases), (SLUG, slug), (TAG, tags)):
        if all(_has(group, term) for term in query.terms):
            return rank
    return MIXED if all(_has(labels, term) for term in query.terms) else TEXT


def matched_label(labels: Iterable[str], query: Query) -> str | None:
    """The first of the labels that is what was asked for, else the first that has all of it."""
    found = None
    for label in labels:
        folded = f"\n {' '.join(words.keys(label))}\n"
        if folded == f"\n {query.phrase}\n":
            return label
        if found is None and all(_has(folded, term) for term in query.terms):
            found = label
    return found


def _has(group: str, term: Term) -> bool:
    if term.others:
        return any(f" {word} " in group or f" {word}\n" in group for word in term.others)
    start = f" {term.phrase}"
    return start in group if term.prefix else f"{start} " in group or f"{start}\n" in group
