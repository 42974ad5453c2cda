"""Groups 32 to 46 where one request does not show it: several of them, several clients, a real server."""

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

import documents
from api.importing import MOST_FILES
from config import proxies
from glossary.editing import save_entry
from publishing import lifecycle
from publishing.models import Item, Published, Revision
from tests.api.conftest import BLACK_BOX
from tests.api.test_writing import EVERYTHING, Program
from tests.nasty import doors
from tests.nasty.asking import ENTRIES, ENTRY
from tests.nasty.table import CASES, Case, front

each = pytest.mark.parametrize
Token = Callable[..., str]


@pytest.fixture
def box(db: None) -> Item:
    return save_entry(documents.parse(BLACK_BOX), publish=True)


# --- 32: what another role may ---

FOR_OTHERS = {
    "32 a writer says that it is published": ("patch", ENTRY, {"status": "published", "title": "Mine"}, 200),
    "32 a writer publishes in passing": ("patch", f"{ENTRY}?publish=true", {"title": "Mine"}, 403),
    "32 a writer publishes": ("post", f"{ENTRY}publish/", {}, 403),
    "32 a writer restores and publishes": ("post", f"{ENTRY}restore/", {"version": 1, "publish": True}, 403),
    "32 a writer imports and publishes": (
        "post", "/api/v1/import/", {"publish": True, "files": [{"path": "terms/a.md", "content": "x"}]}, 403,
    ),
    "32 a writer renames": ("post", f"{ENTRY}rename/", {"slug": "mine"}, 403),
    "32 a writer deletes what readers see": ("delete", ENTRY, None, 403),
    "32 a writer of entries makes a book": ("post", "/api/v1/books/", {"title": "Mine", "slug": "mine"}, 403),
}  # fmt: skip


@each("name", FOR_OTHERS)
def test_for_others_through_the_api(name: str, box: Item, token: Token) -> None:
    method, address, body, status = FOR_OTHERS[name]
    writer = Program(token("read", "write", may=["view_entry", "add_entry", "change_entry", "delete_entry"]))
    seen = Client().get(ENTRY).content
    answer = writer.send(method, address, body, etag=writer.etag())
    assert answer.status_code == status, answer.content
    assert Client().get(ENTRY).content == seen
    assert Item.objects.count() == 1
    assert Item.objects.get().revision == (2 if status == 200 else 1)


# --- 34: cursors ---


def _cut(cursor: str) -> str:
    return cursor[:-4]


def _changed(cursor: str) -> str:
    at = len(cursor) // 2
    return f"{cursor[:at]}{'A' if cursor[at] != 'A' else 'B'}{cursor[at + 1 :]}"


def _longer(cursor: str) -> str:
    told = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    return base64.urlsafe_b64encode(json.dumps([*told, "more"]).encode()).decode().rstrip("=")


CURSORS = {"34 cut off": _cut, "34 one letter changed": _changed, "34 with more in it": _longer,
           "34 twice": lambda cursor: cursor * 2}  # fmt: skip


@each("name", CURSORS)
@each("address", [ENTRIES, "/api/v1/changes/"])
def test_a_forged_cursor_through_the_api(name: str, address: str, box: Item) -> None:
    for number in range(3):
        save_entry(documents.parse(front(slug=f"slug: n-{number}")), publish=True)
    if address == ENTRIES:
        parameter, cursor = "cursor", Client().get(address, {"pageSize": 2}).json()["next"].partition("cursor=")[2]
    else:
        parameter, cursor = "since", Client().get(address).json()["nextCursor"]
    with doors.soon():
        answer = Client().get(address, {parameter: CURSORS[name](cursor)})
    [error] = doors.refusal(answer)
    assert error["field"] == parameter


# --- 38: conditions that hold ---

HOLD: dict[str, Callable[[str], str]] = {
    "38 the tag": lambda etag: etag,
    "38 the tag, weak": lambda etag: f"W/{etag}",
    "38 the tag among others": lambda etag: f'"a", W/"b", {etag}',
    "38 the tag without blanks": lambda etag: f'"a",{etag},"b"',
}


@each("name", HOLD)
def test_none_match_through_the_api(name: str, box: Item) -> None:
    etag = Client().get(ENTRY)["ETag"]
    answer = Client().get(ENTRY, headers={"if-none-match": HOLD[name](etag)})
    assert (answer.status_code, answer.content) == (304, b"")


# --- 42: hosts and origins ---

ORIGINS = {
    "42 null": "null",
    "42 a look-alike": "https://good.example.evil.org",
    "42 a longer name": "https://evilgood.example",
    "42 another scheme": "http://good.example",
    "42 another port": "https://good.example:8443",
    "42 a name in it": "https://good.example@evil.org",
    "42 a newline": "https://good.example%0d%0aX: y",
    "42 a dot behind it": "https://good.example.",
}


