"""Lets many read and some write for a while, prints the tables and, with --save, writes them to RESULTS.md.

Ends with 1 if there was an error.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import database, results
from benchmarks.api import sites
from benchmarks.api.serving import ROOT
from benchmarks.load import asking, editing, reading, tables
from benchmarks.load.asking import Asked, Asker
from benchmarks.load.plans import Cast, Plan, cast_of
from benchmarks.load.site import Lemma, Timers
from benchmarks.load.tables import Windows
from benchmarks.load.watching import Sample, Watch
from tests.webhooks.receiving import Receiver

_WINDOW = 300
_SHOWN = 20


@dataclass
class Outcome:
    """wrong: what was found afterwards, or said by the servers. merged: saves that were merged with another's."""

    windows: Windows
    asked: list[Asked] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    merged: int = 0
    delivered: int = 0

    @property
    def errors(self) -> list[str]:
        return [f"{each.what}: {each.error}" for each in self.asked if each.error] + self.wrong


def main() -> None:
    options = _options()
    server = os.environ.get("DATABASE_URL", "")
    with (
        tempfile.TemporaryDirectory(prefix="lemma-bench-") as folder,
        database.made(Path(folder) / "site", server, "load") as url,
        Receiver() as receiver,
    ):
        _tell(f"a glossary of {options.entries:,} entries")
        lemma = Lemma(sites.made(Path(folder) / "site", url, options.entries, with_peers=False))
        lemma.python("-m", "benchmarks.load.casting", lemma.site.folder, options.editors, receiver.address)
        cast = cast_of(json.loads((lemma.site.folder / "cast.json").read_text()))
        lemma.python("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        lemma.into_git()
        outcome = _run(lemma, cast, options)
        outcome.wrong += _missed(receiver, outcome)
    text = "\n".join(_report(outcome, options))
    print(text)
    if options.save:
        results.save(f"Load on {_database()}", text)
    for error, times in Counter(outcome.errors).most_common(_SHOWN):
        print(f"! {times} x {error}", file=sys.stderr)
    if outcome.errors:
        raise SystemExit(1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20, help="how long it is measured (20)")
    parser.add_argument("--warm-up", type=float, default=60, help="seconds of load before that (60)")
    parser.add_argument("--entries", type=int, default=10_000, help="size of the glossary (10000)")
    parser.add_argument("--rate", type=float, default=100, help="reads a second (100)")
    parser.add_argument("--editors", type=int, default=20, help="people who save (20)")
    parser.add_argument("--pause", type=float, default=6, help="seconds between two saves of one, on average (6)")
    parser.add_argument("--every", type=float, default=60, help="seconds between two syncs (60)")
    parser.add_argument("--servers", type=int, help="gunicorns of two processes: 1 on PostgreSQL, 2 on SQLite")
    parser.add_argument("--save", action="store_true", help=f"write the tables to {results.FILE.name} too")
    options = parser.parse_args()
    if options.servers is None:
        options.servers = 1 if _database() == "PostgreSQL" else 2
    return options


def _run(lemma: Lemma, cast: Cast, options: argparse.Namespace) -> Outcome:
    with (
        lemma.servers(options.servers, workers=2) as servers,
        lemma.process("manage.py", "deliver_webhooks") as worker,
    ):
        ports = [port for port, _ in servers]
        _tell("the change feed, to its end")
        since = _end_of_feed(ports[0])
        start = time.monotonic() + 3
        measured = start + options.warm_up
        end = measured + options.minutes * 60
        outcome = Outcome(Windows(measured, end, min(_WINDOW, (end - measured) / 4)))
        plan = Plan(ports, start, end, options.rate, options.pause, since, lemma.site.questions, cast)
        plan.save(lemma.site.folder / "plan.json")
        timers = Timers(lemma, cast, start, options.every)
        watch = Watch([pid for _, pid in servers], worker.pid, lemma.site.url, every=min(10, options.minutes * 6))
        with watch, timers:
            told = _crowd(lemma, end, outcome)
        _tell("whether all is well")
        checked = json.loads(lemma.python("-m", "benchmarks.load.checking"))
    outcome.asked += timers.asked
    outcome.samples = watch.samples
    outcome.merged, outcome.delivered = told["merged"], checked["delivered"]
    outcome.wrong += checked["wrong"]
    outcome.wrong += [f"{slug} does not have what was told to be saved." for slug in told["lost"]]
    outcome.wrong += [f"process {pid} ended." for pid in sorted(watch.lost)]
    outcome.wrong += [f"log: {line}" for line in lemma.log.read_text().splitlines()]
    return outcome


def _crowd(lemma: Lemma, end: float, outcome: Outcome) -> dict:
    """Readers and editors in processes of their own, so that neither waits for the other. What the editors tell."""
    folder = lemma.site.folder
    crowd = {}
    for name in ("reading", "editing"):
        command = [sys.executable, "-m", f"benchmarks.load.{name}", str(folder / "plan.json"), str(folder / name)]
        crowd[name] = subprocess.Popen(
            command, cwd=ROOT, env=lemma.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    told = {}
    try:
        while (left := end - time.monotonic()) > 0 and all(process.poll() is None for process in crowd.values()):
            _tell(f"{left / 60:.1f} minutes left")
            time.sleep(min(60, left))
        for name, process in crowd.items():
            told[name], said = process.communicate(timeout=600)
            if process.returncode:
                raise RuntimeError(f"{name}: {said}")
            outcome.wrong += [f"{name}: {line}" for line in said.splitlines()]
            outcome.asked += asking.read(folder / name)
    finally:
        for process in crowd.values():
            process.kill()
    return json.loads(told["editing"])  # type: ignore[no-any-return]


def _end_of_feed(port: int) -> str:
    asker = Asker(port)
    told = asker.get("", "/api/v1/changes/?pageSize=100").told
    while told["more"]:
        told = asker.get("", f"/api/v1/changes/?pageSize=100&since={told['nextCursor']}").told
    asker.close()
    return str(told["nextCursor"])


def _missed(receiver: Receiver, outcome: Outcome) -> Iterator[str]:
    arrived = len({one.id for one in receiver.received})
    if arrived < outcome.delivered:
        yield f"webhooks: {outcome.delivered} are said to be delivered, and {arrived} arrived."


def _report(outcome: Outcome, options: argparse.Namespace) -> Iterator[str]:
    yield _conditions(options)
    yield ""
    yield from tables.times(outcome.asked, outcome.windows)
    yield ""
    yield from tables.memory(outcome.samples, outcome.windows)
    yield ""
    yield from tables.sizes(outcome.samples, outcome.windows)
    yield ""
    asked = [each for each in outcome.asked if each.what in reading.TITLES]
    saved = [each for each in outcome.asked if each.what in editing.SAVES and not each.error]
    yield (
        f"{len(asked):,} reads, {len(saved):,} saves, {outcome.merged} of them merged with what others had saved "
        f"meanwhile; {outcome.delivered:,} webhooks delivered. **{len(outcome.errors)} errors**. An error is an answer "
        "that was not the one wanted, a line in a log, a save that was acknowledged and is not there at the end, a "
        "reader who did not get what had been published a moment before, and whatever the doctor finds afterwards."
    )


def _conditions(options: argparse.Namespace) -> str:
    import django
    import gunicorn

    arguments = " ".join(each for each in sys.argv[1:] if each != "--save")
    window = min(_WINDOW, options.minutes * 15)
    return (
        f"`python -m benchmarks.load {arguments}`".replace(" `", "`") + f" on {datetime.now(UTC):%d %B %Y}: "
        f"{options.minutes:g} minutes after {options.warm_up:g} seconds of the same load, first and last "
        f"{window / 60:g} minutes compared. {options.entries:,} entries; {options.rate:g} reads a second, timed from "
        f"when they were to be asked; {options.editors} editors, each saving every {options.pause:g} seconds; a worker "
        f"for webhooks; a sync with git every {options.every:g} seconds. {os.cpu_count()} cores "
        f"({platform.machine()}), which also ask, {platform.system()}, Python {platform.python_version()}, Django "
        f"{django.get_version()}, {_database()}, gunicorn {gunicorn.__version__} with {options.servers * 2} processes "
        f"of 4 threads. Load average of the last quarter of an hour: {os.getloadavg()[2]:.1f}. Memory is that of each "
        "process with its part of what several share, and without the buffers that PostgreSQL shares."
    )


def _database() -> str:
    return "PostgreSQL" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "SQLite"


def _tell(what: str) -> None:
    print(f"… {what}", file=sys.stderr)


if __name__ == "__main__":
    main()
