"""Backups of a site on which several people save all the time: each is the site as it was at one moment, and whatever
was acknowledged before it began is in it.
"""

import json
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from publishing import assets
from tests.chaos.parts import gunicorn
from tests.operations.servers import free_port, listens, process, wait_for
from tests.operations.sites import CAST, Site, contents
from tests.sync.installation import PROJECT

_PEOPLE, _BACKUPS = 3, 2
# What was written once is never changed.
FOR_GOOD = ("publishing_revision", "publishing_change", "publishing_blob")
# What the doctor says of the database. Of settings it says what there is to say of a site on somebody's desk.
OF_DATA = ("database.", "migrations.", "search.", "feed.", "counts.", "published.", "texts.")


@dataclass
class Person:
    """Edits an entry of its own by the API, again and again, and publishes it each time: edit 1, edit 2 …

    told: the last that was acknowledged. asked: the last that was sent.
    """

    number: int
    address: str
    token: str
    told: int = 0
    asked: int = 0
    refusals: list[str] = field(default_factory=list)

    @property
    def slug(self) -> str:
        return f"entry-of-{self.number}"

    def run(self, over: threading.Event) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        with httpx.Client(base_url=f"{self.address}/api/v1/entries/", headers=headers, timeout=60) as client:
            body = {"title": self.slug, "slug": self.slug, "briefDefinition": "Edit 0."}
            answer = client.post("?publish=true", json=body)
            while answer.is_success and not over.is_set():
                self.told = self.asked
                self.asked += 1
                answer = client.patch(
                    f"{self.slug}/?publish=true",
                    json={"briefDefinition": f"Edit {self.asked}."},
                    headers={"If-Match": answer.headers["ETag"]},
                )
            if answer.is_success:
                self.told = self.asked
            else:
                self.refusals.append(answer.text)


@contextmanager
def busy(site: Site, folder: Path) -> Iterator[tuple[list[Person], list[str]]]:
    """People who edit through a web server, and one who publishes new entries with pictures, whose slugs are told."""
    site.ok("createsuperuser", "--noinput", "--username", "ada", "--email", "ada@example.org")
    token = site.ok("api_token", "create", "ada", "--scopes", "read,write,publish").strip()
    port, over = free_port(), threading.Event()
    people = [Person(number, f"http://127.0.0.1:{port}", token) for number in range(_PEOPLE)]
    new: list[str] = []
    environment = site.environment | {"LEMMA_RATE_WRITE": "100000/min"}
    with (
        process(gunicorn(f"127.0.0.1:{port}"), folder / "web.log", cwd=PROJECT, env=environment),
        subprocess.Popen(
            [sys.executable, "-m", "tests.operations.busy_editor"],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as editor,
    ):
        assert editor.stdout is not None
        output = editor.stdout
        wait_for(lambda: listens(port), "gunicorn")
        threads = [threading.Thread(target=person.run, args=(over,)) for person in people]
        threads.append(threading.Thread(target=lambda: new.extend(iter(lambda: output.readline().strip(), ""))))
        for thread in threads:
            thread.start()
        try:
            wait_for(lambda: len(new) > 3 and all(person.told > 1 for person in people), "everybody")
            yield people, new
        finally:
            over.set()
            with suppress(BrokenPipeError):
                print("stop", file=editor.stdin, flush=True)
            for thread in threads:
                thread.join(120)
    assert editor.returncode == 0


def rows(site: Site, table: str, *columns: str) -> set[tuple[Any, ...]]:
    question = f"SELECT {', '.join(columns) or '*'} FROM {table}"
    if site.url:
        with psycopg.connect(site.url) as connection:
            return set(connection.execute(question).fetchall())
    with closing(sqlite3.connect(site.var / "lemma.sqlite3")) as file:
        return set(file.execute(question).fetchall())


def test_backups_while_people_save_are_each_of_one_moment(
    make_site: Callable[..., Site], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    site = make_site("site", CAST)
    site.ok("migrate", "--verbosity", "0")
    site.ok("import_content", "--verbosity", "0")
    least, most = [], []
    with busy(site, tmp_path) as (people, new):
        for number in range(_BACKUPS):
            least.append(({person.slug: person.told for person in people}, list(new)))
            site.ok("backup", tmp_path / f"{number}.tar.gz")
            most.append({person.slug: person.asked for person in people})
    assert [person.refusals for person in people] == [[]] * _PEOPLE
    for number in range(_BACKUPS):
        other = make_site(f"other-{number}")
        other.ok("restore", tmp_path / f"{number}.tar.gz")
        is_of_one_moment(site, other)
        has_what_was_told(other, tmp_path / f"exported-{number}", *least[number], most[number])
    told = ", ".join(f"{person.told} edits" for person in people)
    record_property("figures", f"{told} and {len(new)} new entries with pictures, {_BACKUPS} backups meanwhile")


def is_of_one_moment(site: Site, other: Site) -> None:
    """site: as it is now. other: restored from a backup that was made of it before."""
    assert contents(other.content) == CAST
    pictures, all_pictures = contents(other.var / "media"), contents(site.var / "media")
    assert pictures.items() <= all_pictures.items()
    # Nothing is there that was not in the first, and of what happened one after the other nothing is left out.
    for table in FOR_GOOD:
        restored, now = rows(other, table), rows(site, table)
        assert restored < now, table
    positions = {position for (position,) in rows(other, "publishing_change", "position")}
    assert positions == {each for (each,) in rows(site, "publishing_change", "position") if each <= max(positions)}
    assert rows(other, "publishing_feedcounter", "position") == {(max(positions),)}
    # Every item has all its revisions, up to the one it is at.
    numbers: dict[int, set[int]] = {}
    for item, number in rows(other, "publishing_revision", "item_id", "number"):
        numbers.setdefault(item, set()).add(number)
    at = dict(rows(other, "publishing_item", "id", "revision"))
    assert {item: set(range(1, last + 1)) for item, last in at.items()} == numbers
    # Everybody publishes what they save, so no publication is half done if all readers have the last revision.
    assert set(rows(other, "publishing_published", "item_id", "revision")) == set(at.items())
    run = other.manage("doctor", "--deep", "--json")
    findings = json.loads(run.stdout)["findings"]
    assert [each for each in findings if each["code"].startswith(OF_DATA) and each["status"] != "ok"] == []
    assert {"feed.agrees", "search.current", "texts.whole"} <= {each["code"] for each in findings}


def has_what_was_told(other: Site, folder: Path, least: dict[str, int], new: list[str], most: dict[str, int]) -> None:
    """least, new: edits and slugs that were acknowledged before the backup. most: edits that had been sent after it."""
    folder.mkdir()
    other.ok("export_content", folder, "--verbosity", "0")
    files = {Path(name).stem: data for name, data in contents(folder).items()}
    assert set(new) <= set(files)
    for slug, number in least.items():
        [found] = re.findall(rb"Edit (\d+)\.", files[slug])
        assert number <= int(found) <= most[slug], slug
    named = {name for data in files.values() for name in assets.named_in(data)}
    assert len(named) >= len(new)
    assert named <= {Path(name).name for name in contents(other.var / "media")}
