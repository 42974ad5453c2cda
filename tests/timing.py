"""Whether work grows with the size of what it is given, or faster: a square, say.

Seconds say little on a machine that does other things, so sizes are compared with each other. What else goes on only
adds: so the least of a few runs counts, of every size, and the garbage of the whole test run is not collected
meanwhile. What still seems too much is measured again from the start. A square is too much each time.
"""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")

# How often it is measured before it is believed.
ROUNDS = 4
# Below a fifth of a millisecond, the clock is what is measured.
LEAST = 2e-4


def grows_faster(
    most: float, sizes: Sequence[int], prepare: Callable[[int], T], do: Callable[[T], object], least: float = LEAST
) -> str:
    """The seconds of each size, where those of a larger are more than `most` times those of the one before it.

    Empty where they are not, at the first time of asking or at one of the next.

    Args:
        sizes: from the smallest to the largest.
        prepare: makes what is worked on. It is not measured.
        do: is, and may change what it is given.
        least: what counts as too short to be compared.
    """
    spent: list[float] = []
    for number in range(ROUNDS):
        if number:
            # So that it does not work amid what others have left. It is too slow to do it for all that passes at once.
            gc.collect()
        spent = [seconds(lambda size=size: prepare(size), do) for size in sizes]  # type: ignore[misc]
        if all(larger <= most * max(smaller, least) for smaller, larger in pairwise(spent)):
            return ""
    return ", ".join(f"{size}: {1000 * each:.2f} ms" for size, each in zip(sizes, spent, strict=True))


def seconds(prepare: Callable[[], T], do: Callable[[T], object]) -> float:
    """Of the processor, the least of a few runs."""
    best, spent = float("inf"), 0.0
    for _ in range(9):
        given = prepare()
        with uncollected():
            began = time.process_time()
            do(given)
            took = time.process_time() - began
        best, spent = min(best, took), spent + took
        if spent > 1.0:
            break
    return best


@contextmanager
def uncollected() -> Iterator[None]:
    """Garbage is left for later: collecting it costs what the tests before have left, not what is measured."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
