"""Memory of every process and sizes on the disk, every few seconds."""

import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from benchmarks import database

MASTERS, WEBHOOKS, POSTGRES, ALL = "gunicorn itself", "worker of the webhooks", "PostgreSQL", "all of them"
DATABASE, WAL = "database", "WAL"
_EVERY = 10


@dataclass(frozen=True, slots=True)
class Sample:
    """Megabytes, by what has them."""

    at: float
    memory: Mapping[str, float]
    sizes: Mapping[str, float]


@dataclass
class Watch:
    """masters: processes of gunicorn. worker: that of the webhooks. url: of the database.

    lost: workers that were there and ended.
    """

    masters: Sequence[int]
    worker: int
    url: str
    every: float = _EVERY
    samples: list[Sample] = field(default_factory=list)
    lost: set[int] = field(default_factory=set)
    _seen: list[int] = field(default_factory=list)
    _over: Event = field(default_factory=Event)

    def __enter__(self) -> "Watch":
        self._thread = Thread(target=self._go_on)
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._over.set()
        self._thread.join()
        self.take()

    def _go_on(self) -> None:
        while not self._over.wait(self.every):
            self.take()

    def take(self) -> None:
        workers = [pid for master in self.masters for pid in children(master)]
        self.lost |= {pid for pid in self._seen if pid not in workers}
        self._seen += [pid for pid in workers if pid not in self._seen]
        memory = {f"app process {self._seen.index(pid) + 1}": own(pid) for pid in workers}
        memory[MASTERS] = sum(map(own, self.masters))
        memory[WEBHOOKS] = own(self.worker)
        if servers := database.processes(self.url):
            memory[POSTGRES] = sum(map(own, servers))
        memory[ALL] = sum(memory.values())
        self.samples.append(Sample(time.monotonic(), memory, database.sizes(self.url)))


def children(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def own(pid: int) -> float:
    """Megabytes of a process, its part of what it shares with others included, but without the memory that the
    processes of a database share by design, of which there is a fixed amount. 0 if it has ended.
    """
    with suppress(FileNotFoundError, ProcessLookupError):
        try:
            found = dict(re.findall(r"^(\w+):\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE))
            return (int(found["Pss"]) - int(found.get("Pss_Shmem", 0))) / 1024
        except PermissionError:
            # Of another account, such as that of PostgreSQL: what it shares is not divided, so it is left out.
            text = Path(f"/proc/{pid}/status").read_text()
            return sum(map(int, re.findall(r"RssAnon:\s+(\d+) kB", text))) / 1024
    return 0.0
