"""What a reader of published entries and books gets."""

from collections.abc import Callable

import pytest
from django.test import Client

from publishing.models import Item
from tests.api.conftest import BIG_BOOK, BLACK_BOX

Save = Callable[..., Item]

HOST = "http://testserver"


def test_the_root_names_the_addresses(client: Client, db: None, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/api/v1/")
    found = answer.json()
    assert found["entries"] == f"{HOST}/api/v1/entries/"
    assert found["chunks"] == f"{HOST}/api/v1/chunks.jsonl"
    for address in found.values():
        assert client.head(address).status_code in (200, 400)


def test_a_detail_says_what_the_file_says(client: Client, black_box: Item) -> None:
    answer = client.get("/api/v1/entries/black-box/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    found = answer.json()
    assert found.pop("publishedAt").endswith("Z")
    assert found == {
        "slug": "black-box",
        "title": "Black box",
        "category": "Fundamentals",
        "difficulty": "beginner",
        "tags": ["opacity", "trust"],
        "aliases": ["Opaque model"],
        "status": "published",
        "lastUpdated": "2025-01-28",
        "replacedBy": None,
        "previousSlugs": ["closed-box"],
        "briefDefinition": "A system seen from outside.",
        "detailedExplanation": "",
        "keyConcepts": ["input", "output"],
        "commonApplications": None,
        "prerequisites": None,
        "preamble": "Before the first heading.",
        "sections": [
            {"heading": "Brief Definition", "key": "briefDefinition", "markdown": "A system seen from outside."},
            {"heading": "Key Concepts", "key": "keyConcepts", "markdown": "- input\n- output"},
            {"heading": "History", "key": "history", "markdown": "It is *old*: électrique."},
        ],
        "externalLinks": [
            {
                "title": "Black box",
                "url": "https://example.org/black-box",
                "description": "",
                "type": "article",
                "difficulty": None,
                "extra": {"stars": 5},
            }
        ],
        "related": ["white-box", "not-written-yet"],
        "recommendedBooks": ["the-big-book"],
        "requires": [],
        "broader": [],
        "extra": {"reviewedBy": "Ada"},
        "version": 1,
        "url": f"{HOST}/api/v1/entries/black-box/",
        "markdownUrl": f"{HOST}/api/v1/entries/black-box.md",
    }


def test_a_book_keeps_its_own_url_beside_its_address_here(client: Client, big_book: Item) -> None:
    found = client.get("/api/v1/books/the-big-book/").json()
    assert found["url"] == "https://example.org/the-big-book"
    assert found["apiUrl"] == f"{HOST}/api/v1/books/the-big-book/"
    assert found["isbn13"] == "9780387310732"
    assert found["extra"] == {"rating": 4.5}
    [row] = client.get("/api/v1/books/").json()["results"]
    assert row["apiUrl"] == found["apiUrl"]
    assert "url" not in row
    assert client.get(found["markdownUrl"]).content == BIG_BOOK


def test_entries_and_books_of_one_slug_are_apart(client: Client, entry: Save, big_book: Item) -> None:
    entry("The term", "the-big-book")
    assert client.get("/api/v1/entries/the-big-book/").json()["title"] == "The term"
    assert client.get("/api/v1/books/the-big-book/").json()["title"] == "The big book"


def test_the_file_comes_byte_for_byte(client: Client, black_box: Item) -> None:
    answer = client.get("/api/v1/entries/black-box.md")
    assert answer.content == BLACK_BOX
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_the_file_has_a_suffix_so_accept_is_not_asked(client: Client, black_box: Item) -> None:
    for accept in ("text/markdown", "application/json", "text/html"):
        assert client.get("/api/v1/entries/black-box.md", headers={"accept": accept}).content == BLACK_BOX


def test_a_row_of_the_list_has_what_a_card_needs(client: Client, black_box: Item) -> None:
    assert client.get("/api/v1/entries/").json() == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [
            {
                "slug": "black-box",
                "title": "Black box",
                "category": "Fundamentals",
                "difficulty": "beginner",
                "tags": ["opacity", "trust"],
                "aliases": ["Opaque model"],
                "status": "published",
                "lastUpdated": "2025-01-28",
                "briefDefinition": "A system seen from outside.",
                "url": f"{HOST}/api/v1/entries/black-box/",
            }
        ],
    }


def test_lists_are_in_the_order_of_titles_whatever_their_case(client: Client, entry: Save) -> None:
    for title, slug in (("beta", "b"), ("Gamma", "c"), ("Alpha", "z")):
        entry(title, slug)
    assert [row["slug"] for row in client.get("/api/v1/entries/").json()["results"]] == ["z", "b", "c"]


def test_every_row_is_on_exactly_one_page_even_with_equal_titles(client: Client, entry: Save) -> None:
    for number in range(23):
        entry("Same", f"same-{number}")
    seen = []
    address = "/api/v1/entries/?pageSize=5"
    while address:
        answer = client.get(address).json()
        assert answer["count"] == 23
        seen += [row["slug"] for row in answer["results"]]
        address = answer["next"]
    assert sorted(seen) == sorted(f"same-{number}" for number in range(23))


def test_pages_link_to_each_other(client: Client, entry: Save) -> None:
    for number in range(5):
        entry(f"Entry {number}")
    base = f"{HOST}/api/v1/entries/"
    first = client.get("/api/v1/entries/?pageSize=2&page=1").json()
    assert (first["previous"], first["next"]) == (None, f"{base}?pageSize=2&page=2")
    second = client.get(first["next"]).json()
    assert (second["previous"], second["next"]) == (f"{base}?pageSize=2", f"{base}?pageSize=2&page=3")
    last = client.get(second["next"]).json()
    assert (last["previous"], last["next"], len(last["results"])) == (f"{base}?pageSize=2&page=2", None, 1)


def test_a_page_has_20_rows_unless_asked(client: Client, entry: Save) -> None:
    for number in range(21):
        entry(f"Entry {number:02}")
    answer = client.get("/api/v1/entries/").json()
    assert len(answer["results"]) == 20
    assert answer["next"].startswith(f"{HOST}/api/v1/entries/?cursor=")
    assert len(client.get("/api/v1/entries/?pageSize=100").json()["results"]) == 21


def test_the_first_page_of_nothing_is_empty(client: Client, db: None) -> None:
    answer = client.get("/api/v1/entries/")
    assert answer.json() == {"count": 0, "next": None, "previous": None, "results": []}
    assert answer["ETag"]


@pytest.mark.parametrize("rows", [1, 50])
def test_reads_cost_the_same_however_many_there_are(
    client: Client, entry: Save, rows: int, django_assert_num_queries
) -> None:
    for number in range(rows):
        entry(f"Entry {number}")
    with django_assert_num_queries(2):
        assert len(client.get("/api/v1/entries/?pageSize=100").json()["results"]) == rows
    with django_assert_num_queries(1):
        assert client.get("/api/v1/entries/entry-0/").status_code == 200
    with django_assert_num_queries(1):
        assert client.get("/api/v1/entries/entry-0.md").status_code == 200


def test_slugs_of_other_scripts_have_addresses_too(client: Client, entry: Save) -> None:
    # New items get plain slugs, but files may bring others.
    item = entry("Naive", "naive")
    entry("Naïve", "naïve-模型", item=item, base_revision=1)
    found = client.get("/api/v1/entries/").json()["results"][0]
    assert found["url"] == f"{HOST}/api/v1/entries/na%C3%AFve-%E6%A8%A1%E5%9E%8B/"
    detail = client.get(found["url"]).json()
    assert (detail["slug"], detail["url"]) == ("naïve-模型", found["url"])
    assert client.get(detail["markdownUrl"]).status_code == 200


@pytest.mark.parametrize("path", ["", "entries/", "entries/black-box/", "entries/black-box.md", "schema/"])
def test_head_says_the_same_without_the_body(client: Client, black_box: Item, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")
    head = client.head(f"/api/v1/{path}")
    assert (head.status_code, head.content) == (200, b"")
    for header in ("Content-Type", "Content-Length", "ETag", "Cache-Control", "Vary"):
        assert head[header] == answer[header]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("", "GET, HEAD, OPTIONS"),
        ("entries/", "GET, POST, HEAD, OPTIONS"),
        ("entries/black-box/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
        ("entries/black-box.md", "GET, HEAD, OPTIONS"),
        ("import/", "POST, OPTIONS"),
        ("schema/", "GET, HEAD, OPTIONS"),
    ],
)
def test_options_names_the_methods(client: Client, path: str, allowed: str) -> None:
    answer = client.options(f"/api/v1/{path}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Allow"] == allowed


def test_a_missing_slash_is_added(client: Client, black_box: Item) -> None:
    for path in ("/api/v1/entries", "/api/v1/entries/black-box", "/api/v1/schema"):
        answer = client.get(f"{path}?a=b")
        assert (answer.status_code, answer["Location"]) == (301, f"{path}/?a=b")


def test_readers_are_not_asked_who_they_are(client: Client, black_box: Item, admin_client: Client) -> None:
    for path in ("", "entries/", "entries/black-box/", "entries/black-box.md", "entries/none/", "schema/", "docs/"):
        answer = admin_client.get(f"/api/v1/{path}")
        assert "cookie" not in answer.get("Vary", "").lower()
        assert not answer.cookies


@pytest.mark.parametrize("path", ["entries/", "entries/black-box/", "entries/none/", "nowhere/"])
def test_any_site_may_read_without_cookies(client: Client, black_box: Item, path: str) -> None:
    answer = client.get(f"/api/v1/{path}", headers={"origin": "https://example.org"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in answer["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer


def test_browsers_may_ask_before_they_ask(client: Client) -> None:
    answer = client.options(
        "/api/v1/entries/black-box/",
        headers={
            "origin": "https://example.org",
            "access-control-request-method": "GET",
            "access-control-request-headers": "if-none-match",
        },
    )
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "if-none-match" in answer["Access-Control-Allow-Headers"]
