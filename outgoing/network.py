"""One request to one host, at an address that was checked. The only place of Lemma that talks to strangers."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from outgoing.public import is_public

# Of a host with many addresses so many are tried.
_TRIED = 3
# The ports of the web, and those that programs of users have. Mail and shells do not get to read our requests.
_PORTS = frozenset([80, 443])
_FIRST_FREE_PORT = 1024

# (host, port) -> its network addresses. Raises socket.gaierror.
Resolve = Callable[[str, int], Awaitable[list[str]]]


class Unanswered(Exception):
    """reason: dns, dns.failed, address.private, address.port, address.unlisted, connect, tls, timeout, protocol.

    address: the network address that was asked, if it came to that.
    """

    def __init__(self, reason: str, address: str = "") -> None:
        super().__init__(reason)
        self.reason, self.address = reason, address


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said to one request."""

    status: int
    location: str = ""
    # Seconds until it wants to be asked again.
    retry_after: float | None = None
    # The network address that answered.
    address: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    # As it came, and no more of it than was asked for.
    body: bytes = b""
    # Whether there was more of it, or its end did not come.
    is_cut: bool = False


async def resolved(host: str, port: int) -> list[str]:
    """By the resolver of the system, each address once, in its order."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, slots=True)
class Timeouts:
    """In seconds. total: for all requests about one address, waiting for one's turn not counted. body: for what is read
    of a body once the headers are there.
    """

    connect: float = 5
    read: float = 10
    total: float = 30
    body: float = 5


@dataclass(frozen=True)
class Network:
    """Whom one may talk to, and how long.

    Without arguments it reaches the public internet and nothing else. Whoever has a server inside says so here, in the
    open.
    """

    admits: Callable[[str], bool] = is_public
    resolve: Resolve = resolved
    timeouts: Timeouts = Timeouts()
    tls: ssl.SSLContext | None = None
    # Of these and what is below them alone, if there are any: example.org stands for www.example.org, too.
    hosts: frozenset[str] = frozenset()

    def transport(self) -> httpx.AsyncHTTPTransport:
        """To be closed by whoever asked for it.

        Below httpx's client, which follows addresses of redirects even where it is told not to, far enough to stumble
        over bad ones; keeps cookies; and asks the environment for proxies, which would resolve the name again.
        """
        return httpx.AsyncHTTPTransport(
            verify=self.tls if self.tls is not None else True,
            trust_env=False,
            # Connections are known by the network address, which hosts share: one kept open might belong to another.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def ask(
        self,
        transport: httpx.AsyncBaseTransport,
        method: str,
        url: httpx.URL,
        seconds: float,
        *,
        headers: Mapping[str, str],
        content: bytes | None = None,
        keep: int = 0,
    ) -> Reply:
        """Resolves, checks every address, and connects to one of those that were checked. Follows nothing.

        Args:
            keep: so many bytes of the body are read; without it, none.

        Raises:
            Unanswered: there is no reply within that time, or nobody may be asked.
        """
        try:
            async with asyncio.timeout(seconds):
                return await self._ask(transport, _Asked(method, url, headers, content, keep))
        except TimeoutError:
            raise Unanswered("timeout") from None

    async def _ask(self, transport: httpx.AsyncBaseTransport, asked: "_Asked") -> Reply:
        url = asked.url
        host = url.raw_host.decode("ascii")
        port = url.port or (443 if url.scheme == "https" else 80)
        if port not in _PORTS and port < _FIRST_FREE_PORT:
            raise Unanswered("address.port")
        if self.hosts and not self._is_listed(host):
            raise Unanswered("address.unlisted")
        for number, address in enumerate(found := await self._addresses(host, port)):
            try:
                return await self._sent(transport, asked, address)
            except Unanswered as failure:
                if failure.reason != "connect" or number + 1 == len(found):
                    raise
        raise Unanswered("dns")

    def _is_listed(self, host: str) -> bool:
        parts = host.rstrip(".").split(".")
        return any(".".join(parts[number:]) in self.hosts for number in range(len(parts)))

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = await self.resolve(host.strip("[]"), port)
        except socket.gaierror as error:
            raise Unanswered("dns" if error.errno in _NO_SUCH_HOST else "dns.failed") from error
        except UnicodeError as error:
            # A label that is empty or too long: there can be no such host.
            raise Unanswered("dns") from error
        # One private address among public ones is as bad: who controls the name could have it taken next time.
        if not all(map(self.admits, found)):
            raise Unanswered("address.private")
        return found[:_TRIED]

    async def _sent(self, transport: httpx.AsyncBaseTransport, asked: "_Asked", address: str) -> Reply:
        """To this address and no other; the host is named as its certificate and its configuration have it."""
        limit, url = self.timeouts, asked.url
        request = httpx.Request(
            asked.method,
            url.copy_with(host=address),
            headers={
                "Host": url.netloc.decode("ascii"),
                "Accept-Encoding": "identity",
                "Connection": "close",
                **asked.headers,
            },
            content=asked.content,
            extensions={
                "sni_hostname": url.raw_host.decode("ascii").rstrip("."),
                "timeout": httpx.Timeout(limit.read, connect=limit.connect).as_dict(),
            },
        )
        try:
            response = await transport.handle_async_request(request)
            try:
                body, is_cut = await self._body(response, asked.keep)
            finally:
                await response.aclose()
        except httpx.ConnectTimeout as error:
            raise Unanswered("connect", address) from error
        except httpx.TimeoutException as error:
            raise Unanswered("timeout", address) from error
        except httpx.ConnectError as error:
            raise Unanswered("tls" if _is_tls(error) else "connect", address) from error
        except httpx.HTTPError as error:
            raise Unanswered("protocol", address) from error
        headers = response.headers
        return Reply(
            response.status_code,
            headers.get("Location", ""),
            _seconds(headers.get("Retry-After", "")),
            address,
            headers.multi_items(),
            body,
            is_cut,
        )

    async def _body(self, response: httpx.Response, keep: int) -> tuple[bytes, bool]:
        """What is kept of it, and whether that is not all. The answer stands, whatever becomes of its body."""
        if not keep:
            return b"", False
        read = bytearray()
        try:
            async with asyncio.timeout(self.timeouts.body):
                async for part in response.aiter_raw():
                    read += part
                    if len(read) > keep:
                        break
        except (TimeoutError, httpx.HTTPError):
            return bytes(read[:keep]), True
        return bytes(read[:keep]), len(read) > keep


@dataclass(frozen=True, slots=True)
class _Asked:
    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    content: bytes | None
    keep: int


_NO_SUCH_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _seconds(value: str) -> float | None:
    """Of a Retry-After: a number, or a date."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max((at - datetime.now(UTC)).total_seconds(), 0.0)
