"""How alike two texts are, by the words they share and how rare these are (BM25). Pure: texts in, numbers out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log

from glossary.search import words

# As many as are asked for; the rarest say the most.
MOST = 32
_SHORTEST = 3
# How much of a text a title, an alias or a tag is worth.
NAMED = 3
# The usual constants of BM25: how soon more of a word says no more, and how much a long text counts less.
_K, _B = 1.2, 0.75


def stem(word: str) -> str:
    """Without an English plural.

    >>> [stem(word) for word in ("networks", "classes", "bias", "gas", "loss")]
    ['network', 'classe', 'bias', 'gas', 'loss']
    """
    return word[:-1] if len(word) > 4 and word[-1] == "s" and word[-2] not in "sui" and word != "bias" else word


def terms(names: Iterable[str], text: str) -> Counter[str]:
    """What a text is about: its words without plurals, with how often it has them. Those of its names count more."""
    found = Counter(stem(word) for word in words.keys(text) if len(word) >= _SHORTEST)
    for name in names:
        for word in words.keys(name):
            if len(word) >= _SHORTEST:
                found[stem(word)] += NAMED
    return found


@dataclass(frozen=True, slots=True)
class Corpus:
    """total: how many texts there are. having: how many of them have each term."""

    total: int
    having: Mapping[str, int]

    def weight(self, term: str) -> float:
        """More for a rarer term."""
        having = self.having.get(term, 0)
        return log(1 + (self.total - having + 0.5) / (having + 0.5))


def best(own: Counter[str], corpus: Corpus, number: int = MOST) -> list[str]:
    """The terms that tell a text from the others. One that no other text has finds none."""
    known = [term for term in own if corpus.having.get(term)]
    return sorted(known, key=lambda term: (-_share(own[term], 1) * corpus.weight(term), term))[:number]


def likeness(own: Counter[str], other: Counter[str], corpus: Corpus, usual: float) -> float:
    """From 0 for nothing in common to about 1 for a text that has all the terms of the own one as often.

    usual: how long a text is in the mean.
    """
    whole = sum(_share(count, 1) * corpus.weight(term) for term, count in own.items())
    if not whole:
        return 0.0
    length = 1 - _B + _B * sum(other.values()) / usual if usual else 1
    shared = sum(_share(other[term], length) * corpus.weight(term) for term in own if other[term])
    return shared / whole


def _share(count: int, length: float) -> float:
    return count * (_K + 1) / (count + _K * length)
