"""What came of a run, as Markdown."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.load import editing, reading, site
from benchmarks.load.asking import Asked
from benchmarks.load.watching import ALL, DATABASE, WAL, Sample

SLOWER, LARGER = 1.3, 1.1
READS, SAVES = "All reads", "All saves"
TITLES = reading.TITLES | editing.TITLES | site.JOBS
_GROUPS = {READS: tuple(reading.TITLES), SAVES: editing.SAVES}


@dataclass(frozen=True, slots=True)
class Windows:
    """By the monotonic clock: from `start` to `end`, of which the first and the last `length` seconds are compared."""

    start: float
    end: float
    length: float

    def split(self, at: float) -> int | None:
        """0 for the first, 1 for the last, None for what is in neither."""
        if self.start <= at < self.start + self.length:
            return 0
        return 1 if self.end - self.length <= at < self.end else None


def times(asked: Sequence[Asked], windows: Windows) -> Iterator[str]:
    yield (
        "| what | asked | errors | p50 at first | p95 | p99 | p50 at last | p95 | p99 | p50 last / first | p95 | p99 "
        "| target | |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|---|"
    groups = {**_GROUPS, **{what: (what,) for what in TITLES}}
    for name, kinds in groups.items():
        some = [each for each in asked if each.what in kinds]
        if any(each.error or each.at >= windows.start for each in some):
            yield _row(TITLES.get(name, f"**{name}**"), some, windows, bounded=name in _GROUPS)


def _row(title: str, some: Sequence[Asked], windows: Windows, *, bounded: bool) -> str:
    counted = [each for each in some if windows.start <= each.at < windows.end or each.error]
    parts: tuple[list[float], list[float]] = ([], [])
    for each in some:
        if not each.error and (part := windows.split(each.at)) is not None:
            parts[part].append(each.took * 1000)
    points = [[percentile(part, share) for share in (0.5, 0.95, 0.99)] for part in parts]
    ratios = [last / first if first and last else None for first, last in zip(*points, strict=True)]
    cells = [f"{len(counted):,}", str(sum(bool(each.error) for each in some))]
    cells += [f"{point:.1f} ms" if point is not None else "" for part in points for point in part]
    cells += [f"{ratio:.2f}" if ratio else "" for ratio in ratios]
    if bounded:
        cells[-1] = f"**{cells[-1]}**"
    return f"| {title} | {' | '.join(cells)} | {_target(ratios[-1], SLOWER) if bounded else ' | '} |"


def _target(ratio: float | None, most: float) -> str:
    if ratio is None:
        return f"≤ {most} | not measured"
    return f"≤ {most} | {'met' if ratio <= most else 'MISSED'}"


def percentile(values: Sequence[float], share: float) -> float | None:
    """The least of the values that so many of them do not exceed. None if there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None


def memory(samples: Sequence[Sample], windows: Windows) -> Iterator[str]:
    yield "| memory | MB at first | at last | ratio | most | target | |"
    yield "|---|--:|--:|--:|--:|---|---|"
    for name in dict.fromkeys(name for sample in samples for name in sample.memory):
        first, last, most = _course([(sample.at, sample.memory) for sample in samples], name, windows)
        ratio = last / first if first and last else None
        shown = "" if ratio is None else f"{ratio:.2f}"
        title, shown = (f"**{name}**", f"**{shown}**") if name == ALL else (name, shown)
        yield f"| {title} | {_number(first)} | {_number(last)} | {shown} | {_number(most)} | {_target(ratio, LARGER)} |"


def sizes(samples: Sequence[Sample], windows: Windows) -> Iterator[str]:
    yield "| on the disk | MB at first | at last | most |"
    yield "|---|--:|--:|--:|"
    for name in (DATABASE, WAL):
        first, last, most = _course([(sample.at, sample.sizes) for sample in samples], name, windows)
        yield f"| {name} | {_number(first)} | {_number(last)} | {_number(most)} |"


def _course(
    samples: Sequence[tuple[float, Mapping[str, float]]], name: str, windows: Windows
) -> tuple[float | None, float | None, float | None]:
    """Medians of the first and of the last samples, and the most there ever was."""
    parts: tuple[list[float], list[float]] = ([], [])
    for at, values in samples:
        part = windows.split(at)
        if part is not None and name in values:
            parts[part].append(values[name])
    first, last = (statistics.median(part) if part else None for part in parts)
    return first, last, max((values[name] for _, values in samples if name in values), default=None)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"
