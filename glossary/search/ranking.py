"""Which hit comes first: title, alias, slug, tag, text; and among equals what the database thinks."""

from collections.abc import Callable, Iterable

from glossary.search import words
from glossary.search.query import Query, Term

TITLE, ALIAS, SLUG, TAG, MIXED, TEXT = range(1, 7)


def tiers(query: Query) -> Callable[[str], int]:
    """A function of labels, which are as in `SearchItem.labels`: 0 if the title or an alias is just what was asked for;
    else the best label that has all of it, else TEXT.
    """
    exact = f"\n {query.phrase}\n"
    # Made once, because hundreds of labels are held against them. Each term is any of its own.
    terms = [_starts(term) for term in query.terms]

    def tier(labels: str) -> int:
        if not _has(labels, terms):
            # What no label has together, none has by itself.
            return TEXT
        title, aliases, slug, tags = labels.split("\x1e")
        if exact in title or exact in aliases:
            return 0
        for rank, group in ((TITLE, title), (ALIAS, aliases), (SLUG, slug), (TAG, tags)):
            if _has(group, terms):
                return rank
        return MIXED

    return tier


def matched_label(labels: Iterable[str], query: Query) -> str | None:
    """The first of the labels that is what was asked for, else the first that has all of it."""
    found = None
    terms = [_starts(term) for term in query.terms]
    sought = query.terms[0].words[0] if not query.terms[0].others else ""
    for label in labels:
        # Most have nothing of it, which is seen sooner than their words are folded.
        if sought not in label.lower() and label.isascii():
            continue
        folded = f"\n {' '.join(words.keys(label))}\n"
        if folded == f"\n {query.phrase}\n":
            return label
        if found is None and _has(folded, terms):
            found = label
    return found


def _starts(term: Term) -> list[str]:
    """Of which a group of labels has one, if it has the term."""
    if term.prefix and not term.others:
        return [f" {term.phrase}"]
    return [f" {words}{end}" for words in term.others or (term.phrase,) for end in (" ", "\n")]


def _has(group: str, terms: Iterable[list[str]]) -> bool:
    """Whether it has all of the terms."""
    for starts in terms:
        for start in starts:
            if start in group:
                break
        else:
            return False
    return True
