"""Bounded load by wrk, and what came of it."""

import re
import shutil
import statistics
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from pathlib import Path

from benchmarks.api.serving import HOST, Server

SCRIPT = Path(__file__).with_name("ask.lua")
# Persistent ones. So many that none of two workers is left without: which of them takes one is up to the kernel.
CONNECTIONS = 16
MISSING = "There is no wrk. On Debian: apt install wrk"


@dataclass(frozen=True, slots=True)
class Load:
    """rate: answers a second. middle: milliseconds that half of them took at most, with all connections busy.

    work: milliseconds of CPU for one answer, of the workers and of the database behind them.
    """

    rate: float
    middle: float
    work: float = 0


def is_there() -> bool:
    return shutil.which("wrk") is not None


def write(file: Path, lines: Iterable[str]) -> Path:
    """What to ask in turn; a line is an address, with an ETag after a tab where it is asked on a condition."""
    file.write_text("".join(f"{line}\n" for line in lines))
    return file


def run(server: Server, asked: Path, seconds: int) -> Load:
    """Longer where not one answer is ready by then. Raises RuntimeError for an error, or if none comes in a minute."""
    command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s"]
    command += ["--timeout", "60s", "--script", str(SCRIPT), f"http://127.0.0.1:{server.port}/", "--"]
    before = server.work()
    done = subprocess.run([*command, str(asked), HOST], capture_output=True, text=True, check=False)
    # It ticks every hundredth of a second, and a worker that was hardly let on may have none.
    work = max(server.work() - before, 0.01)
    told = re.search(r"^DONE (\d+) (\d+) (\d+) (\d+)$", done.stdout, re.MULTILINE)
    if not told:
        raise RuntimeError(f"wrk on {asked.name}:\n{done.stdout}{done.stderr}")
    count, microseconds, middle, errors = map(int, told.groups())
    if not count and not errors and seconds < 60:
        return run(server, asked, seconds * 4)
    if errors or not count:
        raise RuntimeError(f"wrk on {asked.name}: {count} answers, {errors} of them errors.\n{done.stdout}")
    return Load(count / microseconds * 1e6, middle / 1000, work * 1000 / count)


@dataclass(slots=True)
class Loads:
    """Every measurement of every round, by who answered what. Each round measures everything once."""

    rounds: dict[tuple[str, str], list[Load]] = field(default_factory=lambda: defaultdict(list))

    def add(self, who: str, what: str, load: Load) -> None:
        self.rounds[who, what].append(load)

    def has(self, who: str, what: str) -> bool:
        return (who, what) in self.rounds

    def median(self, who: str, what: str) -> Load:
        taken = self.rounds[who, what]
        return Load(*map(statistics.median, zip(*(astuple(load) for load in taken), strict=True)))

    def ratio(self, one: tuple[str, str], other: tuple[str, str]) -> float:
        """How many answers of one there are for an answer of the other: the median of the ratios within each round."""
        pairs = zip(self.rounds[one], self.rounds[other], strict=True)
        return statistics.median(mine.rate / theirs.rate for mine, theirs in pairs)

    def by_work(self, one: tuple[str, str], other: tuple[str, str]) -> float:
        """The same by CPU: how many answers of one take the work of an answer of the other."""
        pairs = zip(self.rounds[one], self.rounds[other], strict=True)
        return statistics.median(theirs.work / mine.work for mine, theirs in pairs)
