"""Turtle and JSON-LD say the same, whatever stands in an entry, and rdflib reads both."""

import json
import re
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import SKOS, Namespace

from formats import linked
from formats.hierarchy import Hierarchy
from formats.iris import iri
from formats.items import Item
from formats.jsonld import jsonld
from formats.linked import Frame
from formats.rdf import Node
from formats.turtle import PROLOGUE, turtle
from tests.formats.making import SITE, addresses, book, entry, link, slugs, texts, words

SCHEMA = Namespace("http://schema.org/")
FRAME = Frame(SITE)
# What no IRI holds, by RFC 3987 and by the grammar of Turtle.
NO_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\\x7f-\x9f\ud800-\udfff]|%(?![0-9A-Fa-f]{2})')


def nodes(*items: Item, frame: Frame = FRAME) -> list[Node]:
    found = [linked.glossary(frame.site)]
    for item in items:
        if item.kind == "book":
            found.append(linked.book(item, frame.site))
        else:
            found += [*linked.entry(item, frame), *linked.neighbours(item, frame)]
    return found


def from_turtle(found: Iterable[Node]) -> Graph:
    return Graph().parse(data=PROLOGUE + "".join(turtle(found)), format="turtle")


def from_jsonld(found: Iterable[Node]) -> Graph:
    return Graph().parse(data=b"".join(jsonld(found)).decode(), format="json-ld")


def graph(*items: Item, frame: Frame = FRAME) -> Graph:
    found = nodes(*items, frame=frame)
    both = from_turtle(found), from_jsonld(found)
    assert isomorphic(*both)
    return both[0]


def term(slug: str) -> URIRef:
    return URIRef(f"https://glossary.example/entries/{slug}#term")


@given(
    title=words,
    slug=slugs,
    prose=texts,
    listed=st.lists(words, max_size=3),
    url=addresses,
    category=st.one_of(st.none(), words),
)
def test_turtle_and_json_ld_say_the_same_of_any_entry(
    title: str, slug: str, prose: str, listed: list[str], url: str, category: str | None
) -> None:
    item = entry(
        title,
        slug,
        "2025-01-28",
        category=category,
        tags=listed,
        aliases=listed,
        status=title,
        difficulty=title,
        briefDefinition=prose,
        detailedExplanation=prose,
        keyConcepts=listed,
        commonApplications=listed,
        prerequisites=listed,
        externalLinks=[link(url, title, description=prose, type=title), link(url, prose)],
        to_related=["white-box"],
    )
    found = graph(item)
    about = URIRef(f"{SITE.term(slug)}")
    assert found.value(about, SKOS.prefLabel) == Literal(title, lang="en")
    assert (about, SKOS.related, term("white-box")) in found
    for one in set(found.all_nodes()) | set(found.predicates()):
        if isinstance(one, URIRef):
            assert not NO_IRI.search(one), one


@given(
    title=words, people=st.lists(words, max_size=3), text=texts, url=addresses, year=st.one_of(st.none(), st.just(1990))
)
def test_turtle_and_json_ld_say_the_same_of_any_book(
    title: str, people: list[str], text: str, url: str, year: int | None
) -> None:
    item = book(
        title,
        authors=people,
        editors=people,
        subtitle=text,
        publisher=title,
        publishYear=year,
        description=text,
        isbn=text,
        edition=title,
        pages=7,
        language="en",
        coverImage=url,
        url=url,
        doi=f"10.1234/{text}",
        openLibraryId="OL123M",
    )
    found = graph(item)
    about = URIRef("https://glossary.example/books/the-big-book#book")
    assert found.value(about, SCHEMA.name) == Literal(title)
    assert found.value(about, SCHEMA.numberOfPages) == Literal(7)


@given(text=texts)
def test_json_ld_can_stand_in_a_script_element_of_a_page(text: str) -> None:
    document = b"".join(jsonld(nodes(entry(f"x{text}", briefDefinition=text, tags=[f"y{text}"])))).decode()
    assert not re.search("[<>&\u2028\u2029]", document)
    [title] = [node["name"] for node in json.loads(document)["@graph"] if "DefinedTerm" in node.get("@type", ())]
    assert title == f"x{text}"


@given(text=texts)
def test_no_line_reader_is_misled_by_turtle(text: str) -> None:
    """One line for each property, whoever takes what for the end of a line."""
    written = "".join(turtle(nodes(entry(f"x{text}", aliases=[f"y{text}"]))))
    assert written.count("\n") == len(written.splitlines())


@given(address=addresses)
def test_an_iri_is_one_and_stays_as_it_is(address: str) -> None:
    found = iri(address)
    assert not NO_IRI.search(found)
    assert iri(found) == found
    if found:
        assert re.match("https?://", found)
        assert "secret" not in found
        URIRef(found).n3()


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("HTTPS://example.org/?q=<x>", "https://example.org/?q=%3Cx%3E"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/%C3%A9", "https://example.org/%C3%A9"),
        ("https://example.org/é", "https://example.org/é"),
        ("https://example.org/#a#b", "https://example.org/#a%23b"),
        ("https://example.org/[x]", "https://example.org/%5Bx%5D"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
        ("https://example.org\\@other.example/", ""),
        ("https://user:secret@example.org/", ""),
        ("javascript:alert(1)", ""),
        ("/relative", ""),
        ("https://", ""),
        ("", ""),
    ],
)
def test_addresses_as_iris(address: str, wanted: str) -> None:
    assert iri(address) == wanted


