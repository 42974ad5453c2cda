"""The part of a text that shows why it was found, as safe HTML."""

import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import chain

from glossary.search import words
from glossary.search.query import Query

_LENGTH = 200
_BEFORE = 60
# Stand for <mark> until the whole is escaped. They mean nothing in any text.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_BLANK = re.compile(r"\s")


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
        # What a match begins with; that of a term with others may begin anyhow.
        self._begins = [term.words[0] if not term.others else "" for term in query.terms]
        self._words = frozenset(word for term in query.terms for word in (*term.words, *term.others))
        self._prefixes = tuple(term.words[-1] for term in query.terms if term.prefix and not term.others)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        return self._begin(text)[1]

    def snippet(self, text: str) -> str:
        """About 200 characters around the first match, with <mark> around each; the beginning where there is none."""
        text = text.replace(_OPEN, "").replace(_CLOSE, "")
        is_literal, spans = self._begin(text)
        first = next(spans, None)
        start = _cut(text, first[0] - _BEFORE) if first else 0
        end = _cut(text, start + _LENGTH) if start + _LENGTH < len(text) else len(text)
        if first and is_literal and _is_between_words(text, end):
            # The rest of a long text need not be searched, and the regular expression puts all marks in one go.
            marked = text[start : first[0]] + self._pattern.sub(_mark, text[first[0] : end])
        else:
            marked = _marked(text, start, end, chain([first] if first else [], spans))
        # Escaped at once, which takes as long as one of the parts by itself.
        shown = escape(marked).replace(_OPEN, "<mark>").replace(_CLOSE, "</mark>").replace("\n", " ")
        return f"{'…' if start else ''}{shown}{'…' if end < len(text) else ''}"

    def _begin(self, text: str) -> tuple[bool, Iterator[tuple[int, int]]]:
        """Whether a term stands there by its very letters, and the matches."""
        found = self._pattern.finditer(text, self._earliest(text))
        if first := next(found, None):
            return True, (match.span() for match in chain([first], found))
        # Accents and the like are seen through only word by word. A word in ASCII would have been found.
        return False, (
            (word.start, word.end)
            for word in words.words_beyond_ascii(text)
            if word.key in self._words or (self._prefixes and word.key.startswith(self._prefixes))
        )

    def _earliest(self, text: str) -> int:
        """A place before which no match begins, as far as its letters are just those of the term."""
        lowered = text.lower()
        if len(lowered) != len(text):
            # Some letters are two in lower case, so that places are others.
            return 0
        # A search for a fixed text is a hundred times as fast as for a pattern.
        places = [lowered.find(begin) for begin in self._begins]
        return min((place for place in places if place >= 0), default=len(text))


def _mark(match: re.Match[str]) -> str:
    return f"{_OPEN}{match[0]}{_CLOSE}"


def _marked(text: str, start: int, end: int, spans: Iterable[tuple[int, int]]) -> str:
    """The text from start to end, with marks around the spans within."""
    parts = []
    at = start
    for left, right in spans:
        if right > end:
            break
        if left < start:
            continue
        parts += [text[at:left], _OPEN, text[left:right], _CLOSE]
        at = right
    return "".join([*parts, text[at:end]])


def _is_between_words(text: str, at: int) -> bool:
    return at == len(text) or text[at - 1].isspace()


def _cut(text: str, near: int) -> int:
    """The start of a word at or after a place; the place itself within a very long one."""
    if near <= 0:
        return 0
    blank = _BLANK.search(text, near - 1, near + 40)
    return blank.end() if blank else near
