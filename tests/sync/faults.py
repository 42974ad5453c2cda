"""Syncs that end without notice, or whose disk refuses, at any moment one likes.

Each runs in a fork of the test's process, with a database that is a file copied for it: a hundred times as fast as a
new start of Django. A moment is a call to the file system, a statement to the database, or a command to git.
"""

import gc
import os
import pathlib
import pickle
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import filesystem
from django.core.signals import setting_changed
from django.db import connections
from django.db.utils import ConnectionHandler, OperationalError

from config.database import read_database_url
from publishing import storage
from sync import disk, git, git_locks, locks, work_tree

# Loaded once here, and not in each fork.
from sync.management.commands import export_content, import_content, sync_content  # noqa: F401
from tests.sync import folders
from tests.sync.commands import Outcome, run


@dataclass(frozen=True)
class World:
    """Everything below `top` at a fixed place, because a database remembers the paths of folders."""

    top: Path

    @property
    def content(self) -> Path:
        return self.top / "content"

    @property
    def database(self) -> Path:
        return self.top / "database.sqlite3"

    def save(self) -> None:
        """As it is now it will be again."""
        shutil.copytree(self.top, self._saved, symlinks=True)

    def restore(self) -> None:
        shutil.rmtree(self.top)
        shutil.copytree(self._saved, self.top, symlinks=True)

    @property
    def uploads(self) -> Path:
        return self.top / "media"

    @property
    def _saved(self) -> Path:
        return self.top.with_name(f"{self.top.name}-saved")

    def fork(self, function: Callable[[], Any], *, kill_after: float | None = None) -> "Ended":
        """Calls a function in a child, with the database of this world.

        Args:
            kill_after: seconds after which the child is killed, whatever it is doing.
        """
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            _exit_with(self, function, writing)
        os.close(writing)
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)
        with os.fdopen(reading, "rb") as stream:
            data = stream.read()
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        assert code in (0, -signal.SIGKILL), "the child failed; its traceback is above"
        return Ended(code == 0, pickle.loads(data) if code == 0 else None)

    def sync(self, *arguments: object) -> Outcome:
        ended = self.fork(lambda: run("sync_content", self.content, *arguments))
        assert isinstance(ended.value, Outcome)
        return ended.value


@dataclass(frozen=True)
class Ended:
    """Whether a child came to its end, and what it gave then."""

    alive: bool
    value: Any


def _exit_with(world: World, function: Callable[[], Any], writing: int) -> None:
    """Never returns."""
    # It would copy what parent and child share.
    gc.disable()
    try:
        _connect(world.database)
        settings.MEDIA_ROOT = str(world.uploads)
        setting_changed.send(sender=World, setting="MEDIA_ROOT", value=settings.MEDIA_ROOT, enter=True)
        data = pickle.dumps(function())
        connections.close_all()
        with os.fdopen(writing, "wb") as stream:
            stream.write(data)
        os._exit(0)
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
        os._exit(70)


