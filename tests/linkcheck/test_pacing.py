"""No host is asked often, and not too many at once."""

import asyncio
import time

import pytest

from glossary.linkcheck.pacing import Limits, Pace, Resting


async def visit(pace: Pace, host: str, times: dict[str, list[float]], at_once: list[int], seconds: float = 0.1) -> None:
    async with pace.turn(host):
        times.setdefault(host, []).append(time.monotonic())
        at_once.append(at_once[-1] + 1)
        await asyncio.sleep(seconds)
        at_once.append(at_once[-1] - 1)


def visits(limits: Limits, hosts: list[str]) -> tuple[dict[str, list[float]], int]:
    times: dict[str, list[float]] = {}
    at_once = [0]

    async def everybody() -> None:
        pace = Pace(limits)
        await asyncio.gather(*(visit(pace, host, times, at_once) for host in hosts))

    asyncio.run(everybody())
    return times, max(at_once)


def test_a_host_is_asked_one_thing_at_a_time_with_a_pause_between() -> None:
    times, at_once = visits(Limits(overall=10, gap=0.1), ["a"] * 4)
    assert at_once == 1
    gaps = [later - earlier for earlier, later in zip(times["a"], times["a"][1:], strict=False)]
    assert min(gaps) >= 0.19


def test_hosts_do_not_wait_for_each_other() -> None:
    times, at_once = visits(Limits(overall=100, gap=5), [f"host{number}" for number in range(30)])
    assert at_once == 30
    assert len(times) == 30


def test_only_so_many_are_asked_at_once() -> None:
    _, at_once = visits(Limits(overall=3, gap=0), [f"host{number}" for number in range(12)])
    assert at_once == 3


def test_who_waits_for_a_host_takes_no_place_from_others() -> None:
    times, _ = visits(Limits(overall=2, gap=0.5), ["slow"] * 3 + ["quick"])
    assert times["quick"][0] < times["slow"][1]


def test_a_host_that_wants_rest_is_not_asked() -> None:
    async def asked() -> None:
        pace = Pace(Limits(gap=0))
        pace.rest("a")
        with pytest.raises(Resting):
            async with pace.turn("a"):
                pass
        async with pace.turn("b"):
            pass

    asyncio.run(asked())


def test_a_host_that_is_down_is_left_alone_after_three_failures_in_a_row() -> None:
    async def asked() -> None:
        pace = Pace(Limits(gap=0))
        for answered in (False, False, True, False, False):
            pace.noted("a", answered=answered)
            async with pace.turn("a"):
                pass
        pace.noted("a", answered=False)
        with pytest.raises(Resting):
            async with pace.turn("a"):
                pass

    asyncio.run(asked())
