"""What a running server says of itself: logs, numbers and errors, without a secret in any of them."""

import gzip
import http.client
import io
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from config import logs, reporting
from config.observing import observed
from tests.operations.sites import CAST, maker
from tests.sync.installation import PROJECT

TOKEN = "scrape-me-0123456789"
SECRETS = ["hunter2", "lemma_0123456789abcdef", TOKEN, "n0t-a-s3cret-key", "sessionid-of-somebody"]


@dataclass
class Server:
    port: int
    log: Path

    def get(self, path: str, method: str = "GET", body: str | None = None, **headers: str) -> tuple[int, Any, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, {"Host": "cms.example", "X-Forwarded-Proto": "https", **named})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()

    def metrics(self) -> dict[str, float]:
        status, _, text = self.get("/metrics", Authorization=f"Bearer {TOKEN}")
        assert status == 200
        return {name: float(value) for name, value in re.findall(r"^(\w+(?:\{.*\})?) (\S+)$", text, re.MULTILINE)}

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two processes, as docs/operators.md sets them up."""
    folder = tmp_path_factory.mktemp("server")
    with maker(folder) as make:
        site = make("site", CAST)
        site.ok("migrate", "--verbosity", "0")
        site.ok("import_content", "--verbosity", "0")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        variables = {
            "DEBUG": "0", "SECRET_KEY": "n0t-a-s3cret-key", "ALLOWED_HOSTS": "cms.example", "LEMMA_BEHIND_PROXY": "1",
            "LOG_LEVEL": "INFO", "LOG_FORMAT": "json", "LOG_REQUESTS": "1", "LEMMA_METRICS_TOKEN": TOKEN,
        }  # fmt: skip
        # Of a server that was killed: nobody counts there any more.
        (site.var / "metrics").mkdir()
        (site.var / "metrics" / "counter_4194304.db").write_bytes(b"")
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
                   "--log-level", "warning", "--no-control-socket"]  # fmt: skip
        with (
            (folder / "log").open("w") as log,
            subprocess.Popen(command, cwd=PROJECT, env=site.environment | variables, stdout=log, stderr=log) as process,
        ):
            found = Server(port, folder / "log")
            try:
                _wait(found)
                yield found
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(30)


def _wait(server: Server) -> None:
    for _ in range(300):
        try:
            if server.get("/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(server.log.read_text())


def test_requests_of_all_processes_are_counted_together(server: Server) -> None:
    name = 'lemma_requests_total{method="GET",route="/api/v1/entries/<str:slug>/",status="200"}'
    before = server.metrics().get(name, 0)
    for _ in range(30):
        assert server.get("/api/v1/entries/black-box/")[0] == 200
    numbers = server.metrics()
    assert numbers[name] - before == 30
    assert numbers['lemma_request_seconds_count{method="GET",route="/api/v1/entries/<str:slug>/"}'] >= 30


def test_addresses_that_nobody_has_do_not_make_the_numbers_grow(server: Server) -> None:
    for number in range(5):
        server.get(f"/nothing/{number}")
        server.get("/nothing/", method=f"INVENTED{number}")
    names = [name for name in server.metrics() if "nothing" in name or "INVENTED" in name]
    assert names == []


def test_the_numbers_say_how_the_glossary_stands(server: Server) -> None:
    numbers = server.metrics()
    assert numbers["lemma_feed_position"] == 4
    assert numbers['lemma_published_items{kind="entry"}'] == 3
    assert numbers['lemma_published_items{kind="book"}'] == 1
    assert numbers["lemma_schedules_late"] == 0
    assert numbers["lemma_conflicts_waiting"] == 0
    assert [numbers[f"lemma_webhooks_{name}"] for name in ("waiting", "behind", "off")] == [0, 0, 0]
    assert abs(time.time() - numbers["lemma_feed_last_change_timestamp_seconds"]) < 600
    assert 'lemma_sync_timestamp_seconds{half="import",outcome="in step"}' in numbers


@pytest.mark.parametrize("header", ["", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ä"])
def test_who_has_no_token_reads_no_numbers(server: Server, header: str) -> None:
    status, _, text = server.get("/metrics", **({"Authorization": header.encode().decode("latin-1")} if header else {}))
    assert (status, text) == (401, "")


def test_without_a_token_in_the_settings_there_is_no_such_page(client: Client) -> None:
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


def test_each_request_is_a_line_with_its_id(server: Server) -> None:
    _, headers, _ = server.get("/api/v1/entries/grey-box/?fields=title", X_Request_ID="from-the-proxy-1")
    assert headers["X-Request-ID"] == "from-the-proxy-1"
    [line] = [line for line in server.lines() if line.get("request_id") == "from-the-proxy-1"]
    assert line["logger"] == "lemma.requests"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/v1/entries/grey-box/", 200)
    assert line["milliseconds"] > 0


def test_what_is_logged_on_the_way_has_the_id_too(server: Server) -> None:
    _, headers, _ = server.get("/nothing/at/all")
    loggers = {line["logger"] for line in server.lines() if line.get("request_id") == headers["X-Request-ID"]}
    assert loggers == {"django.request", "lemma.requests"}


def test_no_secret_is_in_the_log(server: Server) -> None:
    form = "username=ada&password=hunter2"
    kind = "application/x-www-form-urlencoded"
    server.get("/api/v1/entries/?token=hunter2", Authorization="Bearer lemma_0123456789abcdef")
    server.get("/admin/login/?next=hunter2", "POST", form, Content_Type=kind, Cookie="sessionid=sessionid-of-somebody")
    server.get("/api/v1/entries/", "POST", '{"title": "hunter2', Authorization="Bearer lemma_0123456789abcdef")
    server.get("/metrics", Authorization=f"Bearer {TOKEN}")
    # A host that is not ours, and an address that tries to write a line of its own.
    server.get("/healthz", Host="evil.example")
    server.get("/nothing/%0A%7B%22level%22:%22FORGED%22%7D")
    text = server.log.read_text()
    assert len(server.lines()) >= 5
    assert [word for word in SECRETS if word in text] == []
    assert [line for line in server.lines() if line["level"] == "FORGED"] == []


# --- ids ---


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "with blank", "a\nb-line-2", "<script>"])
def test_an_id_that_is_none_gets_another(settings: Settings, given: str) -> None:
    settings.BEHIND_PROXY = True
    answer = observed(lambda _: HttpResponse())(RequestFactory().get("/", HTTP_X_REQUEST_ID=given))
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-ID"])


def test_without_a_proxy_nobody_chooses_an_id(settings: Settings) -> None:
    settings.BEHIND_PROXY = False
    answer = observed(lambda _: HttpResponse())(RequestFactory().get("/", HTTP_X_REQUEST_ID="of-my-own-making"))
    assert answer.headers["X-Request-ID"] != "of-my-own-making"


def test_an_id_ends_with_its_request(client: Client) -> None:
    assert len(client.get("/healthz")["X-Request-ID"]) == 16
    assert logs.request_id.get() == ""


# --- lines ---


@pytest.fixture
def said() -> Iterator[Callable[..., str]]:
    """What a formatter makes of a record."""

    def say(formatter: logging.Formatter, message: str, *arguments: Any, **extra: Any) -> str:
        out = io.StringIO()
        handler = logging.StreamHandler(out)
        handler.addFilter(logs.RequestFilter())
        handler.setFormatter(formatter)
        logger = logging.Logger("a")
        logger.addHandler(handler)
        try:
            raise ValueError("of the error")
        except ValueError:
            logger.error(message, *arguments, extra=extra, exc_info=extra.pop("error", False))
        return out.getvalue()

    token = logs.request_id.set("0123456789abcdef")
    yield say
    logs.request_id.reset(token)


LINE = logs.LineFormatter("{levelname} {name}: {message}", style="{")


def test_a_line_says_which_request_it_is_of(said: Callable[..., str]) -> None:
    assert said(LINE, "Not found: %s", "/x") == "ERROR a: Not found: /x [0123456789abcdef]\n"


def test_nobody_writes_a_second_line(said: Callable[..., str]) -> None:
    assert said(LINE, "Not found: %s", "/x\r\nERROR a: forged").count("\n") == 1
    # Some take others for the end of a line, too; and a terminal does what comes after an escape.
    line = said(LINE, "%s", "/\r\n \v \x85 \u2028 \x1b[2J \x9b2J é")
    assert line == r"ERROR a: /\r\n \x0b \x85 \u2028 \x1b[2J \x9b2J é [0123456789abcdef]" + "\n"


def test_json_has_what_was_said_and_nothing_of_the_request(said: Callable[..., str]) -> None:
    request = RequestFactory().get("/", headers={"cookie": "sessionid=hunter2"})
    line = said(logs.JsonFormatter(), "a\nb", status=404, request=request, error=True)
    assert line.count("\n") == 1
    told = json.loads(line)
    assert (told["message"], told["status"], told["request_id"]) == ("a\nb", 404, "0123456789abcdef")
    assert "ValueError: of the error" in told["exception"]
    assert "hunter2" not in line


# --- errors ---


@pytest.fixture
def sentry() -> Iterator[tuple[str, list[bytes]]]:
    """An address, and what was sent there."""
    sent: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://key@127.0.0.1:{server.server_port}/1", sent
        server.shutdown()


def test_errors_are_told_without_what_variables_held(sentry: tuple[str, list[bytes]], tmp_path: Path) -> None:
    address, sent = sentry
    (tmp_path / "dsn").write_text(f"{address}\n")
    code = """
import django, gzip; django.setup()
from django.test import Client
from config import probes, urls
def fail(request):
    password = "hunter2"
    raise RuntimeError("it broke")
urls.urlpatterns[-1].callback = fail
Client(raise_request_exception=False).post("/metrics", {"password": "hunter2"}, headers={"cookie": "sessionid=hunter2"})
import sentry_sdk; sentry_sdk.flush(10)
"""
    variables = {"SENTRY_DSN_FILE": str(tmp_path / "dsn"), "SENTRY_DSN": "", "ALLOWED_HOSTS": "testserver",
                 "LEMMA_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}  # fmt: skip
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    told = b"".join(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body for body in sent)
    assert b"it broke" in told
    # The line of the code is told, as it is in the file; what it held is not.
    assert b"sessionid" not in told
    assert b'"vars"' not in told
    assert b'"data": {"password' not in told


def test_an_address_that_is_none_is_explained_without_it() -> None:
    with pytest.raises(ImproperlyConfigured, match="no address of Sentry") as caught:
        reporting.start("hunter2")
    assert "hunter2" not in str(caught.value)


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    with pytest.raises(ImproperlyConfigured, match="pip install"):
        reporting.start("http://key@127.0.0.1/1")
