"""Filters, order, fields and pages of lists."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

import documents
from glossary.editing import save_entry
from publishing.models import Item
from tests.api.test_problems import check

Save = Callable[..., Item]
ENTRIES = "/api/v1/entries/"


def slugs(client: Client, query: str = "", path: str = ENTRIES) -> list[str]:
    """Those on the first page, whose count must be that of all that are meant."""
    answer = client.get(f"{path}?pageSize=100&{query}").json()
    assert answer["count"] == len(answer["results"])
    return [row["slug"] for row in answer["results"]]


@pytest.fixture
def cast(entry: Save, big_book: Item) -> None:
    entry("Ant", front='category: "Theory"\ndifficulty: "beginner"\ntags: ["a", "b"]\nlastUpdated: "2025-01-01"')
    entry("Bee", front='category: "Tools"\ndifficulty: "advanced"\ntags: ["B", "c"]\nrelated: ["ant", "gone"]')
    entry("Cat", front='category: "theory"\ndifficulty: "intermediate"\ntags: ["a"]\nlastUpdated: "2025-03-01"')
    entry("Élan", "elan", front='recommendedBooks: ["the-big-book"]\nrequires: ["cat"]\nlastUpdated: "2025-02-01"')


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["ant", "bee", "cat", "elan"]),
        ("category=Theory", ["ant", "cat"]),
        ("category=THEORY,tools", ["ant", "bee", "cat"]),
        ("category=Nowhere", []),
        ("difficulty=beginner,advanced", ["ant", "bee"]),
        ("tag=a", ["ant", "cat"]),
        ("tag=a&tag=b", ["ant"]),
        ("tag=b", ["ant", "bee"]),
        ("tagAny=b,c", ["ant", "bee"]),
        ("category=theory&difficulty=beginner,intermediate&tag=a&tag=b", ["ant"]),
        ("related=ant", ["bee"]),
        ("related=Gone", ["bee"]),
        ("requires=cat", ["elan"]),
        ("book=the-big-book", ["elan"]),
        ("status=published", ["ant", "bee", "cat", "elan"]),
        ("status=deprecated", []),
        ("initial=e", ["elan"]),
        ("initial=a,b", ["ant", "bee"]),
        ("has=tags", ["ant", "bee", "cat"]),
        ("has=tags,related", ["bee"]),
        ("lacks=tags", ["elan"]),
        ("has=tags&lacks=lastUpdated", ["bee"]),
        ("has=%25", []),
        ("updatedSince=2025-02-01", ["cat", "elan"]),
        ("updatedBefore=2025-02-01", ["ant"]),
        ("updatedSince=2025-01-01&updatedBefore=2025-03-01&tag=a", ["ant"]),
        ("slugIn=cat,ANT,nowhere", ["ant", "cat"]),
        ("ordering=-title", ["elan", "cat", "bee", "ant"]),
        ("ordering=-lastUpdated", ["cat", "elan", "ant", "bee"]),
        ("ordering=lastUpdated", ["bee", "ant", "elan", "cat"]),
        ("ordering=difficulty,-title", ["elan", "ant", "cat", "bee"]),
        ("ordering=-publishedAt", ["elan", "cat", "bee", "ant"]),
        ("tag=a&ordering=-lastUpdated", ["cat", "ant"]),
    ],
)
def test_filters_and_order_are_as_described(client: Client, cast: None, query: str, found: list[str]) -> None:
    assert slugs(client, query) == found


def test_books_are_filtered_too(client: Client, big_book: Item) -> None:
    for query in ("author=ada+lovelace", "initial=T", "has=isbn", "lacks=editors"):
        assert slugs(client, query, "/api/v1/books/") == ["the-big-book"]
    assert slugs(client, "author=Nobody", "/api/v1/books/") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("fields=__all__", "fields"),
        ("fields=slug,password", "fields"),
        ("expand=author", "expand"),
        ("ordering=password", "ordering"),
        ("ordering=title,", "ordering"),
        ("tag__name__contains=x", "tag__name__contains"),
        ("category=", "category"),
        ("tag=", "tag"),
        ("updatedSince=2025-13-01", "updatedSince"),
        ("updatedSince=2025-W05-2", "updatedSince"),
        ("updatedSince=28/01/2025", "updatedSince"),
        ("updatedBefore=0000-00-00", "updatedBefore"),
        ("slugIn=" + ",".join(map(str, range(200))), "slugIn"),
        ("&".join(["tag=a"] * 1000), "tag"),
        ("cursor=x", "cursor"),
        ("cursor=" + "A" * 10_000, "cursor"),
        ("cursor=W10", "cursor"),
        ("cursor=é", "cursor"),
        ("cursor=WyJhIiwxXQ&page=2", "page"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(client: Client, cast: None, query: str, field: str) -> None:
    found = client.get(f"{ENTRIES}?{query}")
    problem = check(found, 400, found.json()["code"])
    assert problem["errors"][0]["field"] == field


def test_unknown_fields_are_named_with_those_there_are(client: Client, cast: None) -> None:
    found = check(client.get(f"{ENTRIES}?fields=slug,pasword"), 400, "parameter.invalid")
    assert '"fields" has no "pasword"' in found["detail"]
    assert "detailedExplanation" in found["errors"][0]["hint"]


def test_sparse_fields_are_given_and_no_others(client: Client, black_box: Item) -> None:
    [row] = client.get(f"{ENTRIES}?fields=title,slug").json()["results"]
    assert row == {"slug": "black-box", "title": "Black box"}
    assert client.get(f"{ENTRIES}black-box/?fields=history,slug").status_code == 400
    assert client.get(f"{ENTRIES}black-box/?fields=keyConcepts").json() == {"keyConcepts": ["input", "output"]}
    [row] = client.get(f"{ENTRIES}?fields=related,url").json()["results"]
    assert row == {"related": ["white-box", "not-written-yet"], "url": "http://testserver/api/v1/entries/black-box/"}


def test_a_star_is_all_that_the_detail_has(client: Client, black_box: Item, big_book: Item) -> None:
    for address in (ENTRIES, "/api/v1/books/"):
        [row] = client.get(f"{address}?fields=*").json()["results"]
        detail = client.get(f"{address}{row['slug']}/")
        assert row == detail.json()
        again = client.get(f"{address}{row['slug']}/?fields=*")
        assert again.json() == detail.json()


def test_html_is_rendered_and_safe(client: Client, entry: Save) -> None:
    entry("Risky", front="tags: [a]\nextra: '<script>'")
    item = entry("Loud")
    text = "\n\n# Notes\n\n<script>alert(1)</script>\n\n**bold** <b onclick=x>y</b> [x](javascript:alert(1))\n"
    save_entry(documents.parse(bytes(item.working.data) + text.encode()), item=item, base_revision=1, publish=True)
    found = client.get(f"{ENTRIES}loud/?fields=html,sections.html").json()
    assert "<strong>bold</strong>" in found["html"]
    assert "<h1>Notes</h1>" in found["html"]
    assert [section["key"] for section in found["sections"]] == ["briefDefinition", "notes"]
    for html in (found["html"], found["sections"][1]["html"]):
        assert "script" not in html
        assert "onclick" not in html


def test_references_are_expanded_in_place(client: Client, black_box: Item, big_book: Item, entry: Save) -> None:
    entry("White box", front='related: ["black-box"]\nrequires: ["Black-Box"]')
    expand = "expand=related,recommendedBooks,referredBy"
    found = client.get(f"{ENTRIES}black-box/?{expand}").json()
    white = {
        "kind": "entry",
        "slug": "white-box",
        "title": "White box",
        "exists": True,
        "briefDefinition": "What White box is.",
        "url": "http://testserver/api/v1/entries/white-box/",
    }
    missing = {
        "kind": "entry",
        "slug": "not-written-yet",
        "title": None,
        "exists": False,
        "briefDefinition": "",
        "url": None,
    }
    assert found["related"] == [white, missing]
    assert [(book["slug"], book["exists"]) for book in found["recommendedBooks"]] == [("the-big-book", True)]
    assert found["referredBy"] == [white]
    book = client.get("/api/v1/books/the-big-book/?expand=citedBy&fields=slug").json()
    assert book["slug"] == "the-big-book"
    assert [one["slug"] for one in book["citedBy"]] == ["black-box"]
    rows = client.get(f"{ENTRIES}?{expand}").json()["results"]
    assert rows[0]["related"] == [white, missing]
    assert rows[0]["title"] == "Black box"
    assert "sections" not in rows[0]


def test_an_expanded_answer_changes_when_its_target_does(client: Client, black_box: Item, entry: Save) -> None:
    plain = client.get(f"{ENTRIES}black-box/")["ETag"]
    expanded = client.get(f"{ENTRIES}black-box/?expand=related")["ETag"]
    entry("White box")
    assert client.get(f"{ENTRIES}black-box/", headers={"if-none-match": plain}).status_code == 304
    answer = client.get(f"{ENTRIES}black-box/?expand=related", headers={"if-none-match": expanded})
    assert answer.status_code == 200
    assert answer.json()["related"][0]["exists"] is True


def test_every_selection_has_an_etag_of_its_own_with_the_revision(client: Client, black_box: Item) -> None:
    queries = ["", "?fields=slug", "?fields=title", "?fields=*,html", "?expand=related", "?expand=referredBy"]
    etags = [client.get(f"{ENTRIES}black-box/{query}")["ETag"] for query in queries]
    assert len(set(etags)) == len(queries)
    assert all(etag.startswith('"1-') for etag in etags)
    for query, etag in zip(queries, etags, strict=True):
        assert client.get(f"{ENTRIES}black-box/{query}", headers={"if-none-match": etag}).status_code == 304


# --- cursors ---


def walk(client: Client, address: str, link: str = "next") -> list[str]:
    seen: list[str] = []
    while address:
        answer = client.get(address).json()
        seen += [row["slug"] for row in answer["results"]]
        address = answer[link]
    return seen


@pytest.mark.parametrize("ordering", ["title", "-title", "-lastUpdated", "lastUpdated", "difficulty,-lastUpdated"])
@pytest.mark.parametrize("query", ["", "&tag=even", "&tag=even&category=x,y"])
def test_cursors_lead_through_every_order_and_back(client: Client, entry: Save, ordering: str, query: str) -> None:
    chance = random.Random(ordering)
    for number in range(23):
        front = f'tags: ["{"even" if number % 2 else "odd"}"]\ncategory: "{"xyz"[number % 3]}"\n'
        front += f'difficulty: "{chance.choice(["beginner", "advanced", "odd"])}"\n'
        if number % 4:
            front += f'lastUpdated: "2025-01-{chance.randint(1, 5):02}"\n'
        entry(f"Same {number % 5}", f"s-{number}", front=front)
    whole = slugs(client, f"ordering={ordering}{query}")
    assert whole
    assert walk(client, f"{ENTRIES}?pageSize=3&ordering={ordering}{query}") == whole
    last = client.get(f"{ENTRIES}?pageSize=3&ordering={ordering}{query}").json()
    while last["next"]:
        last = client.get(last["next"]).json()
    pages = []
    while last["previous"]:
        last = client.get(last["previous"]).json()
        pages.append([row["slug"] for row in last["results"]])
    assert [slug for page in reversed(pages) for slug in page] == whole[: len([s for page in pages for s in page])]
    assert pages[-1][0] == whole[0]


def test_a_cursor_of_another_list_is_refused(client: Client, entry: Save) -> None:
    for number in range(5):
        entry(f"Entry {number}", front='tags: ["a"]')
    cursor = client.get(f"{ENTRIES}?pageSize=2").json()["next"].partition("cursor=")[2]
    for query in ("tag=a", "ordering=-title"):
        check(client.get(f"{ENTRIES}?{query}&cursor={cursor}"), 400, "cursor.invalid")
    assert client.get(f"{ENTRIES}?cursor={cursor}&pageSize=3&fields=slug").status_code == 200
    assert client.get(f"{ENTRIES}?cursor=").status_code == 200


def test_nothing_is_missed_or_doubled_while_others_publish_and_delete(
    client: Client, entry: Save, again: Save, delete: Callable[[Item], Item]
) -> None:
    chance = random.Random(6)
    items = [entry(f"Same {number % 7}", f"s-{number}") for number in range(60)]
    stay = {f"s-{number}" for number in range(0, 60, 2)}
    doomed = items[1::2]
    seen: list[str] = []
    address: str | None = f"{ENTRIES}?pageSize=4"
    step = 0
    while address:
        answer = client.get(address).json()
        seen += [row["slug"] for row in answer["results"]]
        address = answer["next"]
        for _ in range(2):
            if doomed:
                delete(doomed.pop(chance.randrange(len(doomed))))
        step += 1
        entry(f"Same {step % 7}", f"new-{step}")
        again(items[0], "Same 0", "s-0")
    assert [seen.count(slug) for slug in sorted(stay)] == [1] * len(stay)
    assert len(seen) == len(set(seen))


# --- what it costs ---


def test_lists_cost_two_queries_whatever_is_asked(client: Client, cast: None, django_assert_num_queries: Any) -> None:
    for query in ("", "tag=a", "category=theory,tools&tag=a", "has=tags&updatedSince=2025-01-01", "fields=*"):
        with django_assert_num_queries(2):
            etag = client.get(f"{ENTRIES}?{query}")["ETag"]
        with django_assert_num_queries(1):
            assert client.get(f"{ENTRIES}?{query}", headers={"if-none-match": etag}).status_code == 304


def test_expanding_costs_one_query_for_each_kind(
    client: Client, black_box: Item, big_book: Item, django_assert_num_queries: Any
) -> None:
    for query, queries in (
        ("fields=slug", 1),
        ("expand=related", 2),
        ("expand=related,requires,broader", 2),
        ("expand=related,recommendedBooks", 3),
        ("expand=related,recommendedBooks,referredBy", 4),
    ):
        with django_assert_num_queries(queries):
            etag = client.get(f"{ENTRIES}black-box/?{query}")["ETag"]
        with django_assert_num_queries(1):
            assert client.get(f"{ENTRIES}black-box/?{query}", headers={"if-none-match": etag}).status_code == 304
    with django_assert_num_queries(4):
        client.get(f"{ENTRIES}?expand=related,recommendedBooks")


def test_a_304_of_a_detail_or_file_is_one_query_that_leaves_the_text_alone(
    client: Client, black_box: Item, django_assert_num_queries: Any
) -> None:
    for path in ("black-box/", "black-box.md"):
        etag = client.get(f"{ENTRIES}{path}")["ETag"]
        with django_assert_num_queries(1) as captured:
            assert client.get(f"{ENTRIES}{path}", headers={"if-none-match": etag}).status_code == 304
        assert "THEN NULL ELSE" in captured.captured_queries[0]["sql"]
