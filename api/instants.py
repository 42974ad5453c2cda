"""Answers that take more than one question to the database: of one instant, or kept by nobody."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from api import caching, state
from api.state import State


def answer(request: HttpRequest, now: State, make: Callable[[], HttpResponseBase], also: str = "") -> HttpResponseBase:
    """What is made, or 304 without making it. also: as of `State.etag`.

    Raises:
        ApiError: as `caching.settled`.
    """
    etag = now.etag(request, also)
    return caching.settled(request, etag, now.changed) or kept(make(), now, etag)


def kept(response: HttpResponseBase, now: State, etag: str) -> HttpResponseBase:
    """The response with its validators, if the feed still stands where it stood before it was made. Otherwise it may
    have something of the publication since: it goes out without an ETag, and nobody keeps it.
    """
    if state.read()[:2] == now[:2]:
        return caching.keepable(response, etag, now.changed)
    return unkept(response)


def unkept(response: HttpResponseBase) -> HttpResponseBase:
    """One that may be of two instants."""
    for name in ("ETag", "Last-Modified"):
        response.headers.pop(name, None)
    response.headers["Cache-Control"] = "no-store"
    return response
