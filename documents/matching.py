"""Which items of an old list live on in a new one."""

from bisect import bisect_left
from collections import defaultdict, deque
from dataclasses import dataclass
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

    The k-th of several equal items matches the k-th; the longest run in old order stays, the others have moved.
    What is left over between two that stay is paired by likeness, then by place.
    """
    old_keys = [freeze(item) for item in old]
    waiting: dict[Any, deque[int]] = defaultdict(deque)
    for index, key in enumerate(old_keys):
        waiting[key].append(index)
    pairs: list[int | None] = []
    for item in new:
        indexes = waiting.get(freeze(item))
        pairs.append(indexes.popleft() if indexes else None)
    staying = longest_increasing([index for index in pairs if index is not None])
    result = [Match(index, stays=index in staying) if index is not None else Match(None) for index in pairs]
    _pair_changed(old, new, result, {index for index in pairs if index is not None})
    return result


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
    return (type(value), repr(value) if isinstance(value, float) else value)


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
