"""What two or three sequences have in common, in order. Takes about n log n steps, whatever the input."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

from .matching import longest_increasing
from .three import T, Three

Token = TypeVar("Token", bound=Hashable)


class Hunk(NamedTuple):
    """old[start:end] became new[new_start:new_end]."""

    start: int
    end: int
    new_start: int
    new_end: int


class Same(NamedTuple):
    """A stretch that all three have."""

    starts: Three[int]
    length: int


class Taken(NamedTuple):
    """A stretch of one side, "ours" or "theirs"."""

    side: str
    start: int
    end: int


class Clash(NamedTuple):
    """Where both sides changed something. That of the base is empty if both only inserted."""

    spans: Three[slice]


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


def three_way(three: Three[list[Token]]) -> Iterator[Same | Taken | Clash]:
    """The stretches of a merge, in order.

    Changes clash if they concern one token of the base or insert at one place. Changes that only touch do not.
    """
    base, ours, theirs = three
    changes = sorted(
        [(hunk, "ours") for hunk in hunks(base, ours)] + [(hunk, "theirs") for hunk in hunks(base, theirs)],
        key=lambda change: (change[0].start, change[0].end),
    )
    at = 0
    # How much further right a token of the base stands on each side.
    shift = {"base": 0, "ours": 0, "theirs": 0}
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
            yield Same(Three(*(at + shift[side] for side in Three._fields)), low - at)
        starts = {side: low + shift[side] for side in Three._fields}
        for hunk, side in group:
            shift[side] += (hunk.new_end - hunk.new_start) - (hunk.end - hunk.start)
        spans = Three(*(slice(starts[side], high + shift[side]) for side in Three._fields))
        sides = {side for _, side in group}
        if len(sides) == 1:
            side = sides.pop()
            yield Taken(side, starts[side], high + shift[side])
        elif ours[spans.ours] == theirs[spans.theirs]:
            yield Taken("ours", starts["ours"], high + shift["ours"])
        else:
            yield Clash(spans)
        at = high
    if at < len(base):
        yield Same(Three(*(at + shift[side] for side in Three._fields)), len(base) - at)


def _overlaps(hunk: Hunk, low: int, high: int) -> bool:
    return hunk.start < high or (low == high == hunk.start == hunk.end)


def union(ours: list[T], theirs: list[T], key: Callable[[T], Hashable] = lambda each: each) -> list[T]:
    """Two insertions at one place: ours, then what theirs has besides. What both begin or end with stands once."""
    first = last = 0
    shorter = min(len(ours), len(theirs))
    while first < shorter and key(ours[first]) == key(theirs[first]):
        first += 1
    while last < shorter - first and key(ours[-1 - last]) == key(theirs[-1 - last]):
        last += 1
    return [*ours[: len(ours) - last], *theirs[first : len(theirs) - last], *ours[len(ours) - last :]]
