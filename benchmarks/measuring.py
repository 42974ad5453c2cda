"""Time, taken twice: by the clock on the wall, and by the processor, which other people's work disturbs less."""

import gc
import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter, process_time


@dataclass(frozen=True, slots=True)
class Time:
    """Seconds."""

    wall: float
    cpu: float

    def __truediv__(self, number: float) -> "Time":
        return Time(self.wall / number, self.cpu / number)


def timed(work: Callable[[], object]) -> Time:
    # What an earlier measurement left behind is not this one's work.
    gc.collect()
    wall, cpu = perf_counter(), _cpu()
    work()
    return Time(perf_counter() - wall, _cpu() - cpu)


def _cpu() -> float:
    # Git works in processes of its own.
    children = getrusage(RUSAGE_CHILDREN)
    return process_time() + children.ru_utime + children.ru_stime


@dataclass(slots=True)
class Times:
    """Every measurement of every round, by name. Each round measures everything once, so all see the same weather."""

    rounds: dict[str, list[Time]] = field(default_factory=lambda: defaultdict(list))

    def take(self, name: str, work: Callable[[], object], *, per: float = 1, tries: int = 1) -> None:
        """per: how many equal pieces the work consists of. tries: the best of so many counts, for what is soon over."""
        self.rounds[name].append(min((timed(work) for _ in range(tries)), key=lambda time: time.cpu) / per)

    def take_in_turn(self, works: Mapping[str, Callable[[], object]], *, tries: int) -> None:
        """Several works, one after the other, so many times; the best of each counts. So all see the same weather."""
        best: dict[str, Time] = {}
        for _ in range(tries):
            for name, work in works.items():
                found = timed(work)
                best[name] = min(found, best.get(name, found), key=lambda time: time.cpu)
        for name, time in best.items():
            self.rounds[name].append(time)

    def work_out(self, name: str, formula: Callable[..., float], *names: str) -> None:
        """A time that follows from others of this round."""
        last = [self.rounds[each][-1] for each in names]
        wall, cpu = formula(*(time.wall for time in last)), formula(*(time.cpu for time in last))
        self.rounds[name].append(Time(wall, cpu))

    def median(self, name: str) -> Time:
        taken = self.rounds[name]
        return Time(statistics.median(time.wall for time in taken), statistics.median(time.cpu for time in taken))

    def ratio(self, name: str, floor: str) -> Time:
        """The median of the ratios within each round."""
        pairs = list(zip(self.rounds[name], self.rounds[floor], strict=True))
        return Time(
            statistics.median(ours.wall / theirs.wall for ours, theirs in pairs),
            statistics.median(ours.cpu / max(theirs.cpu, 1e-9) for ours, theirs in pairs),
        )
