"""Group 29, where the disk of the database or of the uploads is full, or may only be read: no error of ours, a sentence
that says what to do, and nothing half-written. The folder is shown by the tests of export and sync.
"""

import errno
import io
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

import documents
from glossary.editing import save_entry
from publishing import assets
from publishing.models import Item
from tests.admin.browsing import read_form
from tests.api.conftest import BLACK_BOX
from tests.api.test_writing import Program
from tests.nasty import doors
from tests.nasty.asking import ENTRIES, ENTRY
from tests.nasty.table import front

# What a zip does not make small.
BODY = "\n" + " ".join(sha256(str(number).encode()).hexdigest() for number in range(30_000))


@contextmanager
def pragma(setting: str, back: str) -> Iterator[None]:
    # Past Django, which executes nothing once a transaction has failed.
    connection.connection.execute(f"PRAGMA {setting}")
    try:
        yield
    finally:
        # It may be another one: Django closes one whose transaction the database has ended by itself.
        connection.ensure_connection()
        connection.connection.execute(f"PRAGMA {back}")


def full() -> AbstractContextManager[None]:
    """The file of the database gets no larger."""
    # Pages that other tests have left would be used first.
    connection.connection.execute("VACUUM")
    pages = connection.connection.execute("PRAGMA page_count").fetchone()[0]
    return pragma(f"max_page_count = {pages}", "max_page_count = 1073741823")


def read_only() -> AbstractContextManager[None]:
    return pragma("query_only = 1", "query_only = 0")


DATABASES = {"29 the disk of the database is full": full, "29 the database may only be read": read_only}
each = pytest.mark.parametrize("name", DATABASES)


@pytest.fixture
def browser() -> Client:
    if connection.vendor != "sqlite":
        pytest.skip("its database has a disk of its own, which no test can fill")
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("ada"))
    return client


@pytest.mark.django_db(transaction=True)
@each
def test_written_through_the_api(name: str, browser: Client, program: Program) -> None:
    save_entry(documents.parse(BLACK_BOX), publish=True)
    program.client.raise_request_exception = False
    with DATABASES[name]():
        answer = program.send("post", ENTRIES, front(body=BODY))
        assert doors.refusal(answer, 503) == []
        assert answer.json()["code"] == "server.unavailable"
        assert int(answer["Retry-After"]) > 0
        # Readers go on reading.
        assert Client().get(ENTRY).status_code == 200
    assert doors.written() == ["black-box"]
    assert program.send("post", ENTRIES, front(body=BODY)).status_code == 201


@pytest.mark.django_db(transaction=True)
@each
def test_saved_in_the_admin(name: str, browser: Client) -> None:
    add = "/admin/glossary/entry/add/"
    form = read_form(browser.get(add))
    form["title"], form["slug"], form["body-detailedExplanation"] = "Nasty", "nasty", BODY
    upload = SimpleUploadedFile("nasty.md", front(body=BODY))
    for address, sent in (("/admin/sync/upload/", {"chosen": upload}), (add, {**form.data, "_save": "1"})):
        with DATABASES[name]():
            answer = browser.post(address, sent)
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
        assert b"still in the form" in answer.content
    assert doors.written() == []
    assert browser.post(add, {**form.data, "_save": "1"}).status_code == 302
    assert doors.written() == ["nasty"]


REFUSALS = {
    "29 the disk is full": errno.ENOSPC,
    "29 the quota is used up": errno.EDQUOT,
    "29 the disk may only be read": errno.EROFS,
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", REFUSALS)
def test_a_picture_in_the_admin(name: str, editors_browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(REFUSALS[name], "No room")

    monkeypatch.setattr(FileSystemStorage, "_save", refuse)
    out = io.BytesIO()
    Image.new("RGB", (3, 3)).save(out, "PNG")
    sent = {"image": SimpleUploadedFile("a.png", out.getvalue())}
    answer = editors_browser.post("/admin/markdownx/upload/", sent)
    assert answer.status_code == 503
    assert "No room" in answer.json()["message"]
    assert assets.names() == set()


@pytest.mark.django_db
@pytest.mark.parametrize("name", REFUSALS)
def test_an_upload_in_the_admin(name: str, editors_browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = editors_browser.post("/admin/sync/upload/", {"chosen": SimpleUploadedFile("nasty.md", front())})

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(REFUSALS[name], "No room")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    editors_browser.raise_request_exception = False
    for page in (editors_browser.get(answer["Location"]), editors_browser.post(answer["Location"])):
        assert page.status_code == 503
        assert b"Nothing was saved" in page.content
    monkeypatch.undo()
    assert not Item.objects.exists()
    # What was kept is still there, for when there is room.
    assert editors_browser.post(answer["Location"]).status_code == 302
    assert doors.written() == ["nasty"]
