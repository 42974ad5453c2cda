"""Linked data of what is published: of one item, or of everything."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from api import caching, facts, instants, public, sites, streaming
from api.state import State
from formats import linked
from formats.items import Item
from formats.jsonld import jsonld
from formats.linked import Frame
from formats.rdf import Node
from formats.site import Site
from formats.turtle import PROLOGUE, turtle


@dataclass(frozen=True, slots=True)
class Syntax:
    suffix: str
    media_type: str
    content_type: str
    write: Callable[[Iterable[Node]], Iterable[str | bytes]]


def _turtle(nodes: Iterable[Node]) -> Iterator[str]:
    yield PROLOGUE
    yield from turtle(nodes)


JSON_LD = Syntax("jsonld", "application/ld+json", "application/ld+json", jsonld)
TURTLE = Syntax("ttl", "text/turtle", "text/turtle; charset=utf-8", _turtle)
_BY_TYPE = {syntax.media_type: syntax for syntax in (JSON_LD, TURTLE)}
MEDIA_TYPES = tuple(_BY_TYPE)


def preferred(request: HttpRequest) -> Syntax | None:
    """The one that `Accept` asks for rather than JSON."""
    accepted = request.META.get("HTTP_ACCEPT", "")
    if accepted in public.ANYTHING:
        return None
    try:
        found = request.get_preferred_type([public.JSON, *MEDIA_TYPES])
    except ValueError:
        # Refused as every other `Accept` that cannot be read.
        return None
    return _BY_TYPE.get(found or "")


def answer(request: HttpRequest, now: State, kind: str, slug: str, syntax: Syntax) -> HttpResponseBase | None:
    """What is published under the slug, None for nothing. It depends on what others are called and whether they are
    there.
    """
    site = sites.of(request)
    etag = now.etag(request, validity(site, syntax))
    if settled := caching.settled(request, etag, now.changed):
        return settled
    item = facts.one(kind, slug)
    if item is None:
        # Taken back since the state was read.
        return None
    body = b"".join(streaming.joined(syntax.write(alone(item, site))))
    return instants.kept(HttpResponse(body, content_type=syntax.content_type), now, etag)


def everything(request: HttpRequest, now: State, syntax: Syntax) -> HttpResponseBase:
    site = sites.of(request)
    return streaming.stream(
        request,
        now,
        syntax.content_type,
        lambda: streaming.joined(syntax.write(whole(site))),
        validity(site, syntax),
    )


def validity(site: Site, syntax: Syntax | None = None) -> str:
    """What an ETag depends on besides what is published: the settings, and at a shared address the format."""
    return f" {site} {syntax.media_type if syntax else ''}"


def alone(item: Item, site: Site) -> Iterator[Node]:
    """An item, with what has to be known of those it names."""
    if item.kind == "book":
        yield linked.book(item, site)
        return
    around = _frame(site)
    yield linked.glossary(site)
    yield from linked.entry(item, around)
    yield from linked.neighbours(item, around)
    for book in facts.several("book", [book.slug for book in item.to("book")]):
        yield linked.book(book, site)


def whole(site: Site) -> Iterator[Node]:
    around = _frame(site)
    yield linked.glossary(site)
    for item in facts.everything("entry"):
        yield from linked.entry(item, around)
    for item in facts.everything("book"):
        yield linked.book(item, site)


def _frame(site: Site) -> Frame:
    return Frame(site, facts.hierarchy(), facts.categories())
