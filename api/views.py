"""Reading what is published."""

from typing import Any

import orjson
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve, reverse
from rest_framework.request import Request

from api import description, paging, parameters, published, resources
from api.caching import conditional, etag_of
from api.problems import MISSING_CACHE, ApiError
from api.public import AddressDecides, PublicView
from api.resources import BOOKS, ENTRIES, Resource


class Root(PublicView):
    @description.root
    def get(self, request: Request) -> HttpResponse:
        parameters.read(request.query_params)
        names = ("entries", "books", "schema", "docs")
        body = orjson.dumps({name: request.build_absolute_uri(reverse(f"api:{name}")) for name in names})
        return self.json(request, body, etag_of(body))


class ListView(PublicView):
    resource: Resource

    def get(self, request: Request) -> HttpResponse:
        values = parameters.read(request.query_params, paging.PARAMETERS)
        page = paging.page_of(values)
        count, changed = published.total(self.resource.kind)
        page.check(count)
        root = self.resource.root(request)
        field = self.resource.url_field
        rows = published.page(self.resource.kind, page.start, page.size)
        body = orjson.dumps(
            {
                "count": count,
                "next": page.next(root, values, count),
                "previous": page.previous(root, values),
                "results": [
                    orjson.Fragment(_with(row.summary, {field: resources.detail(root, row.slug)})) for row in rows
                ],
            }
        )
        return self.json(request, body, etag_of(body), changed)


class ItemView(PublicView):
    """One item by its slug, whichever of its spellings and earlier slugs is asked for."""

    resource: Resource

    def elsewhere(self, request: Request, slug: str) -> HttpResponsePermanentRedirect:
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

    def redirect(self, request: Request, slug: str) -> HttpResponsePermanentRedirect:
        return _moved(request, self.address(self.resource.path(), slug))

    def address(self, root: str, slug: str) -> str:
        return resources.detail(root, slug)


class DetailView(ItemView):
    def get(self, request: Request, slug: str) -> HttpResponse:
        found = published.detail(self.resource.kind, slug)
        if found is None:
            return self.elsewhere(request, slug)
        if found.slug != slug:
            return self.redirect(request, found.slug)
        parameters.read(request.query_params)
        root = self.resource.root(request)
        addresses = {
            self.resource.url_field: resources.detail(root, slug),
            "markdownUrl": resources.markdown(root, slug),
        }
        body = _with(found.payload, addresses)
        return self.json(request, body, found.etag, found.published_at)


class MarkdownView(ItemView):
    content_negotiation_class = AddressDecides

    def get(self, request: Request, slug: str) -> HttpResponse:
        found = published.file(self.resource.kind, slug)
        if found is None:
            return self.elsewhere(request, slug)
        if found.slug != slug:
            return self.redirect(request, found.slug)
        parameters.read(request.query_params)
        response = HttpResponse(found.data, content_type="text/markdown; charset=utf-8")
        # A file may hold HTML, and must never be run as a page of ours.
        response["X-Content-Type-Options"] = "nosniff"
        # Of the bytes of the file, and so another one than that of the JSON, which may change while the file does not.
        etag = f'"{found.revision}-{found.sha256[:16]}"'
        return conditional(request, response, etag, found.published_at)

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


class Unrouted(PublicView):
    """Whatever no other address answers."""

    content_negotiation_class = AddressDecides
    # Nothing is allowed here, and OPTIONS would say otherwise.
    default_response_headers: dict[str, str] = {}
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD") or not _answers(f"{request.path_info}/"):
            raise ApiError(
                404,
                "address.not_found",
                f"There is nothing at this address. Those there are begin at {reverse('api:root')}.",
                cache=MISSING_CACHE,
            )

    def get(self, request: Request) -> HttpResponse:
        # Not left to APPEND_SLASH, which only acts where no route matches.
        return _moved(request, f"{request._request.path}/")


def _answers(path: str) -> bool:
    try:
        return getattr(resolve(path).func, "cls", None) is not Unrouted
    except Resolver404:
        return False


def _moved(request: Request, address: str) -> HttpResponsePermanentRedirect:
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
    # Browsers would keep it for ever, and a slug may come back as that of another item.
    response["Cache-Control"] = MISSING_CACHE
    return response


def _with(finished: bytes, fields: dict[str, str]) -> bytes:
    """Finished JSON of an object with fields added at its end, without reading it."""
    return finished[:-1] + b"," + orjson.dumps(fields)[1:]
