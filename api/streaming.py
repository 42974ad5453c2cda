"""Answers over everything, sent while they are made."""

from collections.abc import Callable, Iterable, Iterator

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from api import caching
from api.state import State

# A piece for each item would cost more than the item.
_PIECE = 32_768


def stream(
    request: HttpRequest,
    now: State,
    content_type: str,
    pieces: Callable[[], Iterable[bytes]],
    also: str = "",
    headers: dict[str, str] | None = None,
) -> HttpResponseBase:
    """The pieces in a stream of their own, or 304 without making them. also: as of `State.etag`."""

    def make() -> HttpResponseBase:
        found = pieces() if request.method == "GET" else ()
        return StreamingHttpResponse(found, content_type=content_type, headers=headers)

    return caching.conditional(request, now.etag(request, also), now.changed, make)


def joined(texts: Iterable[str | bytes]) -> Iterator[bytes]:
    """The same in UTF-8, in pieces that are worth sending."""
    waiting: list[bytes] = []
    size = 0
    for text in texts:
        piece = text.encode("utf-8", "replace") if isinstance(text, str) else text
        waiting.append(piece)
        size += len(piece)
        if size >= _PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)
