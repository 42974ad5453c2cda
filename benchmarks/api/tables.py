"""The tables: who gave how many answers a second, how that compares, and whether it was the aim."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.api import questions
from benchmarks.api.loading import Loads
from benchmarks.api.questions import (
    AGAIN,
    COMPARED,
    DETAIL,
    END,
    FILTERED,
    FULL,
    LIGHT,
    RARE,
    SEARCH,
    TAG,
    UNCHANGED,
)
from benchmarks.api.rounds import (
    BARE_DJANGO,
    BARE_LOOKUP,
    BARE_WSGI,
    BY_CURSOR,
    DRF,
    EXPORT,
    LEMMA,
    LOOKUP,
    PAYLOADS,
    SMALL,
    WAGTAIL,
)


@dataclass(frozen=True, slots=True)
class Aim:
    """of_lookup: the least part of the look-up's rate. times_drf: the least multiple of DRF's."""

    of_lookup: float
    times_drf: float | None = None


COMPARISONS = {
    DETAIL: ("Detail", Aim(0.65, 8)),
    LIGHT: ("Light list of 20", Aim(0.6, 4)),
    FULL: ("Full list of 20", Aim(0.6, 8)),
    FILTERED: ("List of a category", Aim(0.5)),
    SEARCH: ("Search for common words", Aim(0.15, 15)),
    AGAIN: ("The same search again", Aim(0.15, 15)),
}
# Others keep no answers, so that again is as before.
_AS = {AGAIN: SEARCH}
_TIMES_WAGTAIL = 25
# How many times slower at most.
GROWTH = {
    DETAIL: ("Detail", 1.3),
    LIGHT: ("First page", 1.3),
    END: ("Page at the end, by cursor", 1.3),
    FILTERED: ("Category with its count", 1.3),
    TAG: ("Tag with its count", 1.3),
    RARE: ("Search for rare words", 2.0),
    SEARCH: ("Search for common words", 3.0),
}


def comparison(loads: Loads, sizes: Mapping[str, int]) -> Iterator[str]:
    yield (
        "| what | bytes | Lemma | p50 | (b) look-up | p50 | ratio | by CPU | target | "
        "| (c) DRF | p50 | times | by CPU | target | |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|--:|---|---|--:|--:|--:|--:|---|---|"
    for what, (title, aim) in COMPARISONS.items():
        theirs = _AS.get(what, what)
        yield (
            f"| {title} | {sizes[what]:,} | {_load(loads, LEMMA, what)} "
            f"| {_load(loads, LOOKUP, theirs)} | {_compared(loads, (LEMMA, what), (LOOKUP, theirs), aim.of_lookup)} "
            f"| {_load(loads, DRF, theirs)} | {_compared(loads, (LEMMA, what), (DRF, theirs), aim.times_drf)} |"
        )
    yield (
        f"| Detail, 304 | {sizes[UNCHANGED]} | {_load(loads, LEMMA, UNCHANGED)} "
        f"| its 200: {_load(loads, LEMMA, DETAIL)} | {_compared(loads, (LEMMA, UNCHANGED), (LEMMA, DETAIL), 1)} "
        "| | | | | | |"
    )


def wagtail(loads: Loads) -> Iterator[str]:
    yield "| what | Lemma | p50 | (d) Wagtail | p50 | times | by CPU | target | |"
    yield "|---|--:|--:|--:|--:|--:|--:|---|---|"
    for what in COMPARED:
        yield (
            f"| {COMPARISONS[what][0]} | {_load(loads, SMALL, what)} | {_load(loads, WAGTAIL, what)} "
            f"| {_compared(loads, (SMALL, what), (WAGTAIL, what), _TIMES_WAGTAIL)} |"
        )


def floors(loads: Loads) -> Iterator[str]:
    """What the machine could do at most."""
    names = (LEMMA, LOOKUP, BY_CURSOR, BARE_LOOKUP, BARE_DJANGO, BARE_WSGI)
    yield f"| answers a second, and ms of CPU for one | {' | '.join(names)} |"
    yield f"|---|{'--:|' * len(names)}"
    for what in COMPARED:
        taken = [loads.median(who, what) if loads.has(who, what) else None for who in names]
        shown = [f"{load.rate:,.0f} ({load.work:.2f})" if load else "" for load in taken]
        yield f"| {COMPARISONS[what][0]} | {' | '.join(shown)} |"


def growth(loads: Loads, small: int, large: int) -> Iterator[str]:
    yield f"| what | at {small:,} | p50 | CPU | at {large:,} | p50 | CPU | times slower | by CPU | target | |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|---|---|"
    for what in questions.GROWING:
        title, most = GROWTH[what]
        slower = loads.ratio((SMALL, what), (LEMMA, what))
        dearer = loads.by_work((SMALL, what), (LEMMA, what))
        yield (
            f"| {title} | {_load(loads, SMALL, what)} | {_work(loads, SMALL, what)} "
            f"| {_load(loads, LEMMA, what)} | {_work(loads, LEMMA, what)} "
            f"| **{slower:.2f}** | {dearer:.2f} | ≤ {most:g} | {_verdict(slower <= most, dearer <= most)} |"
        )


def export(loads: Loads, size: int, peaks: tuple[float, float]) -> Iterator[str]:
    yield "| NDJSON export | entries a second | MB a second | Lemma's part of it |"
    yield "|---|--:|--:|--:|"
    for who, title in ((LEMMA, "Lemma"), (PAYLOADS, "`SELECT payload` alone"), (BARE_WSGI, "bare WSGI, from a file")):
        if not loads.has(who, EXPORT):
            continue
        load = loads.median(who, EXPORT)
        part = f"**{loads.ratio((LEMMA, EXPORT), (who, EXPORT)):.2f}**" if who != LEMMA else ""
        yield f"| {title} | {load.rate:,.0f} | {size / load.middle / 1000:,.0f} | {part} |"
    before, after = peaks
    yield ""
    yield (
        f"The export has {size / 1e6:,.0f} MB. Peak memory of the worker that gives it: {after:.0f} MB; "
        f"before it, after a few other answers: {before:.0f} MB."
    )


def _load(loads: Loads, who: str, what: str) -> str:
    load = loads.median(who, what)
    return f"{_number(load.rate)} | {load.middle:,.1f} ms"


def _work(loads: Loads, who: str, what: str) -> str:
    return f"{loads.median(who, what).work:.2f} ms"


def _compared(loads: Loads, ours: tuple[str, str], theirs: tuple[str, str], least: float | None) -> str:
    """How many answers of ours there are for one of theirs, by the clock and by CPU; what was wanted, and whether."""
    rate, work = loads.ratio(ours, theirs), loads.by_work(ours, theirs)
    told = f"**{_ratio(rate)}** | {_ratio(work)}"
    if least is None:
        return f"{told} | | "
    return f"{told} | ≥ {least:g} | {_verdict(rate >= least, work >= least)}"


def _verdict(by_clock: bool, by_work: bool) -> str:
    if by_clock == by_work:
        return "met" if by_clock else "MISSED"
    return "MISSED by CPU" if by_clock else "met by CPU alone"


def _ratio(number: float) -> str:
    return f"{number:.2f}" if number < 2 else _number(number)


def _number(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"
