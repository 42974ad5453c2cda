"""One address: asked, and followed where it leads."""

import asyncio
from dataclasses import dataclass, field
from typing import NamedTuple

import httpx
from django.core.exceptions import ValidationError

from glossary.linkcheck.pacing import Limits, Pace
from outgoing.network import Network, Reply, Unanswered
from publishing.validators import validate_http_url

# A robots.txt, or who reads the log of a server, can name it.
AGENT = "LemmaLinkCheck/1.0 (compatible; Lemma glossary CMS; looks whether links of a glossary still work)"
_HEADERS = {"User-Agent": AGENT, "Accept": "*/*"}
_MOST_HOPS = 10
_REDIRECTS = frozenset([301, 302, 303, 307, 308])
_FOR_GOOD = frozenset([301, 308])
_TOO_MANY = 429
# For so long a host is left alone that says "too many requests" and nothing else.
_REST = 3600.0
# What a server may do to HEAD alone.
_ONLY_HEAD = frozenset(["protocol", "timeout"])
# The host did not get as far as HTTP.
_SILENT = frozenset(["connect", "timeout", "dns.failed"])


class Hop(NamedTuple):
    """An address that answered with a redirect."""

    address: str
    status: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an address. `reason` is empty if its page is there; else http.404, timeout, redirect.loop …"""

    reason: str
    status: int | None = None
    hops: list[Hop] = field(default_factory=list)
    # Where it leads for good; only if that page is there.
    moved_to: str = ""
    # For so many seconds the host wants to be left alone.
    rest: float | None = None


class Follower:
    """Asks about addresses, over one transport and at one pace."""

    def __init__(self, network: Network, transport: httpx.AsyncBaseTransport, limits: Limits) -> None:
        self._network, self._transport, self._pace = network, transport, Pace(limits)

    async def follow(self, address: str) -> Answer:
        """Bounded in time and hops, whatever the servers do.

        Raises:
            Resting: a host on the way wants to be left alone, or is down; another run will find out.
        """
        return await _Journey(self._network, self._transport, self._pace).travel(address)


class _Journey:
    def __init__(self, network: Network, transport: httpx.AsyncBaseTransport, pace: Pace) -> None:
        self._network, self._transport, self._pace = network, transport, pace
        self._left = network.timeouts.total
        self._hops: list[Hop] = []
        self._rest: float | None = None
        self._host = ""

    async def travel(self, address: str) -> Answer:
        try:
            url, reply = await self._to_the_end(address)
        except Unanswered as failure:
            self._pace.noted(self._host, answered=failure.reason not in _SILENT)
            return Answer(failure.reason, None, self._hops, rest=self._rest)
        self._pace.noted(self._host, answered=True)
        if not 200 <= reply.status < 300:
            return Answer(f"http.{reply.status}", reply.status, self._hops, rest=self._rest)
        return Answer("", reply.status, self._hops, self._moved_to(url), self._rest)

    async def _to_the_end(self, address: str) -> tuple[httpx.URL, Reply]:
        url = _url(address)
        seen = set()
        method = "HEAD"
        while True:
            seen.add(url.copy_with(fragment=None))
            method, reply = await self._reply(method, url)
            if reply.status not in _REDIRECTS or not reply.location:
                return url, reply
            self._hops.append(Hop(str(url), reply.status))
            url = _url(reply.location, url)
            if url.copy_with(fragment=None) in seen:
                raise Unanswered("redirect.loop")
            if len(self._hops) > _MOST_HOPS:
                raise Unanswered("redirect.long")

    async def _reply(self, method: str, url: httpx.URL) -> tuple[str, Reply]:
        """By GET if HEAD is not understood; and then by GET for the rest of the way."""
        if method == "HEAD":
            try:
                reply = await self._asked("HEAD", url)
            except Unanswered as failure:
                if failure.reason not in _ONLY_HEAD or self._left <= 0:
                    raise
            else:
                if reply.status < 400 or self._rest is not None:
                    return method, reply
        return "GET", await self._asked("GET", url)

    async def _asked(self, method: str, url: httpx.URL) -> Reply:
        self._host = host = url.host
        loop = asyncio.get_running_loop()
        async with self._pace.turn(host):
            began = loop.time()
            try:
                reply = await self._network.ask(self._transport, method, url, self._left, headers=_HEADERS)
            finally:
                self._left -= loop.time() - began
        if reply.status == _TOO_MANY or (reply.status >= 400 and reply.retry_after is not None):
            self._rest = _REST if reply.retry_after is None else reply.retry_after
            self._pace.rest(host)
        return reply

    def _moved_to(self, end: httpx.URL) -> str:
        """Behind the last of the redirects from the first on that are for good."""
        count = next((at for at, hop in enumerate(self._hops) if hop.status not in _FOR_GOOD), len(self._hops))
        if not count:
            return ""
        new = self._hops[count].address if count < len(self._hops) else str(end)
        # An address that is worse than the old one is not offered.
        return "" if self._hops[0].address.startswith("https:") and not new.startswith("https:") else new


def _url(address: str, base: httpx.URL | None = None) -> httpx.URL:
    """Raises Unanswered for what is no web address, or has a password in it."""
    wrong = Unanswered("redirect.malformed" if base is not None else "address.malformed")
    try:
        url = base.join(address) if base is not None else httpx.URL(address)
        validate_http_url(str(url))
    except (httpx.InvalidURL, ValueError, ValidationError) as error:
        raise wrong from error
    return url
