"""Who asks, where a proxy asks for them: what it says of them is believed, and what others say is not."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_SAID = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT",
         "HTTP_X_REQUEST_ID")  # fmt: skip


def networks(words: Sequence[str]) -> list[Any]:
    """Of a setting such as 127.0.0.1,10.0.0.0/8."""
    try:
        return [ip_network(word) for word in words]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"LEMMA_TRUSTED_PROXIES: {error}. Write addresses and networks, such as 127.0.0.1,10.0.0.0/8."
        ) from None


def client_of(peer: str, forwarded: str, trusted: Sequence[Any]) -> str:
    """The address of the client, of the chain "client, proxy, proxy" that proxies have written.

    Each writes whom it was asked by, so that what stands before the first that is not trusted may be invented.

    >>> client_of("10.0.0.1", "1.1.1.1, 2.2.2.2", networks(["10.0.0.0/8"]))
    '2.2.2.2'
    """
    found = peer
    for written in reversed([word.strip() for word in forwarded.split(",")] if forwarded else []):
        if not _is_address(written):
            break
        found = written
        if not (trusted and _is_one_of(written, trusted)):
            break
    return found


def proxied(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, only behind a proxy: REMOTE_ADDR is the client's address, and strangers' headers are not there."""
    trusted = settings.TRUSTED_PROXIES

    def middleware(request: HttpRequest) -> HttpResponseBase:
        said, peer = request.META, request.META.get("REMOTE_ADDR", "")
        # Through a Unix socket there is no address: whoever may open it is trusted.
        if trusted and peer and not _is_one_of(peer, trusted):
            for name in _SAID:
                said.pop(name, None)
        else:
            said["REMOTE_ADDR"] = client_of(peer, said.get("HTTP_X_FORWARDED_FOR", ""), trusted)
            if "HTTP_X_FORWARDED_FOR" in said:
                said["HTTP_X_FORWARDED_FOR"] = said["REMOTE_ADDR"]
        return answer(request)

    return middleware


def _is_one_of(address: str, known: Sequence[Any]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in known)


@lru_cache(4096)
def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
