"""Entries and books: lists, details, files."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from api import (
    access,
    caching,
    describing,
    description,
    drafts,
    filters,
    instants,
    joining,
    linking,
    listing,
    paging,
    parameters,
    paths,
    published,
    redirects,
    resources,
    selecting,
    state,
)
from api.problems import MISSING_CACHE, ApiError
from api.public import JSON, AddressDecides, PublicView
from api.resources import BOOKS, ENTRIES, Resource
from api.views.writing import Creating, Editing


class ListView(PublicView):
    resource: Resource

    def get(self, request: HttpRequest) -> HttpResponseBase:
        resource, query = self.resource, request.GET
        if query and _wants_draft(request):
            return self._drafts(request)
        allowed = (*filters.allowed(resource.kind), "ordering", *selecting.PARAMETERS, *paging.PARAMETERS, "draft")
        values = parameters.read(query, allowed, filters.REPEATABLE)
        selection = selecting.read(values, resource, is_list=True)
        chosen = filters.read(query, values, resource.kind)
        order = listing.order_of(values)
        window = paging.window_of(query, values, order.types)
        if caching.is_conditional(request):
            now = state.read()
            if answer := caching.settled(request, now.etag(request), now.changed):
                return answer
        page = listing.read(resource.kind, chosen, order, window, full=selection.needs_payload())
        root = resource.root(request)
        places = [row.place for row in page.rows]
        body = joining.page(
            page.total,
            _link(request, page.after, places, window, root, backward=False),
            _link(request, page.before, places, window, root, backward=True),
            self._results(request, page, selection, root),
        )
        response = HttpResponse(body, content_type="application/json")
        return caching.keepable(response, page.state.etag(request), page.state.changed)

    def _drafts(self, request: HttpRequest) -> HttpResponseBase:
        """Working copies, for those who may see them."""
        resource, query = self.resource, request.GET
        access.allow(access.known(request), resource, access.Act.READ_DRAFTS)
        allowed = (*filters.allowed(resource.kind), "ordering", *selecting.PARAMETERS, *paging.PARAMETERS, "draft")
        values = parameters.read(query, allowed, filters.REPEATABLE)
        parameters.flag(values, "draft")
        selection = selecting.read(values, resource, is_list=True)
        order = drafts.order_of(values)
        window = paging.window_of(query, values, order.types)
        page = drafts.read(resource.kind, filters.read(query, values, resource.kind), order, window)
        is_summary = not selection.needs_payload()
        bodies = [(one.slug, drafts.payload(one, is_summary=is_summary)) for one, _ in page.rows]
        places = [place for _, place in page.rows]
        root = resource.root(request)
        body = joining.page(
            page.total,
            _link(request, page.after, places, window, root, backward=False),
            _link(request, page.before, places, window, root, backward=True),
            (orjson.dumps(one) for one in selection.documents(bodies, resource, resources.roots(request))),
        )
        return caching.private(HttpResponse(body, content_type="application/json"), caching.etag_of(body))

    def _results(
        self, request: HttpRequest, page: listing.Page, selection: selecting.Selection, root: str
    ) -> list[bytes]:
        field = self.resource.url_field
        if selection.is_plain:
            return [joining.with_fields(row.body, {field: resources.detail(root, row.slug)}) for row in page.rows]
        if selection.is_whole:
            return [joining.with_addresses(self.resource, root, row.slug, row.body) for row in page.rows]
        bodies = ((row.slug, row.body) for row in page.rows)
        return [orjson.dumps(one) for one in selection.documents(bodies, self.resource, resources.roots(request))]


def _link(
    request: HttpRequest, is_there: bool, places: Sequence[Any], window: paging.Window, root: str, *, backward: bool
) -> str | None:
    """The next or previous page. places: of the rows on this one."""
    if not is_there:
        return None
    query = request.GET
    if window.number:
        # The first page has one address, whether a reader came back to it or began with it.
        number = window.number - 1 if backward else window.number + 1
        return paging.link(root, query, page=str(number) if number > 1 else None)
    if places:
        place = places[0 if backward else -1]
    else:
        assert window.place is not None
        place = window.place.values
    return paging.link(root, query, cursor=paging.cursor(query, backward, place))


class ItemView(PublicView):
    """One item by its slug, whichever of its spellings and earlier slugs is asked for."""

    resource: Resource

    def elsewhere(self, request: HttpRequest, slug: str) -> HttpResponsePermanentRedirect:
        """The way to an item that is not at this slug.

        Raises:
            ApiError: 410 for one that was deleted, 404 for one that nobody knows.
        """
        if current := published.successor(self.resource.kind, slug):
            return self.redirect(request, current)
        kind = self.resource.kind
        if published.was_deleted(kind, slug):
            raise ApiError(410, f"{kind}.gone", f'The {kind} "{slug}" was deleted.', cache=MISSING_CACHE)
        shown = slug if len(slug) <= 100 else slug[:99] + "…"
        detail = f'No {kind} has the slug "{shown}". All are listed at {self.resource.path()}.'
        raise ApiError(404, f"{kind}.not_found", detail, cache=MISSING_CACHE)

    def working(self, request: HttpRequest, slug: str) -> drafts.Working | HttpResponseBase:
        """The working copy, for those who may see it, or the way to it.

        Raises:
            ApiError: 401, 403; 404 and 410 as above.
        """
        resource = self.resource
        access.allow(access.known(request), resource, access.Act.READ_DRAFTS)
        if found := drafts.find(resource.kind, slug):
            return found if found.slug == slug else caching.private(self.redirect(request, found.slug))
        if current := drafts.successor(resource.kind, slug):
            return caching.private(self.redirect(request, current))
        raise drafts.missing(resource, slug)

    def redirect(self, request: HttpRequest, slug: str) -> HttpResponsePermanentRedirect:
        return redirects.moved(request, self.address(self.resource.path(), slug))

    def address(self, root: str, slug: str) -> str:
        return resources.detail(root, slug)

    def linked(self, request: HttpRequest, slug: str, syntax: linking.Syntax) -> HttpResponseBase:
        """As linked data."""
        parameters.read(request.GET)
        found = published.head(self.resource.kind, slug)
        if found is None:
            return self.elsewhere(request, slug)
        if found.slug != slug:
            return self.redirect(request, found.slug)
        answer = linking.answer(request, found.state, self.resource.kind, slug, syntax)
        return answer or self.elsewhere(request, slug)


class DetailView(ItemView):
    other_types = linking.MEDIA_TYPES

    def get(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        if syntax := linking.preferred(request):
            return self.linked(request, slug, syntax)
        if request.GET:
            return self._draft(request, slug) if _wants_draft(request) else self._selected(request, slug)
        found = published.detail(self.resource.kind, slug, known=request.META.get("HTTP_IF_NONE_MATCH", ""))
        if found is None:
            return self.elsewhere(request, slug)
        if found.slug != slug:
            return self.redirect(request, found.slug)
        root = self.resource.root(request)
        return self.json(
            request,
            found.etag,
            found.published_at,
            lambda: joining.with_addresses(self.resource, root, slug, found.payload),
        )

    def _draft(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        found = self.working(request, slug)
        if not isinstance(found, drafts.Working):
            return found
        values = parameters.read(request.GET, ("draft", *selecting.PARAMETERS))
        parameters.flag(values, "draft")
        selection = selecting.read(values, self.resource, is_list=False)
        if selection.is_plain:
            body = drafts.answer(found, self.resource, self.resource.root(request))
            etag = found.etag
        else:
            [one] = selection.documents([(found.slug, drafts.payload(found))], self.resource, resources.roots(request))
            body = orjson.dumps(one)
            etag = selection.etag(found.etag, state.read() if selection.depends_on_others else state.State())
        answer = get_conditional_response(request, etag) or HttpResponse(body, content_type="application/json")
        return caching.private(answer, etag)

    def _selected(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        values = parameters.read(request.GET, ("draft", *selecting.PARAMETERS))
        selection = selecting.read(values, self.resource, is_list=False)
        if caching.is_conditional(request):
            head = published.head(self.resource.kind, slug)
            if head and head.slug == slug and (answer := settled(request, selection, head)):
                return answer
        found = published.stated(self.resource.kind, slug)
        if found is None:
            return self.elsewhere(request, slug)
        if found.slug != slug:
            return self.redirect(request, found.slug)
        return selected(request, self.resource, selection, found)


def settled(request: HttpRequest, selection: selecting.Selection, head: published.Detail) -> HttpResponseBase | None:
    """304 if the client has what was selected."""
    return caching.settled(request, selection.etag(head.etag, head.state), _changed(selection, head))


def selected(
    request: HttpRequest, resource: Resource, selection: selecting.Selection, found: published.Detail
) -> HttpResponseBase:
    """What was selected of an item that was found."""
    if selection.is_plain or selection.is_whole:
        body = joining.with_addresses(resource, resource.root(request), found.slug, found.payload)
    else:
        [one] = selection.documents([(found.slug, found.payload)], resource, resources.roots(request))
        body = orjson.dumps(one)
    response = HttpResponse(body, content_type="application/json")
    return caching.keepable(response, selection.etag(found.etag, found.state), _changed(selection, found))


def _changed(selection: selecting.Selection, found: published.Detail) -> datetime | None:
    return found.state.changed if selection.depends_on_others else found.published_at


def _wants_draft(request: HttpRequest) -> bool:
    # Whatever else it says is refused there.
    return request.GET.get("draft", "false") != "false"


class MarkdownView(ItemView):
    content_negotiation_class = AddressDecides
    media_type = None

    def get(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        if request.GET and _wants_draft(request):
            return self._draft(request, slug)
        found = published.file(self.resource.kind, slug, known=request.META.get("HTTP_IF_NONE_MATCH", ""))
        if found is None:
            return self.elsewhere(request, slug)
        if found.slug != slug:
            return self.redirect(request, found.slug)
        parameters.read(request.GET, ("draft",))
        return caching.conditional(request, found.etag, found.published_at, lambda: _file(found.data))

    def _draft(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        found = self.working(request, slug)
        if not isinstance(found, drafts.Working):
            return found
        parameters.flag(parameters.read(request.GET, ("draft",)), "draft")
        etag = f'"{found.revision}-{found.text[:16]}"'
        return caching.private(get_conditional_response(request, etag) or _file(found.data), etag)

    def address(self, root: str, slug: str) -> str:
        return resources.markdown(root, slug)


def _file(data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type="text/markdown; charset=utf-8")
    # A file may hold HTML, and must never be run as a page of ours.
    response["X-Content-Type-Options"] = "nosniff"
    return response


class LinkedView(ItemView):
    content_negotiation_class = AddressDecides
    media_type = None
    syntax: linking.Syntax

    def get(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        return self.linked(request, slug, self.syntax)

    def address(self, root: str, slug: str) -> str:
        return resources.linked(root, slug, self.syntax.suffix)


@description.entry_list
@describing.creating("entry")
class EntryList(ListView, Creating):
    resource = ENTRIES


@description.entry_detail
@describing.editing("entry")
class EntryDetail(DetailView, Editing):
    resource = ENTRIES


@description.entry_markdown
class EntryMarkdown(MarkdownView):
    resource = ENTRIES


@description.entry_path
class EntryPath(ItemView):
    """What to read first. It depends on other entries, and so its ETag is that of all."""

    resource = ENTRIES

    def get(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        parameters.read(request.GET)
        found = published.head(self.resource.kind, slug)
        if found is None:
            return self.elsewhere(request, slug)
        if found.slug != slug:
            return self.redirect(request, found.slug)
        now = found.state
        if answer := caching.settled(request, now.etag(request), now.changed):
            return answer
        body = paths.body(slug, self.resource.root(request))
        # Withdrawn between the two questions.
        if body is None:
            return self.elsewhere(request, slug)
        return instants.kept(HttpResponse(body, content_type=JSON), now, now.etag(request))

    def address(self, root: str, slug: str) -> str:
        return f"{resources.detail(root, slug)}path/"


@description.book_list
@describing.creating("book")
class BookList(ListView, Creating):
    resource = BOOKS


@description.book_detail
@describing.editing("book")
class BookDetail(DetailView, Editing):
    resource = BOOKS


@description.book_markdown
class BookMarkdown(MarkdownView):
    resource = BOOKS


@description.entry_jsonld
class EntryJsonLd(LinkedView):
    resource = ENTRIES
    syntax = linking.JSON_LD


@description.entry_turtle
class EntryTurtle(LinkedView):
    resource = ENTRIES
    syntax = linking.TURTLE


@description.book_jsonld
class BookJsonLd(LinkedView):
    resource = BOOKS
    syntax = linking.JSON_LD


@description.book_turtle
class BookTurtle(LinkedView):
    resource = BOOKS
    syntax = linking.TURTLE
