"""How soon the form and the list of entries can be used in a browser, beside those of Django's own admin."""

import argparse
import os
import platform
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import content, database, results
from benchmarks.loading import Loading, Wanted, chromium, load, open_page, takes_letters
from benchmarks.serving import served

ENTRY = "/admin/glossary/entry/"
LIMIT = 1.5
SITES = {"ours": "config.settings", "stock": "benchmarks.stock.settings"}
TITLE = "input[name=title]"
# In the made-up entries two sections are prose and three are lists.
EDITORS = {"ours": ".cm-content", "stock": "textarea[name=brief_definition]"}


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    pages: dict[str, Wanted]
    taken: dict[str, list[Loading]] = field(default_factory=lambda: {site: [] for site in SITES})

    def median(self, site: str, what: str) -> float:
        return float(statistics.median(getattr(loading, what) for loading in self.taken[site]))

    def ratio(self, what: str) -> float:
        """The median of the ratios within each round."""
        pairs = zip(self.taken["ours"], self.taken["stock"], strict=True)
        return float(statistics.median(getattr(ours, what) / getattr(stock, what) for ours, stock in pairs))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.form", description=__doc__)
    parser.add_argument("--files", type=int, default=10_000, help="size of the made-up glossary (10000)")
    parser.add_argument("--rounds", type=int, default=9, help="how often all is loaded; medians are shown (9)")
    parser.add_argument("--save", action="store_true", help=f"write the table to {results.FILE.name} too")
    options = parser.parse_args()
    # Playwright runs an event loop in this thread, and Django would refuse to touch the database there.
    with database.lemma(DJANGO_ALLOW_ASYNC_UNSAFE="1") as folder:
        key, session = _fill(folder / "glossary", options.files)
        rows = _measured(key, session, options.rounds)
        text = "\n".join([*_conditions(options), "", *_table(rows)])
        print(text)
        if options.save:
            results.save("Form and list in a browser", text)


def _fill(root: Path, count: int) -> tuple[int, str]:
    """Gives the key of an entry in the middle of the alphabet, and a session of somebody who may do all."""
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.test import Client

    from benchmarks import ours
    from publishing.models import Item

    print("… making files and tables", file=sys.stderr)
    content.write(root, count)
    database.migrate()
    ours.import_content(root)
    client = Client()
    client.force_login(User.objects.create_superuser("ada"))
    entries = Item.objects.filter(kind="entry").order_by("sort_key")
    return entries[entries.count() // 2].pk, client.session.session_key or ""


def _measured(key: int, session: str, rounds: int) -> list[Row]:
    form = f"{ENTRY}{key}/change/"
    rows = [
        Row("Form of an entry", {"ours": Wanted(form, f"{TITLE}, .cm-editor", 3), "stock": Wanted(form, TITLE)}),
        Row("List of 100 rows", {site: Wanted(ENTRY, "#result_list tbody tr", 100) for site in SITES}),
    ]
    with served(SITES["ours"]) as ours, served(SITES["stock"]) as stock, chromium() as browser:
        sites = {"ours": ours, "stock": stock}
        windows = {
            (row.name, site): open_page(browser, sites[site], session, row.pages[site])
            for row in rows
            for site in SITES
        }
        # The first two rounds fill the caches of browser and servers.
        for number in range(-2, rounds):
            print(f"… round {number + 1} of {rounds}", file=sys.stderr)
            for row in rows:
                # Each goes first every other time.
                for site in sorted(SITES, reverse=number % 2 > 0):
                    loading = load(windows[row.name, site], sites[site] + row.pages[site].path)
                    if number >= 0:
                        row.taken[site].append(loading)
        for site in SITES:
            if not takes_letters(windows[rows[0].name, site], (TITLE, EDITORS[site])):
                raise RuntimeError(f"The form ({site}) was taken for ready, and takes no letter.")
    return rows


def _table(rows: list[Row]) -> Iterator[str]:
    yield "| page | ready | of which server | kB | stock Django: ready | server | kB | ratio | server | target | |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|---|---|"
    for row in rows:
        cells = []
        for site in SITES:
            ready, server, size = (row.median(site, what) for what in ("ready", "server", "size"))
            cells += [f"{ready * 1000:.0f} ms", f"{server * 1000:.0f} ms", f"{size / 1000:.0f}"]
        ratio = row.ratio("ready")
        verdict = "met" if ratio < LIMIT else "MISSED"
        yield (
            f"| {row.name} | {' | '.join(cells)} | **{ratio:.2f}** | {row.ratio('server'):.2f} "
            f"| < {LIMIT} | {verdict} |"
        )


def _conditions(options: argparse.Namespace) -> list[str]:
    import django

    arguments = " ".join(each for each in sys.argv[1:] if each != "--save")
    return [
        f"`python -m benchmarks.form {arguments}`".replace(" `", "`") + f" on {datetime.now(UTC):%d %B %Y}: "
        f"{options.files:,} files in the database, medians of {options.rounds} rounds, ours and stock in turn. "
        f"Chromium, warm cache, gunicorn with one process each. {os.cpu_count()} cores, {platform.system()}, Python "
        f"{platform.python_version()}, Django {django.get_version()}. Load average of the last five minutes: "
        f"{os.getloadavg()[1]:.1f}.",
        "",
        "Ready: from asking for the page until title and all editors, or all rows, are seen and take letters.",
    ]


if __name__ == "__main__":
    main()
