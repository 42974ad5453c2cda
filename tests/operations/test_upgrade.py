"""docs/operators.md, Upgrade: with a glossary that an older Lemma lived with for some time, everything is as it was."""

import json
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.operations.sites import Site, contents
from tests.sync.installation import PROJECT

HERE = Path(__file__).resolve().parent
# States of the code, with whether it has to go on with the tables of now. The second is older than that rule (see
# tests/test_migrations.py); it has no webhooks, audit log, second factors or links, and another search index.
RELEASES = [("d392484", True), ("97ee0b6", False)]


@dataclass(frozen=True)
class Release:
    """The code of one commit, at work on a site, with the packages of now: those of then are among them."""

    code: Path
    site: Site

    def manage(self, *arguments: object) -> str:
        return self._run("manage.py", *arguments)

    def tell(self, script: str, *arguments: object) -> Any:
        # Without its folder in the path, so that only the code of this release is found.
        return json.loads(self._run("-P", HERE / script, *arguments))

    def _run(self, *arguments: object) -> str:
        run = subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=self.code,
            env=self.site.environment | {"PYTHONPATH": str(self.code)},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert run.returncode == 0, f"{arguments}\n{run.stdout}{run.stderr}"
        return run.stdout


def code_of(commit: str, folder: Path) -> Path:
    """Skips the test where the history does not go back so far, as in a shallow clone."""
    if shutil.which("git") is None:
        pytest.skip("There is no git.")
    packed = subprocess.run(["git", "-C", PROJECT, "archive", commit], capture_output=True, check=False)
    if packed.returncode:
        pytest.skip(f"There is no commit {commit} here: the clone is shallow, or no clone.")
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.mark.parametrize(("commit", "goes_on"), RELEASES)
def test_after_an_upgrade_everything_is_as_it_was(
    make_site: Callable[..., Site],
    tmp_path: Path,
    commit: str,
    goes_on: bool,
    record_property: Callable[[str, object], None],
) -> None:
    code = code_of(commit, tmp_path / "release")
    files = contents(code / "fixtures/content")
    site = make_site("site", {name: data for name, data in files.items() if name != "README.md"})
    old, new = Release(code, site), Release(PROJECT, site)
    old.manage("migrate", "--verbosity", "0")
    old.manage("import_content", "--verbosity", "0")
    secrets = old.tell("some_time.py", site.content)
    before, rows = old.tell("looking.py", json.dumps(secrets)), tables(site)
    assert before["passwords"] == [True, True]
    assert len(before["waiting"]) == 5

    new.manage("migrate", "--verbosity", "0")
    if goes_on:
        assert old.tell("looking.py", json.dumps(secrets)) == before
    new.manage("rebuild_published")
    new.manage("reindex", "--verbosity", "0")
    found = json.loads(examined(new))["findings"]
    assert [each for each in found if each["code"].startswith(OF_DATA) and each["status"] != "ok"] == []

    after = new.tell("looking.py", json.dumps(secrets))
    assert set(after) == set(before)
    for what, seen in before.items():
        assert kept(seen, after[what]) == [], what
    compared = the_same_rows(rows, tables(site))
    record_property("figures", f"{commit}: {len(before['items'])} items, {compared} rows are the same")
    # Folder and database are still in step: nothing is read or written anew.
    assert json.loads(site.ok("sync_content", "--dry-run", "--json"))["steps"] == []


# What the doctor says of the database. Of settings it says what there is to say of a site on somebody's desk.
OF_DATA = ("database.", "migrations.", "search.", "feed.", "counts.", "published.", "texts.", "schedules.")


def examined(release: Release) -> str:
    run = release.site.manage("doctor", "--deep", "--json")
    assert run.returncode in (0, 1, 2), run.stderr
    return run.stdout


