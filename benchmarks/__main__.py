"""Measures, prints the table and, with --save, writes it to RESULTS.md."""

from time import process_time

_before = process_time()

import argparse  # noqa: E402 (its loading is part of the start)
import os  # noqa: E402
import platform  # noqa: E402
import sys  # noqa: E402
from datetime import UTC, datetime  # noqa: E402
from pathlib import Path  # noqa: E402

from benchmarks import database, memory, results  # noqa: E402


def main() -> None:
    options = _options()
    with database.lemma(options.folder) as folder:
        print("\n".join(_report(folder, options)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--files", type=int, default=10_000, help="size of the made-up glossary (10000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often all is measured; medians are shown (3)")
    parser.add_argument("--folder", help="where the files are made, to measure another disk")
    parser.add_argument("--save", action="store_true", help=f"write the table to {results.FILE.name} too")
    return parser.parse_args()


def _report(folder: Path, options: argparse.Namespace) -> list[str]:
    import django

    django.setup()
    start = process_time() - _before
    # Not before Django is set up: it reads the models.
    from benchmarks.rounds import Bench

    bench = Bench(folder, options.files)
    _tell("making files and tables")
    database.migrate()
    bench.prepare()
    for number in range(options.rounds):
        _tell(f"round {number + 1} of {options.rounds}")
        bench.round()
    _tell("memory")
    peaks = _peaks(folder, bench.large)
    lines = [
        *_conditions(options, bench.database_bytes),
        "",
        *results.table(bench.times),
        "",
        f"Start of a process (Python with Django and all apps, in none of the times above): {start:.2f} s of CPU. "
        f"Queries of one publication: {bench.queries['small']} among 100 entries, "
        f"{bench.queries['large']} among {options.files:,}.",
        "",
        *results.memory_table(peaks),
    ]
    if options.save:
        results.save(_database(), "\n".join(lines))
    return lines


def _peaks(folder: Path, root: Path) -> dict[str, float]:
    database.empty()
    target = folder / "exported"
    return {
        "start alone": memory.peak("start", root),
        "import of everything": memory.peak("import", root),
        "import, nothing changed": memory.peak("import", root),
        "export of everything": memory.peak("export", target),
        "export, nothing changed": memory.peak("export", target),
    }


def _conditions(options: argparse.Namespace, size: int) -> list[str]:
    import django

    arguments = " ".join(sys.argv[1:]).replace("--save", "").strip()
    return [
        f"`python -m benchmarks {arguments}`".replace(" `", "`") + f" on {datetime.now(UTC):%d %B %Y}: "
        f"{options.files:,} files, medians of {options.rounds} rounds. {os.cpu_count()} cores "
        f"({platform.machine()}), {platform.system()}, Python {platform.python_version()}, "
        f"Django {django.get_version()}, {_database()}. The database has {size / 1e6:,.0f} MB then. "
        f"Load average of the last quarter of an hour: {os.getloadavg()[2]:.1f}.",
    ]


def _database() -> str:
    from django.db import connection

    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]


def _tell(what: str) -> None:
    print(f"… {what}", file=sys.stderr)


if __name__ == "__main__":
    main()
