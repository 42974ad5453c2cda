"""The graph as a picture and as a list."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from documents import parse
from glossary import graph
from glossary.editing import delete_entry, save_entry
from publishing.models import Item

ENTRIES = "/admin/glossary/entry/"


def entry(title: str, front: str = "", **options: Any) -> Item:
    slug = title.lower().replace(" ", "-")
    return save_entry(parse(f'---\ntitle: "{title}"\nslug: "{slug}"\n{front}---\n'.encode()), **options)


@pytest.fixture
def boxes(db: None, make_book: Callable[..., Item]) -> dict[str, Item]:
    """black → white → grey → glass; black names a book and nothing that is written; red names nobody."""
    made = {
        "black": entry(
            "Black box", 'category: "Theory"\nrelated: ["white-box", "nowhere"]\nrecommendedBooks: ["boxes"]\n'
        ),
        "white": entry("White box", 'category: "Tools"\nrelated: ["grey-box"]\n'),
        "grey": entry("Grey box", 'requires: ["glass-box"]\n'),
        "glass": entry("Glass box"),
        "red": entry("Red box", 'related: ["red-box"]\n'),
    }
    return {**made, "book": make_book("---\ntitle: Boxes\nslug: boxes\nauthors: [x]\n---\n")}


def drawn(client: Client, address: str) -> dict[str, Any]:
    page = client.get(address).content.decode()
    source = re.search(r'<script id="lemma-graph-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert source
    found: dict[str, Any] = json.loads(source[1])
    return found


def labels(found: dict[str, Any]) -> set[str]:
    return {node["label"] for node in found["nodes"]}


def test_the_whole_glossary_has_whatever_refers_or_is_referred_to(client: Client, boxes: dict[str, Item]) -> None:
    found = drawn(client, f"{ENTRIES}graph/")
    assert labels(found) == {"Black box", "White box", "Grey box", "Glass box", "Boxes", "nowhere"}
    nodes = {node["label"]: node for node in found["nodes"]}
    assert nodes["nowhere"]["dangling"]
    assert nodes["nowhere"]["address"] == f"{ENTRIES}add/?slug=nowhere"
    assert nodes["Black box"]["address"] == f"{ENTRIES}{boxes['black'].pk}/change/"
    assert nodes["Boxes"]["kind"] == "book"
    assert nodes["Black box"]["colour"] != nodes["White box"]["colour"]
    assert nodes["Glass box"]["colour"] == -1
    assert len(found["lines"]) == 5


@pytest.mark.parametrize(
    ("depth", "names"),
    [
        ("", {"White box", "Black box", "Grey box"}),
        ("2", {"White box", "Black box", "Grey box", "Glass box", "Boxes", "nowhere"}),
        ("99", {"White box", "Black box", "Grey box"}),
        ("x", {"White box", "Black box", "Grey box"}),
    ],
)
def test_a_neighbourhood_goes_both_ways(client: Client, boxes: dict[str, Item], depth: str, names: set[str]) -> None:
    found = drawn(client, f"{ENTRIES}{boxes['white'].pk}/graph/?depth={depth}")
    assert labels(found) == names
    assert [node["label"] for node in found["nodes"] if node["centre"]] == ["White box"]


def test_an_entry_alone_is_still_there(client: Client, boxes: dict[str, Item]) -> None:
    assert labels(drawn(client, f"{ENTRIES}{boxes['red'].pk}/graph/")) == {"Red box"}


def test_the_list_says_what_the_picture_shows(client: Client, boxes: dict[str, Item]) -> None:
    page = client.get(f"{ENTRIES}graph/").content.decode()
    rows = page.partition("<tbody>")[2].split("<tr>")[1:]
    assert len(rows) == 6
    black = next(row for row in rows if 'row"><a' in row and "Black box</a></th>" in row)
    assert re.findall(r">([^<]+)</a>", black) == ["Black box", "White box", "nowhere", "Boxes"]
    assert "not written yet" in next(row for row in rows if "nowhere</a> <span" in row)


def test_what_was_deleted_dangles(client: Client, boxes: dict[str, Item]) -> None:
    delete_entry(boxes["white"], base_revision=1)
    nodes = {node["label"]: node for node in drawn(client, f"{ENTRIES}graph/")["nodes"]}
    assert nodes["white-box"]["dangling"]
    assert "White box" not in nodes


def test_a_viewer_is_not_led_to_a_form_for_new_ones(boxes: dict[str, Item], person: Callable[..., User]) -> None:
    client = Client()
    client.force_login(person("bob", "view_entry"))
    nodes = {node["label"]: node for node in drawn(client, f"{ENTRIES}graph/")["nodes"]}
    assert nodes["nowhere"]["address"] == ""
    # Nor to books, of which this account sees nothing else.
    assert nodes["Boxes"]["address"] == ""
    assert nodes["Black box"]["address"]


def test_a_hostile_title_is_shown_as_text(client: Client) -> None:
    evil = "</script><script>alert(1)</script>"
    entry("Evil", f'related: ["{evil}"]\n')
    page = client.get(f"{ENTRIES}graph/").content.decode()
    assert "alert(1)" in page
    assert "<script>alert(1)" not in page


def test_of_many_those_with_the_most_lines_are_shown(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(8):
        entry(f"Box {number}", 'related: ["hub"]\n')
    entry("Hub")
    monkeypatch.setattr(graph, "MOST", 5)
    found = drawn(client, f"{ENTRIES}graph/")
    assert len(found["nodes"]) == 5
    assert "Hub" in labels(found)
    assert "4 with fewer lines are not shown." in client.get(f"{ENTRIES}graph/").content.decode()


def test_many_cost_no_more_queries(client: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            client.get(f"{ENTRIES}graph/")
        return len(caught)

    for number in range(3):
        entry(f"Box {number}", 'related: ["hub"]\n')
    count()
    before = count()
    for number in range(3, 40):
        entry(f"Box {number}", f'related: ["hub", "box-{number - 1}", "x{number}"]\n')
    assert count() == before


def test_an_empty_glossary_says_so(client: Client) -> None:
    assert "Nothing refers to anything here yet." in client.get(f"{ENTRIES}graph/").content.decode()
