"""The whole glossary in the formats of others, by address and by command."""

import csv
import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bibtexparser.entrypoint import parse_string
from django.core.management import CommandError, call_command
from django.test import Client
from lxml import etree

from api.exporting import FORMATS
from publishing.models import Item, Published

Save = Callable[..., Item]
TBX = "{urn:iso:std:iso:30042:ed-2}"


def body(client: Client, path: str) -> bytes:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer
    return b"".join(answer)


def rows(client: Client, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(client, path).decode(), newline="")))


def test_the_tables_have_what_is_published(client: Client, black_box: Item, big_book: Item, entry: Save) -> None:
    entry("Secret", publish=False)
    entry("=1+1", slug="formula", front='tags: ["+a", "b"]')
    formula, found = rows(client, "entries.csv")
    assert (formula["title"], formula["tags"]) == ("'=1+1", "'+a|b")
    wanted = {
        "slug": "black-box",
        "title": "Black box",
        "aliases": "Opaque model",
        "tags": "opacity|trust",
        "keyConcepts": "input|output",
        "related": "white-box|not-written-yet",
        "externalLinks": "https://example.org/black-box",
        "page": "http://testserver/api/v1/entries/black-box/",
    }
    assert wanted.items() <= found.items()
    [book] = rows(client, "books.csv")
    wanted = {"slug": "the-big-book", "authors": "Ada Lovelace", "publishYear": "1990", "isbn": "0-387-31073-8"}
    assert wanted.items() <= book.items()


def test_terms_for_terminology_tools(client: Client, black_box: Item, entry: Save) -> None:
    entry("White box")
    document = etree.fromstring(body(client, "entries.tbx"))
    names = [[term.text for term in concept.iter(f"{TBX}term")] for concept in document.iter(f"{TBX}conceptEntry")]
    assert names == [["Black box", "Opaque model"], ["White box"]]
    [reference] = document.iter(f"{TBX}ref")
    assert reference.get("target") in {concept.get("id") for concept in document.iter(f"{TBX}conceptEntry")}


def test_books_as_citations(client: Client, big_book: Item) -> None:
    [one] = json.loads(body(client, "books.csl.json"))
    assert one == {
        "id": "the-big-book",
        "type": "book",
        "title": "The big book",
        "author": [{"family": "Lovelace", "given": "Ada"}],
        "issued": {"date-parts": [[1990]]},
        "ISBN": "9780387310732",
        "number-of-pages": 120,
        "URL": "https://example.org/the-big-book",
    }
    [entry] = parse_string(body(client, "books.bib").decode()).entries
    assert (entry.entry_type, entry.key, entry["author"]) == ("book", "the-big-book", "Lovelace, Ada")


@pytest.mark.parametrize("name", FORMATS)
def test_each_can_be_kept_and_asked_again(
    client: Client, black_box: Item, big_book: Item, entry: Save, name: str
) -> None:
    path = f"/api/v1/{FORMATS[name].path}"
    answer = client.get(path)
    assert answer.streaming
    assert answer["Content-Type"] == FORMATS[name].content_type
    assert client.get(path, headers={"if-none-match": answer["ETag"]}).status_code == 304
    head = client.head(path)
    assert (head.status_code, b"".join(head), head["ETag"]) == (200, b"", answer["ETag"])
    assert client.get(path, headers={"origin": "https://other.example"})["Access-Control-Allow-Origin"] == "*"
    assert client.get(f"{path}?page=2").json()["code"] == "parameter.unknown"
    entry("White box")
    assert client.get(path, headers={"if-none-match": answer["ETag"]}).status_code == 200


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_glossary_has_an_empty_file(client: Client, db: None, name: str) -> None:
    found = body(client, FORMATS[name].path).decode()
    if name.endswith("csv"):
        assert len(list(csv.reader(io.StringIO(found)))) == 1
    elif name == "csl-json":
        assert json.loads(found) == []
    elif name == "tbx":
        assert not list(etree.fromstring(found.encode()).iter(f"{TBX}conceptEntry"))
    elif name == "bibtex":
        assert found == ""


@pytest.mark.parametrize("name", [name for name in FORMATS if not name.startswith(("books", "csl", "bib"))])
def test_everything_takes_constant_memory(client: Client, black_box: Item, name: str) -> None:
    """Three times as many rows must not need more: they are copies of one row, past the writer."""
    path = f"/api/v1/{FORMATS[name].path}"

    def peak() -> int:
        tracemalloc.start()
        size = sum(len(part) for part in client.get(path))
        assert size > Published.objects.count() * 100
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    def copies(start: int, stop: int) -> None:
        item: Any = Item.objects.filter(slug="black-box").values()[0]
        row: Any = Published.objects.filter(slug="black-box").values()[0]
        items, published = [], []
        for number in range(start, stop):
            said = {"slug": f"c{number}", "slug_key": f"c{number}"}
            items.append(Item(**(item | said | {"id": number, "uuid": f"{number:032x}", "path": ""})))
            published.append(Published(**(row | said | {"id": number, "item_id": number})))
        Item.objects.bulk_create(items)
        Published.objects.bulk_create(published)

    copies(1000, 1600)
    peak()
    few = peak()
    copies(1600, 2800)
    assert peak() < few * 1.5


# --- the command ---


@pytest.mark.parametrize("name", FORMATS)
def test_the_command_writes_what_the_address_gives(
    client: Client, black_box: Item, big_book: Item, settings: Any, tmp_path: Path, name: str
) -> None:
    settings.LEMMA_SITE_URL = "https://glossary.example/"
    given = body(client, FORMATS[name].path)
    file = tmp_path / "out"
    call_command("export_terms", "--format", name, "--output", str(file))
    assert file.read_bytes() == given
    out = io.StringIO(newline="")
    call_command("export_terms", "--format", name, "--site", "https://glossary.example", stdout=out)
    assert out.getvalue().encode() == given


@pytest.mark.parametrize(
    "site", ["", "glossary.example", "ftp://glossary.example/", "https://e.example/?a", "https://e/#a"]
)
def test_the_command_wants_to_know_where_readers_find_it(db: None, site: str) -> None:
    with pytest.raises(CommandError, match="Give --site, or set LEMMA_SITE_URL"):
        call_command("export_terms", "--format", "csv", "--site", site)


def test_a_file_that_cannot_be_written_is_named(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_terms", "--format", "csv", "--site", "https://e.example/", "--output", str(tmp_path))
