"""The OpenAPI description and its viewer, both served from this machine."""

from functools import cache
from typing import Any

import orjson
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.response import Response

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


# The viewer has its styles in the page, and pictures in its styles.
_VIEWER = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Docs(SpectacularSwaggerSplitView):
    # The script comes at an address of its own, so that a content security policy need not allow inline scripts.
    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []
    url_name = "api:schema"
    title = "Lemma API"

    def finalize_response(self, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().finalize_response(*args, **kwargs)
        response["Content-Security-Policy"] = _VIEWER
        return response


@cache
def _schema() -> tuple[bytes, str]:
    # It takes a tenth of a second, and only new code changes it.
    body = orjson.dumps(SchemaGenerator().get_schema(request=None, public=True))
    return body, etag_of(body)
