"""A server of bad manners: each path is a behaviour. It writes bytes as they are, since no framework would do it."""

import asyncio
import ssl
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Self

Script = Callable[["Request"], AsyncIterator[bytes]]


class Request:
    def __init__(self, method: str, path: str, headers: dict[str, str], asked: int) -> None:
        self.method, self.path, self.headers = method, path, headers
        # How often this path was asked for before.
        self.asked = asked

    @property
    def host(self) -> str:
        return self.headers["host"]


def said(status: int, *headers: str, body: str = "") -> Script:
    """One plain answer."""

    async def script(request: Request) -> AsyncIterator[bytes]:
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
        port = request.host.rpartition(":")[2]
        yield "\r\n".join([*lines, "", body]).replace("{port}", port).encode()

    return script


def leads(status: int, location: str) -> Script:
    return said(status, f"Location: {location}")


def by_method(head: Script, get: Script) -> Script:
    return lambda request: (head if request.method == "HEAD" else get)(request)


async def nothing(request: Request) -> AsyncIterator[bytes]:
    """Takes the request and never says a word."""
    await asyncio.sleep(60)
    yield b""


async def hanging_up(request: Request) -> AsyncIterator[bytes]:
    for part in list[bytes]():
        yield part


async def drop_by_drop(request: Request) -> AsyncIterator[bytes]:
    """Never silent for long, and never done with its headers."""
    yield b"HTTP/1.1 200 OK\r\nX: "
    for number in range(1, 600):
        yield b"x" if number % 20 else b"\r\nX: "
        await asyncio.sleep(0.1)


async def no_end_of_headers(request: Request) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X-More: " + b"x" * 8000 + b"\r\n"


async def no_end_of_body(request: Request) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    while True:
        yield b"10000\r\n" + b"x" * 0x10000 + b"\r\n"


async def continuing_for_ever(request: Request) -> AsyncIterator[bytes]:
    while True:
        yield b"HTTP/1.1 100 Continue\r\n\r\n" * 10
        await asyncio.sleep(0.01)


async def too_short(request: Request) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this"


async def too_long(request: Request) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + b"more than two" * 1000


async def two_lengths(request: Request) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"


async def other_language(request: Request) -> AsyncIterator[bytes]:
    yield b"220 mail.example.org ESMTP\r\n" * 10


async def bomb(request: Request) -> AsyncIterator[bytes]:
    # What it says it is does not matter: nobody unpacks it.
    yield b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1000000000\r\n\r\n" + b"\x1f\x8b" * 50_000


async def next_number(request: Request) -> AsyncIterator[bytes]:
    """/count/3 leads to /count/2 and so on to /count/0, which is there."""
    left = int(request.path.rpartition("/")[2])
    status, header = (301, f"Location: /count/{left - 1}\r\n") if left else (200, "")
    yield f"HTTP/1.1 {status} Whatever\r\n{header}Content-Length: 0\r\n\r\n".encode()


async def cookies(request: Request) -> AsyncIterator[bytes]:
    """Whoever brings a cookie is known, and should not be."""
    if "cookie" in request.headers:
        yield b"HTTP/1.1 404 Whatever\r\n\r\n"
    elif request.path == "/cookies":
        yield b"HTTP/1.1 302 Whatever\r\nSet-Cookie: a=b; Path=/\r\nLocation: /cookies/2\r\nContent-Length: 0\r\n\r\n"
    else:
        yield b"HTTP/1.1 200 Whatever\r\nContent-Length: 0\r\n\r\n"


def a_date(seconds: int) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


class Server:
    """Answers on a port of 127.0.0.1 in a thread of its own, in TLS if it has a certificate."""

    def __init__(self, scripts: dict[str, Script], tls: ssl.SSLContext | None = None) -> None:
        self.seen: Counter[str] = Counter()
        self.requests: list[Request] = []
        # When each request came.
        self.times: list[float] = []
        self.written = 0
        self._scripts, self._tls = scripts, tls
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        starting = asyncio.start_server(self._answer, "127.0.0.1", 0, ssl=self._tls)
        server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(10)
        self.port = server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *args: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _stop(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            first, *others = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
            method, path, _ = first.split(" ")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in others)}
            request = Request(method, path, headers, self.seen[path])
            self.seen[path] += 1
            self.requests.append(request)
            self.times.append(self._loop.time())
            script = self._scripts.get(path) or self._scripts["/" + path.split("/")[1] + "/"]
            async for part in script(request):
                writer.write(part)
                self.written += len(part)
                await writer.drain()
        with suppress(OSError):
            writer.close()
