"""The order of a merged list: ours, with theirs' moves, and theirs' additions after the neighbour they had."""

from collections.abc import Collection, Hashable, Sequence
from typing import TypeVar

from .matching import longest_increasing
from .three import Three

Id = TypeVar("Id", bound=Hashable)


def moves_clash(three: Three[list[Id]]) -> bool:
    """Whether both sides moved the same thing to different places. Each list holds a thing at most once."""
    base, ours, theirs = _common(three)
    if ours in (base, theirs) or theirs == base:
        return False
    return not _moved(base, ours).isdisjoint(_moved(base, theirs))


def merged_order(three: Three[list[Id]], kept: Collection[Id]) -> list[Id]:
    """The kept things of both sides in the order of the merge. Where moves clash, ours stays.

    >>> merged_order(Three(list("abc"), list("aobc"), list("acbt")), "aobct")
    ['a', 'o', 'c', 'b', 't']
    """
    base, ours, theirs = _common(three)
    if theirs in (base, ours):
        return _weave(three.ours, three.theirs, kept, frame_first=True)
    if ours == base:
        return _weave(three.theirs, three.ours, kept, frame_first=False)
    moved, we_moved = _moved(base, theirs), _moved(base, ours)
    if not moved.isdisjoint(we_moved):
        return _weave(three.ours, three.theirs, kept, frame_first=True)
    # What they moved goes behind a neighbour that we left where it was.
    resting = [each for each in three.ours if each not in moved]
    steady = [each for each in theirs if each not in we_moved]
    frame = _weave(resting, steady, set(three.ours), frame_first=True)
    return _weave(frame, three.theirs, kept, frame_first=True)


def _common(three: Three[list[Id]]) -> Three[list[Id]]:
    common = set(three.base) & set(three.ours) & set(three.theirs)
    return Three(*([each for each in side if each in common] for side in three))


def _moved(old: Sequence[Id], new: Sequence[Id]) -> set[Id]:
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
            waiting = [*waiting, *joining[each]]
    return result + waiting
