"""What two or three sequences have in common, in order. Takes about n log n steps, whatever the input."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

from .matching import longest_increasing

Token = TypeVar("Token", bound=Hashable)


class Hunk(NamedTuple):
    """old[start:end] became new[new_start:new_end]."""

    start: int
    end: int
    new_start: int
    new_end: int


class Same(NamedTuple):
    """A stretch that all three have."""

    base: int
    ours: int
    theirs: int
    length: int


class Taken(NamedTuple):
    """A stretch of one side. side: "ours" or "theirs"."""

    side: str
    start: int
    end: int


class Clash(NamedTuple):
    """Where both sides changed something: three ranges (start, end). It is a pure insertion if base is empty."""

    base: tuple[int, int]
    ours: tuple[int, int]
    theirs: tuple[int, int]


def pairs(old: Sequence[Token], new: Sequence[Token]) -> list[tuple[int, int]]:
    """Indexes of equal tokens, rising on both sides.

    Unique tokens are found first (patience diff, Cohen 2009), then what lies between them.
    """
    result: list[tuple[int, int]] = []
    todo = [(0, len(old), 0, len(new))]
    while todo:
        start, end, new_start, new_end = todo.pop()
        while start < end and new_start < new_end and old[start] == new[new_start]:
            result.append((start, new_start))
            start, new_start = start + 1, new_start + 1
        while start < end and new_start < new_end and old[end - 1] == new[new_end - 1]:
            end, new_end = end - 1, new_end - 1
            result.append((end, new_end))
        if start == end or new_start == new_end:
            continue
        anchors = _unique(old, new, start, end, new_start, new_end)
        if not anchors:
            result += _by_occurrence(old, new, start, end, new_start, new_end)
            continue
        bounds = [(start - 1, new_start - 1), *anchors, (end, new_end)]
        result += anchors
        for (a, b), (c, d) in pairwise(bounds):
            todo.append((a + 1, c, b + 1, d))
    result.sort()
    return result


def _unique(
    old: Sequence[Token], new: Sequence[Token], start: int, end: int, new_start: int, new_end: int
) -> list[tuple[int, int]]:
    counts, new_counts = Counter(old[start:end]), Counter(new[new_start:new_end])
    places = {old[index]: index for index in range(start, end) if counts[old[index]] == 1}
    found = [
        (places[new[index]], index)
        for index in range(new_start, new_end)
        if new[index] in places and new_counts[new[index]] == 1
    ]
    return _rising(found)


def _by_occurrence(
    old: Sequence[Token], new: Sequence[Token], start: int, end: int, new_start: int, new_end: int
) -> list[tuple[int, int]]:
    """The k-th of several equal tokens with the k-th."""
    places: dict[Token, deque[int]] = defaultdict(deque)
    for index in range(start, end):
        places[old[index]].append(index)
    found = [(places[new[index]].popleft(), index) for index in range(new_start, new_end) if places.get(new[index])]
    return _rising(found)


def _rising(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    staying = longest_increasing([index for index, _ in found])
    return [pair for pair in found if pair[0] in staying]


def hunks(old: Sequence[Token], new: Sequence[Token]) -> list[Hunk]:
    """What changed, in order; between two hunks stands at least one token that both have."""
    result = []
    at = new_at = 0
    for index, new_index in [*pairs(old, new), (len(old), len(new))]:
        if index > at or new_index > new_at:
            result.append(Hunk(at, index, new_at, new_index))
        at, new_at = index + 1, new_index + 1
    return result


def three_way(base: Sequence[Token], ours: Sequence[Token], theirs: Sequence[Token]) -> Iterator[Same | Taken | Clash]:
    """The stretches of a merge, in order.

    Changes clash if they concern one token of the base or insert at one place. Changes that only touch do not.
    """
    changes = sorted(
        [(hunk, "ours") for hunk in hunks(base, ours)] + [(hunk, "theirs") for hunk in hunks(base, theirs)],
        key=lambda change: (change[0].start, change[0].end),
    )
    at = 0
    # How much further right a token of the base stands on each side.
    shift = {"ours": 0, "theirs": 0}
    index = 0
    while index < len(changes):
        group = [changes[index]]
        low, high = group[0][0].start, group[0][0].end
        index += 1
        while index < len(changes) and _overlaps(changes[index][0], low, high):
            high = max(high, changes[index][0].end)
            group.append(changes[index])
            index += 1
        if low > at:
            yield Same(at, at + shift["ours"], at + shift["theirs"], low - at)
        ranges = {}
        for side in ("ours", "theirs"):
            first = low + shift[side]
            for hunk, whose in group:
                if whose == side:
                    shift[side] += (hunk.new_end - hunk.new_start) - (hunk.end - hunk.start)
            ranges[side] = (first, high + shift[side])
        sides = {side for _, side in group}
        if len(sides) == 1:
            side = sides.pop()
            yield Taken(side, *ranges[side])
        elif list(ours[slice(*ranges["ours"])]) == list(theirs[slice(*ranges["theirs"])]):
            yield Taken("ours", *ranges["ours"])
        else:
            yield Clash((low, high), ranges["ours"], ranges["theirs"])
        at = high
    if at < len(base):
        yield Same(at, at + shift["ours"], at + shift["theirs"], len(base) - at)


def _overlaps(hunk: Hunk, low: int, high: int) -> bool:
    return hunk.start < high or (low == high == hunk.start == hunk.end)


def union(
    ours: Sequence[Token], theirs: Sequence[Token], same: Callable[[Token], Hashable] = lambda each: each
) -> list[Token]:
    """Two insertions at one place: ours, then what theirs has besides. What both begin or end with stands once."""
    first = last = 0
    while first < min(len(ours), len(theirs)) and same(ours[first]) == same(theirs[first]):
        first += 1
    while last < min(len(ours), len(theirs)) - first and same(ours[-1 - last]) == same(theirs[-1 - last]):
        last += 1
    return [*ours[: len(ours) - last], *theirs[first : len(theirs) - last], *ours[len(ours) - last :]]
