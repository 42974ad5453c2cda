"""Names in a running text, found in one pass however many there are. Pure.

Text and names are brought into one form: each word folded and between marks, and a mark where a sentence or a clause
ends, across which no name goes. In this form an Aho-Corasick automaton finds the leftmost and there the longest, in
time that grows with the text and the matches and with nothing else.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from glossary.search import words

Owner = TypeVar("Owner")

_START, _END, _BREAK = "\x02", "\x03", "\x04"
# A name may go across a hyphen or an apostrophe, but not from one sentence, clause, paragraph or cell into the next.
_BREAKS = r"(?P<end>[.,;:!?…][\"'”’)\]]*(?=\s)|\n[ \t]*\n|\|)"
_TOKEN = re.compile(rf"{words.NAME_WORD}|{_BREAKS}")
_ASCII_TOKEN = re.compile(rf"[A-Za-z0-9]+(?:[+#]{{1,2}}(?![+#\w]))?|{_BREAKS}")
# A name of so many letters, all of them capitals, is no word in small letters: IT, GAN, RAG.
SHORT = 4
_HISSING = ("s", "x", "z", "ch", "sh")


class Found(NamedTuple, Generic[Owner]):
    """`text[start:end]` is a name of these owners, in the order in which they were given."""

    start: int
    end: int
    owners: list[Owner]


class _Form(NamedTuple, Generic[Owner]):
    is_exact: bool
    only_capitals: bool
    owner: Owner


class Finder(Generic[Owner]):
    """Finds names, each given as it is written and with whose it is.

    >>> finder = Finder([("Black box", 1), ("Box", 2), ("GAN", 3)])
    >>> [(each.start, each.end, each.owners) for each in finder.find("A box, black boxes; GANs, gan.")]
    [(2, 5, [2]), (7, 18, [1]), (20, 24, [3])]
    """

    def __init__(self, names: Iterable[tuple[str, Owner]]) -> None:
        forms: dict[str, list[_Form[Owner]]] = {}
        for name, owner in names:
            is_acronym = is_only_capitals(name)
            for number, pattern in enumerate(_patterns(name, is_acronym=is_acronym)):
                forms.setdefault(pattern, []).append(_Form(number == 0, is_acronym, owner))
        # What is somebody's name is not the plural of another.
        self._forms = [[form for form in each if form.is_exact] or each for each in forms.values()]
        self._automaton = (
            AhoCorasick(
                list(forms),
                matchkind=MatchKind.LeftmostLongest,
                # The patterns stay with us and not with it, too.
                store_patterns=False,
                implementation=Implementation.ContiguousNFA,
            )
            if forms
            else None
        )

    def find(self, text: str) -> Iterator[Found[Owner]]:
        """From left to right, none within another."""
        if self._automaton is None:
            return
        folded, spans, places = _folded(text)
        for number, start, end in self._automaton.find_matches_as_indexes(folded):
            first = bisect_left(places, start)
            last = bisect_left(places, end) - 1
            begins, ends = spans[first][0], spans[last][1]
            if _goes_on(text, begins):
                continue
            written = text[begins:ends]
            is_in_capitals = written.removesuffix("s").isupper()
            owners = [form.owner for form in self._forms[number] if is_in_capitals or not form.only_capitals]
            if owners:
                yield Found(begins, ends, owners)


def is_only_capitals(name: str) -> bool:
    """Whether it is a short name that is none in small letters.

    >>> [is_only_capitals(name) for name in ("GAN", "LLMs", "C", "Gan", "SCIENCE")]
    [True, True, True, False, False]
    """
    bare = name.removesuffix("s")
    return len(bare) <= SHORT and bare.isupper()


def _goes_on(text: str, start: int) -> bool:
    """Whether it is the second half of a compound: "attention" in "self-attention" is something else."""
    return start >= 2 and text[start - 1] in "-_\u2010\u2011" and text[start - 2].isalnum()


def _folded(text: str) -> tuple[str, list[tuple[int, int]], list[int]]:
    """The text in the form that is searched; where each word stands in the text, and where it begins in that form."""
    is_ascii = text.isascii()
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    places: list[int] = []
    at = 0
    for match in (_ASCII_TOKEN if is_ascii else _TOKEN).finditer(text):
        if match.lastgroup:
            part = _BREAK
        else:
            word = match[0].lower() if is_ascii else words.fold(match[0])
            part = f"{_START}{word}{_END}"
            spans.append(match.span())
            places.append(at)
        parts.append(part)
        at += len(part)
    return "".join(parts), spans, places


def _patterns(name: str, *, is_acronym: bool) -> Iterator[str]:
    """The name, and what it may be in the plural or in the singular; each as in `_folded`."""
    folded = _folded(name)[0].strip(_BREAK)
    if not folded:
        return
    yield folded
    bare = folded.replace(_BREAK, "")
    if bare != folded:
        # "St. Petersburg", as some write it.
        yield bare
    start, word = folded.rpartition(_START)[::2]
    for other in other_numbers(word.removesuffix(_END), is_acronym=is_acronym):
        yield f"{start}{_START}{other}{_END}"


def other_numbers(word: str, *, is_acronym: bool) -> list[str]:
    """The English plurals and singulars that a word may have. Words that are none do no harm: nobody writes them.

    >>> other_numbers("policy", is_acronym=False), other_numbers("boxes", is_acronym=False)
    (['policies'], ['box'])
    >>> other_numbers("gas", is_acronym=True), other_numbers("bias", is_acronym=False)
    (['gass'], ['biases'])
    """
    if is_acronym or not word[-1:].isalpha():
        return [f"{word}s"] if word[-1:].isalnum() else []
    if len(word) > 4 and word.endswith("ies"):
        return [f"{word[:-3]}y"]
    if len(word) > 4 and word.endswith("es") and word[:-2].endswith(_HISSING):
        # Both, since "caches" has lost an s and "boxes" has lost es.
        return [word[:-2]] if not word[:-2].endswith(("ch", "s", "z")) else [word[:-2], word[:-1]]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "as", "os")):
        return [word[:-1]]
    if word.endswith(_HISSING):
        return [f"{word}es"]
    if len(word) > 1 and word.endswith("y") and word[-2] not in "aeiou":
        return [f"{word[:-1]}ies"]
    return [f"{word}s"]
