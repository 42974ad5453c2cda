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


@pytest.fixture
def course(db: None) -> dict[str, Item]:
    """The last needs the middle and something not written; both need the first."""
    return {
        "first": entry("First box", "difficulty: beginner\n"),
        "middle": entry("Middle box", 'requires: ["first-box"]\ndifficulty: advanced\n'),
        "last": entry("Last box", 'requires: ["middle-box", "first-box", "nowhere"]\n', publish=True),
        "apart": entry("Apart box", 'related: ["last-box"]\nrequires: ["last-box"]\n'),
    }


def steps(client: Client, item: Item) -> list[list[str]]:
    """The rows of the list: number, links."""
    page = client.get(f"{ENTRIES}{item.pk}/path/").content.decode()
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)]
        for row in page.partition("<tbody>")[2].split("<tr>")[1:]
    ]


def test_a_learning_path_lists_what_to_read_first_in_order(client: Client, course: dict[str, Item]) -> None:
    assert steps(client, course["last"]) == [
        ["1", "First box", "beginner", "–"],
        ["2", "Middle box", "advanced", "First box"],
        ["–", "nowhere not written yet", "–", "–"],
    ]
    page = client.get(f"{ENTRIES}{course['last'].pk}/path/").content.decode()
    assert "2 entries to read first, in this order" in page
    assert f"{ENTRIES}add/?slug=nowhere" in page


def test_its_picture_leads_from_what_comes_first(client: Client, course: dict[str, Item]) -> None:
    found = drawn(client, f"{ENTRIES}{course['last'].pk}/path/")
    levels = {node["label"]: node["level"] for node in found["nodes"]}
    assert levels == {"First box": 0, "Middle box": 1, "Last box": 2, "nowhere": 0}
    names = {node["id"]: node["label"] for node in found["nodes"]}
    assert {(names[line["source"]], names[line["target"]]) for line in found["lines"]} == {
        ("First box", "Middle box"),
        ("First box", "Last box"),
        ("Middle box", "Last box"),
        ("nowhere", "Last box"),
    }


def test_a_circle_is_said_and_not_walked_for_ever(client: Client) -> None:
    hen = entry("Hen", 'requires: ["egg"]\n')
    entry("Egg", 'requires: ["hen"]\n')
    page = re.sub(r"<[^>]+>", "", client.get(f"{ENTRIES}{hen.pk}/path/").content.decode())
    assert "so none of them can come first: Egg → Hen → Egg" in page
    assert [row[1] for row in steps(client, hen)] == ["Egg"]


def test_a_path_of_nothing_says_where_to_set_it(client: Client, course: dict[str, Item]) -> None:
    assert "This entry requires no other." in client.get(f"{ENTRIES}{course['first'].pk}/path/").content.decode()


def test_a_long_path_costs_no_more_queries(client: Client) -> None:
    for number in range(40):
        entry(f"Step {number}", f'requires: ["step-{number + 1}"]\n')

    def count(slug: str) -> int:
        address = f"{ENTRIES}{Item.objects.get(slug=slug).pk}/path/"
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    assert count("step-0") == count("step-37")


def test_whoever_may_not_see_entries_sees_no_path(course: dict[str, Item], person: Callable[..., User]) -> None:
    client = Client()
    client.force_login(person("bob"))
    assert client.get(f"{ENTRIES}{course['last'].pk}/path/").status_code == 403
