"""The order of a merged list: ours, with theirs' moves, and theirs' additions after the neighbour they had."""

from collections.abc import Collection, Hashable, Sequence
from typing import TypeVar

from .matching import longest_increasing

Id = TypeVar("Id", bound=Hashable)


def moves_clash(base: Sequence[Id], ours: Sequence[Id], theirs: Sequence[Id]) -> bool:
    """Whether both sides moved the same thing to different places. Each sequence holds a thing at most once."""
    old, mine, other = _common(base, ours, theirs)
    if mine in (old, other) or other == old:
        return False
    return bool(_moved(old, mine) & _moved(old, other))


def merged_order(base: Sequence[Id], ours: Sequence[Id], theirs: Sequence[Id], kept: Collection[Id]) -> list[Id]:
    """The kept things of both sides in the order of the merge. Where moves clash, ours stays.

    >>> merged_order("abc", "aobc", "acbt", set("aobct"))
    ['a', 'c', 'o', 'b', 't']
    """
    old, mine, other = _common(base, ours, theirs)
    if other in (old, mine):
        return _weave(ours, theirs, kept, frame_first=True)
    if mine == old:
        return _weave(theirs, ours, kept, frame_first=False)
    moved = _moved(old, other)
    if moved & _moved(old, mine):
        return _weave(ours, theirs, kept, frame_first=True)
    resting = [each for each in ours if each not in moved]
    return _weave(resting, theirs, kept, frame_first=True)


def _common(base: Sequence[Id], ours: Sequence[Id], theirs: Sequence[Id]) -> tuple[list[Id], list[Id], list[Id]]:
    common = set(base) & set(ours) & set(theirs)
    return (
        [each for each in base if each in common],
        [each for each in ours if each in common],
        [each for each in theirs if each in common],
    )


def _moved(old: list[Id], new: list[Id]) -> set[Id]:
    """The fewest things that have to move to make the new order of the old one."""
    places = {each: index for index, each in enumerate(old)}
    staying = longest_increasing([places[each] for each in new])
    return {each for each in new if places[each] not in staying}


def _weave(frame: Sequence[Id], other: Sequence[Id], kept: Collection[Id], frame_first: bool) -> list[Id]:
    """The frame, and what only the other has behind its neighbour there.

    frame_first: where both add behind the same neighbour, the frame's come first.
    """
    known, others = set(frame), set(other)
    joining: dict[Id | None, list[Id]] = {}
    neighbour: Id | None = None
    for each in other:
        if each in known:
            neighbour = each
        elif each in kept:
            joining.setdefault(neighbour, []).append(each)
    result: list[Id] = []
    waiting = joining.get(None, [])
    for each in frame:
        if not frame_first or each in others:
            result += waiting
            waiting = []
        if each in kept:
            result.append(each)
        if each in joining:
            waiting = waiting + joining[each]
    return result + waiting
