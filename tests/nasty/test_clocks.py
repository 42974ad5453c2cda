"""Group 58: clocks that go back, time zones, and a database that is being migrated, for commands, API and admin."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

import documents
from glossary.editing import save_entry
from publishing.models import Change, Item, Revision
from tests.api.test_writing import Program
from tests.nasty import doors
from tests.nasty.doors import GOOD, GOOD_TEXT
from tests.nasty.table import front
from tests.sync import folders
from tests.sync.commands import export_content, import_content, run

pytestmark = pytest.mark.django_db
each = pytest.mark.parametrize

TIMES = {
    "58 a file from 1970": 0,
    "58 a file from 2100": 4_102_444_800,
    "58 a file from before it was read": 1_600_000_000,
}


@each("name", TIMES)
def test_the_time_of_a_file_does_not_count_as_a_file(name: str, root: Path) -> None:
    folders.write(root, {f"terms/{GOOD}": GOOD_TEXT})
    assert import_content(root).code == 0
    changed = GOOD_TEXT.replace(b"It stays", b"It went")
    # Of the same length, and with a time that says nothing.
    folders.write(root, {f"terms/{GOOD}": changed})
    os.utime(root / f"terms/{GOOD}", (TIMES[name], TIMES[name]))
    assert import_content(root, "--json").counts() == {"changed": 1}
    assert doors.filed("good") == changed


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Sets the clock of the process."""
    real = timezone.now

    def set_(by: timedelta) -> None:
        def now() -> datetime:
            return real() + by

        monkeypatch.setattr(timezone, "now", now)

    return set_


BACK = {
    "58 back an hour": timedelta(hours=-1),
    "58 back ten years": timedelta(days=-3650),
    "58 on a year": timedelta(365),
}


@each("name", BACK)
def test_the_clock_goes_through_the_api(name: str, program: Program, clock: Callable[[timedelta], None]) -> None:
    where = "/api/v1/entries/nasty/"
    assert program.send("post", "/api/v1/entries/?publish=true", front()).status_code == 201
    since = Client().get("/api/v1/changes/").json()["nextCursor"]
    before = Client().get(where)["ETag"]
    clock(BACK[name])
    assert (
        program.send("patch", f"{where}?publish=true", {"title": "Other"}, etag=program.etag(where)).status_code == 200
    )
    # What comes later has the higher number, whatever the clock says.
    assert list(Change.objects.order_by("position").values_list("action", flat=True)) == ["published", "published"]
    told = Client().get("/api/v1/changes/", {"since": since}).json()
    assert [each["slug"] for each in told["results"]] == ["nasty"]
    answer = Client().get(where, headers={"if-none-match": before})
    assert (answer.status_code, answer.json()["title"]) == (200, "Other")


@each("name", BACK)
def test_the_clock_goes_for_commands_as_files(name: str, root: Path, clock: Callable[[timedelta], None]) -> None:
    folders.write(root, {f"terms/{GOOD}": GOOD_TEXT})
    assert import_content(root).code == 0
    clock(BACK[name])
    item = Item.objects.get()
    save_entry(documents.parse(GOOD_TEXT.replace(b'"Good"', b'"Better"')), item=item, base_revision=1, publish=True)
    folders.write(root, {f"terms/{GOOD}": GOOD_TEXT.replace(b"It stays", b"It went")})
    outcome = run("sync_content", root, "--json")
    assert outcome.code == 0, outcome.everything
    both = GOOD_TEXT.replace(b'"Good"', b'"Better"').replace(b"It stays", b"It went")
    assert folders.read(root) == {f"terms/{GOOD}": both}
    assert list(Revision.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]


ZONES = ["Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu", "UTC"]


@each("zone", ZONES, ids=lambda zone: f"58 {zone}")
def test_a_time_zone_as_files(zone: str, root: Path, settings: Any) -> None:
    settings.TIME_ZONE = zone
    data = front("lastUpdated: 2025-01-28T23:30:00-12:00\nother: 2025-03-30T02:30:00")
    folders.write(root, {"terms/nasty.md": data})
    assert import_content(root).code == 0
    assert export_content(root.parent / "out").code == 0
    assert folders.read(root.parent / "out") == {"terms/nasty.md": data}
    assert Client().get("/api/v1/entries/nasty/").json()["lastUpdated"] == "2025-01-28T23:30:00-12:00"


MISSING = ["sync_base", "publishing_revision", "publishing_item"]


@each(
    ("command", "table"),
    [("import_content", table) for table in MISSING]
    + [("sync_content", table) for table in MISSING]
    + [("export_content", "sync_base"), ("export_content", "publishing_item")],
    ids=lambda word: f"58 {word}",
)
def test_while_it_is_migrated_as_files(command: str, table: str, root: Path) -> None:
    folders.write(root, {f"terms/{GOOD}": GOOD_TEXT})
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
    outcome = run(command, root)
    assert outcome.code == 1
    assert "manage.py migrate" in outcome.err
    assert "Traceback" not in outcome.everything
    assert folders.read(root) == {f"terms/{GOOD}": GOOD_TEXT}


@each("table", MISSING[1:], ids=lambda table: f"58 without the table {table}")
def test_while_it_is_migrated_through_the_api(table: str, program: Program) -> None:
    program.client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
    answer = program.send("post", "/api/v1/entries/", front())
    assert doors.refusal(answer, 503) == []


@each("table", MISSING[1:], ids=lambda table: f"58 without the table {table}")
def test_while_it_is_migrated_in_the_admin(table: str, editors_browser: Client) -> None:
    editors_browser.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
    answer = editors_browser.post("/admin/glossary/entry/add/", {"title": "A", "slug": "a"})
    assert answer.status_code in (200, 503)
