"""The site of deploy/nginx before two real processes and a Redis: what readers and editors get, and that no reader
notices when a process goes.
"""

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.operations.nginx import DEPLOY, HOST, ROOT, Nginx
from tests.operations.servers import free_port, listens, process, program, redis_server, wait_for
from tests.operations.sites import CAST, Site, maker

# Seconds for which an answer may be kept: a minute in the product, and too long for a test.
MAX_AGE = 2
# The same of lemma-upstream.conf, for which it has five.
FAIL_TIMEOUT = 1
# Who ask at once.
READERS = 3
STYLE = "app.0123456789ab.css"


def nginx_of(folder: Path, ports: list[int]) -> Nginx:
    return Nginx(folder, [f"127.0.0.1:{port}" for port in ports], fail_timeout=f"{FAIL_TIMEOUT}s")


def test_nginx_has_nothing_to_say_of_the_site(tmp_path: Path) -> None:
    main = nginx_of(tmp_path / "nginx", [8001, 8002]).write()
    done = subprocess.run([program("nginx"), "-t", "-c", main], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if not re.search(r"syntax is ok|test is successful", line)] == []


# --- processes that come back, as systemd sees to it ---


class Web:
    """One process of the web server, by the command of its unit. Whenever it ends, another one is started."""

    def __init__(self, folder: Path, environment: dict[str, str]):
        self.port, self.folder, self.environment = free_port(), folder, environment
        unit = (DEPLOY / "systemd/lemma-web@.service").read_text()
        [options] = re.findall(r"-m gunicorn config\.wsgi (.*)'", unit)
        # One worker starts in half the time of two.
        options = options.replace('"$$LEMMA_BIND:%i"', f"127.0.0.1:{self.port}").replace("--workers 2", "--workers 1")
        assert "--keep-alive 75" in options
        self.command = [sys.executable, "-m", "gunicorn", "tests.operations.brisk", *options.split()]
        self.starts, self.stopping = 0, False
        self.thread = threading.Thread(target=self._keep, daemon=True)

    def _keep(self) -> None:
        while not self.stopping:
            with (self.folder / f"{self.port}.log").open("ab") as log:
                self.process = subprocess.Popen(
                    self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
                )
            (self.folder / f"{self.port}.pid").write_text(str(self.process.pid))
            self.starts += 1
            self.process.wait()

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz", headers={"Host": HOST}).status_code == 200
        except httpx.HTTPError:
            return False

    def is_back(self, starts: int) -> bool:
        """Whether another one than was there after so many starts is ready."""
        return self.starts > starts and self.is_ready()

    def kill(self) -> None:
        """With its workers, at once."""
        os.killpg(self.process.pid, signal.SIGKILL)

    def stop(self) -> None:
        if not self.stopping:
            self.stopping = True
            self.kill()
            self.thread.join(30)


@dataclass
class World:
    site: Site
    nginx: Nginx
    webs: list[Web]
    folder: Path
    # Of an account that may everything, and of another one.
    tokens: list[str]

    def client(self, **headers: str) -> httpx.Client:
        """A reader, over HTTPS through nginx."""
        return self.nginx.client(headers)

    def editor(self, number: int = 0) -> httpx.Client:
        return self.client(Authorization=f"Bearer {self.tokens[number]}")


