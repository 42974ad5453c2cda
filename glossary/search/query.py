"""What somebody typed, as terms. Nothing in it is an operator but the quotes of a phrase, so any input is safe."""

import re
from dataclasses import dataclass, replace

from glossary.search import words

_PIECE = re.compile(r'"([^"]*)("|\Z)|[^\s"]+')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand beside each other, folded. With `prefix`, the last may go on.

    `others` are words of which any will do in place of the term: what it may have been meant to be.
    """

    words: tuple[str, ...]
    prefix: bool = False
    others: tuple[str, ...] = ()

    @property
    def phrase(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class Query:
    """All terms have to be found."""

    terms: tuple[Term, ...]

    @property
    def phrase(self) -> str:
        return " ".join(term.phrase for term in self.terms)


def parse(text: str) -> Query:
    """
    The last word may be unfinished unless a blank or a quote ends it.

    >>> parse('"black box" mod').terms
    (Term(words=('black', 'box'), prefix=False, others=()), Term(words=('mod',), prefix=True, others=()))
    """
    terms: list[Term] = []
    for piece in _PIECE.finditer(text):
        quoted = piece[1]
        found = words.keys(piece[0] if quoted is None else quoted)
        is_last = piece.end() == len(text) and not text.endswith('"')
        if found:
            terms.append(Term(tuple(found), prefix=is_last))
    return Query(tuple(dict.fromkeys(terms)))


def corrected(query: Query, others: dict[str, list[str]]) -> Query:
    """The query with words in place of those that nothing has."""
    return Query(
        tuple(
            replace(term, prefix=False, others=tuple(others[term.words[0]]))
            if len(term.words) == 1 and term.words[0] in others
            else term
            for term in query.terms
        )
    )
