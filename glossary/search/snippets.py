"""The part of a text that shows why it was found, as safe HTML."""

import re
from collections.abc import Iterator
from html import escape
from itertools import chain

from glossary.search import words
from glossary.search.query import Query

_LENGTH = 200
_BEFORE = 60
# Stand for <mark> until the whole is escaped. They mean nothing in any text.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"


class Marker:
    """Finds the terms of one query in texts."""

    def __init__(self, query: Query) -> None:
        found = []
        for term in query.terms:
            for phrase in term.others or (term.phrase,):
                # What separates words in a text may be anything that is none.
                body = r"[\W_]+".join(map(re.escape, phrase.split(" ")))
                found.append(body + (r"[^\W_]*" if term.prefix else ""))
        # The longest first, because the first that fits is taken.
        found.sort(key=len, reverse=True)
        self._pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(found)})(?![^\W_])", re.IGNORECASE)
        # Where to look in a text in ASCII: a search for a fixed text is a hundred times as fast as for a pattern.
        self._begins = [term.words[0] if not term.others else "" for term in query.terms]
        self._words = frozenset(word for term in query.terms for word in (*term.words, *term.others))
        self._prefixes = tuple(term.words[-1] for term in query.terms if term.prefix and not term.others)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        found = self._pattern.finditer(text, self._earliest(text))
        first = next(found, None)
        if first or text.isascii():
            return (match.span() for match in (chain([first], found) if first else ()))
        # Accents and the like are seen through only word by word. A word in ASCII would have been found.
        return (
            (word.start, word.end)
            for word in words.words(text, but_ascii=True)
            if word.key in self._words or (self._prefixes and word.key.startswith(self._prefixes))
        )

    def _earliest(self, text: str) -> int:
        """A place before which no match begins."""
        if not text.isascii():
            return 0
        lowered = text.lower()
        places = [lowered.find(begin) for begin in self._begins]
        return min((place for place in places if place >= 0), default=len(text))

    def snippet(self, text: str) -> str:
        """About 200 characters around the first match, with <mark> around each; the beginning where there is none."""
        text = text.replace(_OPEN, "").replace(_CLOSE, "")
        spans = iter(self.spans(text))
        first = next(spans, None)
        start = _cut(text, first[0] - _BEFORE) if first else 0
        end = _cut(text, start + _LENGTH) if start + _LENGTH < len(text) else len(text)
        if first and text.isascii():
            # The rest of a long text need not be searched. A word that goes on behind the end is none of these.
            spans = (match.span() for match in self._pattern.finditer(text, first[1], end + _BEFORE))
        parts = ["…" if start else ""]
        at = start
        for left, right in chain([first] if first else [], spans):
            if right > end:
                break
            if left < start:
                continue
            parts += [text[at:left], _OPEN, text[left:right], _CLOSE]
            at = right
        parts += [text[at:end], "…" if end < len(text) else ""]
        # Escaped at once, which takes as long as one of the parts by itself.
        return " ".join(escape("".join(parts)).replace(_OPEN, "<mark>").replace(_CLOSE, "</mark>").split("\n"))


def _cut(text: str, near: int) -> int:
    """The start of a word at or after a place; the place itself within a very long one."""
    if near <= 0:
        return 0
    blank = re.compile(r"\s").search(text, near - 1, near + 40)
    return blank.end() if blank else near
