"""The three sides of a merge."""

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Three(NamedTuple, Generic[T]):
    """One thing as it was, as we made it, and as they made it."""

    base: T
    ours: T
    theirs: T

    def map(self, function: Callable[[T], R]) -> "Three[R]":
        return Three(function(self.base), function(self.ours), function(self.theirs))


def pick(three: Three[T]) -> T:
    """Of what is no content: what changed; ours where both did."""
    return three.theirs if three.ours == three.base else three.ours


def pick_known(three: Three[T | None]) -> T | None:
    """The same where a side may have nothing to say."""
    known = [each for each in (three.ours, three.theirs, three.base) if each is not None]
    return pick(three) if len(known) == 3 else next(iter(known), None)
