"""Working copies, for who may see them: as editors have them, and kept by no cache."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

import documents
from glossary.editing import save_entry
from publishing.models import Item

Save = Callable[..., Item]


@pytest.fixture
def editor(token: Callable[..., str]) -> Client:
    text = token("read", may=["view_entry", "view_book"])
    return Client(headers={"authorization": f"Bearer {text}", "accept": "*/*"})


@pytest.fixture
def edited(black_box: Item) -> Item:
    """The black box, with an edit that readers do not see yet."""
    document = documents.parse(bytes(black_box.working.data))
    document["title"] = "Opaque box"
    return save_entry(document, item=black_box, base_revision=1)


def test_an_item_is_as_editors_see_it(editor: Client, edited: Item, client: Client) -> None:
    found = editor.get("/api/v1/entries/black-box/?draft=true")
    told = found.json()
    assert (told["title"], told["version"], told["hasUnpublishedChanges"]) == ("Opaque box", 2, True)
    public = client.get("/api/v1/entries/black-box/").json()
    assert (public["title"], public["version"]) == ("Black box", 1)
    assert set(told) - set(public) == {"hasUnpublishedChanges"}
    assert {k for k in public if public[k] != told[k]} == {"title", "version"}
    assert found["ETag"].startswith('"2-')


def test_its_file_too(editor: Client, edited: Item) -> None:
    found = editor.get("/api/v1/entries/black-box.md?draft=true")
    assert found.content == bytes(edited.working.data)
    assert found["ETag"].startswith('"2-')
    assert found["Cache-Control"] == "private, no-store"


def test_nothing_new_is_a_304(editor: Client, edited: Item, django_assert_max_num_queries: Any) -> None:
    for path in ("entries/black-box/?draft=true", "entries/black-box.md?draft=true"):
        etag = editor.get(f"/api/v1/{path}")["ETag"]
        with django_assert_max_num_queries(7):
            assert editor.get(f"/api/v1/{path}", headers={"if-none-match": etag}).status_code == 304


def test_what_was_never_published_is_there(editor: Client, entry: Save, client: Client) -> None:
    entry("Secret", publish=False)
    found = editor.get("/api/v1/entries/secret/?draft=true").json()
    assert (found["publishedAt"], found["hasUnpublishedChanges"]) == (None, True)
    assert client.get("/api/v1/entries/secret/").status_code == 404


def test_fields_and_expand_work(editor: Client, edited: Item, entry: Save) -> None:
    entry("White box")
    found = editor.get("/api/v1/entries/black-box/?draft=true&fields=title,html&expand=related").json()
    assert found["title"] == "Opaque box"
    assert [one["exists"] for one in found["related"]] == [True, False]
    assert "<p>" in found["html"]


def test_other_spellings_and_earlier_slugs_lead_to_it(editor: Client, edited: Item) -> None:
    for slug in ("Black-Box", "closed-box"):
        found = editor.get(f"/api/v1/entries/{slug}/?draft=true")
        assert (found.status_code, found["Location"]) == (301, "/api/v1/entries/black-box/?draft=true")
        assert found["Cache-Control"] == "private, no-store"


def test_what_was_deleted_says_so(editor: Client, entry: Save, delete: Callable[[Item], Item]) -> None:
    delete(entry("Secret", publish=False))
    assert editor.get("/api/v1/entries/secret/?draft=true").json()["code"] == "entry.gone"
    assert editor.get("/api/v1/entries/nothing/?draft=true").json()["code"] == "entry.not_found"


def test_a_list_has_all_of_them(editor: Client, edited: Item, entry: Save, client: Client) -> None:
    entry("Aardvark", publish=False)
    found = editor.get("/api/v1/entries/?draft=true").json()
    assert [one["title"] for one in found["results"]] == ["Aardvark", "Opaque box"]
    assert found["count"] == 2
    assert client.get("/api/v1/entries/?draft=false").json()["count"] == 1


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("category=fundamentals", ["Opaque box"]),
        ("category=Theory", []),
        ("difficulty=Beginner,advanced", ["Opaque box"]),
        ("tag=opacity&tag=trust", ["Opaque box"]),
        ("tag=opacity&tag=nothing", []),
        ("tagAny=nothing,trust", ["Opaque box"]),
        ("related=white-box", ["Opaque box"]),
        ("book=the-big-book", ["Opaque box"]),
        ("status=draft", ["Zebra"]),
        ("status=published", ["Opaque box"]),
        ("slugIn=zebra,nothing", ["Zebra"]),
        ("updatedSince=2025-01-28&updatedBefore=2025-01-29", ["Opaque box"]),
        ("updatedSince=2026-01-01", []),
        ("ordering=-title", ["Zebra", "Opaque box"]),
        ("ordering=-lastUpdated", ["Opaque box", "Zebra"]),
    ],
)
def test_filters_ask_the_working_copies(
    editor: Client, edited: Item, entry: Save, query: str, titles: list[str]
) -> None:
    entry("Zebra", front='status: "draft"', publish=False)
    found = editor.get(f"/api/v1/entries/?draft=true&{query}").json()
    assert [one["title"] for one in found["results"]] == titles
    assert found["count"] == len(titles)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("has=tags", ["Opaque box", "White box"]),
        ("lacks=tags", ["Zebra"]),
        ("has=tags&lacks=related", ["White box"]),
        ("has=nothing", []),
        ("initial=O,z", ["Opaque box", "Zebra"]),
        ("initial=W", ["White box"]),
        ("initial=B", []),
        ("initial=w&has=tags&category=theory", ["White box"]),
        ("initial=w&has=tags&category=fundamentals", []),
    ],
)
def test_filters_ask_what_is_in_the_texts(
    editor: Client, edited: Item, entry: Save, query: str, titles: list[str]
) -> None:
    """One that readers have, one with edits that they do not have, and one that they never had."""
    entry("White box", front='category: "Theory"\ntags: ["opacity"]')
    entry("Zebra", publish=False)
    found = editor.get(f"/api/v1/entries/?draft=true&{query}").json()
    assert [one["title"] for one in found["results"]] == titles
    assert found["count"] == len(titles)


def test_books_are_found_by_author(editor: Client, big_book: Item) -> None:
    [author, *_] = editor.get("/api/v1/books/the-big-book/?draft=true").json()["authors"]
    for wanted, count in ((author, 1), ("Nobody", 0)):
        assert editor.get("/api/v1/books/", {"draft": "true", "author": wanted}).json()["count"] == count


@pytest.mark.parametrize("query", ["draft=yes", "draft=true&ordering=publishedAt", "draft="])
def test_what_drafts_do_not_have_is_refused(editor: Client, db: None, query: str) -> None:
    assert editor.get(f"/api/v1/entries/?{query}").status_code == 400


@pytest.mark.parametrize("ordering", ["title", "-title", "lastUpdated", "-lastUpdated,title"])
def test_all_pages_together_are_the_list(editor: Client, entry: Save, ordering: str) -> None:
    for number in range(7):
        front = f'lastUpdated: "2025-01-0{number + 1}"' if number % 3 else ""
        entry(f"Entry {number}", front=front, publish=False)
    first = f"/api/v1/entries/?draft=true&ordering={ordering}"
    whole = [one["slug"] for one in editor.get(first).json()["results"]]
    for start in ("", "&page=1"):
        address, slugs, pages = f"{first}&pageSize=3{start}", [], []
        while address:
            page = editor.get(address).json()
            pages.append(page)
            slugs += [one["slug"] for one in page["results"]]
            address = page["next"]
        assert slugs == whole
        back = editor.get(pages[-1]["previous"]).json()
        assert back["results"] == pages[-2]["results"]


def test_books_have_drafts_too(editor: Client, big_book: Item) -> None:
    assert editor.get("/api/v1/books/?draft=true&topic=x").json()["count"] == 0
    found = editor.get("/api/v1/books/the-big-book/?draft=true").json()
    assert (found["rating"] if "rating" in found else found["extra"]["rating"]) == 4.5
    assert found["hasUnpublishedChanges"] is False


def test_a_list_takes_two_queries_of_its_own(editor: Client, entry: Save, django_assert_num_queries: Any) -> None:
    for number in range(30):
        entry(f"Entry {number}", publish=False)
    # And four for the token, its account, and what that may do.
    with django_assert_num_queries(6):
        editor.get("/api/v1/entries/?draft=true&category=x")
