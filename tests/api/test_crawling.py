"""Feeds, site maps and texts for language models, as their validators want them."""

import asyncio
import re
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import feedparser
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import resolve
from lxml import etree
from sitemap_verify.service import validate_target

import documents
from formats import sitemap
from glossary.editing import rename_entry, save_entry
from publishing.models import Item
from tests.api.test_problems import check

Save = Callable[..., Item]
FILES = ["/feed.atom", "/sitemap.xml", "/sitemap-1.xml", "/llms.txt", "/llms-full.txt", "/robots.txt"]
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def body(client: Client, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200, answer
    return b"".join(answer) if answer.streaming else answer.content


@pytest.fixture
def sample(db: None, settings: Any) -> None:
    settings.LEMMA_SITE_URL, settings.LEMMA_SITE_TITLE = "https://glossary.example/", "AI & more"
    call_command("import_content", verbosity=0)


@pytest.fixture
def verified(tmp_path: Path) -> Callable[[bytes], list[Any]]:
    """What a validator of site maps and feeds has to say."""

    def verify(content: bytes) -> list[Any]:
        file, store = tmp_path / "file.xml", tmp_path / "store.sqlite3"
        file.write_bytes(content)
        store.unlink(missing_ok=True)
        report = asyncio.run(
            validate_target(str(file), recursive=False, check_reachability=False, store_path=str(store))
        )
        return list(report.diagnostics)

    return verify


# --- the feed ---


def test_readers_take_the_feed(client: Client, sample: None, verified: Callable[[bytes], list[Any]]) -> None:
    found = feedparser.parse(body(client, "/feed.atom"))
    assert not found.bozo
    assert (found.version, found.feed.title) == ("atom10", "AI & more")
    assert found.feed.id == "https://glossary.example/#glossary"
    links = {link.rel: link.href for link in found.feed.links}
    assert links == {"alternate": "https://glossary.example/", "self": "http://testserver/feed.atom"}
    assert len(found.entries) == 42
    # What RFC 4287 wants of every entry.
    for one in found.entries:
        assert one.id.startswith("urn:uuid:")
        assert one.title
        assert one.updated_parsed
        assert one.link.startswith("https://glossary.example/")
        assert one.summary
    assert len({one.id for one in found.entries}) == 42
    assert verified(body(client, "/feed.atom")) == []


def test_the_newest_comes_first_and_stays_the_same_under_another_name(
    client: Client, entry: Save, again: Save, big_book: Item
) -> None:
    first, second = entry("First"), entry("Second")
    entry("Draft", publish=False)

    def news() -> list[tuple[str, str]]:
        return [(one.title, one.id) for one in feedparser.parse(body(client, "/feed.atom")).entries]

    before = news()
    assert [title for title, _ in before] == ["Second", "First", "The big book"]
    again(first, "First, again", "first")
    assert news()[0] == ("First, again", f"urn:uuid:{first.uuid}")
    rename_entry(Item.objects.get(pk=second.pk), "another")
    assert news()[0] == ("Second", f"urn:uuid:{second.uuid}")
    assert {key for _, key in news()} == {key for _, key in before}


def test_the_feed_is_as_long_as_people_read(client: Client, entry: Save) -> None:
    for number in range(55):
        entry(f"Entry {number}")
    found = feedparser.parse(body(client, "/feed.atom"))
    assert [one.title for one in found.entries] == [f"Entry {number}" for number in range(54, 4, -1)]


def test_html_in_a_definition_is_safe_in_the_feed(client: Client, entry: Save) -> None:
    entry("Nasty ]]> <b>", slug="nasty")
    item = Item.objects.get(slug="nasty")
    data = bytes(item.working.data).replace(b"What Nasty ]]> <b> is.", b"See *what* <script>alert(1)</script>.")
    save_entry(documents.parse(data), item=item, base_revision=item.revision, publish=True)
    [one] = etree.fromstring(body(client, "/feed.atom")).iter("{http://www.w3.org/2005/Atom}entry")
    assert one.findtext("{*}title") == "Nasty ]]> <b>"
    summary = one.findtext("{*}summary")
    assert "<script" not in summary
    assert "<em>what</em>" in summary


# --- site maps ---


def places(content: bytes) -> list[str]:
    return [one.text for one in etree.fromstring(content).iter(f"{MAP}loc")]


def test_the_site_map_has_every_page(client: Client, sample: None, verified: Callable[[bytes], list[Any]]) -> None:
    content = body(client, "/sitemap.xml")
    found = places(content)
    assert found[0] == "https://glossary.example/"
    pages = {
        f"https://glossary.example/{'entries' if kind == 'entry' else 'books'}/{slug}"
        for kind, slug in Item.objects.filter(published__isnull=False).values_list("kind", "slug")
    }
    assert set(found[1:]) == pages
    assert len(found) == len(set(found)) == 43
    assert verified(content) == []


def test_beyond_what_one_file_may_hold_there_is_an_index(
    client: Client,
    sample: None,
    monkeypatch: pytest.MonkeyPatch,
    verified: Callable[[bytes], list[Any]],
) -> None:
    assert sitemap.LARGEST == 50_000
    whole = places(body(client, "/sitemap.xml"))
    monkeypatch.setattr(sitemap, "LARGEST", 10)
    index = body(client, "/sitemap.xml")
    parts = places(index)
    assert parts == [f"http://testserver/sitemap-{number}.xml" for number in range(1, 6)]
    assert verified(index) == []
    found = [places(body(client, part.removeprefix("http://testserver"))) for part in parts]
    assert [len(part) for part in found] == [10, 10, 10, 10, 3]
    assert list(chain.from_iterable(found)) == whole
    for number in (0, 6, 10**30, "x", "1x", "-1", "01", "٣"):
        check(client.get(f"/sitemap-{number}.xml"), 404, "address.not_found")


@pytest.mark.parametrize("largest", [1, 2, 42, 43, 44])
def test_no_part_is_empty_and_no_page_is_lost(
    client: Client, sample: None, monkeypatch: pytest.MonkeyPatch, largest: int
) -> None:
    monkeypatch.setattr(sitemap, "LARGEST", largest)
    parts = places(body(client, "/sitemap.xml")) if largest < 43 else ["/sitemap.xml"]
    found = [places(body(client, part.removeprefix("http://testserver"))) for part in parts]
    assert all(0 < len(part) <= largest for part in found)
    assert len(set(chain.from_iterable(found))) == 43


def test_the_validator_finds_what_is_wrong(verified: Callable[[bytes], list[Any]]) -> None:
    wrong = b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>/relative</loc></url></urlset>'
    assert verified(wrong)


# --- for language models ---


def test_the_list_for_language_models_leads_to_every_text(client: Client, sample: None) -> None:
    text = body(client, "/llms.txt").decode()
    assert text.startswith("# AI & more\n\n> A glossary of 28 entries and 14 books.\n\n## ")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings == ["Algorithms", "Applications", "Fundamentals", "Theory", "Tools", "Books"]
    links = re.findall(r"^- \[.+?\]\((http://testserver/.+?\.md)\)(?:: .+)?$", text, re.MULTILINE)
    assert len(links) == len(set(links)) == 42
    for link in links:
        assert client.get(link).status_code == 200
    assert len(re.findall("^- ", text, re.MULTILINE)) == 42


def test_the_whole_text_for_language_models_has_every_section(client: Client, sample: None) -> None:
    text = body(client, "/llms-full.txt").decode()
    titles = Item.objects.filter(kind="entry", published__isnull=False).values_list("title", flat=True)
    for title in titles:
        assert f"\n# {title}\n" in text
    assert text.count("\n## Brief Definition\n") == len(titles)


# --- what they share ---


@pytest.mark.parametrize("path", FILES)
def test_each_can_be_kept_and_asked_again(client: Client, black_box: Item, entry: Save, path: str) -> None:
    answer = client.get(path)
    assert answer["Cache-Control"] == "public, max-age=60, must-revalidate"
    again = client.get(path, headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, b"".join(again) if again.streaming else again.content) == (304, b"")
    head = client.head(path)
    assert (head.status_code, head["ETag"]) == (200, answer["ETag"])
    check(client.get(f"{path}?a=b"), 400, "parameter.unknown")
    assert client.post(path).status_code == 405
    entry("White box")
    changed = client.get(path, headers={"if-none-match": answer["ETag"]}).status_code
    assert changed == (304 if path == "/robots.txt" else 200)


@pytest.mark.parametrize("path", [path for path in FILES if path != "/robots.txt"])
def test_pages_of_others_may_read_them(client: Client, black_box: Item, path: str) -> None:
    assert client.get(path, headers={"origin": "https://other.example"})["Access-Control-Allow-Origin"] == "*"


def test_crawlers_are_told_where_the_site_map_is_and_what_is_not_for_them(client: Client, db: None) -> None:
    lines = body(client, "/robots.txt").decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert "Sitemap: http://testserver/sitemap.xml" in lines
    closed = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow: ")]
    assert closed == ["/admin/", "/preview/"]
    assert resolve("/preview/x/").url_name == "shared"


def test_the_root_leads_to_all_of_them(client: Client, black_box: Item, big_book: Item) -> None:
    answer = client.get("/api/v1/")
    addresses = answer.json()
    for name in ("feed", "sitemap", "llms", "llmsFull", "jsonld", "turtle", "entriesCsv", "booksBibtex"):
        assert client.get(addresses[name]).status_code == 200, name
    links = dict(re.findall(r'<([^>]+)>; rel="alternate"; type="([^"]+)"', answer["Link"]))
    assert {type_: client.get(address)["Content-Type"].partition(";")[0] for address, type_ in links.items()} == {
        type_: type_ for type_ in ("application/atom+xml", "application/ld+json", "text/turtle")
    }
