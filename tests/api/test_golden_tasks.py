"""What consumers do all day, and how many requests it takes."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from glossary.editing import rename_entry
from publishing.models import Item

Save = Callable[..., Item]


class Counting:
    """A client that counts its requests."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.requests = 0

    def get(self, path: str, **options: Any) -> Any:
        self.requests += 1
        return self.client.get(f"/api/v1/{path}", **options)


@pytest.fixture
def consumer(client: Client, db: None) -> Counting:
    """A reader of the sample content."""
    call_command("import_content", verbosity=0)
    return Counting(client)


def lines(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in b"".join(answer).splitlines()]


def test_a1_all_entries_with_three_fields(client: Client, entry: Save) -> None:
    for number in range(300):
        entry(f"Entry {number}")
    consumer = Counting(client)
    times = []
    for _ in range(3):
        started = time.perf_counter()
        found = lines(consumer.get("export.ndjson?kind=entry&fields=slug,title,briefDefinition"))
        times.append(time.perf_counter() - started)
    assert len(found) == 300
    assert set(found[0]) == {"kind", "slug", "title", "briefDefinition"}
    assert consumer.requests == 3
    # On a machine that does nothing else it takes 10 ms.
    assert min(times) < 0.1


def test_a2_an_entry_with_related_entries_and_books(consumer: Counting) -> None:
    found = consumer.get("entries/large-language-model/?expand=related,recommendedBooks").json()
    assert all(one["title"] for one in found["related"] if one["exists"])
    assert any(one["exists"] for one in found["recommendedBooks"])
    assert consumer.requests == 1


def test_a3_category_and_difficulties_and_tag_by_update(consumer: Counting) -> None:
    query = "category=Algorithms&difficulty=intermediate,advanced&tag=architecture&ordering=-lastUpdated"
    found = consumer.get(f"entries/?{query}").json()["results"]
    assert found
    assert all("architecture" in one["tags"] and one["category"] == "Algorithms" for one in found)
    dates = [one["lastUpdated"] for one in found]
    assert dates == sorted(dates, reverse=True)
    assert consumer.requests == 1


def test_a4_a_misspelt_search_with_facet_counts(consumer: Counting) -> None:
    found = consumer.get("search/?q=backpropogation").json()
    assert found["results"][0]["slug"] == "backpropagation"
    assert found["correctedQuery"] == "backpropagation"
    assert sum(value["count"] for value in found["facets"]["status"]) == found["count"]
    assert consumer.requests == 1


def test_a5_what_changed_since_the_last_build(consumer: Counting, again: Save, delete: Callable[[Item], Item]) -> None:
    cursor = consumer.get("changes/").json()["nextCursor"]
    consumer.requests = 0
    delete(Item.objects.get(slug="overfitting"))
    again(Item.objects.get(slug="embedding"), "Embedding", "embedding")
    found = consumer.get(f"changes/?since={cursor}").json()
    assert [(line["action"], line["slug"]) for line in found["results"]] == [
        ("deleted", "overfitting"),
        ("published", "embedding"),
    ]
    assert found["results"][1]["item"]["briefDefinition"] == "What Embedding is."
    assert (consumer.requests, found["more"]) == (1, False)


def test_a7_polling_while_nothing_changes(consumer: Counting, django_assert_num_queries: Any) -> None:
    cursor = consumer.get("changes/").json()["nextCursor"]
    etag = consumer.get(f"changes/?since={cursor}")["ETag"]
    times = []
    for _ in range(5):
        started = time.perf_counter()
        with django_assert_num_queries(1):
            answer = consumer.get(f"changes/?since={cursor}", headers={"if-none-match": etag})
        times.append(time.perf_counter() - started)
        assert (answer.status_code, answer.content) == (304, b"")
    assert min(times) < 0.01


def test_a9_a_retrieval_index_and_again_only_what_changed(consumer: Counting, again: Save) -> None:
    *chunks, last = lines(consumer.get("chunks.jsonl"))
    assert consumer.requests == 1
    assert all(chunk["id"] and chunk["sha256"] and chunk["url"] for chunk in chunks)
    again(Item.objects.get(slug="embedding"), "Embedding", "embedding")
    *second, _ = lines(consumer.get(f"chunks.jsonl?since={last['nextCursor']}"))
    assert {chunk["entry"] for chunk in second} == {"embedding"}
    assert consumer.requests == 2


def test_a10_an_old_slug(consumer: Counting) -> None:
    rename_entry(Item.objects.get(slug="embedding"), "vector-embedding")
    assert consumer.get("lookup/?name=embedding").json()["slug"] == "vector-embedding"
    assert consumer.requests == 1
    assert consumer.get("entries/embedding/")["Location"] == "/api/v1/entries/vector-embedding/"
