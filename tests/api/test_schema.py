"""The schema is valid, says what the answers are, and can be read without leaving the machine."""

import json
import re
from io import StringIO
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator

from api.exporting import FORMATS
from publishing.models import Item


@pytest.fixture
def schema(client: Client) -> dict[str, Any]:
    return client.get("/api/v1/schema/").json()


def test_it_is_valid_and_complete() -> None:
    # Raises for a view that it cannot describe.
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_it_is_open_api_3_1_and_knows_every_address(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    assert set(schema["paths"]) == {
        "/api/v1/",
        "/api/v1/entries/",
        "/api/v1/entries/{slug}/",
        "/api/v1/entries/{slug}.md",
        "/api/v1/entries/{slug}/path/",
        "/api/v1/books/",
        "/api/v1/books/{slug}/",
        "/api/v1/books/{slug}.md",
        "/api/v1/search/",
        "/api/v1/lookup/",
        "/api/v1/annotate/",
        "/api/v1/facets/",
        "/api/v1/categories/",
        "/api/v1/tags/",
        "/api/v1/graph/",
        "/api/v1/health/",
        "/api/v1/changes/",
        "/api/v1/export.ndjson",
        "/api/v1/chunks.jsonl",
        "/api/v1/import/",
        *(f"/api/v1/{plural}/{{slug}}.{suffix}" for plural in ("entries", "books") for suffix in ("jsonld", "ttl")),
        *(f"/api/v1/{one.path}" for one in FORMATS.values()),
        "/feed.atom",
        "/sitemap.xml",
        "/sitemap-{number}.xml",
        "/llms.txt",
        "/llms-full.txt",
        "/robots.txt",
        *(
            f"/api/v1/{plural}/{{slug}}/{name}/"
            for plural in ("entries", "books")
            for name in ("publish", "unpublish", "rename", "restore")
        ),
    }


def closed(node: Any) -> Any:
    """The schema with no room for properties that it does not name."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    inner = {name: closed(value) for name, value in node.items()}
    return {**inner, "additionalProperties": False} if "properties" in node else inner


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("/api/v1/", "/api/v1/"),
        ("/api/v1/entries/", "/api/v1/entries/"),
        ("/api/v1/entries/", "/api/v1/entries/?pageSize=1"),
        ("/api/v1/entries/", "/api/v1/entries/?page=99"),
        ("/api/v1/entries/", "/api/v1/entries/?nope=1"),
        ("/api/v1/entries/{slug}/", "/api/v1/entries/black-box/"),
        ("/api/v1/entries/{slug}/", "/api/v1/entries/bare/"),
        ("/api/v1/entries/{slug}/", "/api/v1/entries/none/"),
        ("/api/v1/entries/{slug}/", "/api/v1/entries/closed-box/"),
        ("/api/v1/entries/{slug}.md", "/api/v1/entries/black-box.md"),
        ("/api/v1/entries/{slug}/path/", "/api/v1/entries/reader/path/"),
        ("/api/v1/entries/{slug}/path/", "/api/v1/entries/closed-box/path/"),
        ("/api/v1/entries/{slug}/path/", "/api/v1/entries/none/path/"),
        ("/api/v1/books/", "/api/v1/books/"),
        ("/api/v1/books/{slug}/", "/api/v1/books/the-big-book/"),
        ("/api/v1/books/{slug}.md", "/api/v1/books/none.md"),
        ("/api/v1/entries/", "/api/v1/entries/?cursor=x"),
        ("/api/v1/search/", "/api/v1/search/?q=box"),
        ("/api/v1/search/", "/api/v1/search/?q=bxo+system"),
        ("/api/v1/search/", "/api/v1/search/"),
        ("/api/v1/lookup/", "/api/v1/lookup/?name=opaque+models"),
        ("/api/v1/lookup/", "/api/v1/lookup/?name=nothing"),
        ("/api/v1/annotate/", "/api/v1/annotate/?text=A+black+box."),
        ("/api/v1/facets/", "/api/v1/facets/"),
        ("/api/v1/facets/", "/api/v1/facets/?kind=book"),
        ("/api/v1/categories/", "/api/v1/categories/"),
        ("/api/v1/tags/", "/api/v1/tags/"),
        ("/api/v1/graph/", "/api/v1/graph/"),
        ("/api/v1/changes/", "/api/v1/changes/"),
        ("/api/v1/changes/", "/api/v1/changes/?since=x"),
        ("/api/v1/export.ndjson", "/api/v1/export.ndjson"),
        ("/api/v1/chunks.jsonl", "/api/v1/chunks.jsonl"),
        ("/api/v1/entries/{slug}.jsonld", "/api/v1/entries/black-box.jsonld"),
        ("/api/v1/entries/{slug}.ttl", "/api/v1/entries/black-box.ttl"),
        ("/api/v1/entries/{slug}.ttl", "/api/v1/entries/closed-box.ttl"),
        ("/api/v1/entries/{slug}.ttl", "/api/v1/entries/none.ttl"),
        ("/api/v1/books/{slug}.jsonld", "/api/v1/books/the-big-book.jsonld"),
        ("/api/v1/books/{slug}.ttl", "/api/v1/books/the-big-book.ttl"),
        *((f"/api/v1/{one.path}", f"/api/v1/{one.path}") for one in FORMATS.values()),
        ("/feed.atom", "/feed.atom"),
        ("/sitemap.xml", "/sitemap.xml"),
        ("/sitemap-{number}.xml", "/sitemap-1.xml"),
        ("/sitemap-{number}.xml", "/sitemap-9.xml"),
        ("/llms.txt", "/llms.txt"),
        ("/llms-full.txt", "/llms-full.txt"),
        ("/robots.txt", "/robots.txt"),
    ],
)
def test_answers_are_what_it_says(
    client: Client, schema: dict[str, Any], black_box: Item, big_book: Item, entry: Any, template: str, path: str
) -> None:
    entry("Bare")
    entry("Reader", front='requires: ["black-box", "reader", "nowhere"]')
    answer = client.get(path)
    said = schema["paths"][template]["get"]["responses"][str(answer.status_code)]
    for header in said.get("headers", {}):
        assert header in answer
    content = b"".join(answer) if answer.streaming else answer.content
    if not content:
        assert "content" not in said
        return
    media_type = answer["Content-Type"].partition(";")[0]
    shape = said["content"][media_type]["schema"]
    found = json.loads(content) if media_type.endswith("json") and shape != {"type": "string"} else content.decode()
    whole = {"$schema": Draft202012Validator.META_SCHEMA["$id"], **shape, "components": closed(schema["components"])}
    jsonschema.validate(found, whole, Draft202012Validator)


def test_the_viewer_and_all_it_loads_come_from_this_machine(client: Client) -> None:
    answer = client.get("/api/v1/docs/", headers={"accept": "text/html"})
    assert answer.status_code == 200
    page = answer.content.decode()
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(addresses) == 5
    for address in addresses:
        assert address.startswith("/")
        assert not address.startswith("//")
    [script] = [address for address in addresses if "script" in address and "static" not in address]
    answer = client.get(script)
    assert "/api/v1/schema/" in answer.content.decode()
    assert "javascript" in answer["Content-Type"]
