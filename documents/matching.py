"""Which items of an old list live on in a new one."""

from bisect import bisect_left
from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Match:
    """How one item of the new list came about.

    old: index in the old list, or None for an item without a past. stays: in its old place among those that stay.
    changed: with another value.
    """

    old: int | None
    stays: bool = False
    changed: bool = False


def match(old: list[Any], new: list[Any]) -> list[Match]:
    """One Match for each item of `new`, in its order. Takes n log n steps.

    What both begin and end with stays. Between, the longest run in old order stays and other equal items have moved.
    What is left over between two that stay is paired by likeness, then by place.
    """
    old_keys, new_keys = [freeze(item) for item in old], [freeze(item) for item in new]
    shorter = min(len(old), len(new))
    first = last = 0
    while first < shorter and old_keys[first] == new_keys[first]:
        first += 1
    while last < shorter - first and old_keys[-1 - last] == new_keys[-1 - last]:
        last += 1
    result = [Match(index, stays=True) for index in range(first)]
    middle = _match_middle(old_keys[first : len(old) - last], new_keys[first : len(new) - last])
    result += [found if found.old is None else Match(found.old + first, found.stays) for found in middle]
    result += [Match(index, stays=True) for index in range(len(old) - last, len(old))]
    _pair_changed(old, new, result, {found.old for found in result if found.old is not None})
    return result


# Comparing each with each is exact, and quick enough for so many pairs.
_FEW = 40_000


def _match_middle(old: list[Any], new: list[Any]) -> list[Match]:
    pairs: dict[int, int] = {}
    if len(old) * len(new) <= _FEW and (len(set(old)) < len(old) or len(set(new)) < len(new)):
        pairs = _longest_common(old, new)
    staying = set(pairs)
    waiting: dict[Any, deque[int]] = defaultdict(deque)
    taken = set(pairs.values())
    for index, key in enumerate(old):
        if index not in taken:
            waiting[key].append(index)
    for position, key in enumerate(new):
        if position not in pairs and waiting.get(key):
            pairs[position] = waiting[key].popleft()
    if not staying:
        kept = longest_increasing([pairs[position] for position in sorted(pairs)])
        staying = {position for position, index in pairs.items() if index in kept}
    return [Match(pairs.get(position), position in staying) for position in range(len(new))]


def _longest_common(old: list[Any], new: list[Any]) -> dict[int, int]:
    """Positions in `new` to indexes in `old` of one longest common subsequence."""
    lengths = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            if old[i] == new[j]:
                lengths[i][j] = lengths[i + 1][j + 1] + 1
            else:
                lengths[i][j] = max(lengths[i + 1][j], lengths[i][j + 1])
    found = {}
    i = j = 0
    while i < len(old) and j < len(new):
        if old[i] == new[j]:
            found[j] = i
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


def _pair_changed(old: list[Any], new: list[Any], result: list[Match], taken: set[int]) -> None:
    """Fills in the changed items, gap by gap between the items that stay."""
    start = 0
    gap: list[int] = []
    for position in range(len(new) + 1):
        ends = position == len(new) or result[position].stays
        if not ends:
            if result[position].old is None:
                gap.append(position)
            continue
        stop = len(old) if position == len(new) else result[position].old
        assert stop is not None
        free = [index for index in range(start, stop) if index not in taken]
        for at, index in _pair(old, new, free, gap):
            result[at] = Match(index, stays=True, changed=True)
        start, gap = stop + 1, []


def _pair(old: list[Any], new: list[Any], free: list[int], gap: list[int]) -> list[tuple[int, int]]:
    if len(free) == len(gap):
        return list(zip(gap, free, strict=True))
    pairs = []
    first = 0
    for at in gap:
        for offset in range(first, min(len(free), first + 50)):
            if _alike(old[free[offset]], new[at]):
                pairs.append((at, free[offset]))
                first = offset + 1
                break
    if not pairs and not any(isinstance(old[index], dict) for index in free):
        return list(zip(gap, free, strict=False))
    return pairs


def _alike(a: Any, b: Any) -> bool:
    """Whether two maps are the same thing said differently: one url, one title, or most values."""
    if not (isinstance(a, dict) and isinstance(b, dict)):
        return False
    if any(a.get(key) is not None and a.get(key) == b.get(key) for key in ("url", "slug", "title")):
        return True
    common = sum(1 for key, value in a.items() if key in b and b[key] == value)
    return common * 2 > max(len(a), len(b))


def freeze(value: Any) -> Any:
    if isinstance(value, list):
        return (list, tuple(map(freeze, value)))
    if isinstance(value, dict):
        return (dict, frozenset((freeze(key), freeze(item)) for key, item in value.items()))
    # Two moments in two time zones can be equal, and so are 0.0 and -0.0.
    return (type(value), repr(value) if isinstance(value, float | datetime) else value)


def longest_increasing(numbers: list[int]) -> set[int]:
    """The members of one longest increasing subsequence (patience sorting, Fredman 1975)."""
    tails: list[int] = []
    tops: list[int] = []
    previous: list[int] = []
    for index, number in enumerate(numbers):
        pile = bisect_left(tops, number)
        previous.append(tails[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(number)
            tails.append(index)
        else:
            tops[pile] = number
            tails[pile] = index
    result = set()
    index = tails[-1] if tails else -1
    while index >= 0:
        result.add(numbers[index])
        index = previous[index]
    return result
