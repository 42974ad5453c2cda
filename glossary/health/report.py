"""All checks over all texts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from glossary.health.checks import CHECKS, OVERALL
from glossary.health.facts import Facts
from glossary.health.problem import Problem, Severity
from glossary.health.snapshot import Snapshot

_ORDER = {severity: number for number, severity in enumerate(Severity)}


class Report(NamedTuple):
    """problems: of everything, in their order."""

    snapshot: Snapshot
    problems: list[Problem]


def problems(snapshot: Snapshot, only: Iterable[Facts] | None = None) -> list[Problem]:
    """By path and line, the worst first. only: just what concerns these, without the checks of the whole."""
    found = [problem for facts in (snapshot.all if only is None else only) for problem in of(facts, snapshot)]
    if only is None:
        found += [problem for check in OVERALL for problem in check(snapshot)]
    return ordered(found)


def ordered(found: Iterable[Problem]) -> list[Problem]:
    """By path and line, the worst first."""
    return sorted(found, key=lambda one: (one.path, one.line, _ORDER[one.severity], one.code, one.message))


def of(facts: Facts, snapshot: Snapshot) -> list[Problem]:
    return [problem for check in CHECKS for problem in check(facts, snapshot)]


def score(found: Sequence[Problem], items: int) -> int:
    """Of a hundred items so many have neither error nor warning. Hints do not count."""
    if not items:
        return 100
    ill = {problem.item for problem in found if problem.severity is not Severity.HINT}
    return round(100 * (items - len(ill)) / items)


def wanted(snapshot: Snapshot) -> list[tuple[str, str, int]]:
    """Kind and slug of what is named and not there, with how often, the most wanted first."""
    ranked = sorted(snapshot.missing.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(kind, slug, count) for (kind, slug), count in ranked]


def counts(found: Iterable[Problem]) -> Counter[str]:
    return Counter(problem.code for problem in found)
