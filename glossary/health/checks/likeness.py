"""Definitions that are nearly the same."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz

from glossary.health.checks.made import warning
from glossary.health.facts import Facts
from glossary.health.problem import Problem
from glossary.health.snapshot import Snapshot
from glossary.sections import KNOWN

# Of a hundred; two definitions of like terms in like words have about seventy.
ALIKE = 90
# Three words in a row that more definitions have say nothing.
_COMMON = 25


def near_duplicates(snapshot: Snapshot) -> Iterator[Problem]:
    """Two entries with nearly the same Brief Definition; a finding for each of the two."""
    compared = [facts for facts in snapshot.all if compared_brief(facts)]
    for one, other in alike([compared_brief(facts) for facts in compared]):
        yield found(compared[one], compared[other])
        yield found(compared[other], compared[one])


def compared_brief(facts: Facts) -> str:
    """The Brief Definition as it is compared; "" where it is not."""
    is_compared = facts.kind == "entry" and facts.status != "deprecated"
    return " ".join(facts.brief.casefold().split()) if is_compared else ""


def alike(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The places of those that are nearly the same, in pairs."""
    by_words: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        words = text.split(" ")
        for three in set(zip(words, words[1:], words[2:], strict=False)):
            by_words[three].append(number)
    pairs = {
        (one, other)
        for numbers in by_words.values()
        if 1 < len(numbers) <= _COMMON
        for at, one in enumerate(numbers)
        for other in numbers[at + 1 :]
    }
    same: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        if len(text) > 20:
            same[text].append(number)
    pairs |= {(numbers[0], other) for numbers in same.values() for other in numbers[1:]}
    for one, other in sorted(pairs):
        # Short ones differ in a word that matters.
        if min(len(texts[one]), len(texts[other])) > 20 and fuzz.ratio(texts[one], texts[other], score_cutoff=ALIKE):
            yield one, other


def found(facts: Facts, other: Facts) -> Problem:
    message = f'The Brief Definition is nearly that of "{other.slug}".'
    advice = "Say what sets the two apart, or merge them."
    return warning(
        "brief.near-duplicate", facts, facts.brief_line, message, advice, None, KNOWN["briefDefinition"], other.slug
    )