def _connect(file: Path) -> None:
    database = read_database_url("", default=file, relative_to=file.parent)
    # A process that is killed loses nothing that it has written.
    database["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    connections.settings["default"] = ConnectionHandler({"default": database}).settings["default"]
    # The parent's is left as it is, since closing it would close the parent's database.
    connections["default"] = connections.create_connection("default")


@dataclass
class Moments:
    """Counts moments and does something at each.

    names: what they were. paths: which file or folder each call was about, as it was named; "" for other moments.
    """

    then: Callable[["Moments"], None]
    names: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    # Temporary files, with that in whose place they came.
    targets: dict[str, str] = field(default_factory=dict)
    # The paths of the calls that failed.
    failed: list[str] = field(default_factory=list)
    # The command that was started last.
    command: "subprocess.Popen[bytes] | None" = None

    def come(self, name: str, path: str = "") -> None:
        self.names.append(name)
        self.paths.append(path)
        self.then(self)

    @property
    def now(self) -> int:
        return len(self.names)

    def meant(self) -> list[str]:
        """The paths, those of temporary files as the files that they were to become."""
        return [self.targets.get(path, path) for path in self.paths]


class _Counted:
    """A module of which the calls that are `wanted` are moments."""

    def __init__(self, module: Any, moments: Moments, wanted: Callable[[str, Any], bool]):
        self._module, self._moments, self._wanted = module, moments, wanted
        # What each descriptor was opened for.
        self._opened: dict[int, str] = {}

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        if not self._wanted(name, found):
            return found

        def call(*arguments: Any, **options: Any) -> Any:
            path = self._path(arguments, options)
            if name == "replace":
                self._moments.targets[path] = os.fspath(arguments[1])
            try:
                self._moments.come(name, path)
            except OSError as error:
                self._moments.failed.append(path)
                if name == "close":
                    # Whatever else is wrong, it is closed.
                    found(*arguments)
                if not isinstance(arguments[0], int):
                    # As the operating system says it; of a descriptor it does not know the name.
                    error.filename = os.fspath(arguments[0])
                raise
            if name == "fsync":
                # Nobody pulls the plug here, and a real one takes longer than all the rest.
                return None
            result = found(*arguments, **options)
            if name == "open" and isinstance(result, int):
                self._opened[result] = path
            if name == "Popen":
                self._moments.command = result
                # Killed now, it leaves a command behind that goes on by itself.
                self._moments.come("started")
            return result

        return call

    def _path(self, arguments: tuple[Any, ...], options: dict[str, Any]) -> str:
        subject = arguments[0]
        if isinstance(subject, int):
            return self._opened.get(subject, "")
        if not isinstance(subject, str | os.PathLike):
            return ""
        folder = self._opened.get(options.get("dir_fd") or -1, "")
        return os.path.join(folder, os.fspath(subject))


# Calls that ask for no file, or for none of ours.
_ELSEWHERE = ("urandom", "fspath", "fsencode", "fsdecode", "umask", "getpid", "getcwd", "fdopen")


def _touches_files(name: str, found: Any) -> bool:
    return callable(found) and not isinstance(found, type) and name not in _ELSEWHERE


def _starts_git(name: str, found: Any) -> bool:
    return name == "Popen"


class _Opening:
    """The function `open` of a module, as that of `os` is counted."""

    open = open


@contextmanager
def counted(moments: Moments, *, files: bool = True, database: bool = False, commands: bool = False) -> Iterator[None]:
    """Inside the block the moments come."""
    with ExitStack() as stack:
        if files:
            # Of the folder, of the lock, of paths that are looked at, and of the uploads that pictures come from.
            for module in (disk, locks, git_locks, work_tree, pathlib, filesystem, storage):
                stack.enter_context(_in_place_of(module, "os", _Counted(os, moments, _touches_files)))
            for module in (filesystem, storage):
                opening = _Counted(_Opening, moments, _touches_files)
                stack.enter_context(_in_place_of(module, "open", opening.open))
        if commands:
            stack.enter_context(_in_place_of(git, "subprocess", _Counted(subprocess, moments, _starts_git)))
        if database:

            def statement(execute: Any, sql: str, *rest: Any) -> Any:
                moments.come(sql.split(" ", 1)[0])
                return execute(sql, *rest)

            def commit() -> None:
                moments.come("COMMIT")
                committed()

            own: Any = connections["default"]
            committed = own._commit
            stack.enter_context(own.execute_wrapper(statement))
            stack.enter_context(_in_place_of(own, "_commit", commit))
        yield


_NOT_THERE = object()


@contextmanager
def _in_place_of(module: Any, name: str, other: Any) -> Iterator[None]:
    before = vars(module).get(name, _NOT_THERE)
    setattr(module, name, other)
    try:
        yield
    finally:
        if before is _NOT_THERE:
            delattr(module, name)
        else:
            setattr(module, name, before)


def killed_at(number: int) -> Moments:
    def die(moments: Moments) -> None:
        if moments.now == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return Moments(die)


def killed_with_git_at(number: int, after: float) -> Moments:
    """So many seconds after that moment, at which a command to git was started, and the command with it."""

    def die(moments: Moments) -> None:
        if moments.now == number:
            time.sleep(after)
            assert moments.command
            os.killpg(moments.command.pid, signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)

    return Moments(die)


def failing_at(number: int, code: int, *, for_good: bool = False) -> Moments:
    """The call of that number fails as a disk does and, with `for_good`, every one after it."""

    def fail(moments: Moments) -> None:
        if moments.now == number or (for_good and moments.now > number):
            raise OSError(code, os.strerror(code))

    return Moments(fail)


def full_at(number: int) -> Moments:
    """The statement or commit of that number fails as those of SQLite do when the disk is full."""

    def fail(moments: Moments) -> None:
        if moments.now == number:
            raise OperationalError("database or disk is full")

    return Moments(fail)


def ticking() -> Moments:
    """Nothing happens; they are only counted."""
    return Moments(lambda moments: None)


def leftovers(world: World) -> list[str]:
    """Files that were still being written, in the folder and among the uploads."""
    ends = disk.TEMPORARY_SUFFIX, storage.UNFINISHED
    return [path for top in (world.content, world.uploads) for path in folders.read(top) if path.endswith(ends)]


def some_time_later(world: World) -> None:
    """Nobody who writes an upload takes so long as its last byte is old now."""
    for path in folders.read(world.uploads):
        os.utime(world.uploads / path, (0, 0))


def whole(folder: Path, known: set[bytes]) -> None:
    """Every file that a reader would take has a text that somebody wrote."""
    for path, data in folders.read(folder).items():
        if path.endswith((".md", ".png")):
            assert data in known, f"{path} is torn: {data!r}"
