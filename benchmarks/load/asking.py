"""One connection that is kept, as a proxy keeps its own, and a record of whatever was asked."""

import http.client
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field
from email.message import Message
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.api.serving import HEADERS, HOST

# Nobody waits longer for an answer, and it counts as an error.
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """at: when it was to be asked, in seconds of the monotonic clock, which all processes share. took: seconds from
    then to the end of the answer. error: "" if the answer was the one that was wanted.
    """

    what: str
    at: float
    took: float
    error: str = ""


def write(file: Path, asked: Iterable[Asked]) -> None:
    file.write_text("".join(json.dumps(astuple(each)) + "\n" for each in asked))


def read(file: Path) -> list[Asked]:
    with file.open() as lines:
        return [Asked(*json.loads(line)) for line in lines]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Message
    content: bytes

    @property
    def told(self) -> Any:
        return json.loads(self.content)


class Unwanted(Exception):
    """An answer that is not the one that was wanted."""


@dataclass
class Asker:
    """Keeps its connection and its cookies, and records what it asks. An answer that is not wanted is recorded too, and
    raised as Unwanted.
    """

    port: int
    asked: list[Asked] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)
    _connection: http.client.HTTPConnection | None = None

    def get(
        self,
        what: str,
        path: str,
        *wanted: int,
        at: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        return self.ask(what, "GET", path, wanted or (200,), at=at, headers=headers)

    def post(self, what: str, path: str, form: Mapping[str, Any], *wanted: int) -> Answer:
        """A form, as a browser sends it from a page of the site."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"https://{HOST}{path}"}
        return self.ask(what, "POST", path, wanted or (200,), headers=headers, body=urlencode(form, doseq=True))

    def ask(
        self,
        what: str,
        method: str,
        path: str,
        wanted: tuple[int, ...] = (200,),
        *,
        at: float | None = None,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
    ) -> Answer:
        """at: when it was to be asked; now if left out."""
        at = time.monotonic() if at is None else at
        try:
            answer = self._ask(method, path, headers or {}, body)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise self._recorded(what, at, f"{method} {path}: {type(error).__name__}: {error}") from error
        if answer.status not in wanted:
            raise self._recorded(what, at, f"{method} {path}: {answer.status} {answer.content[:300]!r}")
        self.asked.append(Asked(what, at, time.monotonic() - at))
        return answer

    def complain(self, what: str, message: str) -> None:
        """Records that an answer was wrong although its status was not."""
        self.asked.append(Asked(what, time.monotonic(), 0, message))

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _recorded(self, what: str, at: float, error: str) -> Unwanted:
        self.asked.append(Asked(what, at, time.monotonic() - at, error))
        return Unwanted(error)

    def _ask(self, method: str, path: str, headers: Mapping[str, str], body: str | None) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        self._connection.request(method, path, body, {**HEADERS, **(cookies if self.cookies else {}), **headers})
        answer = self._connection.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return Answer(answer.status, answer.headers, content)
