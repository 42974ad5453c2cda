"""The tables: who gave how many answers a second, how that compares, and whether it was the aim."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.api import questions
from benchmarks.api.loading import Loads
from benchmarks.api.questions import DETAIL, END, FILTERED, FULL, LIGHT, RARE, SEARCH, TAG, UNCHANGED
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
    SEARCH: ("Search for a common word", Aim(0.15, 15)),
}
# How many times slower at most.
GROWTH = {
    DETAIL: ("Detail", 1.3),
    LIGHT: ("First page", 1.3),
    END: ("Page at the end, by cursor", 1.3),
    FILTERED: ("Category with its count", 1.3),
    TAG: ("Tag with its count", 1.3),
    RARE: ("Search for a rare word", 2.0),
    SEARCH: ("Search for a common word", 3.0),
}


def comparison(loads: Loads, sizes: Mapping[str, int]) -> Iterator[str]:
    yield "| what | bytes | Lemma | p50 | (b) look-up | p50 | ratio | target | | (c) DRF | p50 | times | target | |"
    yield "|---|--:|--:|--:|--:|--:|--:|---|---|--:|--:|--:|---|---|"
    for what, (title, aim) in COMPARISONS.items():
        ratio = loads.ratio((LEMMA, what), (LOOKUP, what))
        times = loads.ratio((LEMMA, what), (DRF, what))
        yield (
            f"| {title} | {sizes[what]:,} | {_load(loads, LEMMA, what)} "
            f"| {_load(loads, LOOKUP, what)} | **{ratio:.2f}** | {_at_least(ratio, aim.of_lookup)} "
            f"| {_load(loads, DRF, what)} | **{_number(times)}** | {_at_least(times, aim.times_drf)} |"
        )
    unchanged = loads.ratio((LEMMA, UNCHANGED), (LEMMA, DETAIL))
    yield (
        f"| Detail, 304 | {sizes[UNCHANGED]} | {_load(loads, LEMMA, UNCHANGED)} "
        f"| its 200: {_load(loads, LEMMA, DETAIL)} | **{unchanged:.2f}** | {_at_least(unchanged, 1)} | | | | | |"
    )


def floors(loads: Loads) -> Iterator[str]:
    """What the machine could do at most."""
    names = (LEMMA, LOOKUP, BY_CURSOR, BARE_LOOKUP, BARE_DJANGO, BARE_WSGI)
    yield f"| answers a second | {' | '.join(names)} |"
    yield f"|---|{'--:|' * len(names)}"
    for what, (title, _) in COMPARISONS.items():
        rates = [f"{loads.median(who, what).rate:,.0f}" if loads.has(who, what) else "" for who in names]
        yield f"| {title} | {' | '.join(rates)} |"


def growth(loads: Loads, small: int, large: int) -> Iterator[str]:
    yield f"| answers a second | at {small:,} | p50 | at {large:,} | p50 | times slower | target | |"
    yield "|---|--:|--:|--:|--:|--:|---|---|"
    for what in questions.GROWING:
        title, most = GROWTH[what]
        slower = loads.ratio((SMALL, what), (LEMMA, what))
        verdict = "met" if slower <= most else "MISSED"
        yield (
            f"| {title} | {_load(loads, SMALL, what)} | {_load(loads, LEMMA, what)} "
            f"| **{slower:.2f}** | ≤ {most:g} | {verdict} |"
        )


def export(loads: Loads, size: int, peaks: tuple[float, float]) -> Iterator[str]:
    yield "| NDJSON export | entries a second | MB a second | Lemma's part of it |"
    yield "|---|--:|--:|--:|"
    for who, title in ((LEMMA, "Lemma"), (PAYLOADS, "`SELECT payload` alone"), (BARE_WSGI, "bare WSGI, from a file")):
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


def _at_least(found: float, least: float | None) -> str:
    if least is None:
        return " | "
    return f"≥ {least:g} | {'met' if found >= least else 'MISSED'}"


def _number(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"
