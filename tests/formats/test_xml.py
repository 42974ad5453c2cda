"""TBX, site maps and feeds are well-formed, whatever stands in a title."""

from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from formats import sitemap
from formats.atom import News, feed
from formats.identifiers import ascii_name
from formats.tbx import tbx
from formats.xml import attribute, content, legal
from tests.formats.making import SITE, addresses, entry, link, slugs, texts, words

TBX = "{urn:iso:std:iso:30042:ed-2}"
ATOM = "{http://www.w3.org/2005/Atom}"
NOON = datetime(2025, 1, 28, 12, tzinfo=UTC)


@given(text=texts)
def test_text_comes_back_without_what_xml_cannot_hold(text: str) -> None:
    element = etree.fromstring(f"<a b={attribute(text)}>{content(text)}</a>".encode())
    assert (element.text or "") == legal(text)
    assert element.get("b") == legal(text)


@pytest.mark.parametrize("text", ["é", "\U0001f600", "\u2028", "\x85", "a\tb\nc"])
def test_what_xml_can_hold_is_kept(text: str) -> None:
    assert legal(text) == text


@given(first=slugs, second=slugs)
def test_every_slug_has_a_name_of_its_own(first: str, second: str) -> None:
    assert (ascii_name(first) == ascii_name(second)) is (first == second)
    assert ascii_name(first).isascii()


@given(title=words, slug=slugs, prose=texts, aliases=st.lists(words, max_size=3), url=addresses)
def test_any_entry_is_a_concept_of_tbx(title: str, slug: str, prose: str, aliases: list[str], url: str) -> None:
    item = entry(
        title,
        slug,
        "2025-01-28",
        category=title,
        briefDefinition=prose,
        aliases=aliases,
        externalLinks=[link(url, prose)],
        to_related=["white-box"],
    )
    document = etree.fromstring("".join(tbx([item, entry(slug="white-box")], SITE)).encode())
    assert document.get("type") == "TBX-Basic"
    first, second = document.iter(f"{TBX}conceptEntry")
    terms = [one.text or "" for one in first.iter(f"{TBX}term")]
    assert terms[0] == legal(title)
    assert set(terms) == {legal(title), *map(legal, aliases)}
    assert first.find(f"{TBX}ref").get("target") == second.get("id")
    assert len({one.get("id") for one in document.iter(f"{TBX}conceptEntry")}) == 2


def test_terms_say_which_is_preferred_and_which_is_out_of_use() -> None:
    def notes(**said: Any) -> list[tuple[str, str]]:
        document = etree.fromstring("".join(tbx([entry(aliases=["Opaque model", "Black box"], **said)], SITE)).encode())
        return [(one.findtext(f"{TBX}term"), one.findtext(f"{TBX}termNote")) for one in document.iter(f"{TBX}termSec")]

    assert notes() == [("Black box", "preferredTerm-admn-sts"), ("Opaque model", "admittedTerm-admn-sts")]
    assert {status for _, status in notes(status="deprecated")} == {"deprecatedTerm-admn-sts"}


def test_the_parts_of_a_concept_are_in_the_order_of_the_standard() -> None:
    item = entry(
        day="2025-01-28",
        category="Tools",
        briefDefinition="What it is.",
        externalLinks=[link("https://example.org/")],
        to_related=["white-box"],
    )
    document = etree.fromstring("".join(tbx([item], SITE)).encode())
    [concept] = document.iter(f"{TBX}conceptEntry")
    assert [child.tag.removeprefix(TBX) for child in concept] == ["descrip", "transacGrp", "ref", "xref", "langSec"]
    [language] = concept.iter(f"{TBX}langSec")
    assert [child.tag.removeprefix(TBX) for child in language] == ["descripGrp", "termSec"]


@given(title=words, tags=st.lists(words, max_size=2), html=texts)
def test_any_title_makes_a_feed_that_readers_take(title: str, tags: list[str], html: str) -> None:
    news = [News(entry(title, tags=tags), "0b0f6b52-0000-4000-8000-000000000000", NOON, html)]
    written = feed(news, SITE, "https://glossary.example/feed.atom")
    document = etree.fromstring(written.encode())
    [one] = document.iter(f"{ATOM}entry")
    # XML reads every end of a line as this one.
    assert one.findtext(f"{ATOM}title") == legal(title).replace("\r\n", "\n").replace("\r", "\n")
    found = feedparser.parse(written.encode())
    assert not found.bozo
    assert found.version == "atom10"
    assert len(found.entries) == 1


def test_a_feed_without_news_is_the_same_every_time() -> None:
    first = feed([], SITE, "https://glossary.example/feed.atom")
    assert first == feed([], SITE, "https://glossary.example/feed.atom")
    assert etree.fromstring(first.encode()).findtext(f"{ATOM}updated") == "1970-01-01T00:00:00+00:00"


@given(slug=slugs)
def test_a_site_map_has_the_address_of_any_page(slug: str) -> None:
    page = SITE.page("entry", slug)
    document = etree.fromstring("".join(sitemap.urls([(page, NOON)])).encode())
    assert document[0][0].text == page
    assert document[0][1].text == "2025-01-28T12:00:00+00:00"


def test_an_address_beyond_the_protocol_is_left_out() -> None:
    written = "".join(sitemap.urls([("https://e.example/" + "x" * 2048, None), ("https://e.example/", None)]))
    assert len(etree.fromstring(written.encode())) == 1
