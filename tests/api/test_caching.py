"""Asking again costs little, and is never answered with something old."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client, override_settings
from django.utils.http import http_date

from api import state
from publishing.models import Item, Published

Save = Callable[..., Item]

READS = [
    "entries/",
    "entries/black-box/",
    "entries/black-box.md",
    "entries/black-box.ttl",
    "entries/black-box/path/",
    "glossary.ttl",
]


@pytest.mark.parametrize("path", READS)
def test_a_read_can_be_kept_and_asked_again(
    client: Client, black_box: Item, an_hour_ago: Callable[[], None], path: str
) -> None:
    an_hour_ago()
    answer = client.get(f"/api/v1/{path}")
    assert re.fullmatch(r'"[^"]+"', answer["ETag"])
    assert answer["Cache-Control"] == "public, max-age=60, must-revalidate"
    assert answer["Last-Modified"]
    # The suffix of the file says what it is.
    assert ("Accept" in answer.get("Vary", "")) is path.endswith("/")
    for method in (client.get, client.head):
        again = method(f"/api/v1/{path}", headers={"if-none-match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        for header in ("ETag", "Last-Modified", "Cache-Control", "Vary"):
            assert again[header] == answer[header]


@pytest.mark.parametrize("path", ["", "schema/"])
def test_what_only_new_code_changes_has_an_etag_too(client: Client, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert client.get(f"/api/v1/{path}", headers={"if-none-match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "export.ndjson",
        "glossary.ttl",
        "graph/",
        "changes/",
        "facets/",
        "tags/",
        "lookup/?name=Black%20box",
        "annotate/?text=A%20black%20box",
        "chunks.jsonl",
    ],
)
def test_what_is_published_while_an_answer_is_made_does_not_come_with_the_etag_of_before(
    client: Client, black_box: Item, entry: Save, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """The same ETag is the same bytes. Found by tests/chaos."""
    read = state.read

    def read_and_publish() -> state.State:
        monkeypatch.setattr(state, "read", read)
        found = read()
        entry("Grey box")
        return found

    monkeypatch.setattr(state, "read", read_and_publish)
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200
    assert ("ETag" in answer, "Last-Modified" in answer, answer["Cache-Control"]) == (False, False, "no-store")
    assert "ETag" in client.get(f"/api/v1/{path}")


@pytest.mark.parametrize("path", READS)
def test_within_its_second_nothing_is_unmodified_since_more_may_follow(
    client: Client, black_box: Item, path: str
) -> None:
    second = http_date(Published.objects.get().published_at.timestamp())
    assert client.get(f"/api/v1/{path}", headers={"if-modified-since": second}).status_code == 200


@pytest.mark.parametrize("path", READS)
def test_what_was_not_published_since_is_304(
    client: Client, black_box: Item, an_hour_ago: Callable[[], None], path: str
) -> None:
    an_hour_ago()
    modified = client.get(f"/api/v1/{path}")["Last-Modified"]
    assert client.get(f"/api/v1/{path}", headers={"if-modified-since": modified}).status_code == 304
    earlier = http_date((datetime.now(UTC) - timedelta(days=1)).timestamp())
    assert client.get(f"/api/v1/{path}", headers={"if-modified-since": earlier}).status_code == 200


@pytest.mark.parametrize("path", READS)
def test_publishing_again_changes_the_etag(client: Client, black_box: Item, again: Save, path: str) -> None:
    before = client.get(f"/api/v1/{path}")["ETag"]
    again(black_box, "Black box two", "black-box")
    answer = client.get(f"/api/v1/{path}", headers={"if-none-match": before})
    assert answer.status_code == 200
    assert answer["ETag"] != before


def test_json_and_file_have_etags_of_their_own_with_the_revision(client: Client, black_box: Item, again: Save) -> None:
    again(black_box, "Black box two", "black-box")
    json = client.get("/api/v1/entries/black-box/")["ETag"]
    file = client.get("/api/v1/entries/black-box.md")["ETag"]
    assert json != file
    assert json == Published.objects.get().etag
    for etag in (json, file):
        assert re.fullmatch(r'"2-[0-9a-f]{16}"', etag)


def test_the_etag_of_a_list_depends_on_everything_shown(client: Client, entry: Save, big_book: Item) -> None:
    addresses = [
        "/api/v1/entries/",
        "/api/v1/entries/?pageSize=1",
        "/api/v1/entries/?pageSize=1&page=2",
        "/api/v1/books/",
    ]
    entry("A")
    entry("B")
    etags = [client.get(address)["ETag"] for address in addresses]
    assert len(set(etags)) == 4
    entry("C")
    # One entry more changes `count` on every page.
    for address, etag in zip(addresses, etags, strict=True):
        assert client.get(address, headers={"if-none-match": etag}).status_code == 200
    with override_settings(ALLOWED_HOSTS=["*"]):
        # The addresses in the answer are others.
        assert client.get(addresses[0], headers={"host": "other"})["ETag"] != client.get(addresses[0])["ETag"]


def test_a_list_that_lost_its_newest_entry_is_newer_not_older(
    client: Client, entry: Save, delete: Callable[[Item], Item], an_hour_ago: Callable[[], None]
) -> None:
    entry("Old")
    new = entry("New")
    an_hour_ago()
    before = client.get("/api/v1/entries/")["Last-Modified"]
    delete(new)
    answer = client.get("/api/v1/entries/", headers={"if-modified-since": before})
    assert answer.status_code == 200
    assert answer.json()["count"] == 1


def test_a_precondition_that_fails_is_a_problem(client: Client, black_box: Item) -> None:
    answer = client.get("/api/v1/entries/black-box/", headers={"if-match": '"9-0000"'})
    assert answer.status_code == 412
    assert answer.json()["code"] == "precondition.failed"


def test_nonsense_in_a_condition_is_ignored(client: Client, black_box: Item) -> None:
    for headers in ({"if-none-match": "\x01 nonsense"}, {"if-modified-since": "yesterday"}, {"if-none-match": '"'}):
        assert client.get("/api/v1/entries/black-box/", headers=headers).status_code == 200