def kept(before: Any, after: Any, at: str = "") -> list[str]:
    """Where the answers of now do not have what those of before had. Of an object there may be more now."""
    if isinstance(before, dict) and isinstance(after, dict):
        missing = [f"{at}/{key} is gone" for key in before if key not in after]
        return missing + [
            each for key in before if key in after for each in kept(before[key], after[key], f"{at}/{key}")
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [
            each
            for number, (one, other) in enumerate(zip(before, after, strict=True))
            for each in kept(one, other, f"{at}/{number}")
        ]
    return [] if before == after else [f"{at}: {before!r} became {after!r}"]


def tables(site: Site) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, by column."""
    if site.url:
        with psycopg.connect(site.url) as connection:
            names = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            return _read(connection.execute, names)
    with closing(sqlite3.connect(site.var / "lemma.sqlite3")) as file:
        return _read(file.execute, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")


def _read(ask: Callable[[str], Any], names: str) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for (name,) in ask(names).fetchall():
        cursor = ask(f'SELECT * FROM "{name}"')
        columns = [column[0] for column in cursor.description]
        found[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return found


# Kinds of things and rights come with new code; what is searched is made anew.
MORE = {"django_migrations", "django_content_type", "auth_permission", "auth_group_permissions"}
MADE_ANEW = ("search_", "health_")
# What readers get is made anew by the code of now, of the same texts.
RENEWED = {"publishing_published": {"etag", "payload", "payload_version", "summary", "present"}}


def the_same_rows(before: dict[str, list[dict[str, Any]]], after: dict[str, list[dict[str, Any]]]) -> int:
    """How many there are."""
    count = 0
    for table, rows in before.items():
        if table.startswith(MADE_ANEW):
            continue
        assert table in after, table
        new = RENEWED.get(table, set())
        there = {_text(row, set(rows[0]) - new) for row in after[table]} if rows else set()
        was = {_text(row, set(row) - new) for row in rows}
        assert was <= there, f"{table}: {sorted(was - there)[:3]} became {sorted(there - was)[:3]}"
        assert len(rows) == len(after[table]) or table in MORE, table
        count += len(rows)
    return count


def _text(row: dict[str, Any], columns: set[str]) -> str:
    return repr(
        {name: bytes(row[name]) if isinstance(row[name], memoryview) else row[name] for name in sorted(columns)}
    )


# --- the comparison itself ---


@pytest.mark.parametrize(
    ("after", "complaints"),
    [
        ({"a": [1, {"b": 2}], "more": 3}, []),
        ({"a": [1, {"b": 2, "c": 3}]}, []),
        ({"a": [1, {"b": 3}]}, ["/a/1/b: 2 became 3"]),
        ({"a": [1, {}]}, ["/a/1/b is gone"]),
        ({"a": [1]}, ["/a: [1, {'b': 2}] became [1]"]),
        ({"a": [{"b": 2}, 1]}, ["/a/0: 1 became {'b': 2}", "/a/1: {'b': 2} became 1"]),
    ],
)
def test_answers_may_say_more_and_nothing_else(after: Any, complaints: list[str]) -> None:
    assert kept({"a": [1, {"b": 2}]}, after) == complaints


@pytest.mark.parametrize(
    ("after", "is_same"),
    [
        ([{"id": 1, "text": "a", "new": 5}, {"id": 2, "text": "b", "new": 6}], True),
        ([{"id": 1, "text": "a"}], False),
        ([{"id": 1, "text": "a"}, {"id": 2, "text": "c"}], False),
        ([{"id": 1, "text": "a"}, {"id": 2, "text": "b"}, {"id": 3, "text": "c"}], False),
    ],
)
def test_rows_may_have_new_columns_and_nothing_else(after: list[dict[str, Any]], is_same: bool) -> None:
    before = {"publishing_item": [{"id": 1, "text": "a"}, {"id": 2, "text": "b"}]}
    if is_same:
        assert the_same_rows(before, {"publishing_item": after}) == 2
        return
    with pytest.raises(AssertionError):
        the_same_rows(before, {"publishing_item": after})