@each("name", ORIGINS)
def test_an_origin_through_the_api(name: str, box: Item, settings: Settings) -> None:
    settings.CORS_ALLOW_ALL_ORIGINS = False
    settings.CORS_ALLOWED_ORIGINS = ["https://good.example"]
    good = Client().get(ENTRY, headers={"origin": "https://good.example"})
    assert good["Access-Control-Allow-Origin"] == "https://good.example"
    answer = Client().get(ENTRY, headers={"origin": ORIGINS[name]})
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer
    assert "Access-Control-Allow-Credentials" not in answer


FORWARDED = {
    "42 a forged host": {"x-forwarded-host": "evil.example"},
    "42 a forged port": {"x-forwarded-port": "666"},
    "42 a forged server": {"x-forwarded-server": "evil.example"},
    "42 a forged prefix": {"x-forwarded-prefix": "/evil", "x-script-name": "/evil"},
    "42 another address": {"x-original-url": "/admin/", "x-rewrite-url": "/admin/"},
    "42 a forged chain": {"forwarded": "for=1.1.1.1;host=evil.example;proto=https"},
}


@each("name", FORWARDED)
def test_what_is_forwarded_through_the_api(name: str, box: Item) -> None:
    plain = Client().get(ENTRY)
    answer = Client().get(ENTRY, headers=FORWARDED[name])
    assert answer.content == plain.content
    assert b"evil" not in answer.content
    assert answer.json()["url"].startswith("http://testserver/")


# --- 43: too much at once ---


@each("name", ["43 1,000 from one client", "43 1,000 from one client through a proxy"])
def test_a_burst_through_the_api(name: str, box: Item, settings: Settings) -> None:
    settings.LEMMA_RATES = {**settings.LEMMA_RATES, "anonymous": "20/min"}
    headers = {}
    if name.endswith("proxy"):
        settings.TRUSTED_PROXIES = proxies.networks(["127.0.0.1"])
        headers = {"x-forwarded-for": "1.1.1.1, 2.2.2.2"}
    answers = []
    for number in range(1_000):
        if headers:
            # What a client writes before that which the proxy adds makes no other client of it.
            headers = {"x-forwarded-for": f"10.0.0.{number % 250}, 2.2.2.2"}
        answers.append(Client().get(ENTRY, headers=headers))
    codes = [answer.status_code for answer in answers]
    assert codes == [200] * 20 + [429] * 980
    assert all(int(answer["Retry-After"]) <= 60 for answer in answers if answer.status_code == 429)
    # Somebody else is answered.
    other = Client(REMOTE_ADDR="127.0.0.9").get(ENTRY)
    assert other.status_code == 200


