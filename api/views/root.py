"""Where everything begins, and where nothing is."""

from typing import Any

import orjson
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve, reverse
from rest_framework.request import Request

from api import description, exporting, linking, parameters, redirects, state
from api.caching import etag_of
from api.problems import MISSING_CACHE, ApiError
from api.public import AddressDecides, PublicView

_ADDRESSES = (
    "entries",
    "books",
    "search",
    "lookup",
    "facets",
    "categories",
    "tags",
    "graph",
    "health",
    "changes",
    "export",
    "chunks",
    "annotate",
    *(one.address for one in exporting.FORMATS.values()),
    "schema",
    "docs",
)
_FOR_CRAWLERS = ("feed", "sitemap", "llms", "llmsFull")


# (name there, media type): what a browser or a reader of feeds finds by itself.
_ALTERNATES = (
    ("feed", "application/atom+xml"),
    ("jsonld", linking.JSON_LD.media_type),
    ("turtle", linking.TURTLE.media_type),
)


class Root(PublicView):
    other_types = linking.MEDIA_TYPES

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # The addresses say nothing of the content; the glossary does.
        self.is_open = linking.preferred(request) is None
        return super().dispatch(request, *args, **kwargs)

    @description.root
    def get(self, request: HttpRequest) -> HttpResponseBase:
        parameters.read(request.GET)
        if syntax := linking.preferred(request):
            return linking.everything(request, state.read(), syntax)
        addresses = {name: request.build_absolute_uri(reverse(f"api:{name}")) for name in _ADDRESSES}
        addresses |= {name: request.build_absolute_uri(reverse(f"crawling:{name}")) for name in _FOR_CRAWLERS}
        body = orjson.dumps(addresses)
        answer = self.json(request, etag_of(body), None, lambda: body)
        links = [f'<{addresses[name]}>; rel="alternate"; type="{type_}"' for name, type_ in _ALTERNATES]
        answer.headers["Link"] = ", ".join(links)
        return answer


class Unrouted(PublicView):
    """Whatever no other address answers."""

    content_negotiation_class = AddressDecides
    media_type = None
    # Nothing is allowed here, and OPTIONS would say otherwise.
    default_response_headers: dict[str, str] = {}
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise _nothing_here()

    def get(self, request: HttpRequest) -> HttpResponseBase:
        # Not left to APPEND_SLASH, which only acts where no route matches.
        if not _answers(f"{request.path_info}/"):
            raise _nothing_here()
        return redirects.moved(request, f"{request.path}/")


def _nothing_here() -> ApiError:
    detail = f"There is nothing at this address. Those there are begin at {reverse('api:root')}."
    return ApiError(404, "address.not_found", detail, cache=MISSING_CACHE)


def _answers(path: str) -> bool:
    try:
        return getattr(resolve(path).func, "cls", None) is not Unrouted
    except Resolver404:
        return False
