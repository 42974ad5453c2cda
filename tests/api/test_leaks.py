"""No draft shows anywhere, not even by a count, a date or an ETag."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

import documents
from books.editing import save_book
from glossary.editing import delete_entry, save_entry
from publishing.models import Item
from tests.api.test_writing import EVERYTHING

Save = Callable[..., Item]
# A word that stands in every text that is nobody's business.
MARK = "zyxsecret"
MARKED = (
    f'title: "{MARK} title"\nslug: "{MARK}-slug"\ncategory: "{MARK}-category"\ntags: ["{MARK}-tag", "common"]\n'
    f'aliases: ["{MARK}-alias"]\nrelated: ["black-box", "{MARK}-related"]\nrecommendedBooks: ["the-big-book"]\n'
    f'requires: ["black-box", "white-box"]\n'
    f'previousSlugs: ["{MARK}-previous"]\ndifficulty: "{MARK}-hard"\nlastUpdated: "2031-01-01"\n'
)
ACTIONS = ("publish", "unpublish", "rename", "restore")
ADDRESSES = [
    "",
    "entries/",
    "entries/?pageSize=1",
    "entries/?fields=*",
    "entries/?expand=related,recommendedBooks,requires,broader,replacedBy,referredBy",
    "entries/?ordering=-lastUpdated",
    "entries/?ordering=difficulty",
    "entries/?ordering=-publishedAt",
    "entries/?tag=common",
    "entries/?has=related",
    "entries/?lacks=tags",
    "entries/?related=black-box",
    "entries/?book=the-big-book",
    "entries/?updatedSince=2030-01-01",
    "entries/?initial=z",
    "entries/?status=draft",
    "entries/black-box/",
    "entries/black-box/?expand=referredBy,related",
    "entries/black-box/?fields=*,html",
    "entries/black-box.md",
    "entries/black-box/path/",
    "books/",
    "books/the-big-book/?expand=citedBy,topics",
    "search/?q=box",
    "search/?q=common",
    "search/?q=black&tag=common",
    "lookup/?name=black-box",
    "annotate/?text=A+black+box",
    "facets/",
    "facets/?tag=common",
    "facets/?kind=book",
    "categories/",
    "tags/",
    "graph/",
    "health/",
    "health/?severity=error",
    "changes/",
    "export.ndjson",
    "chunks.jsonl",
    "entries/black-box.jsonld",
    "entries/black-box.ttl",
    "books/the-big-book.jsonld",
    "books/the-big-book.ttl",
    "glossary.jsonld",
    "glossary.ttl",
    "entries.csv",
    "entries.tbx",
    "books.csv",
    "books.csl.json",
    "books.bib",
    "/feed.atom",
    "/sitemap.xml",
    "/sitemap-1.xml",
    "/llms.txt",
    "/llms-full.txt",
    "/robots.txt",
    "schema/",
]
# With a word in place of %s that only drafts have, the answer is that for a word which nothing has.
PROBES = [
    "entries/%s-slug/",
    "entries/%s-slug.md",
    "entries/%s-slug/path/",
    "entries/%s-previous/path/",
    "entries/%s-previous/",
    "entries/?category=%s-category",
    "entries/?tag=%s-tag",
    "entries/?tagAny=%s-tag",
    "entries/?difficulty=%s-hard",
    "entries/?related=%s-related",
    "entries/?has=%s",
    "entries/?lacks=%s",
    "entries/?slugIn=%s-slug",
    "books/%s-book/",
    "books/?author=%s",
    "search/?q=%s",
    "search/?q=%s-alias",
    "search/?q=box&category=%s-category",
    "lookup/?name=%s-alias",
    "lookup/?name=%s+title",
    "lookup/?name=%s-previous",
    "annotate/?text=%s-alias",
    "facets/?tag=%s-tag",
    "entries/?%s=1",
    "entries/?ordering=%s",
    "entries/?cursor=%s",
    "changes/?since=%s",
    "entries/%s-slug.jsonld",
    "entries/%s-slug.ttl",
    "entries/%s-previous.ttl",
    "books/%s-book.ttl",
    "health/?code=%s",
]


def ask(client: Client, path: str) -> tuple[int, bytes, dict[str, str]]:
    answer = client.get(path if path.startswith("/") else f"/api/v1/{path}")
    content = b"".join(answer) if answer.streaming else answer.content
    # The name of a request is that of no other.
    own = ("Content-Length", "X-Request-ID")
    headers = {name: value for name, value in answer.headers.items() if name not in own}
    return answer.status_code, content, headers


def entry_text(body: str = MARK) -> documents.Document:
    return documents.parse(f"---\n{MARKED}---\n\n# Brief Definition\n\n{body}\n\n# {MARK}\n\nMore {MARK}.\n".encode())


@pytest.fixture
def readers(db: None) -> None:
    """What readers have before anybody drafts anything."""
    for text in (
        b'---\ntitle: "Black box"\nslug: "black-box"\ntags: ["common"]\nrelated: ["white-box"]\n---\n\n'
        b"# Brief Definition\n\nOne.\n",
        b'---\ntitle: "White box"\nslug: "white-box"\ntags: ["common"]\n---\n\n# Brief Definition\n\nTwo, common.\n',
    ):
        save_entry(documents.parse(text), publish=True)
    save_book(documents.parse(b'---\ntitle: "The big book"\nslug: "the-big-book"\n---\n\nBig.\n'), publish=True)


def draft_everything() -> None:
    save_entry(entry_text())
    black_box = Item.objects.get(slug="black-box")
    changed = bytes(black_box.working.data).replace(b"One.", MARK.encode()).replace(b"Black box", MARK.encode())
    more = f'tags: ["common", "{MARK}-tag"]\naliases: ["{MARK}-alias"]\nrequires: ["{MARK}-slug"]'
    changed = changed.replace(b'tags: ["common"]', more.encode())
    save_entry(documents.parse(changed), item=black_box, base_revision=1)
    white_box = Item.objects.get(slug="white-box")
    moved = bytes(white_box.working.data).replace(b'slug: "white-box"', f'slug: "{MARK}-previous"'.encode())
    save_entry(documents.parse(moved), item=white_box, base_revision=1)
    marked = entry_text().copy()
    marked["slug"], marked["status"] = f"{MARK}-marked", "draft"
    save_entry(marked)
    gone = entry_text().copy()
    gone["slug"] = f"{MARK}-gone"
    delete_entry(save_entry(gone), base_revision=1)
    save_book(
        documents.parse(f'---\ntitle: "{MARK}"\nslug: "{MARK}-book"\nauthors: ["{MARK}"]\n---\n\n{MARK}\n'.encode())
    )


@pytest.fixture(params=["nobody", "a token without a scope", "a token without a right"])
def reader(request: pytest.FixtureRequest, token: Callable[..., str]) -> Client:
    """Whoever may read what is published, and no more."""
    if request.param == "nobody":
        return Client(headers={"accept": "*/*"})
    text = token(may=EVERYTHING) if request.param == "a token without a scope" else token("read", "write", "publish")
    return Client(headers={"accept": "*/*", "authorization": f"Bearer {text}"})


# What is refused is refused before anybody looks what there is.
DOORS = [
    ("get", "entries/%s-slug/?draft=true"),
    ("get", "entries/%s-gone/?draft=true"),
    ("get", "entries/%s-slug.md?draft=true"),
    ("get", "entries/?draft=true&category=%s-category"),
    ("get", "books/%s-book/?draft=true"),
    ("get", "books/?draft=true"),
    *((method, path) for method in ("put", "patch") for path in ("entries/%s-slug/", "books/%s-book/")),
    ("delete", "entries/%s-slug/"),
    ("delete", "books/%s-book/"),
    ("post", "entries/"),
    ("post", "books/"),
    ("post", "import/"),
    *(("post", f"entries/%s-{slug}/{name}/") for slug in ("slug", "gone") for name in ACTIONS),
    *(("post", f"books/%s-book/{name}/") for name in ACTIONS),
]


def test_doors_that_are_closed_say_nothing_of_what_is_behind(reader: Client, readers: None) -> None:
    draft_everything()
    nothing = "qwvnothin"

    def ask_(method: str, path: str, word: str) -> tuple[int, bytes]:
        text = entry_text().copy()
        text["slug"] = f"{word}-slug"
        body: Any = {"title": "x", "slug": f"{word}-slug", "version": 1}
        if path == "import/":
            body = {"files": [{"path": f"terms/{word}-slug.md", "content": "---\ntitle: x\n---\n"}]}
        if path.endswith(("publish/", "unpublish/")):
            body = {}
        path = f"/api/v1/{path.replace('%s', word)}"
        if method == "get":
            answer = reader.get(path)
        else:
            answer = getattr(reader, method)(path, body, content_type="application/json", headers={"if-match": '"1-a"'})
        return answer.status_code, answer.content.replace(word.encode(), b"")

    for method, path in DOORS:
        found = ask_(method, path, MARK)
        assert found == ask_(method, path, nothing), path
        assert found[0] in (401, 403), path


def test_every_door_of_the_schema_is_asked(client: Client) -> None:
    paths = client.get("/api/v1/schema/").json()["paths"]
    asked = {(method, re.sub(r"%s-\w+", "{slug}", path).partition("?")[0]) for method, path in DOORS}
    for template, methods in paths.items():
        path = template.removeprefix("/api/v1/")
        for method, said in methods.items():
            if {"token": []} in said["security"] and {} not in said["security"]:
                assert (method, path) in asked, f"{method} {path}"


def test_drafts_change_not_one_byte_of_any_answer(
    reader: Client, readers: None, an_hour_ago: Callable[[], None]
) -> None:
    client = reader
    an_hour_ago()
    before = [ask(client, path) for path in ADDRESSES]
    draft_everything()
    cache.clear()
    for path, old in zip(ADDRESSES, before, strict=True):
        new = ask(client, path)
        assert new == old, path
        assert MARK.encode() not in new[1]


def test_what_only_drafts_have_is_answered_as_what_nothing_has(
    reader: Client, readers: None, an_hour_ago: Callable[[], None]
) -> None:
    client = reader
    an_hour_ago()
    draft_everything()
    for path in PROBES:
        # As long, and as little like any word there is.
        nothing = "qwvnothin"
        assert len(nothing) == len(MARK)
        asked, other = ask(client, path % MARK), ask(client, path % nothing)
        assert asked[0] == other[0], path
        assert asked[1].replace(MARK.encode(), nothing.encode()) == other[1], path
        without_etag: Any = ({k: v for k, v in one[2].items() if k != "ETag"} for one in (asked, other))
        first, second = without_etag
        assert first == second, path


def test_what_was_taken_back_leaves_tombstones_alone(
    client: Client, readers: None, unpublish: Callable[[Item], Item], delete: Callable[[Item], Item]
) -> None:
    document = entry_text()
    unpublish(save_entry(document, publish=True))
    other = document.copy()
    other["slug"] = "deleted-one"
    delete(save_entry(other, publish=True))
    for path in ADDRESSES:
        status, content, headers = ask(client, path)
        assert status == 200, path
        if not path.startswith("changes"):
            assert MARK.encode() not in content, path
        assert not any(MARK in value for value in headers.values())
    feed = client.get("/api/v1/changes/?pageSize=1")
    while True:
        page = feed.json()
        for line in page["results"]:
            assert line["item"] is None or MARK not in str(line["item"])
        if not page["results"]:
            break
        feed = client.get(f"/api/v1/changes/?pageSize=1&since={page['nextCursor']}")


def test_every_address_of_the_schema_is_asked_for_drafts(client: Client) -> None:
    paths = client.get("/api/v1/schema/").json()["paths"]
    asked = {path.partition("?")[0] for path in ADDRESSES}
    for template, methods in paths.items():
        if "get" not in methods:
            continue
        path = template.removeprefix("/api/v1/")
        example = path.replace("{slug}", "the-big-book" if path.startswith("books") else "black-box")
        example = example.replace("{number}", "1")
        assert example in asked or example in ("books/the-big-book.md",), template


@pytest.mark.parametrize("media_type", ["application/ld+json", "text/turtle"])
def test_what_is_asked_for_by_accept_has_no_draft_either(
    readers: None, an_hour_ago: Callable[[], None], media_type: str
) -> None:
    client = Client(headers={"accept": media_type})
    an_hour_ago()
    paths = ["", "entries/black-box/", "books/the-big-book/"]
    before = [ask(client, path) for path in paths]
    assert {answer[2]["Content-Type"].partition(";")[0] for answer in before} == {media_type}
    draft_everything()
    assert [ask(client, path) for path in paths] == before
