"""Errors outside any view of the API (an unknown host, a middleware that fails), in the shape of the API.

`config.urls` names these functions as `handler400`, `handler404` and `handler500`.
"""

import orjson
from django.http import HttpRequest, HttpResponse
from django.views import defaults

from api import problems


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return _problem(400, "request.malformed", "The request cannot be read.")
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return _problem(404, "address.not_found", "There is nothing at this address. The API begins at /api/v1/.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if _is_api(request):
        return _problem(500, "server.error", "Something went wrong on our side. It has been logged.")
    return defaults.server_error(request)


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _problem(status: int, code: str, detail: str) -> HttpResponse:
    content = orjson.dumps(problems.body(status, code, detail))
    response = HttpResponse(content, status=status, content_type=problems.MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    return response
