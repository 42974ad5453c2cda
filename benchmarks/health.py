"""How long the health report over a large glossary takes, and what one save makes it do again."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import content, database, floors, memory, ours, results
from benchmarks.measuring import Times

HEADING = "Health report"
SECONDS, MEGABYTES = 10, 500
SAVES = 20
_PARSE, _REPORT, _KEPT, _PROCESS = "floor: parse", "report", "report, kept", "process"
_SAVE, _AGAIN = "one save", "looked at again"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.health", description=__doc__)
    parser.add_argument("--files", type=int, default=10_000, help="size of the made-up glossary (10000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often all is measured; medians are shown (3)")
    parser.add_argument("--save", action="store_true", help=f"write the tables to {results.FILE.name} too")
    options = parser.parse_args()
    with database.lemma() as folder:
        root = folder / "glossary"
        _fill(root, options.files)
        shown = "\n".join([*_conditions(options), "", *_measured(root, options)])
    print(shown)
    if options.save:
        results.save(HEADING, shown)


def _fill(root: Path, count: int) -> None:
    import django

    django.setup()
    print("… making files and tables", file=sys.stderr)
    content.write(root, count)
    database.migrate()
    ours.import_content(root)
    floors.read_and_parse(root)


def _measured(root: Path, options: argparse.Namespace) -> Iterator[str]:
    times = Times()
    queries: set[int] = set()
    for number in range(options.rounds):
        print(f"… round {number + 1} of {options.rounds}", file=sys.stderr)
        _nothing_kept()
        times.take(_PARSE, lambda: floors.read_and_parse(root))
        times.take(_REPORT, ours.health_report)
        times.take(_KEPT, lambda: ours.health_report(keep=True))
        queries |= set(_saves(times, number, options.files))
    print("… memory", file=sys.stderr)
    found = len(json.loads(ours.health_report())["problems"])
    peaks: list[float] = []
    times.take(_PROCESS, lambda: peaks.append(memory.peak("report", root)))
    process = times.median(_PROCESS)
    _nothing_kept()
    with_keeping = memory.peak("report, kept", root)
    yield "| what | time | of which CPU | against | its time | ratio | by CPU |"
    yield "|---|--:|--:|---|--:|--:|--:|"
    parse = "read + python-frontmatter"
    yield _row(times, "`health_report --json`", _REPORT, parse, _PARSE)
    yield _row(times, "The same with `--keep`, of which nothing is there yet", _KEPT, parse, _PARSE)
    yield _row(times, "What one save may concern, looked at again", _AGAIN, "the save, published", _SAVE)
    yield ""
    yield f"The report has {found:,} findings. After one save {_range(queries)} statements look at what it may concern."
    yield ""
    yield "| a process of its own, Python and Django included | | target | |"
    yield "|---|--:|---|---|"
    yield _bounded("seconds of the report, by the clock", process.wall, SECONDS, 1)
    yield _bounded("seconds of the report, by the processor", process.cpu, SECONDS, 1)
    yield _bounded("MB of the report", peaks[0], MEGABYTES)
    yield _bounded("MB with `--keep`", with_keeping, MEGABYTES)


def _nothing_kept() -> None:
    """As before anybody asked for the health of the glossary."""
    from glossary.health import part
    from glossary.health.models import Edition, Finding, Keeping

    Keeping.objects.all().delete()
    Finding.objects.all().delete()
    part.empty(Edition.WORKING)


def _saves(times: Times, number: int, count: int) -> Iterator[int]:
    """Titles change, which may concern whoever says or names the entry. Gives the statements of each look."""
    entries = count - int(count * content.BOOKS)
    slugs = [content.entry_slug(place) for place in range(number, entries, max(1, entries // SAVES))][:SAVES]

    def save_all() -> None:
        for slug in slugs:
            ours.publish(slug, f"Edition {number} of {slug}")
            ours.catch_up()

    def save() -> None:
        for slug in slugs:
            ours.publish(slug, f"Again {number} {slug}")

    # Both, and then the saves by themselves: what waits is left for the end.
    times.take("save and look", save_all, per=len(slugs))
    times.take(_SAVE, save, per=len(slugs))
    times.work_out(_AGAIN, lambda both, save: both - save, "save and look", _SAVE)
    ours.catch_up()
    for slug in slugs:
        ours.publish(slug, f"Once more {number} {slug}")
        yield ours.statements(ours.catch_up)


def _row(times: Times, title: str, name: str, against: str, floor: str) -> str:
    taken, least, ratio = times.median(name), times.median(floor), times.ratio(name, floor)
    return (
        f"| {title} | {results.seconds(taken.wall)} | {results.seconds(taken.cpu)} | {against} "
        f"| {results.seconds(least.wall)} | **{results.number(ratio.wall)}** | {results.number(ratio.cpu)} |"
    )


def _range(counts: set[int]) -> str:
    return f"{min(counts)}" if len(counts) == 1 else f"{min(counts)} to {max(counts)}"


def _bounded(what: str, taken: float, limit: float, digits: int = 0) -> str:
    return f"| {what} | {taken:.{digits}f} | < {limit} | {'met' if taken < limit else 'MISSED'} |"


def _conditions(options: argparse.Namespace) -> list[str]:
    import django
    from django.db import connection

    arguments = " ".join(each for each in sys.argv[1:] if each != "--save")
    return [
        f"`python -m benchmarks.health {arguments}`".replace(" `", "`") + f" on {datetime.now(UTC):%d %B %Y}: "
        f"{options.files:,} files in the database, medians of {options.rounds} rounds. {os.cpu_count()} cores, "
        f"{platform.system()}, Python {platform.python_version()}, Django {django.get_version()}, "
        f"{connection.vendor}. Load average of the last five minutes: {os.getloadavg()[1]:.1f}.",
    ]


if __name__ == "__main__":
    main()
