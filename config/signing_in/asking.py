"""How the provider of single sign-on is asked, by the one way to other hosts, under the names that allauth knows."""

import asyncio
import json
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlencode

import httpx
import requests

from outgoing.network import Network, Timeouts, Unanswered

# Far more than tokens and keys ever are.
_LARGEST = 512 * 1024
_TIMEOUTS = Timeouts(connect=5, read=5, total=10, body=5)


@dataclass(frozen=True, slots=True)
class Answer:
    status_code: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")

    def json(self) -> Any:
        try:
            return json.loads(self.content)
        except ValueError:
            raise requests.exceptions.InvalidJSONError("The answer is no JSON.") from None

    def raise_for_status(self) -> None:
        if self.status_code != HTTPStatus.OK:
            raise requests.exceptions.HTTPError(f"The answer is {self.status_code}.")


class Session:
    """As much of `requests.Session` as allauth uses. It follows no redirect, and reads no more than half a megabyte.

    At any address, also one inside: whose it is does not come from a user but from whoever runs Lemma.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *arguments: object) -> None:
        pass

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        return self.request("GET", url, headers=headers)

    def request(
        self, method: str, url: str, *, params: Mapping[str, str] | None = None, data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None, auth: Any = None,
    ) -> Answer:  # fmt: skip
        """
        Raises:
            requests.RequestException: there is no answer.
        """
        sent = {"Accept": "application/json", **(headers or {})}
        content = None
        if data is not None:
            content = urlencode(data).encode()
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(content))}
        if auth is not None:
            both = f"{auth.username}:{auth.password}".encode()
            sent["Authorization"] = f"Basic {b64encode(both).decode()}"
        return asyncio.run(_ask(method, httpx.URL(url, params=params), sent, content))


@cache
def _tls() -> ssl.SSLContext:
    """With the certificates of the system, to which an operator may have added one of their own."""
    return ssl.create_default_context()


async def _ask(method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes | None) -> Answer:
    network = Network(admits=lambda address: True, timeouts=_TIMEOUTS, tls=_tls())
    transport = network.transport()
    try:
        reply = await network.ask(
            transport, method, url, _TIMEOUTS.total, headers=headers, content=content, keep=_LARGEST
        )
    except Unanswered as failure:
        raise requests.exceptions.ConnectionError(f"{url.host}: {failure.reason}") from None
    finally:
        await transport.aclose()
    if reply.is_cut:
        raise requests.exceptions.ConnectionError(f"{url.host}: the answer is too long, or ended early")
    return Answer(reply.status, reply.body, {name.lower(): value for name, value in reply.headers})
