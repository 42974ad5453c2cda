"""What readers and proxies may keep, and when the answer is that nothing changed."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from time import time

from django.http import HttpRequest, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date

from api.problems import ApiError

# A minute takes the load of a popular entry off the database, and is the longest that something unpublished can still
# be seen; after it a cache asks again, which costs a 304. A cache that cannot ask must not answer by itself.
READ = "public, max-age=60, must-revalidate"
PRIVATE = "private, no-store"
_PRECONDITIONS = ("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", *_PRECONDITIONS)


def etag_of(body: bytes) -> str:
    """A strong ETag of exactly these bytes."""
    return f'"{sha256(body).hexdigest()[:32]}"'


def is_conditional(request: HttpRequest) -> bool:
    return any(name in request.META for name in _CONDITIONS)


def settled(request: HttpRequest, etag: str, changed: datetime | None) -> HttpResponseBase | None:
    """304 if the client has what there is; None if the answer has to be made.

    Raises:
        ApiError: 412 for a precondition that the answer does not meet.
    """
    if not is_conditional(request):
        return None
    if request.META.get("HTTP_IF_NONE_MATCH") == etag and not any(name in request.META for name in _PRECONDITIONS):
        # What nearly all ask: nothing else is to be read out of the headers then.
        return keepable(HttpResponseNotModified(), etag, changed)
    # Dates have whole seconds, and more may be published within one: nothing is unmodified before the second is over.
    modified = int(changed.timestamp()) + 1 if changed else None
    answer = get_conditional_response(request, etag, modified)
    if answer is None:
        return None
    if answer.status_code == 412:
        raise ApiError(
            412, "precondition.failed", "What is published is not what If-Match or If-Unmodified-Since asks for."
        )
    return keepable(answer, etag, changed)


def private(response: HttpResponseBase, etag: str = "") -> HttpResponseBase:
    """A response for one person alone, that nobody keeps. Its ETag is for writing."""
    if etag:
        response.headers["ETag"] = etag
    response.headers["Cache-Control"] = PRIVATE
    patch_vary_headers(response, ("Accept", "Authorization", "Cookie"))
    return response


def keepable(response: HttpResponseBase, etag: str, changed: datetime | None) -> HttpResponseBase:
    """The response with its validators."""
    headers = response.headers
    headers["ETag"] = etag
    headers["Cache-Control"] = READ
    if changed is not None:
        # Never in the future.
        headers["Last-Modified"] = http_date(min(int(changed.timestamp()) + 1, int(time())))
    return response


def conditional(
    request: HttpRequest, etag: str, changed: datetime | None, make: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """The answer with its validators, or 304 without making it.

    Raises:
        ApiError: as `settled`.
    """
    return settled(request, etag, changed) or keepable(make(), etag, changed)
