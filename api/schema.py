"""The OpenAPI description and its viewer, both served from this machine."""

from functools import cache
from typing import Any

import orjson
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularSwaggerSplitView

from api import parameters
from api.caching import etag_of
from api.public import PublicView


class Schema(PublicView):
    schema = None
    is_open = True

    def get(self, request: HttpRequest) -> HttpResponseBase:
        parameters.read(request.GET)
        body, etag = _schema()
        return self.json(request, etag, None, lambda: body)


class Docs(SpectacularSwaggerSplitView):
    # The script comes at an address of its own, so that a content security policy need not allow inline scripts.
    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []
    url_name = "api:schema"
    title = "Lemma API"


@cache
def _schema() -> tuple[bytes, str]:
    # It takes a tenth of a second, and only new code changes it.
    body = orjson.dumps(SchemaGenerator().get_schema(request=None, public=True))
    return body, etag_of(body)
