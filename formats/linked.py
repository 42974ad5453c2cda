"""A glossary as linked data: schema.org for search engines, SKOS for terminologies. What a page says of itself, such as
when it changed and how hard it is, is said of the page and not of the term. Nothing has an IRI that is not there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from formats.csl import bare_doi
from formats.hierarchy import Hierarchy
from formats.iris import iri
from formats.items import Item, Named
from formats.rdf import Iri, Node, Text
from formats.site import Site
from glossary.search.plain import plain
from publishing import names


@dataclass(frozen=True, slots=True)
class Frame:
    """What all items stand in. categories: how each is written, by its compared name."""

    site: Site
    hierarchy: Hierarchy = field(default_factory=Hierarchy)
    categories: Mapping[str, str] = field(default_factory=dict)


def glossary(site: Site) -> Node:
    """The set of all terms, without them."""
    node = Node(site.glossary, ("schema:DefinedTermSet", "skos:ConceptScheme"))
    node.say("schema:name", site.title)
    node.say("dct:title", Text(site.title, site.language))
    node.say("schema:inLanguage", site.language)
    node.say("schema:url", Iri(site.root))
    return node


def entry(item: Item, frame: Frame) -> Iterator[Node]:
    """The term, its page, what its page links to, and its places in the glossary and in a category."""
    site = frame.site
    term = Node(site.term(item.slug), ("schema:DefinedTerm", "skos:Concept"))
    page = Node(site.page("entry", item.slug), ("schema:WebPage", "schema:LearningResource", "foaf:Document"))
    _name(term, item, site)
    _place(term, item, frame)
    _describe(page, item, site)
    term.say("schema:mainEntityOfPage", Iri(page.id))
    term.say("foaf:isPrimaryTopicOf", Iri(page.id))
    page.say("schema:mainEntity", Iri(term.id))
    page.say("foaf:primaryTopic", Iri(term.id))
    links = [_link(link) for link in item.said["externalLinks"]]
    subjects = [Iri(site.book(book.slug)) for book in item.to("book")]
    subjects += [Iri(link.id) for link in links if link.id]
    term.say("schema:subjectOf", *subjects, *(link for link in links if not link.id))
    term.say("rdfs:seeAlso", *subjects)
    yield term
    yield page
    yield from (link for link in links if link.id)
    yield from _memberships(term, item, frame)


def neighbours(item: Item, frame: Frame) -> Iterator[Node]:
    """The terms that an entry names, as far as its own document has to tell."""
    site = frame.site
    term = Iri(site.term(item.slug))
    seen: dict[str, Node] = {}

    def node(other: Named) -> Node:
        if other.slug not in seen:
            found = Node(site.term(other.slug), ("schema:DefinedTerm", "skos:Concept"))
            found.say("schema:name", other.title)
            found.say("skos:prefLabel", Text(other.title, site.language))
            found.say("schema:inDefinedTermSet", Iri(site.glossary))
            found.say("skos:inScheme", Iri(site.glossary))
            seen[other.slug] = found
        return seen[other.slug]

    for other in _related(item, frame):
        node(other).say("skos:related", term)
    for other in _broader(item, frame):
        node(other).say("skos:narrower", term)
    for other in _narrower(item, frame):
        node(other).say("skos:broader", term)
    for other in [*item.to("requires"), *_successors(item)]:
        if other.slug != item.slug:
            node(other)
    yield from seen.values()


def book(item: Item, site: Site) -> Node:
    said = item.said
    node = Node(site.book(item.slug), ("schema:Book",))
    node.say("schema:name", item.title)
    node.say("schema:alternativeHeadline", said["subtitle"])
    node.say("schema:author", *(_person(name) for name in said["authors"]))
    node.say("schema:editor", *(_person(name) for name in said["editors"]))
    if said["publisher"]:
        publisher = Node("", ("schema:Organization",))
        publisher.say("schema:name", said["publisher"])
        node.say("schema:publisher", publisher)
    if said["publishYear"]:
        node.say("schema:datePublished", Text(f"{said['publishYear']:04}", datatype="xsd:gYear"))
    node.say("schema:bookEdition", said["edition"] or "")
    node.say("schema:isbn", said["isbn13"] or said["isbn"] or "")
    if said["pages"]:
        node.say("schema:numberOfPages", said["pages"])
    node.say("schema:inLanguage", said["language"] or "")
    node.say("schema:description", plain(said["description"]))
    node.say("schema:educationalLevel", said["difficulty"] or "")
    node.say("schema:about", *(Iri(site.term(topic.slug)) for topic in item.to("topic")))
    _address(node, said["url"] or "")
    node.say("schema:image", Iri(iri(said["coverImage"] or "")))
    node.say("schema:sameAs", *map(Iri, filter(None, map(iri, _elsewhere(said)))))
    return node


def _name(term: Node, item: Item, site: Site) -> None:
    said, language = item.said, site.language
    definition = plain(said["briefDefinition"])
    # A name cannot be both the preferred and another one.
    aliases = [alias for alias in said["aliases"] if alias != item.title]
    term.say("schema:name", item.title)
    term.say("skos:prefLabel", Text(item.title, language))
    term.say("schema:alternateName", *aliases)
    term.say("skos:altLabel", *(Text(alias, language) for alias in aliases))
    term.say("schema:termCode", item.slug)
    term.say("dct:identifier", item.slug)
    term.say("schema:description", definition)
    term.say("skos:definition", Text(definition, language))
    term.say("skos:example", *(Text(plain(one), language) for one in said["commonApplications"] or ()))
    term.say("schema:url", Iri(site.page("entry", item.slug)))
    term.say("schema:inDefinedTermSet", Iri(site.glossary))
    term.say("skos:inScheme", Iri(site.glossary))
    if item.day:
        term.say("dct:modified", Text(item.day, datatype="xsd:date"))


def _place(term: Node, item: Item, frame: Frame) -> None:
    site = frame.site
    broader = _broader(item, frame)
    term.say("skos:broader", *(Iri(site.term(other.slug)) for other in broader))
    term.say("skos:narrower", *(Iri(site.term(other.slug)) for other in _narrower(item, frame)))
    term.say("skos:related", *(Iri(site.term(other.slug)) for other in _related(item, frame)))
    if not broader:
        term.say("skos:topConceptOf", Iri(site.glossary))
    if _is_deprecated(item):
        term.say("owl:deprecated", True)
        term.say("dct:isReplacedBy", *(Iri(site.term(other.slug)) for other in _successors(item)))


def _describe(page: Node, item: Item, site: Site) -> None:
    said = item.said
    page.say("schema:url", Iri(page.id))
    page.say("schema:name", item.title)
    page.say("schema:inLanguage", site.language)
    if item.day:
        page.say("schema:dateModified", Text(item.day, datatype="xsd:date"))
    page.say("schema:educationalLevel", said["difficulty"] or "")
    page.say("schema:keywords", *said["tags"])
    page.say("schema:abstract", plain(said["briefDefinition"]))
    page.say("schema:text", plain(said["detailedExplanation"]))
    page.say("schema:teaches", *(plain(one) for one in said["keyConcepts"] or ()))
    page.say("schema:competencyRequired", *(plain(one) for one in said["prerequisites"] or ()))
    required = [Iri(site.term(other.slug)) for other in item.to("requires") if other.slug != item.slug]
    page.say("schema:competencyRequired", *required)
    if said["status"] != "published":
        page.say("schema:creativeWorkStatus", said["status"])
    page.say("schema:isPartOf", Iri(site.glossary))
    if said["category"]:
        page.say("schema:isPartOf", Iri(site.category(said["category"])))


def _memberships(term: Node, item: Item, frame: Frame) -> Iterator[Node]:
    site = frame.site
    whole = Node(site.glossary)
    whole.say("schema:hasDefinedTerm", Iri(term.id))
    if "skos:topConceptOf" in term.said:
        whole.say("skos:hasTopConcept", Iri(term.id))
    yield whole
    if category := item.said["category"]:
        label = frame.categories.get(names.key(category), category)
        collection = Node(site.category(category), ("schema:Collection", "skos:Collection"))
        collection.say("schema:name", label)
        collection.say("skos:prefLabel", Text(label, site.language))
        collection.say("skos:inScheme", Iri(site.glossary))
        collection.say("skos:member", Iri(term.id))
        yield collection


def _is_deprecated(item: Item) -> bool:
    return bool(item.said["status"] == "deprecated")


def _successors(item: Item) -> list[Named]:
    return [other for other in item.to("replacedBy") if other.slug != item.slug] if _is_deprecated(item) else []


def _related(item: Item, frame: Frame) -> list[Named]:
    """Both ways: what it names, and what names it."""
    found = [*item.to("related"), *item.back("related")]
    return [other for other in dict.fromkeys(found) if frame.hierarchy.are_apart(item.slug, other.slug)]


def _broader(item: Item, frame: Frame) -> list[Named]:
    return [other for other in item.to("broader") if frame.hierarchy.holds(item.slug, other.slug)]


def _narrower(item: Item, frame: Frame) -> list[Named]:
    return [other for other in item.back("broader") if frame.hierarchy.holds(other.slug, item.slug)]


def _link(link: Mapping[str, Any]) -> Node:
    node = Node(iri(link["url"]), ("schema:LearningResource",))
    _address(node, link["url"])
    node.say("schema:name", link["title"])
    node.say("schema:description", plain(link["description"]))
    node.say("schema:learningResourceType", link["type"] or "")
    node.say("schema:educationalLevel", link["difficulty"] or "")
    return node


def _address(node: Node, address: str) -> None:
    """As an IRI, or as the text that it is."""
    found = iri(address)
    node.say("schema:url", Iri(found) if found else address)


def _person(name: str) -> Node:
    node = Node("", ("schema:Person",))
    node.say("schema:name", name)
    return node


def _elsewhere(said: Mapping[str, Any]) -> Iterator[str]:
    if doi := bare_doi(said["doi"]):
        yield f"https://doi.org/{doi}"
    if identifier := said["openLibraryId"]:
        kind = {"M": "books", "W": "works", "A": "authors"}.get(identifier[-1].upper())
        # An author is not the book.
        if kind in ("books", "works"):
            yield f"https://openlibrary.org/{kind}/{identifier.upper()}"
