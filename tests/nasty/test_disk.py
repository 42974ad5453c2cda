"""Group 18: what lies in a folder, or in a zip, and is no regular file that can be read. The API is sent texts, in
which no such thing can be.
"""

import os
import socket
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client

from tests.nasty import doors
from tests.nasty.doors import GOOD, GOOD_TEXT
from tests.nasty.table import front
from tests.sync import folders
from tests.sync.commands import export_content, import_content
from tests.sync.permissions import unprivileged

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_waiting")]


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        # An absolute one may be too long for a socket.
        server.bind(os.path.relpath(path))


def _outside(path: Path) -> None:
    folders.write(path.parent.parent.parent, {"secret.md": front()})
    path.symlink_to("../../secret.md")


def _folder_outside(path: Path) -> None:
    folders.write(path.parent.parent.parent, {"elsewhere/secret.md": front()})
    path.symlink_to("../../elsewhere")


def _mode(mode: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(front())
        path.chmod(mode)

    return make


def _closed(path: Path) -> None:
    folders.write(path, {"inside.md": front()})
    path.chmod(0)


@dataclass(frozen=True, slots=True)
class Thing:
    """make: puts it at a path in the folder. code: of the problem with it; "" where it is passed over. named: whether
    that is said. path: as the folder has it, where that is not `nasty.md`.
    """

    name: str
    make: Callable[[Path], None]
    code: str = ""
    named: bool = True
    path: str = "nasty.md"

    def __str__(self) -> str:
        return f"18 {self.name}"


THINGS = (
    Thing("a link to a file in the folder", lambda path: path.symlink_to(GOOD)),
    Thing("a link to a file outside", _outside),
    Thing("a link to itself", lambda path: path.symlink_to(path.name)),
    Thing("a link to nothing", lambda path: path.symlink_to("nothing.md")),
    Thing("a link to a device", lambda path: path.symlink_to("/dev/zero")),
    Thing("a link to a folder outside", _folder_outside, named=False, path="nasty"),
    Thing("a link to the folder above", lambda path: path.symlink_to(".."), named=False, path="nasty"),
    Thing("a pipe", _pipe),
    Thing("a socket", _socket),
    Thing("a folder", Path.mkdir),
    Thing("a file that cannot be read", _mode(0), "file.unreadable"),
    Thing("a file that can only be written", _mode(0o200), "file.unreadable"),
    Thing("a folder that cannot be read", _closed, "folder.unreadable", path="nasty"),
)


@pytest.mark.parametrize("thing", THINGS, ids=str)
def test_as_a_file(thing: Thing) -> None:
    with unprivileged() as here:
        root = folders.write(here / "content", {f"terms/{GOOD}": GOOD_TEXT})
        thing.make(root / "terms" / thing.path)
        before = os.lstat(root / "terms" / thing.path)
        with doors.soon():
            if thing.code:
                doors.refused_whole(import_content(root), {f"terms/{thing.path}"})
            outcome = import_content(root, "--skip-invalid", "--json")
        assert outcome.code == 0, outcome.everything
        named = {f"terms/{thing.path}"}
        assert {path for path, _ in outcome.codes()} == (named if thing.code else set())
        assert {code for _, code in outcome.codes()} == ({thing.code} if thing.code else set())
        assert all(problem["hint"] for problem in outcome.problems())
        skipped = {each["path"] for each in outcome.report["skipped"]}
        assert skipped == (named if thing.named and not thing.code else set())
        assert doors.written() == ["good"]
        assert export_content(here / "out").code == 0
        assert folders.read(here / "out") == {f"terms/{GOOD}": GOOD_TEXT}
        after = os.lstat(root / "terms" / thing.path)
        assert (after.st_ino, after.st_mode, after.st_mtime_ns) == (before.st_ino, before.st_mode, before.st_mtime_ns)


ZIPPED = {
    "a link to a file outside": (stat.S_IFLNK | 0o777, "terms/nasty.md", b"../../secret.md"),
    "a link to a device": (stat.S_IFLNK | 0o777, "terms/nasty.md", b"/dev/zero"),
    "a link to a folder": (stat.S_IFLNK | 0o777, "terms/nasty", b"/etc"),
    "a link with the text of a file": (stat.S_IFLNK | 0o777, "terms/nasty.md", front()),
}


@pytest.mark.parametrize("name", ZIPPED, ids=lambda name: f"18 {name}")
def test_in_a_zip_in_the_admin(name: str, editors_browser: Client) -> None:
    mode, path, data = ZIPPED[name]
    archive = doors.zipped({f"terms/{GOOD}": GOOD_TEXT, path: data}, {path: mode})
    with doors.soon():
        page = doors.carried_out(editors_browser, {"all.zip": archive})
    assert doors.skipped_in(page) == {path}
    assert doors.written() == ["good"]


@pytest.mark.parametrize("name", ["18 a folder that is called as a file"])
def test_folder_in_a_zip_in_the_admin(name: str, editors_browser: Client) -> None:
    archive = doors.zipped({f"terms/{GOOD}": GOOD_TEXT, "terms/nasty.md/": b"", "terms/nasty.md/inside.md": front()})
    page = doors.carried_out(editors_browser, {"all.zip": archive})
    assert [name for name, reason in doors.reasons_in(page) if reason] == ["terms/nasty.md/inside.md"]
    assert doors.written() == ["good"]