def test_an_address_that_is_no_iri_is_said_as_text() -> None:
    found = graph(entry(externalLinks=[link("javascript:alert(1)", "Odd")]))
    [odd] = found.subjects(SCHEMA.name, Literal("Odd"))
    assert not isinstance(odd, URIRef)
    assert found.value(odd, SCHEMA.url) == Literal("javascript:alert(1)")
    assert (term("black-box"), SCHEMA.subjectOf, odd) in found


def test_what_a_page_says_of_itself_is_not_said_of_the_term() -> None:
    item = entry(day="2025-01-28", difficulty="beginner", tags=["opacity"], keyConcepts=["input"])
    found = graph(item)
    page = URIRef("https://glossary.example/entries/black-box")
    for name, value in (("educationalLevel", "beginner"), ("keywords", "opacity"), ("teaches", "input")):
        assert (page, SCHEMA[name], Literal(value)) in found
        assert (term("black-box"), SCHEMA[name], None) not in found
    assert str(found.value(page, SCHEMA.dateModified)) == "2025-01-28"
    assert (term("black-box"), SCHEMA.dateModified, None) not in found


def test_nothing_that_is_not_there_has_an_iri() -> None:
    item = entry(
        related=["not-there"],
        requires=["not-there"],
        broader=["not-there"],
        recommendedBooks=["no-book"],
        status="deprecated",
        replacedBy="not-there",
    )
    found = graph(item)
    assert not [one for one in found.all_nodes() if "not-there" in str(one) or "no-book" in str(one)]


def test_related_is_said_both_ways_by_whichever_names_the_other() -> None:
    found = graph(entry(to_related=["white-box", "black-box"], from_related=["grey-box", "white-box"]))
    for other in ("white-box", "grey-box"):
        assert (term("black-box"), SKOS.related, term(other)) in found
        assert (term(other), SKOS.related, term("black-box")) in found
        assert found.value(term(other), SKOS.prefLabel) == Literal(other.title(), lang="en")
    assert (term("black-box"), SKOS.related, term("black-box")) not in found


def test_what_is_broader_is_not_also_related() -> None:
    hierarchy = Hierarchy([("black-box", "box"), ("box", "thing")])
    item = entry(to_broader=["box"], to_related=["thing", "box", "white-box"], from_related=["thing"])
    found = graph(item, frame=Frame(SITE, hierarchy))
    assert set(found.objects(term("black-box"), SKOS.related)) == {term("white-box")}
    assert set(found.objects(term("black-box"), SKOS.broader)) == {term("box")}
    assert (term("box"), SKOS.narrower, term("black-box")) in found


def test_a_circle_of_broader_entries_is_not_said() -> None:
    hierarchy = Hierarchy([("black-box", "box"), ("box", "black-box"), ("black-box", "thing")])
    item = entry(to_broader=["box", "thing", "black-box"], from_broader=["box"])
    found = graph(item, frame=Frame(SITE, hierarchy))
    assert set(found.objects(term("black-box"), SKOS.broader)) == {term("thing")}
    assert not set(found.objects(term("black-box"), SKOS.narrower))


@given(pairs=st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=12))
def test_no_hierarchy_that_is_said_has_a_circle(pairs: list[tuple[str, str]]) -> None:
    whole = Hierarchy(pairs)
    said = Hierarchy(pair for pair in pairs if whole.holds(*pair))
    for one in "abcdef":
        assert one not in said.above(one)
        for other in "abcdef":
            if whole.are_apart(one, other):
                assert other not in said.above(one)
                assert one not in said.above(other)


def test_categories_keep_apart_what_slugs_would_not() -> None:
    items = [entry(category=name, slug=f"a{at}") for at, name in enumerate(["C", "C++", "C#", "c", "Machine learning"])]
    found = graph(*items, frame=Frame(SITE, categories={"c": "C"}))
    collections = set(found.subjects(RDF.type, SKOS.Collection))
    assert len(collections) == 4
    [of_c] = found.subjects(SKOS.prefLabel, Literal("C", lang="en"))
    assert set(found.objects(of_c, SKOS.member)) == {term("a0"), term("a3")}


def test_an_alias_that_repeats_the_title_is_no_other_name() -> None:
    found = graph(entry(aliases=["Black box", "Opaque model"]))
    assert set(found.objects(term("black-box"), SKOS.altLabel)) == {Literal("Opaque model", lang="en")}


def test_what_is_deprecated_names_its_successor() -> None:
    item = entry(status="deprecated", to_replacedBy=["white-box"])
    found = graph(item)
    dct, owl = Namespace("http://purl.org/dc/terms/"), Namespace("http://www.w3.org/2002/07/owl#")
    assert found.value(term("black-box"), owl.deprecated) == Literal(True)
    assert found.value(term("black-box"), dct.isReplacedBy) == term("white-box")
    assert (term("white-box"), RDF.type, SKOS.Concept) in found


def test_a_reader_needs_nothing_from_the_network() -> None:
    context: Any = json.loads(b"".join(jsonld([])))["@context"]
    assert isinstance(context, dict)
    assert context["@vocab"] == str(SCHEMA)
