"""Words of a vocabulary: category, difficulty, status, type of a link."""

from collections.abc import Iterator

from glossary.health.checks.made import warning
from glossary.health.facts import Facts
from glossary.health.problem import Fix, Problem
from glossary.health.snapshot import Snapshot
from glossary.links import TYPES
from publishing import names
from publishing.values import DIFFICULTIES


def categories(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A category in another spelling than usual, or that no other entry has."""
    if not facts.category:
        return
    usual = snapshot.categories.get(names.key(facts.category))
    line = facts.line("category")
    if usual is None:
        message = f'No other entry has the category "{facts.category}".'
        advice = f"Usual are {', '.join(sorted(snapshot.categories.values()))}."
        yield warning("vocabulary.unknown", facts, line, message, advice, None, "category", facts.category)
    elif usual != facts.category:
        yield _case(facts, line, "category", facts.category, usual, "category")


def difficulties(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A difficulty or a link's type or difficulty in another letter case."""
    word = facts.difficulty
    if word and word not in DIFFICULTIES and word.casefold() in DIFFICULTIES:
        yield _case(facts, facts.line("difficulty"), "difficulty", word, word.casefold(), "difficulty")
    for kind, difficulty, line in facts.link_labels:
        for key, said, known in (("type", kind, TYPES), ("difficulty", difficulty, DIFFICULTIES)):
            if said and said not in known and said.casefold() in known:
                yield _case(facts, line, "externalLinks", said, said.casefold(), key)


def _case(facts: Facts, line: int, field: str, old: str, new: str, key: str) -> Problem:
    fix = Fix("word", facts.item, {"key": field, "old": old, "new": new, "inner": key if field != key else ""})
    return warning(
        "vocabulary.case", facts, line, f'"{old}" is usually written "{new}".', f'Write "{new}".', fix, field, old
    )
