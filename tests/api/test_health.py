"""What is wrong with what readers see."""

from typing import Any

import pytest
from django.test import Client

import documents
from glossary.editing import save_entry
from glossary.health import keeping
from glossary.health.dismissing import dismiss
from glossary.health.models import Edition, Finding
from publishing.models import Item

ADDRESS = "/api/v1/health/"


def save(slug: str, *, publish: bool = True, item: Item | None = None, **front: str) -> Item:
    lines = "".join(f"{key}: {value}\n" for key, value in front.items())
    text = f'---\ntitle: "{slug.title()}"\nslug: "{slug}"\n{lines}---\n\n# Brief Definition\n\nOf {slug} alone.\n'
    base = item.revision if item else None
    return save_entry(documents.parse(text.encode()), item=item, base_revision=base, publish=publish)


@pytest.fixture
def two(db: None) -> list[Item]:
    return [save("alpha", related='["beta", "nowhere"]'), save("beta")]


def test_problems_come_with_numbers_and_what_is_wanted(client: Client, two: list[Item]) -> None:
    said = client.get(ADDRESS).json()
    assert said["texts"] == 2
    assert said["severities"]["error"] == 1
    assert {"code": "related.dangling", "severity": "error", "count": 1} in said["codes"]
    assert said["wanted"] == [{"kind": "entry", "slug": "nowhere", "count": 1}]
    first = said["problems"][0]
    assert (first["code"], first["slug"], first["value"], first["line"]) == ("related.dangling", "alpha", "nowhere", 4)
    assert first["url"].endswith("/api/v1/entries/alpha/")


def test_problems_are_filtered_and_paged(client: Client, two: list[Item]) -> None:
    assert {one["severity"] for one in client.get(f"{ADDRESS}?severity=error").json()["problems"]} == {"error"}
    one_way = client.get(f"{ADDRESS}?code=related.one-way").json()
    assert (one_way["count"], one_way["next"]) == (1, None)
    found: list[Any] = []
    page = client.get(f"{ADDRESS}?pageSize=3").json()
    while True:
        found += page["problems"]
        if not page["next"]:
            break
        page = client.get(page["next"]).json()
    assert found == client.get(ADDRESS).json()["problems"]
    assert len(found) == page["count"]


@pytest.mark.parametrize("query", ["severity=worst", "page=0", "pageSize=101", "no=1"])
def test_what_cannot_be_asked_is_refused(client: Client, two: list[Item], query: str) -> None:
    assert client.get(f"{ADDRESS}?{query}").status_code == 400


def test_a_page_past_the_end_is_not_found(client: Client, two: list[Item]) -> None:
    assert client.get(f"{ADDRESS}?page=99").status_code == 404


def test_who_has_it_gets_a_304_until_something_is_published(client: Client, two: list[Item]) -> None:
    etag = client.get(ADDRESS)["ETag"]
    save("alpha", item=two[0], publish=False)
    assert client.get(ADDRESS, headers={"if-none-match": etag}).status_code == 304
    save("gamma", publish=True)
    answer = client.get(ADDRESS, headers={"if-none-match": etag})
    assert (answer.status_code, answer.json()["texts"]) == (200, 3)


def test_a_draft_is_not_known(client: Client, two: list[Item]) -> None:
    """Not even that it would resolve a reference."""
    before = client.get(ADDRESS).content
    save("nowhere", publish=False)
    assert client.get(ADDRESS).content == before


def test_what_is_dismissed_is_left_out(client: Client, two: list[Item]) -> None:
    client.get(ADDRESS)
    dismiss(two[0], "related.dangling", "nowhere", "It is being written.", author=None)
    said = client.get(ADDRESS).json()
    assert said["severities"]["error"] == 0
    assert "being written" not in str(said)


def test_a_large_glossary_is_not_read_in_a_request(
    client: Client, two: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_QUICK", 1)
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer.json()["code"]) == (503, "health.not_ready")
    assert answer["Retry-After"] == "60"
    assert not Finding.objects.exists()
    keeping.catch_up(Edition.PUBLISHED)
    assert client.get(ADDRESS).status_code == 200
