"""Entries and books: lists, details, files."""

from datetime import datetime

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase

from api import (
    caching,
    description,
    filters,
    joining,
    listing,
    paging,
    parameters,
    published,
    redirects,
    resources,
    selecting,
    state,
)
from api.problems import MISSING_CACHE, ApiError
from api.public import AddressDecides, PublicView
from api.resources import BOOKS, ENTRIES, Resource


class ListView(PublicView):
    resource: Resource

    def get(self, request: HttpRequest) -> HttpResponseBase:
        resource, query = self.resource, request.GET
        allowed = (*filters.allowed(resource.kind), "ordering", *selecting.PARAMETERS, *paging.PARAMETERS)
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
        body = joining.page(
            page.total,
            self._link(request, page, window, root, backward=False),
            self._link(request, page, window, root, backward=True),
            self._results(request, page, selection, root),
        )
        response = HttpResponse(body, content_type="application/json")
        return caching.keepable(response, page.state.etag(request), page.state.changed)

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
        self, request: HttpRequest, page: listing.Page, window: paging.Window, root: str, *, backward: bool
    ) -> str | None:
        if not (page.before if backward else page.after):
            return None
        query = request.GET
        if window.number:
            # The first page has one address, whether a reader came back to it or began with it.
            number = window.number - 1 if backward else window.number + 1
            return paging.link(root, query, page=str(number) if number > 1 else None)
        if page.rows:
            place = page.rows[0 if backward else -1].place
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

    def redirect(self, request: HttpRequest, slug: str) -> HttpResponsePermanentRedirect:
        return redirects.moved(request, self.address(self.resource.path(), slug))

    def address(self, root: str, slug: str) -> str:
        return resources.detail(root, slug)


class DetailView(ItemView):
    def get(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        if request.GET:
            return self._selected(request, slug)
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

    def _selected(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        values = parameters.read(request.GET, selecting.PARAMETERS)
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
    return found.state.changed if selection.expand else found.published_at


class MarkdownView(ItemView):
    content_negotiation_class = AddressDecides
    media_type = None

    def get(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        found = published.file(self.resource.kind, slug, known=request.META.get("HTTP_IF_NONE_MATCH", ""))
        if found is None:
            return self.elsewhere(request, slug)
        if found.slug != slug:
            return self.redirect(request, found.slug)
        parameters.read(request.GET)

        def make() -> HttpResponse:
            response = HttpResponse(found.data, content_type="text/markdown; charset=utf-8")
            # A file may hold HTML, and must never be run as a page of ours.
            response["X-Content-Type-Options"] = "nosniff"
            return response

        return caching.conditional(request, found.etag, found.published_at, make)

    def address(self, root: str, slug: str) -> str:
        return resources.markdown(root, slug)


@description.entry_list
class EntryList(ListView):
    resource = ENTRIES


@description.entry_detail
class EntryDetail(DetailView):
    resource = ENTRIES


@description.entry_markdown
class EntryMarkdown(MarkdownView):
    resource = ENTRIES


@description.book_list
class BookList(ListView):
    resource = BOOKS


@description.book_detail
class BookDetail(DetailView):
    resource = BOOKS


@description.book_markdown
class BookMarkdown(MarkdownView):
    resource = BOOKS
