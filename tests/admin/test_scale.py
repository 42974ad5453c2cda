"""Pages cost as much with a large glossary as with a small one: 300 entries, and 10,000 with LEMMA_DEEP=1."""

import os
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from documents import parse
from publishing import kinds, writer
from publishing.authors import Author
from publishing.models import Item, Revision

MANY = 10_000 if "LEMMA_DEEP" in os.environ else 300
ENTRY = "/admin/glossary/entry/"


def fill(start: int, end: int) -> None:
    read = kinds.get("entry").read
    for at in range(start, end, 500):
        steps: list[writer.Step] = []
        for number in range(at, min(at + 500, end)):
            text = (
                f'---\ntitle: "Entry {number}"\nslug: "entry-{number}"\ncategory: "c{number % 12}"\n'
                f'difficulty: "beginner"\ntags: ["t{number % 200}", "t"]\n'
                f'related: ["entry-{number // 2}", "entry-{number // 3}", "missing-{number}"]\n---\n\n'
                f"# Brief Definition\nNumber {number} of them.\n"
            )
            path = f"entry-{number}.md"
            record = read(parse(text.encode()), path).record
            steps.append(writer.Write("entry", text.encode(), record, path=path, publish=number % 3 > 0))
        writer.write(steps, author=Author(), origin=Revision.Origin.FILES)


def cost(client: Client, address: str) -> tuple[int, float]:
    """Queries, and milliseconds."""
    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        started = time.perf_counter()
        assert client.get(address).status_code == 200
        took = time.perf_counter() - started
    return len(caught), took * 1000


@pytest.mark.django_db
def test_a_page_of_a_large_glossary_costs_as_many_queries_as_one_of_a_small(
    editors_browser: Client, record_property: Any
) -> None:
    fill(0, 120)
    item = Item.objects.get(slug="entry-7")
    pages = {
        "form": (f"{ENTRY}{item.pk}/change/", 22),
        "new": (f"{ENTRY}add/", 14),
        "list of 100 rows": (ENTRY, 12),
        "list, filtered": (f"{ENTRY}?show=dangling&q=entry", 12),
        "start": ("/admin/", 40),
        "graph": (f"{ENTRY}graph/", 12),
    }
    small = {name: cost(editors_browser, address)[0] for name, (address, _most) in pages.items()}
    fill(120, MANY)
    large = {name: cost(editors_browser, address) for name, (address, _most) in pages.items()}
    figures = [f"{name}: {queries} queries, {took:.0f} ms" for name, (queries, took) in large.items()]
    record_property("figures", f"{MANY:,} entries\n" + "\n".join(figures))
    assert {name: queries for name, (queries, _took) in large.items()} == small
    assert all(small[name] <= most for name, (_address, most) in pages.items()), small


@pytest.mark.django_db
def test_a_row_of_a_list_says_what_it_says_and_not_how_it_looks(editors_browser: Client) -> None:
    fill(0, 100)
    page = editors_browser.get(ENTRY).content.decode()
    rows = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert rows.count("<tr>") == 100
    assert len(rows) / 100 < 1_500