SET_UP = """
from django.core.management import call_command as run
from django.contrib.auth.models import User
run("migrate", verbosity=0)
run("import_content", verbosity=0)
for name in ("ada", "grace"):
    User.objects.create_superuser(name, password="not-to-be-guessed")
    run("api_token", "create", name, "--scopes", "read,write,publish")
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    program("nginx"), program("redis-server"), program("curl")
    folder = tmp_path_factory.mktemp("world")
    with ExitStack() as stack:
        make = stack.enter_context(maker(folder))
        redis = stack.enter_context(redis_server(folder))
        site = make("site", CAST)
        tokens = [word for word in site.ok("shell", "-v", "0", "-c", SET_UP).split() if word.startswith("lemma_")]
        environment = site.environment | {
            "DEBUG": "0", "SECRET_KEY": "n0t-a-s3cret-key", "ALLOWED_HOSTS": HOST, "LEMMA_BEHIND_PROXY": "1",
            "CACHE_URL": redis.url, "LEMMA_RATE_TOKEN": "20/min", "LEMMA_TEST_MAX_AGE": str(MAX_AGE),
        }  # fmt: skip
        webs = [Web(folder, environment) for _ in range(2)]
        for web in webs:
            stack.callback(web.stop)
            web.thread.start()
            wait_for(web.is_ready, f"Lemma on port {web.port}", 120)
            # The second one has a file that the first never heard of, as during an upgrade.
            (site.var / "static").mkdir(exist_ok=True)
            (site.var / "static" / STYLE).write_text("a {}")
        nginx = nginx_of(folder / "nginx", [web.port for web in webs])
        main = nginx.write()
        stack.enter_context(process([program("nginx"), "-c", main], folder / "nginx.log"))
        wait_for(lambda: listens(nginx.tls), "nginx")
        yield World(site, nginx, webs, folder, tokens)


# --- what readers and editors get ---


def test_a_reader_gets_an_answer_over_https_alone(world: World) -> None:
    with world.client() as reader:
        answer = reader.get("/api/v1/entries/black-box/")
    assert (answer.status_code, answer.json()["title"]) == (200, "Black box")
    assert answer.headers["X-Request-ID"]
    plain = f"http://127.0.0.1:{world.nginx.plain}"
    led = httpx.get(f"{plain}/feed.atom", headers={"Host": HOST})
    assert (led.status_code, led.headers["Location"]) == (301, f"https://{HOST}/feed.atom")
    # A program would send its token in the clear again and again.
    refused = httpx.get(f"{plain}/api/v1/", headers={"Host": HOST})
    assert (refused.status_code, refused.json()["code"]) == (403, "https.required")
    assert refused.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("choice", "is_taken"),
    [
        (
            {"maximum": ssl.TLSVersion.TLSv1_2, "ciphers": "ECDHE-ECDSA-AES128-GCM-SHA256"},
            True,
        ),
        ({"maximum": ssl.TLSVersion.TLSv1_3, "ciphers": "DEFAULT"}, True),
        # No forward secrecy; no authenticated encryption; no longer a protocol.
        ({"maximum": ssl.TLSVersion.TLSv1_2, "ciphers": "AES128-GCM-SHA256"}, False),
        ({"maximum": ssl.TLSVersion.TLSv1_2, "ciphers": "ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA"}, False),
        ({"maximum": ssl.TLSVersion.TLSv1_1, "ciphers": "DEFAULT:@SECLEVEL=0"}, False),
    ],
)
def test_only_strong_tls_is_spoken(world: World, choice: dict[str, Any], is_taken: bool) -> None:
    client = ssl.create_default_context()
    world.nginx.authority.configure_trust(client)
    client.minimum_version, client.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, choice["maximum"]
    client.set_ciphers(choice["ciphers"])

    def greet() -> str | None:
        with (
            socket.create_connection(("127.0.0.1", world.nginx.tls), 5) as connection,
            client.wrap_socket(connection, server_hostname=HOST) as secure,
        ):
            return secure.version()

    if is_taken:
        assert greet() in ("TLSv1.2", "TLSv1.3")
    else:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            greet()


def test_every_answer_says_to_stay_with_https(world: World) -> None:
    """Once: those of Lemma, those from the cache, and those that nginx makes itself."""
    large = b" " * (6 * 1024 * 1024 + 1)
    with world.client() as reader:
        answers = [reader.get("/api/v1/entries/grey-box/") for _ in range(2)]
        answers += [reader.get(path) for path in ("/admin/", f"/static/{STYLE}", "/media/nothing")]
        answers += [reader.post("/api/v1/entries/", content=large), reader.request("TRACE", "/")]
    assert [answer.status_code for answer in answers] == [200, 200, 302, 200, 404, 413, 405]
    assert {tuple(answer.headers.get_list("Strict-Transport-Security")) for answer in answers} == {
        ("max-age=31536000",)
    }


def test_no_request_is_sent_back_as_it_came(world: World) -> None:
    with world.client() as reader:
        assert {reader.request("TRACE", path).status_code for path in ("/api/v1/", "/admin/login/", "/")} == {405}


def test_a_request_whose_end_is_in_doubt_is_not_passed_on(world: World) -> None:
    """By nginx or by gunicorn: else the second could be smuggled past the first."""
    trust = ssl.create_default_context()
    world.nginx.authority.configure_trust(trust)
    hidden = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    head = f"POST /api/v1/linking/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n".encode()
    for more in (b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", b"Content-Length: 4\r\nContent-Length: 5\r\n",
                 b"Transfer-Encoding: xchunked\r\n", b"Content-Length: +4\r\n"):  # fmt: skip
        for port, wrap in ((world.nginx.tls, True), (world.webs[0].port, False)):
            with socket.create_connection(("127.0.0.1", port), 5) as plain:
                plain.settimeout(5)
                with trust.wrap_socket(plain, server_hostname=HOST) if wrap else plain as connection:
                    connection.sendall(head + more + b"\r\n0\r\n\r\n" + hidden)
                    said = b""
                    while part := connection.recv(65536):
                        said += part
            assert re.match(rb"HTTP/1.1 (400|501) ", said), (more, said[:80])
            assert said.count(b"HTTP/1.1 ") == 1


def test_an_answer_is_kept_for_its_time_and_then_asked_for_by_its_etag(world: World) -> None:
    with world.client() as reader:
        answers = [reader.get("/api/v1/books/big-book/") for _ in range(2)]
        time.sleep(MAX_AGE + 1)
        answers += [reader.get("/api/v1/books/big-book/") for _ in range(2)]
        assert {answer.status_code for answer in answers} == {200}
        kept = [(answer.headers["X-Cache"], answer.headers["Cache-Control"]) for answer in answers]
        for_now = f"public, max-age={MAX_AGE}, must-revalidate"
        assert kept == [(said, for_now) for said in ("MISS", "HIT", "REVALIDATED", "HIT")]
        [etag] = {answer.headers["ETag"] for answer in answers}
        assert not etag.startswith("W/")
        unchanged = reader.get("/api/v1/books/big-book/", headers={"If-None-Match": etag})
        assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_what_is_published_shows_after_max_age_at_most_and_to_an_editor_at_once(world: World) -> None:
    path = "/api/v1/entries/grey-box/"
    with world.client() as reader, world.editor() as editor:
        before = reader.get(path)
        assert before.json()["difficulty"] != "advanced"
        draft = editor.get(path)
        assert draft.headers["X-Cache"] == "BYPASS"
        changed = editor.patch(
            f"{path}?publish=true", json={"difficulty": "advanced"}, headers={"If-Match": draft.headers["ETag"]}
        )
        assert changed.status_code == 200, changed.text
        published = time.monotonic()
        assert editor.get(path).json()["difficulty"] == "advanced"
        while (answer := reader.get(path)).json()["difficulty"] != "advanced":
            assert answer.headers["X-Cache"] == "HIT"
            assert time.monotonic() - published < MAX_AGE + 1, "An old answer was given out for too long."
            time.sleep(0.1)
        assert answer.headers["X-Cache"] in ("EXPIRED", "MISS")
        assert answer.headers["ETag"] != before.headers["ETag"]


@pytest.mark.parametrize("who", ["a cookie", "a token", "a token that is wrong"])
def test_who_says_who_it_is_gets_nothing_from_the_cache_and_leaves_nothing_there(world: World, who: str) -> None:
    headers = {
        "a cookie": {"Cookie": "sessionid=nobody"},
        "a token": {"Authorization": f"Bearer {world.tokens[0]}"},
        "a token that is wrong": {"Authorization": "Bearer lemma_wrong"},
    }[who]
    path = f"/api/v1/entries/?pageSize={10 + len(who)}"
    with world.client() as reader:
        answers = [reader.get(path, headers=headers) for _ in range(2)]
        assert [answer.headers["X-Cache"] for answer in answers] == ["BYPASS", "BYPASS"]
        assert reader.get(path).headers["X-Cache"] == "MISS"


def test_drafts_and_refusals_are_not_kept(world: World) -> None:
    with world.client() as reader:
        for path, status in {"/api/v1/entries/?pagesize=1": 400, "/api/v1/nothing/": 404}.items():
            answers = [reader.get(path) for _ in range(2)]
            assert {answer.status_code for answer in answers} == {status}
            if "no-store" in answers[0].headers["Cache-Control"]:
                assert "HIT" not in {answer.headers["X-Cache"] for answer in answers}


def test_json_and_linked_data_of_one_address_are_kept_apart(world: World) -> None:
    with world.client() as reader:
        for _ in range(2):
            for wanted in ("application/json", "application/ld+json"):
                answer = reader.get("/api/v1/entries/black-box/", headers={"Accept": wanted})
                assert answer.headers["Content-Type"].startswith(wanted)


def test_what_is_too_large_is_refused_before_it_is_read(world: World) -> None:
    with world.editor() as editor:
        answer = editor.post("/api/v1/import/", content=b" " * (6 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "request.too_large"


def test_a_whole_glossary_is_passed_on_and_not_kept(world: World) -> None:
    with world.client() as reader:
        answers = [reader.get("/api/v1/export.ndjson") for _ in range(2)]
    assert [len(answer.text.splitlines()) for answer in answers] == [4, 4]
    assert all("X-Cache" not in answer.headers for answer in answers)


def test_a_file_that_one_process_does_not_have_comes_from_the_other(world: World) -> None:
    direct = [
        httpx.get(f"http://127.0.0.1:{web.port}/static/{STYLE}",
                  headers={"Host": HOST, "X-Forwarded-Proto": "https"}).status_code
        for web in world.webs
    ]  # fmt: skip
    assert direct == [404, 200]
    with world.client() as reader:
        assert {reader.get(f"/static/{STYLE}?{number}").status_code for number in range(6)} == {200}


def test_who_tries_passwords_is_slowed_down(world: World) -> None:
    with world.client() as stranger:
        answers = Counter(stranger.post("/admin/login/", data={"login": "ada"}).status_code for _ in range(15))
        assert answers[429] >= 3
        assert stranger.get("/admin/login/").status_code != 429


def test_a_rate_is_counted_over_both_processes(world: World) -> None:
    """20 a minute, of which each gets ten."""
    headers = {"Host": HOST, "X-Forwarded-Proto": "https", "Authorization": f"Bearer {world.tokens[1]}"}
    addresses = [f"http://127.0.0.1:{web.port}/api/v1/entries/" for web in world.webs]
    got = [httpx.get(address, headers=headers).status_code for address in addresses * 11]
    assert got == [200] * 20 + [429] * 2


# --- processes go and come ---


@contextmanager
def readers(world: World) -> Iterator[Counter[Any]]:
    """Ask all the time, for what is not in the cache. What they got, by status or error."""
    seen: Counter[Any] = Counter()
    stop = threading.Event()

    def read(who: int) -> None:
        with world.client() as client:
            number = 0
            while not stop.is_set():
                number += 1
                path = ("/api/v1/entries/black-box/", "/api/v1/entries/", "/api/v1/books/")[number % 3]
                try:
                    seen[client.get(f"{path}?fields=title&pageSize={number % 100 + 1}" if path.endswith("s/") else
                                    path, headers={"Cookie": f"reader={who}"}).status_code] += 1  # fmt: skip
                except httpx.HTTPError as error:
                    seen[repr(error)] += 1
                time.sleep(0.02)

    threads = [threading.Thread(target=read, args=(who,)) for who in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)


def test_one_process_after_the_other_is_killed_and_nobody_is_refused(world: World) -> None:
    """All that can be seen of it is an answer that breaks off, of which the first part was with the reader already."""
    with readers(world) as seen:
        for web in world.webs:
            before, asked = web.starts, seen.total()
            web.kill()
            wait_for(partial(web.is_back, before), "The process", 120)
            assert seen.total() > asked, "Nobody asked meanwhile."
            # nginx asks it again before the next one goes.
            time.sleep(FAIL_TIMEOUT + 0.5)
    cut = {what for what in seen if "without sending complete message body" in str(what)}
    assert set(seen) - cut == {200}, seen
    # At most what the readers had in hand at two moments.
    assert sum(seen[what] for what in cut) <= 2 * READERS, seen
    assert seen[200] > 50


def test_no_reader_notices_a_rolling_restart(world: World, tmp_path: Path) -> None:
    """By the script of deploy/, with a systemctl that ends a process, which then comes back."""
    (tmp_path / "systemctl").write_text(
        '#!/bin/sh\n[ "$1" = restart ] || exit 1\n'
        f"file={world.folder}/${{2#lemma-web@}}.pid\nold=$(cat $file)\nkill -TERM $old\n"
        "while [ $(cat $file) = $old ]; do sleep 0.1; done\n"
    )
    (tmp_path / "systemctl").chmod(0o755)
    starts = [web.starts for web in world.webs]
    with readers(world) as seen:
        done = subprocess.run(
            [DEPLOY / "rolling-restart", HOST, *(str(web.port) for web in world.webs)],
            env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PAUSE": str(FAIL_TIMEOUT + 1)},
            capture_output=True, text=True, check=False, timeout=180,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [web.starts for web in world.webs] == [before + 1 for before in starts]
    assert set(seen) == {200}, seen


def test_when_all_are_gone_nothing_old_is_given_out(world: World) -> None:
    with world.client() as reader:
        assert reader.get("/api/v1/entries/black-box/").status_code == 200
        for web in world.webs:
            web.stop()
        time.sleep(MAX_AGE + 1)
        answer = reader.get("/api/v1/entries/black-box/")
        assert (answer.status_code, answer.json()["code"]) == (503, "server.unavailable")
        assert answer.headers["Retry-After"] == "5"


def test_secret_addresses_are_in_no_log_of_nginx(world: World) -> None:
    with world.client() as client:
        for path in ("/preview/SECRET/", "/admin/login/new-password/SECRET/SECRET/", "/x//preview/SECRET", "/healthz"):
            client.get(path)
    log = (world.nginx.folder / "access.log").read_text()
    assert "/healthz" in log
    assert "/preview/... HTTP" in log
    assert "/admin/login/new-password/... HTTP" in log
    assert "SECRET" not in log
