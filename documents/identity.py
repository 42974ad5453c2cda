"""Which things of two lists are the same: equal ones first, then those with the same name."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from .matching import freeze
from .naming import NAMES, Id
from .parts import Section
from .three import Three

T = TypeVar("T")
Key = Callable[[T], Hashable]
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
    keys: list[Key[Any]] = [freeze]
    if any(isinstance(thing, dict) for thing in things):
        keys += [_named(name) for name in NAMES]
    return _by_keys(keys, things, others)


def sections(things: Sequence[Section], others: Sequence[Section]) -> list[int | None]:
    """Counterparts of sections: by heading and text, by heading, then what was renamed."""
    keys = [*_HEADINGS, lambda section: section.heading.casefold(), lambda section: section.text or None]
    result = _by_keys(keys, things, others)
    _renamed(things, others, result)
    return result


def new_sections(things: Sequence[Section], others: Sequence[Section]) -> list[int | None]:
    """The same where none of them can be another's new name."""
    return _by_keys(_HEADINGS, things, others)


_HEADINGS: list[Key[Section]] = [lambda section: (section.heading, section.text), lambda section: (section.heading,)]


def _by_keys(keys: Sequence[Key[T]], things: Sequence[T], others: Sequence[T]) -> list[int | None]:
    """Counterparts by the first key that two things have in common; None is no key."""
    result: list[int | None] = [None] * len(things)
    free = set(range(len(others)))
    for key in keys:
        waiting: dict[Hashable, deque[int]] = defaultdict(deque)
        for index in sorted(free):
            waiting[key(others[index])].append(index)
        waiting.pop(None, None)
        for index, thing in enumerate(things):
            if result[index] is None and waiting and waiting.get(key(thing)):
                found = waiting[key(thing)].popleft()
                result[index] = found
                free.remove(found)
    return result


def _named(name: str) -> Key[Any]:
    def key(item: Any) -> Hashable:
        value = item.get(name) if isinstance(item, dict) else None
        return freeze(value) if value else None

    return key


def _renamed(things: Sequence[Section], others: Sequence[Section], found: list[int | None]) -> None:
    """A section without counterpart between two that have one is the only such other there, if half its lines are."""
    taken = {index for index in found if index is not None}
    for index in [index for index, at in enumerate(found) if at is None]:
        before = found[index - 1] if index else -1
        after = found[index + 1] if index + 1 < len(found) else len(others)
        if before is None or after != before + 2 or before + 1 in taken:
            continue
        rows, other_rows = things[index].text.split("\n"), others[before + 1].text.split("\n")
        common = len({row for row in rows if row.strip()} & set(other_rows))
        if common * 2 >= max(len(rows), len(other_rows)):
            found[index] = before + 1
            taken.add(before + 1)
