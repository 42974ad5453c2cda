"""Which things of two lists are the same: equal ones first, then those with the same name."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from .matching import freeze
from .naming import NAMES, Id
from .parts import Section
from .three import Three

T = TypeVar("T")
# For each thing of the first list the index of its counterpart in the second.
Counterparts = Callable[[Sequence[T], Sequence[T]], list[int | None]]


def identities(three: Three[list[T]], counterparts: Counterparts[T], among_new: Counterparts[T]) -> Three[list[Id]]:
    """An identity for each thing of each list: the same one where two lists hold the same thing.

    counterparts: finds the things of a side in the base. among_new: finds those that both sides added.
    """
    base: list[Id] = [("base", index) for index in range(len(three.base))]
    ours: list[Id] = [
        ("ours", index) if at is None else base[at] for index, at in enumerate(counterparts(three.ours, three.base))
    ]
    theirs: list[Id] = [
        ("theirs", index) if at is None else base[at] for index, at in enumerate(counterparts(three.theirs, three.base))
    ]
    new = [each for each in ours if each[0] == "ours"]
    new_theirs = [each for each in theirs if each[0] == "theirs"]
    found = among_new([three.theirs[index] for _, index in new_theirs], [three.ours[index] for _, index in new])
    for each, at in zip(new_theirs, found, strict=True):
        if at is not None:
            theirs[each[1]] = new[at]
    return Three(base, ours, theirs)


def items(things: Sequence[Any], others: Sequence[Any]) -> list[int | None]:
    """Counterparts of values in a list. Of several candidates the k-th matches the k-th."""
    result: list[int | None] = [None] * len(things)
    _by_key(freeze, things, others, result)
    if any(isinstance(thing, dict) for thing in things):
        for name in NAMES:
            _by_key(_named(name), things, others, result)
    return result


def sections(things: Sequence[Section], others: Sequence[Section]) -> list[int | None]:
    """Counterparts of sections: by heading and text, by heading, then what was renamed."""
    result = new_sections(things, others)
    _by_key(lambda section: section.heading.casefold(), things, others, result)
    _by_key(lambda section: section.text or None, things, others, result)
    _renamed(things, others, result)
    return result


def new_sections(things: Sequence[Section], others: Sequence[Section]) -> list[int | None]:
    """The same where none of them can be another's new name."""
    result: list[int | None] = [None] * len(things)
    _by_key(lambda section: (section.heading, section.text), things, others, result)
    _by_likeness(things, others, result)
    _by_key(lambda section: (section.heading,), things, others, result)
    return result


def _by_key(key: Callable[[T], Hashable], things: Sequence[T], others: Sequence[T], result: list[int | None]) -> None:
    """Pairs those without a counterpart that have a key in common. None is no key."""
    waiting: dict[Hashable, deque[int]] = defaultdict(deque)
    for index in _free(others, result):
        waiting[key(others[index])].append(index)
    waiting.pop(None, None)
    for index, thing in enumerate(things):
        if result[index] is None and waiting and waiting.get(key(thing)):
            result[index] = waiting[key(thing)].popleft()


def _by_likeness(things: Sequence[Section], others: Sequence[Section], result: list[int | None]) -> None:
    """Pairs sections of one heading by the lines they share, where that heading stands several times."""
    waiting: dict[str, list[int]] = defaultdict(list)
    for index in _free(others, result):
        waiting[others[index].heading].append(index)
    counts = Counter(thing.heading for index, thing in enumerate(things) if result[index] is None)
    repeated = {heading for heading, times in counts.items() if waiting[heading] and times + len(waiting[heading]) > 2}
    owners: dict[tuple[str, str], list[int]] = defaultdict(list)
    for heading in repeated:
        for index in waiting[heading]:
            for row in _rows(others[index]):
                owners[heading, row].append(index)
    taken: set[int] = set()
    for at, thing in enumerate(things):
        if result[at] is None and thing.heading in repeated:
            # A line that many have says little, and would take long to count.
            votes = Counter(
                index
                for row in _rows(thing)
                if len(owners[thing.heading, row]) < 4
                for index in owners[thing.heading, row]
                if index not in taken
            )
            if votes:
                best = max(votes, key=lambda index: (votes[index], -index))
                result[at] = best
                taken.add(best)


def _rows(section: Section) -> set[str]:
    return {row for row in section.text.split("\n") if row.strip()}


def _free(others: Sequence[Any], result: list[int | None]) -> list[int]:
    taken = set(result)
    return [index for index in range(len(others)) if index not in taken]


def _named(name: str) -> Callable[[Any], Hashable]:
    def key(item: Any) -> Hashable:
        value = item.get(name) if isinstance(item, dict) else None
        return freeze(value) if value else None

    return key


def _renamed(things: Sequence[Section], others: Sequence[Section], found: list[int | None]) -> None:
    """Pairs what alone stands without a counterpart between two that have one, if it shares half its lines."""
    taken = set(found)
    for index in [index for index, at in enumerate(found) if at is None]:
        before = found[index - 1] if index else -1
        after = found[index + 1] if index + 1 < len(found) else len(others)
        if before is None or after != before + 2 or before + 1 in taken:
            continue
        rows, other_rows = _rows(things[index]), _rows(others[before + 1])
        if len(rows & other_rows) * 2 >= max(len(rows), len(other_rows), 1):
            found[index] = before + 1
            taken.add(before + 1)
