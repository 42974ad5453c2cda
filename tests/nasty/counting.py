"""How many cases each group of nasty inputs has, by door: as pytest collects them, nothing is counted by hand."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.nasty.groups import ADMIN, API, DOORS, FILE, GROUPS, NOT_THERE, SHOWN

HERE = "tests/nasty/"
# How tests here are called, by the door that they go through.
_ENDINGS = {"_as_a_file": FILE, "_as_files": FILE, "_through_the_api": API, "_in_the_admin": ADMIN}
_GROUP = re.compile(r"(?:^|-)([1-9][0-9]?) ")


@dataclass(slots=True)
class Count:
    """here, elsewhere: numbers of cases by group and door. odd: ids of a group whose test names no door. missing: tests
    that are referred to and not there.
    """

    here: Counter[tuple[int, str]] = field(default_factory=Counter)
    elsewhere: Counter[tuple[int, str]] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def of(self, group: int, door: str) -> int:
        return self.here[group, door] + self.elsewhere[group, door]


class _Collected:
    def __init__(self) -> None:
        self.items: Sequence[Any] = ()

    def pytest_collection_finish(self, session: Any) -> None:
        self.items = session.items


def collected() -> list[Any]:
    """Every test here and in the files that are referred to, slow ones and those of the browser too."""
    files = sorted({test.partition("::")[0] for shown in SHOWN for test in shown.tests})
    found = _Collected()
    options = ["--collect-only", "-qq", "--no-header", "--no-summary", "-p", "no:cacheprovider", "-m", ""]
    pytest.main([*options, HERE, *files], plugins=[found])
    return list(found.items)


def count(items: Iterable[Any]) -> Count:
    result = Count()
    ids: defaultdict[str, int] = defaultdict(int)
    for item in items:
        name = item.nodeid.partition("[")[0]
        ids[name] += 1
        ids[item.nodeid] += item.nodeid != name
        if not name.startswith(HERE):
            continue
        at = _GROUP.search(item.callspec.id) if hasattr(item, "callspec") else None
        door = next((door for ending, door in _ENDINGS.items() if name.endswith(ending)), None)
        if at and door:
            result.here[int(at[1]), door] += 1
        elif at or door:
            result.odd.append(item.nodeid)
    for shown in SHOWN:
        for test in shown.tests:
            result.elsewhere[shown.group, shown.door] += ids[test]
            if not ids[test]:
                result.missing.append(test)
    return result


def problems(found: Count) -> list[str]:
    """What is wrong with the table itself."""
    said = [f"{test} has a group and no door, or the other way round" for test in found.odd]
    said += [f"{test} is not there" for test in found.missing]
    for group in GROUPS:
        for door in DOORS:
            excused = door in NOT_THERE.get(group, {})
            if excused == bool(found.of(group, door)):
                said.append(f"group {group}, {door}: {'excused, and has cases' if excused else 'no case'}")
    return said


def table(found: Count) -> str:
    """As docs/security.md has it."""
    lines = [
        f"| | Group | {' | '.join(DOORS.values())} | Why not by each |",
        f"|---|---|{'---|' * len(DOORS)}---|",
    ]
    for group, name in GROUPS.items():
        reasons: dict[str, list[str]] = {}
        for door, reason in NOT_THERE.get(group, {}).items():
            reasons.setdefault(reason, []).append(DOORS[door])
        why = "; ".join(f"{', '.join(doors)}: {reason[0].lower()}{reason[1:]}" for reason, doors in reasons.items())
        cells = [_cell(found.here[group, door], found.elsewhere[group, door]) for door in DOORS]
        lines.append(f"| {group} | {name} | {' | '.join(cells)} | {why} |")
    totals = [sum(found.of(group, door) for group in GROUPS) for door in DOORS]
    lines.append(f"| | {sum(totals):,} cases | {' | '.join(f'{total:,}' for total in totals)} | |")
    return "\n".join(lines)


def _cell(here: int, elsewhere: int) -> str:
    if not here + elsewhere:
        return "–"
    return f"{here + elsewhere} ({elsewhere})" if elsewhere else str(here)


PAGE = Path(__file__).resolve().parents[2] / "docs/security.md"
_TABLE = re.compile(r"^\| \| Group \|.*?(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)


def shown() -> str:
    """The table of the page."""
    there = _TABLE.search(PAGE.read_text())
    return there[0].strip() if there else ""


def write(text: str) -> None:
    page = PAGE.read_text()
    PAGE.write_text(_TABLE.sub(lambda _: text, page))
