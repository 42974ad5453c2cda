"""Answers over everything, sent while they are made."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from api import caching, instants
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
    """The pieces in a stream of their own, or 304 without making them. also: as of `State.etag`.

    The first piece is made before the headers are: if something was published since `now`, it may have that already, so
    that it goes out without an ETag and nobody keeps it.
    """
    etag = now.etag(request, also)
    if (settled := caching.settled(request, etag, now.changed)) is not None:
        return settled
    if request.method != "GET":
        return caching.keepable(
            StreamingHttpResponse((), content_type=content_type, headers=headers), etag, now.changed
        )
    rest = iter(pieces())
    first = next(rest, b"")
    response = StreamingHttpResponse(_Begun(first, rest), content_type=content_type, headers=headers)
    return instants.kept(response, now, etag)


class _Begun(Iterator[bytes]):
    """What has begun already, and so has to be closed though nobody may ever ask for any of it."""

    def __init__(self, first: bytes, rest: Iterator[bytes]) -> None:
        self._pieces, self._rest = chain([first], rest), rest

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        if close := getattr(self._rest, "close", None):
            close()


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
