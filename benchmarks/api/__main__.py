"""Measures, prints the tables and, with --save, writes them to RESULTS.md."""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import database, results
from benchmarks.api import environments, loading, serving, sites, tables
from benchmarks.api.rounds import Bench
from benchmarks.api.serving import OURS


def main() -> None:
    options = _options()
    if not loading.is_there():
        raise SystemExit(loading.MISSING)
    server = os.environ.get("DATABASE_URL", "")
    with ExitStack() as stack:
        kept = options.folder
        folder = Path(kept or stack.enter_context(tempfile.TemporaryDirectory(prefix="lemma-bench-")))
        made = []
        for entries, name, with_peers in (
            (options.base, "small", False),
            (options.entries, "large", not options.alone),
        ):
            own = folder / f"{name}-{entries}"
            url = stack.enter_context(database.made(own, server, name))
            _tell(f"a glossary of {entries:,} entries")
            made.append(sites.made(own, url, entries, with_peers=with_peers))
        small, large = made
        wagtail = None
        if not (options.alone or options.without_wagtail):
            pages = small.folder / "pages"
            pages.mkdir(exist_ok=True)
            url = stack.enter_context(database.made(pages, server, "wagtail"))
            _tell("the same as pages of Wagtail")
            wagtail = environments.wagtail(folder, small, url)
        os.environ.update(large.environment(OURS))
        bench = Bench(large, small, options.seconds, with_peers=not options.alone, wagtail=wagtail)
        print("\n".join(_report(bench, options)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.api", description=__doc__)
    parser.add_argument("--entries", type=int, default=10_000, help="size of the glossary (10000)")
    parser.add_argument("--base", type=int, default=1_000, help="size of the one that growth is measured from (1000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often all is measured; medians are shown (5)")
    parser.add_argument("--seconds", type=int, default=2, help="of load for each measurement (2)")
    parser.add_argument(
        "--alone", action="store_true", help="growth and export only: what is large takes the others long"
    )
    parser.add_argument("--without-wagtail", action="store_true", help="which is installed from PyPI otherwise")
    parser.add_argument("--folder", help="where the glossaries are made, stay and are used again; SQLite only")
    parser.add_argument("--save", action="store_true", help=f"write the tables to {results.FILE.name} too")
    options = parser.parse_args()
    if options.folder and os.environ.get("DATABASE_URL", "").startswith("postgres"):
        parser.error("--folder is for SQLite: the databases on PostgreSQL are gone after each run.")
    return options


def _report(bench: Bench, options: argparse.Namespace) -> list[str]:
    import django

    django.setup()
    with bench.servers():
        for number in range(options.rounds):
            _tell(f"round {number + 1} of {options.rounds}")
            bench.round(number + 1)
    _tell("memory")
    lines = list(_tables(bench, options, bench.peaks()))
    if options.save:
        size = f" with {options.entries:,} entries" if options.alone else ""
        results.save(f"API on {_database()}{size}", "\n".join(lines))
    return lines


def _tables(bench: Bench, options: argparse.Namespace, peaks: tuple[float, float]) -> Iterator[str]:
    asked = bench.site.questions
    yield _conditions(options)
    yield ""
    if bench.with_peers:
        yield from tables.comparison(bench.loads, bench.sizes)
        yield ""
        yield from tables.floors(bench.loads)
        yield ""
    if bench.wagtail:
        yield f"{options.base:,} entries, and the same as pages of Wagtail:"
        yield ""
        yield from tables.wagtail(bench.loads)
        yield ""
    yield (
        f"There are {len(asked.words)} common words, each in some {asked.share:.0%} of the entries, never typed alike "
        f"twice. {asked.entries:,} entries, and those of the smaller glossary:"
    )
    yield ""
    yield from tables.growth(bench.loads, bench.small.questions.entries, asked.entries)
    yield ""
    yield from tables.export(bench.loads, (bench.site.folder / "export.ndjson").stat().st_size, peaks)


def _conditions(options: argparse.Namespace) -> str:
    import django
    import gunicorn
    import rest_framework

    wrk = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False).stdout.split()
    return (
        f"`python -m benchmarks.api {_arguments(options)}` on {datetime.now(UTC):%d %B %Y}: "
        f"medians of {options.rounds} rounds of {options.seconds} seconds. "
        f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()}, "
        f"Python {platform.python_version()}, Django {django.get_version()}, DRF {rest_framework.VERSION}, "
        f"{_database()}, gunicorn {gunicorn.__version__} with {serving.WORKERS} workers of one thread, "
        f"wrk {wrk[1].removeprefix('debian/')} with {loading.CONNECTIONS} connections. "
        f"Load average of the last quarter of an hour: {os.getloadavg()[2]:.1f}."
    )


def _arguments(options: argparse.Namespace) -> str:
    names = ("entries", "base", "rounds", "seconds")
    alone = " --alone" if options.alone else ""
    return " ".join(f"--{name} {getattr(options, name)}" for name in names) + alone


def _database() -> str:
    from django.db import connection

    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]


def _tell(what: str) -> None:
    print(f"… {what}", file=sys.stderr)


if __name__ == "__main__":
    main()