@contextmanager
def slow_body(server: LiveServer, size: int) -> Iterator[socket.socket]:
    """A request that says it has so many bytes and sends few of them."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    with closing(socket.create_connection((host, int(port)), timeout=30)) as client:
        head = [
            f"POST {ENTRIES} HTTP/1.1",
            f"Host: {host}",
            "Content-Type: application/json",
            f"Content-Length: {size}",
        ]
        client.sendall("\r\n".join([*head, "", "{"]).encode())
        yield client


@pytest.mark.django_db(transaction=True)
@each("name", ["43 a body that never comes", "43 a body of a byte a second", "43 a body that is cut off"])
def test_a_slow_body_through_the_api(name: str, live_server: LiveServer) -> None:
    save_entry(documents.parse(BLACK_BOX), publish=True)
    with slow_body(live_server, 1_000) as client:
        if name.endswith("a second"):
            time.sleep(1)
            client.sendall(b'"')
        elif name.endswith("off"):
            client.shutdown(socket.SHUT_WR)
        began = time.monotonic()
        with closing(HTTPConnection(live_server.thread.host, live_server.thread.port, timeout=30)) as other:
            other.request("GET", ENTRY)
            assert other.getresponse().status == 200
        # Nobody waits for it.
        assert time.monotonic() - began < 25
        if name.endswith("off"):
            # Who has no token is told so, whatever more would have come.
            assert client.recv(12) in (b"", b"HTTP/1.1 401")
    assert doors.written() == ["black-box"]


# --- 44: at one moment ---

Act = Callable[[Program, Item], Any]


def _publishes(program: Program, item: Item) -> Any:
    return program.send("post", f"{ENTRY}publish/", {}, etag='"1-a"')


def _patches(program: Program, item: Item) -> Any:
    return program.send("patch", ENTRY, {"title": "Other box"}, etag='"1-a"')


def _deletes(program: Program, item: Item) -> Any:
    return program.send("delete", ENTRY, etag='"1-a"')


def _renames(program: Program, item: Item) -> Any:
    return program.send("post", f"{ENTRY}rename/", {"slug": "other-box"}, etag='"1-a"')


# What two do at one moment, and how both may have ended. What is deleted is never renamed, and the other way round.
AT_ONCE: dict[str, tuple[Act, Act, set[tuple[int, int]]]] = {
    "44 PATCH during publish": (_patches, _publishes, {(200, 200), (200, 412)}),
    "44 DELETE during rename": (_deletes, _renames, {(204, 404), (204, 410), (204, 412), (404, 200), (412, 200),
                                                     (301, 200), (204, 409)}),
    "44 DELETE during PATCH": (_deletes, _patches, {(204, 404), (204, 410), (204, 412), (412, 200)}),
    "44 DELETE during publish": (_deletes, _publishes, {(204, 404), (204, 410), (204, 412), (204, 200)}),
    "44 DELETE twice": (_deletes, _deletes, {(204, 404), (204, 410), (204, 412), (404, 204), (410, 204), (412, 204)}),
    "44 rename twice": (_renames, _renames, {(200, 404), (200, 412), (200, 409), (404, 200), (412, 200), (409, 200)}),
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@each("name", AT_ONCE)
def test_two_at_once_through_the_api(name: str, token: Token) -> None:
    item = save_entry(documents.parse(BLACK_BOX))
    text = token("read", "write", "publish", may=EVERYTHING)
    first, second, ends = AT_ONCE[name]
    start = threading.Barrier(2)
    codes = [0, 0]

    def run(at: int, act: Act) -> None:
        try:
            start.wait(30)
            codes[at] = act(Program(text), item).status_code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate((first, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (codes[0], codes[1]) in ends
    _holds_together()


def _holds_together() -> None:
    """What readers see is what was filed, and each item has all its revisions."""
    for item in Item.objects.all():
        assert list(Revision.objects.filter(item=item).order_by("number").values_list("number", flat=True)) == list(
            range(1, item.revision + 1)
        )
        published = Published.objects.filter(item=item).first()
        assert not (item.deleted_at and published)
        assert published is None or published.file_id == item.filed_id


# --- 45: each file, by PUT ---


@each("case", CASES, ids=lambda case: f"45 {case}")
@pytest.mark.django_db
def test_put_through_the_api(case: Case, program: Program) -> None:
    item = save_entry(documents.parse(front()), publish=True)
    before = Client().get("/api/v1/entries/nasty.md").content
    with doors.soon():
        answer = program.send("put", "/api/v1/entries/nasty/?publish=true", case.data, etag='"1-a"')
    # An edit does not rename; and what is sent by itself has to say its slug.
    if case.code or case.slug != "nasty" or case.api:
        assert answer.status_code in (400, 413) if case.code else answer.status_code in (200, 400), answer.content
    else:
        assert answer.status_code == 200, answer.content[:500]
    now = Item.objects.get(pk=item.pk)
    seen = Client().get("/api/v1/entries/nasty.md").content
    if answer.status_code == 200:
        assert bytes(now.working.data) == seen == case.data
    else:
        errors = doors.refusal(answer, answer.status_code)
        assert all(error["message"] and error["hint"] for error in errors)
        assert errors
        assert (now.revision, seen) == (1, before)


# --- 46: many files at once ---

MANY: dict[str, tuple[int, int, str]] = {
    "46 10,000 files": (10_000, 0, "files"),
    "46 one more than may be": (MOST_FILES + 1, 0, "files"),
    "46 as many as may be, the last one bad": (MOST_FILES, MOST_FILES, "externalLinks.0.url"),
    "46 as many as may be, all bad": (MOST_FILES, 1, "externalLinks.0.url"),
}


@each("name", MANY)
@pytest.mark.django_db
def test_many_files_through_the_api(name: str, program: Program) -> None:
    number, bad_from, field = MANY[name]
    good, bad = "lang: en", "externalLinks: [{url: 'javascript:x'}]"
    files = [
        {
            "path": f"terms/{at}.md",
            "content": front(bad if 0 < bad_from <= at else good, slug=f"slug: n-{at}").decode(),
        }
        for at in range(1, number + 1)
    ]
    answer = program.send("post", "/api/v1/import/", {"files": files})
    errors = doors.refusal(answer)
    assert {error["field"] for error in errors} == {field}
    if bad_from:
        wanted = [f"terms/{at}.md" for at in range(bad_from, number + 1)]
        assert [error["path"] for error in errors] == wanted
        assert {error["line"] for error in errors} == {4}
    assert doors.written() == []


@pytest.mark.django_db
def test_what_does_not_hold_together_is_found(box: Item) -> None:
    _holds_together()
    lifecycle.unpublish(box, base_revision=box.revision)
    _holds_together()
    Item.objects.filter(pk=box.pk).update(revision=9)
    with pytest.raises(AssertionError):
        _holds_together()
