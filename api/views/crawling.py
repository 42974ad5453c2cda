"""For readers of feeds, search engines and language models."""

import re

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from api import caching, crawling, description, instants, linking, parameters, resources, sites, state, streaming
from api.problems import MISSING_CACHE, ApiError
from api.public import AddressDecides, PublicView
from api.state import State
from formats import sitemap
from formats.robots import robots

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_XML = "application/xml; charset=utf-8"
_MARKDOWN = "text/markdown; charset=utf-8"


class FileView(PublicView):
    content_negotiation_class = AddressDecides
    media_type = None


@description.feed
class FeedView(FileView):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        parameters.read(request.GET)
        now = state.read()
        site = sites.of(request)

        def make() -> HttpResponse:
            text = crawling.feed(site, request.build_absolute_uri(request.path))
            return HttpResponse(text, content_type="application/atom+xml; charset=utf-8")

        return instants.answer(request, now, make, linking.validity(site))


class SitemapFile(FileView):
    def stream(self, request: HttpRequest, now: State, number: int) -> HttpResponseBase:
        site = sites.of(request)
        return streaming.stream(
            request,
            now,
            _XML,
            lambda: streaming.joined(sitemap.urls(crawling.pages(site, number))),
            linking.validity(site),
        )


@description.sitemap
class SitemapView(SitemapFile):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        parameters.read(request.GET)
        now = state.read()
        if (parts := crawling.parts()) == 1:
            return self.stream(request, now, 1)
        places = (
            (request.build_absolute_uri(reverse("crawling:sitemapPart", args=[number])), now.changed)
            for number in range(1, parts + 1)
        )
        return streaming.stream(request, now, _XML, lambda: streaming.joined(sitemap.index(places)))


@description.sitemap_part
class SitemapPartView(SitemapFile):
    def get(self, request: HttpRequest, number: str) -> HttpResponseBase:
        parameters.read(request.GET)
        parts = crawling.parts()
        if not _NUMBER.fullmatch(number) or int(number) > parts:
            detail = f"There is no such part of the site map; it has {parts}."
            raise ApiError(404, "address.not_found", detail, cache=MISSING_CACHE)
        return self.stream(request, state.read(), int(number))


@description.llms
class LlmsView(FileView):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        parameters.read(request.GET)
        site, roots = sites.of(request), resources.roots(request)
        return streaming.stream(
            request,
            state.read(),
            _MARKDOWN,
            lambda: streaming.joined(crawling.llms_txt(site, roots)),
            linking.validity(site),
        )


@description.llms_full
class LlmsFullView(FileView):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        parameters.read(request.GET)
        site = sites.of(request)
        return streaming.stream(
            request,
            state.read(),
            _MARKDOWN,
            lambda: streaming.joined(crawling.llms_full(site)),
            linking.validity(site),
        )


@description.robots
class RobotsView(FileView):
    # It says nothing of the content.
    is_open = True

    def get(self, request: HttpRequest) -> HttpResponseBase:
        parameters.read(request.GET)
        closed = [reverse("admin:index"), "/preview/"]
        body = robots(request.build_absolute_uri(reverse("crawling:sitemap")), closed).encode()
        return caching.conditional(
            request, caching.etag_of(body), None, lambda: HttpResponse(body, content_type="text/plain; charset=utf-8")
        )
