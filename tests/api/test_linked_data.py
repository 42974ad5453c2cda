"""Linked data of what is published: rdflib reads it, the shapes hold, and schema.org knows every property."""

import json
from collections.abc import Callable
from typing import Any

import pyshacl
import pytest
import schema_org.registry as vocabulary
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.compare import isomorphic, to_isomorphic
from rdflib.namespace import SKOS, Namespace

import documents
from api import facts
from books.editing import save_book
from glossary.editing import publish_entry, save_entry
from publishing.models import Item
from tests.api.test_problems import check
from tests.documents.files import needs_shared
from tests.documents.oracle import SHARED

Save = Callable[..., Item]
SCHEMA = Namespace("http://schema.org/")
SITE = "https://glossary.example/"
TURTLE, JSON_LD = "text/turtle", "application/ld+json"
FORMATS = {"ttl": "turtle", "jsonld": "json-ld"}


def body(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.content
    return b"".join(answer) if answer.streaming else answer.content


def graph(client: Client, path: str) -> Graph:
    return Graph().parse(data=body(client.get(f"/api/v1/{path}")), format=FORMATS[path.rpartition(".")[2]])


@pytest.fixture
def at_a_site(settings: Any) -> None:
    settings.LEMMA_SITE_URL, settings.LEMMA_SITE_TITLE = SITE, "AI Glossary"


@pytest.fixture
def sample(db: None) -> None:
    call_command("import_content", verbosity=0)


@pytest.fixture
def whole(sample: None, at_a_site: None, client: Client) -> Graph:
    return graph(client, "glossary.ttl")


def slugs(kind: str) -> list[str]:
    return list(Item.objects.filter(kind=kind, published__isnull=False).values_list("slug", flat=True))


# --- the sample content ---


def test_turtle_and_json_ld_of_everything_say_the_same(whole: Graph, client: Client, record_property: Any) -> None:
    other = graph(client, "glossary.jsonld")
    record_property("figures", f"{len(whole)} triples in Turtle, {len(other)} in JSON-LD, all of them the same")
    assert isomorphic(whole, other)


def test_everything_that_is_published_is_in_it_once(whole: Graph) -> None:
    assert {str(one) for one in whole.subjects(RDF.type, SKOS.Concept)} == {
        f"{SITE}entries/{slug}#term" for slug in slugs("entry")
    }
    assert {str(one) for one in whole.subjects(RDF.type, SCHEMA.Book)} == {
        f"{SITE}books/{slug}#book" for slug in slugs("book")
    }


def test_each_item_by_itself_says_what_the_whole_says_of_it(whole: Graph, client: Client) -> None:
    for kind, plural, page in (("entry", "entries", "term"), ("book", "books", "book")):
        for slug in slugs(kind):
            turtle, jsonld = (graph(client, f"{plural}/{slug}.{suffix}") for suffix in FORMATS)
            assert isomorphic(turtle, jsonld)
            about = URIRef(f"{SITE}{plural}/{slug}#{page}")
            here, there = (
                {(name, value) for name, value in one.predicate_objects(about) if isinstance(value, URIRef | Literal)}
                for one in (turtle, whole)
            )
            assert here == there
            # What it says of others is no more than the whole.
            assert not {triple for triple in turtle if not any(map(is_blank, triple))} - set(whole)


def is_blank(term: Any) -> bool:
    return not isinstance(term, URIRef | Literal)


@needs_shared
def test_the_whole_and_an_entry_keep_the_shapes(whole: Graph, client: Client) -> None:
    shapes = Graph().parse(SHARED / "design" / "shapes.ttl")
    for found, allows in ((whole, False), (graph(client, "entries/generative-ai.ttl"), True)):
        # An entry by itself does not define its neighbours, of which the shapes only warn.
        holds, _, report = pyshacl.validate(found, shacl_graph=shapes, allow_warnings=allows)
        assert holds, report


def ancestry(name: str) -> set[str]:
    """A type and all it is a kind of."""
    return {name, *(above for parent in vocabulary.PARENTS[name] for above in ancestry(parent))}


def test_schema_org_has_every_type_and_property_and_allows_it_there(whole: Graph, record_property: Any) -> None:
    used: dict[str, int] = {}
    for subject, predicate, _ in whole:
        name = str(predicate)
        if not name.startswith(SCHEMA):
            continue
        types = {type_[len(SCHEMA) :] for type_ in map(str, whole.objects(subject, RDF.type)) if SCHEMA in type_}
        known = vocabulary.PROPERTY_BY_SCHEMA[name[len(SCHEMA) :]]
        assert known.superseded_by is None
        allowed = set().union(*map(ancestry, types))
        assert allowed & set(known.domains), f"{known.schema_name} of {types}"
        used[known.schema_name] = used.get(known.schema_name, 0) + 1
    record_property("figures", f"schema.org {vocabulary.SCHEMA_VERSION}: {len(used)} properties, {used}")
    assert len(used) > 20


def test_the_check_against_schema_org_would_find_a_wrong_one() -> None:
    assert "Book" not in vocabulary.PROPERTY_BY_SCHEMA["termCode"].domains
    assert "noSuchThing" not in vocabulary.PROPERTY_BY_SCHEMA
    assert ancestry("DefinedTerm") == {"DefinedTerm", "Intangible", "Thing"}


# --- the worked example ---


@pytest.fixture
def seed(db: None, at_a_site: None) -> None:
    """The seed, and what it refers to in the example."""
    for slug in ("artificial-intelligence", "deep-learning", "neural-networks", "natural-language-processing"):
        title = slug.replace("-", " ").title()
        text = f'---\ntitle: "{title}"\nslug: "{slug}"\n---\n\n# Brief Definition\n\nWhat it is.\n'
        save_entry(documents.parse(text.encode()), publish=True)
    book = (
        '---\ntitle: "Deep Learning"\nslug: "deep-learning"\npublisher: "MIT Press"\npublishYear: 2016\n'
        'authors: ["Ian Goodfellow", "Yoshua Bengio", "Aaron Courville"]\nisbn: "9780262035613"\nlanguage: "en"\n'
        'url: "https://www.deeplearningbook.org/"\n---\n'
    )
    save_book(documents.parse(book.encode()), publish=True)
    save_entry(documents.parse((SHARED / "seeds" / "generative-ai.md").read_bytes()), publish=True)


def example(suffix: str) -> Graph:
    data: Any = json.loads((SHARED / "design" / "example.jsonld").read_text())
    if suffix == "ttl":
        return Graph().parse(SHARED / "design" / "example.ttl")
    # Without the network, with what schema.org makes of these: an address is an IRI, a day a date.
    data["@context"] = {
        "@vocab": str(SCHEMA),
        **data["@context"][1],
        "url": {"@type": "@id"},
        "inDefinedTermSet": {"@type": "@id"},
        "dateModified": {"@type": "http://www.w3.org/2001/XMLSchema#date"},
        "datePublished": {"@type": "http://www.w3.org/2001/XMLSchema#gYear"},
    }
    return Graph().parse(data=json.dumps(data), format="json-ld")


@needs_shared
@pytest.mark.parametrize("suffix", FORMATS)
def test_the_seed_says_all_that_the_worked_example_does(client: Client, seed: None, suffix: str) -> None:
    wanted, found = example(suffix), graph(client, f"entries/generative-ai.{suffix}")
    # Paragraphs are lines here.
    for graph_ in (wanted, found):
        for subject, name, text in list(graph_.triples((None, SCHEMA.text, None))):
            graph_.remove((subject, name, text))
            graph_.add((subject, name, Literal(" ".join(str(text).split()))))
    named = {triple for triple in to_isomorphic(wanted) if not any(map(is_blank, triple))}
    assert not named - set(found)
    people = {str(one) for one in wanted.objects(None, SCHEMA.name)}
    assert people <= {str(one) for one in found.objects(None, SCHEMA.name)}


# --- addresses ---


@pytest.mark.parametrize("path", ["entries/black-box/", "books/the-big-book/", ""])
@pytest.mark.parametrize("media_type", [TURTLE, JSON_LD])
def test_accept_asks_for_linked_data(
    client: Client, black_box: Item, big_book: Item, path: str, media_type: str
) -> None:
    suffix = "ttl" if media_type == TURTLE else "jsonld"
    answer = client.get(f"/api/v1/{path}", headers={"accept": f"{media_type}, */*;q=0.1"})
    assert answer["Content-Type"].partition(";")[0] == media_type
    assert "Accept" in answer["Vary"]
    same = client.get(f"/api/v1/{path.removesuffix('/')}.{suffix}" if path else f"/api/v1/glossary.{suffix}")
    assert body(answer) == body(same)
    json_ = client.get(f"/api/v1/{path}", headers={"accept": f"application/json, {media_type};q=0.9"})
    assert json_["Content-Type"] == "application/json"
    etags = {answer["ETag"], same["ETag"], json_["ETag"]}
    assert len(etags) == 3
    again = client.get(f"/api/v1/{path}", headers={"accept": media_type, "if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("accept", ["*/*", "text/html,application/xhtml+xml,*/*;q=0.8", "application/*", ""])
def test_who_does_not_ask_for_it_gets_json(client: Client, black_box: Item, accept: str) -> None:
    for path in ("", "entries/black-box/"):
        assert client.get(f"/api/v1/{path}", headers={"accept": accept})["Content-Type"] == "application/json"


def test_other_formats_are_refused_and_what_there_is_is_named(client: Client, black_box: Item) -> None:
    found = check(client.get("/api/v1/entries/black-box/", headers={"accept": "text/csv"}), 406, "not_acceptable")
    for media_type in ("application/json", TURTLE, JSON_LD):
        assert media_type in found["detail"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_earlier_slug_leads_to_the_same_format(client: Client, black_box: Item, suffix: str) -> None:
    answer = client.get(f"/api/v1/entries/closed-box.{suffix}")
    assert (answer.status_code, answer["Location"]) == (301, f"/api/v1/entries/black-box.{suffix}")
    check(client.get(f"/api/v1/entries/none.{suffix}"), 404, "entry.not_found")
    check(client.get(f"/api/v1/entries/black-box.{suffix}?fields=slug"), 400, "parameter.unknown")


def test_parameters_of_json_are_refused_for_linked_data(client: Client, black_box: Item) -> None:
    answer = client.get("/api/v1/entries/black-box/?draft=true", headers={"accept": TURTLE})
    check(answer, 400, "parameter.unknown")


def test_what_is_taken_back_while_it_is_asked_for_is_gone(
    client: Client, black_box: Item, delete: Callable[[Item], Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    find = facts.one

    def taken_back(kind: str, slug: str) -> Any:
        delete(black_box)
        return find(kind, slug)

    monkeypatch.setattr(facts, "one", taken_back)
    check(client.get("/api/v1/entries/black-box.ttl"), 410, "entry.gone")


def test_a_deleted_entry_is_gone_in_every_format(client: Client, black_box: Item, delete: Any) -> None:
    delete(black_box)
    check(client.get("/api/v1/entries/black-box.ttl"), 410, "entry.gone")
    assert client.get("/api/v1/entries/black-box/", headers={"accept": TURTLE}).status_code == 410
    assert not set(graph(client, "glossary.ttl").subjects(RDF.type, SKOS.Concept))


def test_without_a_site_names_are_addresses_that_answer(client: Client, black_box: Item, big_book: Item) -> None:
    found = graph(client, "glossary.ttl")
    [term] = found.subjects(RDF.type, SKOS.Concept)
    address = str(term).partition("#")[0].removeprefix("http://testserver")
    assert client.get(address, headers={"accept": TURTLE}).status_code == 200
    [book] = found.subjects(RDF.type, SCHEMA.Book)
    assert client.get(str(book).partition("#")[0].removeprefix("http://testserver")).status_code == 200


def test_pages_are_where_the_settings_say(client: Client, black_box: Item, at_a_site: None, settings: Any) -> None:
    settings.LEMMA_SITE_ENTRY_PATH = "glossary/{slug}.html"
    found = graph(client, "entries/black-box.ttl")
    assert URIRef(f"{SITE}glossary/black-box.html#term") in set(found.subjects(RDF.type, SKOS.Concept))


def test_other_settings_are_another_etag(client: Client, black_box: Item, settings: Any) -> None:
    before = client.get("/api/v1/glossary.ttl")["ETag"]
    settings.LEMMA_SITE_TITLE = "Another"
    assert client.get("/api/v1/glossary.ttl", headers={"if-none-match": before}).status_code == 200


# --- what others change ---


def test_a_reference_appears_with_its_target_and_goes_with_it(
    client: Client, black_box: Item, entry: Save, delete: Callable[[Item], Item]
) -> None:
    def related() -> set[str]:
        found = graph(client, "entries/black-box.ttl")
        [term] = found.subjects(SKOS.definition)
        return {str(one).partition("entries/")[2] for one in found.objects(term, SKOS.related)}

    etag = client.get("/api/v1/entries/black-box.ttl")["ETag"]
    assert related() == set()
    draft = entry("White box", publish=False)
    assert related() == set()
    publish_entry(Item.objects.get(pk=draft.pk))
    assert related() == {"white-box/#term"}
    assert client.get("/api/v1/entries/black-box.ttl", headers={"if-none-match": etag}).status_code == 200
    entry("Grey box", front='related: ["Black-Box"]')
    assert related() == {"white-box/#term", "grey-box/#term"}
    delete(draft)
    assert related() == {"grey-box/#term"}


def test_the_whole_and_an_entry_take_a_fixed_number_of_queries(
    client: Client, black_box: Item, big_book: Item, entry: Save, django_assert_num_queries: Any
) -> None:
    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            body(client.get(f"/api/v1/{path}"))
        return len(asked)

    def entries(start: int, stop: int) -> None:
        for number in range(start, stop):
            entry(f"Entry {number}", front='related: ["black-box", "entry-1"]\nrecommendedBooks: ["the-big-book"]')

    entries(0, 3)
    few = [cost("glossary.ttl"), cost("entries/entry-2.ttl"), cost("entries/black-box.ttl")]
    entries(3, 30)
    assert [cost("glossary.ttl"), cost("entries/entry-2.ttl"), cost("entries/black-box.ttl")] == few
    assert few[1] == 6
    etag = client.get("/api/v1/entries/entry-2.ttl")["ETag"]
    with django_assert_num_queries(1):
        again = client.get("/api/v1/entries/entry-2.ttl", headers={"if-none-match": etag})
    assert again.status_code == 304


@pytest.fixture
def private(settings: Any) -> None:
    settings.LEMMA_API_PRIVATE = True


@pytest.mark.parametrize("path", ["glossary.ttl", "entries/black-box.jsonld", "entries.csv", "/feed.atom", "/llms.txt"])
def test_where_reading_needs_a_token_so_does_this(client: Client, black_box: Item, private: None, path: str) -> None:
    check(client.get(path if path.startswith("/") else f"/api/v1/{path}"), 401, "not_authenticated")


def test_the_open_root_does_not_open_the_glossary(
    client: Client, black_box: Item, private: None, token: Callable[..., str]
) -> None:
    assert client.get("/api/v1/").status_code == 200
    for media_type in (TURTLE, JSON_LD):
        check(client.get("/api/v1/", headers={"accept": media_type}), 401, "not_authenticated")
    headers = {"accept": TURTLE, "authorization": f"Bearer {token()}"}
    answer = client.get("/api/v1/", headers=headers)
    assert b"Black box" in body(answer)
    assert "private" in answer["Cache-Control"]
