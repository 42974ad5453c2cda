"""One sync at a time on one folder, and what may go on beside it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from sync.locks import locked
from sync.places import Place, SyncError, places
from tests.sync import disorder, folders
from tests.sync.cast import BLACK_BOX, CAST, entry
from tests.sync.commands import Outcome, run
from tests.sync.faults import World

BUSY = "Another import, export or sync is working on books. Try again when it is done."
SYNC, EXPORT, IMPORT = "sync_content", "export_content", "import_content"

# Holds the lock of a command, says so, and waits until it is told to end.
_HOLDER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
from pathlib import Path
from sync.locks import locked
from sync.places import places
with locked(places(Path(sys.argv[1])), reading=sys.argv[2] == "import_content"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """In step, with one file changed since."""
    made = World(tmp_path_factory.mktemp("locks") / "world")
    made.top.mkdir()
    folders.write(made.content, CAST)

    def begin() -> None:
        disorder.migrate()
        assert run(IMPORT, made.content).code == 0

    with django_db_blocker.unblock():
        made.fork(begin)
        folders.write(made.content, {"terms/black-box.md": BLACK_BOX + b"\n- more"})
        made.save()
        yield made


@pytest.fixture
def world(saved: World) -> World:
    saved.restore()
    return saved


@contextmanager
def held_by(command: str, content: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Another process is in the middle of a command there, as far as others can tell."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, content, command], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        if process.poll() is None:
            process.kill()


def ran(world: World, command: str, *arguments: object) -> Outcome:
    outcome = world.fork(lambda: run(command, world.content, *arguments)).value
    assert isinstance(outcome, Outcome)
    return outcome


@pytest.mark.parametrize(
    ("holder", "second", "goes"),
    [
        (SYNC, SYNC, False),
        (SYNC, EXPORT, False),
        (SYNC, IMPORT, False),
        (EXPORT, SYNC, False),
        (EXPORT, IMPORT, False),
        (IMPORT, SYNC, False),
        (IMPORT, EXPORT, False),
        (IMPORT, IMPORT, True),
    ],
)
def test_who_comes_second_says_so_and_ends_with_1(world: World, holder: str, second: str, goes: bool) -> None:
    before = folders.read(world.content)
    with held_by(holder, world.content):
        outcome = ran(world, second)
    if goes:
        assert outcome.code == 0
    else:
        assert (outcome.code, outcome.out, outcome.err) == (1, "", f"CommandError: {BUSY}\n")
        assert folders.read(world.content) == before
    # And when the first has ended, everything goes.
    assert ran(world, SYNC).code == 0


@pytest.mark.parametrize("arguments", [(SYNC, "--dry-run"), (EXPORT, "--check"), (IMPORT, "--dry-run")])
def test_looking_waits_for_nobody(world: World, arguments: tuple[str, ...]) -> None:
    with held_by(SYNC, world.content):
        outcome = ran(world, *arguments)
    assert BUSY not in outcome.err


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_lock_survives_no_crash(world: World, end: signal.Signals) -> None:
    with held_by(SYNC, world.content) as process:
        process.send_signal(end)
        process.wait(timeout=30)
        assert ran(world, SYNC).code == 0
    assert set(folders.read(world.content)) == set(CAST), "the lock left something behind"


def test_different_roots_do_not_block_each_other(world: World, tmp_path: Path) -> None:
    with held_by(SYNC, world.content):
        outcome = world.fork(lambda: run(EXPORT, tmp_path / "elsewhere")).value
    assert outcome.code == 0
    assert folders.read(tmp_path / "elsewhere") == CAST


def test_one_folder_under_two_names_is_one(world: World, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(world.content)
    with held_by(SYNC, tmp_path / "link"):
        assert ran(world, SYNC).code == 1


def test_a_folder_in_common_is_enough(world: World, tmp_path: Path) -> None:
    """Two roots that have their books in one place."""
    other = folders.write(tmp_path / "other", {"terms/red-box.md": entry("Red box", "red-box")})
    books = world.content / "books"
    with held_by(SYNC, world.content):
        outcome = world.fork(lambda: run(SYNC, other, "--books", books)).value
    assert outcome.code == 1
    assert "is working on" in outcome.err


def test_the_commands_that_git_runs_do_not_keep_the_lock(world: World) -> None:
    """A child that lives longer than the sync, such as a helper of ssh, must not block the next."""
    here = places(world.content)
    with locked(here):
        child = subprocess.Popen(["sleep", "30"], close_fds=False)
    try:
        with locked(here):
            pass
    finally:
        child.kill()
        child.wait()


def test_two_threads_of_a_server_exclude_each_other_too(world: World) -> None:
    here = places(world.content)
    with locked(here):
        found: list[str] = []

        def second() -> None:
            try:
                with locked(here):
                    found.append("in")
            except SyncError as error:
                found.append(str(error))

        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert found == [BUSY]


def test_of_many_syncs_at_once_each_either_works_or_says_so(world: World) -> None:
    """And in the end all is in step, whoever was first."""
    folders.write(world.content, {f"terms/new-{n}.md": entry(f"New {n}", f"new-{n}") for n in range(60)})
    children = [_start(world) for _ in range(6)]
    codes = [_code(child) for child in children]
    assert set(codes) <= {0, 1}
    assert 0 in codes
    outcome = ran(world, SYNC, "--json")
    assert (outcome.code, outcome.report["steps"]) == (0, [])


def _start(world: World) -> int:
    child = os.fork()
    if not child:
        try:
            code = world.fork(lambda: int(run(SYNC, world.content).code)).value
        except BaseException:
            code = 99
        os._exit(code)
    return child


def _code(child: int) -> int:
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def test_the_lock_is_taken_at_once_and_not_waited_for(world: World) -> None:
    """A cron job that finds another at work must not pile up behind it."""
    place: list[Place] = places(world.content)
    with locked(place):
        start = time.monotonic()
        assert ran(world, SYNC).code == 1
        assert time.monotonic() - start < 10
