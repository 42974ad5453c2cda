"""Errors outside any view of the API (an unknown host, a middleware that fails), in the shape of the API.

`config.urls` names these functions as `handler400`, `handler404` and `handler500`.
"""

import sys

import orjson
from django.http import HttpRequest, HttpResponse
from django.views import defaults

from api import problems

# The form is kept by the browser, and nobody can say more: the database may be what is missing.
_LATER = (
    "The database or the disk cannot do this now: it may be full, or being seen to. Nothing was saved. Go back: what "
    "you typed is still in the form. Try again in a while, and tell whoever runs this if it stays so."
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return _problem(400, "request.malformed", "The request cannot be read.")
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return _problem(404, "address.not_found", "There is nothing at this address. The API begins at /api/v1/.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    # Django calls this while it handles the error.
    later = problems.is_for_later(sys.exc_info()[1])
    if later and _is_api(request):
        return problems.answer(problems.for_later(), request)
    if _is_api(request):
        return _problem(500, "server.error", "Something went wrong on our side. It has been logged.")
    if later:
        page = defaults.ERROR_PAGE_TEMPLATE % {"title": "Not now", "details": _LATER}
        return HttpResponse(page, status=503, headers={"Retry-After": str(problems.WAIT), "Cache-Control": "no-store"})
    return defaults.server_error(request)


def needs_https() -> HttpResponse:
    """For a program that came without it. Whatever secret it sent has been in the clear by now."""
    return _problem(403, "https.required", "The API is asked with https:// alone. Make a new token if you sent one.")


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _problem(status: int, code: str, detail: str) -> HttpResponse:
    content = orjson.dumps(problems.body(status, code, detail))
    response = HttpResponse(content, status=status, content_type=problems.MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    return response
