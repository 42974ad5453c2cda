"""The helper that tells a cost which grows with the size from one that grows with its square."""

import gc
from itertools import pairwise

import pytest

from tests import timing

SIZES = (1_000, 8_000)
# Eight would be exact, and a square 64.
MOST = 24


def numbers_up_to(size: int) -> list[int]:
    return list(range(size))


def line(numbers: list[int]) -> None:
    for _ in range(20):
        sum(number for number in numbers if number)


def square(numbers: list[int]) -> None:
    """A few thousand times a list is searched to its end."""
    for number in numbers[::40]:
        _ = -number - 1 in numbers


def test_a_cost_that_grows_with_the_size_passes():
    assert timing.grows_faster(MOST, SIZES, numbers_up_to, line) == ""


def test_a_cost_that_grows_with_the_square_fails_each_time_it_is_measured():
    sizes = []

    def prepare(size: int) -> list[int]:
        sizes.append(size)
        return list(range(size))

    found = timing.grows_faster(MOST, SIZES, prepare, square)
    assert [each.partition(":")[0] for each in found.split(", ")] == ["1000", "8000"]
    changes = sum(one != other for one, other in pairwise(sizes))
    assert changes == 2 * timing.ROUNDS - 1


def test_it_is_the_growth_from_one_size_to_the_next():
    # From the first to the last it is far more.
    assert timing.grows_faster(MOST, (500, 4_000, 32_000), numbers_up_to, line) == ""


@pytest.mark.parametrize("runs", [1, 12])
def test_what_disturbs_some_runs_is_not_growth(runs: int):
    """Twelve are more than there are of one size: then it is measured once more."""
    left = [runs]

    def disturbed(numbers: list[int]) -> None:
        line(numbers)
        if len(numbers) == SIZES[-1] and left[0]:
            left[0] -= 1
            for _ in range(40):
                line(numbers)

    assert timing.grows_faster(MOST, SIZES, numbers_up_to, disturbed) == ""
    assert left == [0]


def test_what_is_too_short_is_not_compared():
    def step(numbers: list[int]) -> None:
        if len(numbers) == SIZES[-1]:
            line(numbers)

    assert timing.grows_faster(MOST, SIZES, numbers_up_to, step, least=10) == ""
    assert timing.grows_faster(MOST, SIZES, numbers_up_to, step, least=1e-9) != ""


def test_no_garbage_is_collected_while_it_is_measured():
    seen = []
    timing.seconds(lambda: None, lambda _: seen.append(gc.isenabled()))
    assert seen
    assert not any(seen)
    assert gc.isenabled()


def test_garbage_is_collected_again_after_a_failure():
    with pytest.raises(ZeroDivisionError), timing.uncollected():
        _ = 1 / 0
    assert gc.isenabled()
