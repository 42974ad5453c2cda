"""One attempt: signed, sent to a checked address, answered or not."""

import asyncio
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import ip_address, ip_network

import httpx
from django.conf import settings

from outgoing.network import Network, Timeouts, Unanswered
from outgoing.public import is_public
from webhooks import bodies, signing
from webhooks.deciding import Came
from webhooks.models import Attempt, Delivery, Endpoint

AGENT = "Lemma-Webhooks/1.0"
TIMEOUTS = Timeouts(connect=5, read=15, total=20)
# So much is kept of what was sent, and of what was answered: characters of a body, headers, characters of one.
_KEPT, _HEADERS, _HEADER = 8_000, 50, 500
_SECRET = frozenset(["set-cookie", "set-cookie2", "authorization", "proxy-authorization", "webhook-signature"])
_UNKEPT = "(not kept)"


class SecretLost(Exception):
    """SECRET_KEY is another one than when the secret was made."""


@dataclass(frozen=True, slots=True)
class Sent:
    """attempt: not saved yet."""

    attempt: Attempt
    came: Came


def is_inside(address: str) -> bool:
    """Whether the network address is in LEMMA_WEBHOOK_NETWORKS."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return any(ip in ip_network(network, strict=False) for network in settings.LEMMA_WEBHOOK_NETWORKS)


def is_admitted(address: str) -> bool:
    return is_public(address) or is_inside(address)


class Sender:
    """Sends one after the other, over an event loop of its own; to be closed."""

    def __init__(self, network: Network | None = None) -> None:
        # Made once: it reads a file with a hundred certificates.
        self._network = network or Network(
            is_admitted, timeouts=TIMEOUTS, tls=ssl.create_default_context(), hosts=settings.LEMMA_OUTGOING_HOSTS
        )
        self._runner = asyncio.Runner()

    def close(self) -> None:
        self._runner.close()

    def send(self, delivery: Delivery, now: datetime) -> Sent:
        """Whatever the server does, in bounded time and space.

        Raises:
            SecretLost: there is nothing to sign it with.
        """
        body = bodies.body(delivery)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": AGENT,
            **signing.headers(secrets(delivery.endpoint, now), delivery.message, now, body),
        }
        attempt = Attempt(
            delivery=delivery,
            at=now,
            request_headers=kept_headers(headers.items()),
            request_body=kept_text(body),
            request_size=len(body),
        )
        began = time.monotonic()
        came = self._runner.run(self._post(delivery.endpoint.address, headers, body, attempt))
        attempt.seconds = round(time.monotonic() - began, 3)
        attempt.status, attempt.reason = came.status, came.reason
        return Sent(attempt, came)

    async def _post(self, address: str, headers: dict[str, str], body: bytes, attempt: Attempt) -> Came:
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL:
            return Came("address.malformed")
        network = self._network
        if url.scheme != "https":
            # In the clear only to where the operator says that it is inside.
            network = replace(network, admits=is_inside)
        try:
            async with network.transport() as transport:
                reply = await network.ask(
                    transport, "POST", url, network.timeouts.total, headers=headers, content=body, keep=_KEPT
                )
        except Unanswered as failure:
            attempt.network_address = failure.address
            return Came(failure.reason)
        attempt.network_address = reply.address
        attempt.answer_headers = kept_headers(reply.headers)
        attempt.answer_body, attempt.answer_is_cut = kept_text(reply.body), reply.is_cut
        if 200 <= reply.status < 300:
            return Came("", reply.status)
        return Came(f"http.{reply.status}", reply.status, reply.retry_after)


def secrets(endpoint: Endpoint, now: datetime) -> list[str]:
    """The secret, and for a while after a change the one before it.

    Raises:
        SecretLost: it cannot be made any more.
    """
    text = signing.known_secret(endpoint.salt, endpoint.fingerprint)
    if text is None:
        raise SecretLost
    if endpoint.previous_salt and endpoint.previous_until and endpoint.previous_until > now:
        return [text, signing.secret(endpoint.previous_salt)]
    return [text]


def kept_headers(headers: Iterable[tuple[str, str]]) -> list[list[str]]:
    """What is kept of headers: not what could open a door."""
    return [
        [_clean(name)[:_HEADER], _UNKEPT if name.lower() in _SECRET else _clean(value)[:_HEADER]]
        for name, value in list(headers)[:_HEADERS]
    ]


def kept_text(data: bytes) -> str:
    """What is kept of a body, whatever its encoding."""
    return _clean(data[: 4 * _KEPT].decode("utf-8", "replace"))[:_KEPT]


def _clean(text: str) -> str:
    # PostgreSQL keeps no NUL, and nobody keeps half a character.
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
