"""Every answer that is no success, in the one shape of RFC 9457."""

import errno
import logging
import math
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import OperationalError, ProgrammingError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response

MEDIA_TYPE = "application/problem+json"
# Long enough to shield the database from a page that keeps asking, short enough for what is published next.
MISSING_CACHE = "public, max-age=60"
# Full, over a quota, or mounted to be read alone.
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
# What PostgreSQL says of a table or a column that is not there, and SQLite as an operational error.
_MIGRATING = {"42P01", "42703"}
# Seconds until it makes sense to try again: somebody may have to do something first.
WAIT = 30

logger = logging.getLogger(__name__)


class ApiError(exceptions.APIException):
    """A refusal with its own code, and with what is wrong field by field."""

    def __init__(self, status: int, code: str, detail: str, errors: Iterable[dict[str, Any]] = (), cache: str = ""):
        super().__init__(detail, code)
        self.status_code = status
        self.code = code
        self.errors = list(errors)
        self.cache = cache
        # Further members of the body, and the header of a 401.
        self.more: dict[str, Any] = {}
        self.auth_header = ""
        # Seconds, for Retry-After.
        self.wait: float | None = None


def field_error(field: str, message: str, hint: str = "", line: int | None = None) -> dict[str, Any]:
    """One member of `errors`."""
    return {"field": field, "line": line, "message": message, "hint": hint}


def body(status: int, code: str, detail: str, errors: Iterable[dict[str, Any]] = ()) -> dict[str, Any]:
    return {
        # The status says it all to a generic client, `code` to ours; RFC 9457 then asks for this type and title.
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": list(errors),
    }


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """Any exception of a view as a problem. Named by the settings of DRF."""
    known = _known(error, context["request"]._request if "request" in context else None)
    status, headers, content = _parts(known)
    return Response(content, status=status, headers=headers, content_type=MEDIA_TYPE)


def answer(error: Exception, request: HttpRequest) -> HttpResponse:
    """The same outside of DRF."""
    status, headers, content = _parts(_known(error, request))
    return HttpResponse(orjson.dumps(content), status=status, headers=headers, content_type=MEDIA_TYPE)


def _known(error: Exception, request: HttpRequest | None) -> exceptions.APIException:
    known = _as_api_exception(error)
    if known is None:
        logger.error("%s %s failed", request and request.method, request and request.path, exc_info=error)
        # The test client and error monitors listen to it; Django sends it only for what leaves the view.
        got_request_exception.send(sender=None, request=request)
        failed = ApiError(500, "server.error", "Something went wrong on our side. It has been logged.")
        known = for_later() if is_for_later(error) else failed
    return known


def is_for_later(error: BaseException | None) -> bool:
    """Whether the same request may succeed once somebody has made room, or the database is back."""
    if isinstance(error, ProgrammingError):
        return getattr(error.__cause__, "sqlstate", "") in _MIGRATING
    return isinstance(error, OperationalError) or (isinstance(error, OSError) and error.errno in _NO_ROOM)


def for_later() -> ApiError:
    problem = ApiError(503, "server.unavailable", "The database or the disk cannot do this now. Try again in a while.")
    problem.wait = WAIT
    return problem


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, SuspiciousOperation | BadRequest):
        # Its text is for the log: it may tell how the request was taken apart.
        return ApiError(400, "request.malformed", "The request cannot be read.")
    return None


def _parts(error: exceptions.APIException) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Status, headers and body."""
    if isinstance(error, ApiError):
        code, detail, errors, cache = error.code, str(error.detail), error.errors, error.cache
    elif isinstance(error, exceptions.ValidationError):
        code, detail, errors, cache = "invalid", "The request has mistakes.", list(_flat("", error.detail)), ""
    else:
        code, detail, errors, cache = str(error.get_codes()), str(error.detail), [], ""
    headers = {"Cache-Control": cache or "no-store"}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    more = error.more if isinstance(error, ApiError) else {}
    return error.status_code, headers, body(error.status_code, code, detail, errors) | more


def _flat(field: str, detail: Any) -> Iterable[dict[str, Any]]:
    """The nested details of a serializer as one list, with paths such as `links.2.url`."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            # Errors of the whole object are not about a field of that name.
            here = field if name == "non_field_errors" else f"{field}.{name}".lstrip(".")
            yield from _flat(here, inner)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            yield from _flat(field if isinstance(inner, str) else f"{field}.{index}".lstrip("."), inner)
    else:
        yield field_error(field, str(detail))
