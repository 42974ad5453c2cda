"""Words of a text in the form in which they are compared: without case, width and the accents of Latin letters."""

import re
import string
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, groupby
from typing import NamedTuple


class Word(NamedTuple):
    """`start` and `end` index the text; `key` is what is compared."""

    start: int
    end: int
    key: str


def _marks() -> str:
    """Ranges of all combining marks: \\w has none of them, which would cut Hindi words at their vowel signs.

    Only the planes that have any are asked, for every process does so when it starts.
    """
    places = (range(0x300, 0x20000), range(0xE0000, 0xE1000))
    codes = (code for code in chain(*places) if unicodedata.category(chr(code))[0] == "M")
    runs = [[code for _, code in group] for _, group in groupby(enumerate(codes), key=lambda pair: pair[1] - pair[0])]
    return "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in runs)


LETTERS = rf"(?:[^\W_]|[{_marks()}])+"
_WORD = re.compile(LETTERS)
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_ASCII_LETTERS = frozenset(string.ascii_letters + string.digits)
_OTHER = re.compile(r"[^\x00-\x7f]")
# C, C++ and C# are three names.
NAME_WORD = rf"{LETTERS}(?:[+#]{{1,2}}(?![+#\w]))?"
_NAME_WORD = re.compile(NAME_WORD)
_ACCENTS = re.compile("[\u0300-\u036f]+")


def keys(text: str) -> list[str]:
    """The folded words of a text; an accent that stands alone is none.

    >>> keys("Naïve Bayes, 模型 & C++")
    ['naive', 'bayes', '模型', 'c']
    """
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return list(filter(None, (fold(word) for word in _WORD.findall(text))))


def words(text: str) -> Iterator[Word]:
    """The words by `keys`, and where they stand."""
    for match in _WORD.finditer(text):
        yield Word(match.start(), match.end(), fold(match[0]))


def words_beyond_ascii(text: str) -> Iterator[Word]:
    """Those of `words` that have other letters too, in a time that depends on how many of these there are."""
    done = 0
    for other in () if text.isascii() else _OTHER.finditer(text):
        at = other.start()
        if at < done:
            continue
        start = at
        while start > done and text[start - 1] in _ASCII_LETTERS:
            start -= 1
        match = _WORD.match(text, start)
        if match and match.end() > at:
            yield Word(start, match.end(), fold(match[0]))
            done = match.end()


def name_words(text: str) -> Iterator[Word]:
    """The words as a name has them, and where they stand."""
    for match in _NAME_WORD.finditer(text):
        yield Word(match.start(), match.end(), fold(match[0]))


def name_key(name: str) -> str:
    """What names are looked up by: their words, however they are separated; of a name without words, the name.

    >>> name_key("black-box") == name_key("Black  Box"), name_key("C#"), name_key("→")
    (True, 'c#', '→')
    """
    if name.isascii() and "#" not in name and "+" not in name:
        name = name.lower()
        return " ".join(_ASCII_WORD.findall(name)) or " ".join(name.split())
    return " ".join(word.key for word in name_words(name)) or " ".join(fold(name).split())


@lru_cache(maxsize=4096)
def fold(word: str) -> str:
    if word.isascii():
        return word.lower()
    folded = unicodedata.normalize("NFKC", word).casefold()
    # Accents of Latin, Greek and Cyrillic only: the marks of other scripts are letters of theirs.
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", folded)))
