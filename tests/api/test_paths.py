"""What to read first: everything after what it requires, the easiest first, and no end of it for a cycle."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from publishing.models import Item

Save = Callable[..., Item]


def ask(client: Client, slug: str, **options: Any) -> Any:
    return client.get(f"/api/v1/entries/{slug}/path/", **options)


def requiring(*slugs: str, difficulty: str = "") -> str:
    listed = ", ".join(f'"{slug}"' for slug in slugs)
    return f"requires: [{listed}]" + (f"\ndifficulty: {difficulty}" if difficulty else "")


@pytest.fixture
def course(entry: Save) -> None:
    entry("Transformer", front=requiring("attention", "embedding", difficulty="advanced"))
    entry("Attention", front=requiring("network", difficulty="advanced"))
    entry("Embedding", front=requiring("vector", "network", difficulty="intermediate"))
    entry("Network", front=requiring("vector", difficulty="intermediate"))
    entry("Vector", front=requiring(difficulty="beginner"))
    entry("Apart", front=requiring("vector"))


def test_all_that_an_entry_requires_comes_in_the_order_to_read_it(client: Client, course: None) -> None:
    found = ask(client, "transformer").json()
    assert [(step["slug"], step["level"]) for step in found["steps"]] == [
        ("vector", 0),
        ("network", 1),
        # Both may come next; this one is easier.
        ("embedding", 2),
        ("attention", 2),
    ]
    assert (found["slug"], found["count"], found["requires"]) == ("transformer", 4, ["attention", "embedding"])
    assert found["steps"][2] == {
        "slug": "embedding",
        "title": "Embedding",
        "difficulty": "intermediate",
        "briefDefinition": "What Embedding is.",
        "level": 2,
        "requires": ["network", "vector"],
        "url": "http://testserver/api/v1/entries/embedding/",
    }
    assert found["cycles"] == found["missing"] == []


def test_an_entry_that_requires_nothing_has_an_empty_path(client: Client, course: None) -> None:
    found = ask(client, "vector").json()
    assert (found["steps"], found["count"], found["requires"]) == ([], 0, [])


def test_a_cycle_is_named_and_not_endless(client: Client, entry: Save) -> None:
    entry("Hen", front=requiring("egg", "farm"))
    entry("Egg", front=requiring("hen", "egg"))
    entry("Farm", front=requiring("field"))
    entry("Field")
    found = ask(client, "hen").json()
    assert [step["slug"] for step in found["steps"]] == ["field", "farm", "egg"]
    assert found["cycles"] == [["egg"], ["egg", "hen"]]
    entry("Breeder", front=requiring("hen"))
    found = ask(client, "breeder").json()
    assert [step["slug"] for step in found["steps"]] == ["field", "farm", "egg", "hen"]


def test_two_that_require_each_other_are_a_cycle_from_either_side(client: Client, entry: Save) -> None:
    entry("Hen", front=requiring("egg"))
    entry("Egg", front=requiring("hen"))
    assert ask(client, "hen").json()["cycles"] == [["egg", "hen"]]
    assert ask(client, "egg").json()["cycles"] == [["egg", "hen"]]
    assert [step["slug"] for step in ask(client, "egg").json()["steps"]] == ["hen"]


def test_what_is_not_published_is_missing_whatever_the_reason(client: Client, entry: Save) -> None:
    entry("Drafted", publish=False)
    entry("Reader", front=requiring("drafted", "nowhere", "Other"))
    entry("Other", front=requiring("Nowhere"))
    found = ask(client, "reader").json()
    assert [step["slug"] for step in found["steps"]] == ["other"]
    assert found["missing"] == [
        {"slug": "Nowhere", "requiredBy": ["other", "reader"]},
        {"slug": "drafted", "requiredBy": ["reader"]},
    ]


def test_it_costs_three_queries_and_one_where_nothing_changed(client: Client, entry: Save) -> None:
    for number in range(40):
        entry(f"Step {number}", front=requiring(f"step-{number + 1}", f"step-{number + 2}"))
    with CaptureQueriesContext(connection) as caught:
        answer = ask(client, "step-0")
    assert answer.json()["count"] == 39
    # What is published, the steps, and whether something was published meanwhile.
    assert len(caught) == 3
    with CaptureQueriesContext(connection) as caught:
        assert ask(client, "step-0", headers={"if-none-match": answer["ETag"]}).status_code == 304
    assert len(caught) == 1
    # Whatever is published may be a step of it.
    entry("Step 41")
    assert ask(client, "step-0", headers={"if-none-match": answer["ETag"]}).status_code == 200


def test_an_earlier_slug_leads_to_the_path_of_the_new_one(client: Client, black_box: Item) -> None:
    answer = ask(client, "closed-box")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v1/entries/black-box/path/")
    assert ask(client, "Black-Box")["Location"] == "/api/v1/entries/black-box/path/"


def test_what_is_gone_is_410_and_what_never_was_404(
    client: Client, black_box: Item, delete: Callable[[Item], Item]
) -> None:
    delete(black_box)
    assert ask(client, "black-box").status_code == 410
    assert ask(client, "nothing").status_code == 404
    assert ask(client, "nothing").json()["code"] == "entry.not_found"


def test_it_takes_no_parameters(client: Client, black_box: Item) -> None:
    assert client.get("/api/v1/entries/black-box/path/?depth=1").status_code == 400
