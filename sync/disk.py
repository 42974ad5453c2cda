"""Every call to the file system that a sync makes. Bytes in, bytes out; no other module of `sync` opens a file.

All go through the name `os` of this module, so that a test can count them, let them fail, or end the process in any.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TEMPORARY_PREFIX, TEMPORARY_SUFFIX = ".lemma-", ".tmp"
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_FOLDER = os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
_CHUNK = 1 << 20
_USUAL = 1 << 16


class TooLarge(OSError):
    """The file holds more than was asked for; it was not read."""


def hint(error: OSError) -> str:
    """What to do about something that cannot be read."""
    return "Give Lemma the right to read it." if isinstance(error, PermissionError) else "Mend that and run it again."


def scan(folder: str | Path) -> list[os.DirEntry[str]]:
    """What a folder holds, in any order. Raises OSError."""
    with os.scandir(folder) as found:
        return list(found)


@contextmanager
def _named(path: str | Path) -> Iterator[None]:
    """Errors inside say which file they are about: of a descriptor, the operating system does not."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = os.fspath(path)
        raise


def let_go(descriptor: int) -> None:
    """Closes what was only read from. Nothing can be lost there, so what the disk says to it means nothing."""
    with suppress(OSError):
        os.close(descriptor)


@contextmanager
def opened(folder: Path) -> Iterator[int]:
    """A folder for `read` to look below: where there are thousands of files, the way to each is shorter."""
    descriptor = os.open(folder, _FOLDER)
    try:
        yield descriptor
    finally:
        let_go(descriptor)


def read(path: str | Path, limit: int, *, below: int | None = None) -> bytes:
    """The whole of a regular file of at most `limit` bytes. Never waits for a pipe and never follows a link.

    Args:
        below: a folder that is `opened`, from which the path leads on.

    Raises:
        TooLarge: and nothing is given.
        OSError: it is not there, no regular file, or cannot be read.
    """
    descriptor = os.open(path, _READ, dir_fd=below)
    try:
        # At a position, which pipes and sockets refuse: nearly all files are regular and small, and asking each
        # whether it is would take as long as hashing it.
        data = os.pread(descriptor, _USUAL, 0)
        # Somebody may be writing right now: what was read is what counts, up to the end that is there.
        if len(data) > limit or os.pread(descriptor, 1, len(data)):
            data = _long(descriptor, path, limit)
        return data
    except OSError as error:
        if error.errno == errno.ESPIPE:
            raise OSError(f"{path} is no regular file") from None
        error.filename = error.filename or path
        raise
    finally:
        let_go(descriptor)


def _long(descriptor: int, path: str | Path, limit: int) -> bytes:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(f"{path} is no regular file")
    if found.st_size > limit:
        raise TooLarge(f"{path} has {found.st_size} bytes")
    parts = []
    while part := os.read(descriptor, _CHUNK):
        parts.append(part)
    return b"".join(parts)


def write(target: Path, data: bytes, *, expect: Callable[[], None] = lambda: None) -> None:
    """All or nothing, also when the machine stops: a file beside it first, then renamed over it.

    Call `settle` on the folder afterwards. Raises OSError, and then the target is as it was.

    Args:
        expect: called at the last moment, when the disk has all of it; what it raises leaves the target as it was.
    """
    make_folder(target.parent)
    temporary = target.parent / f"{TEMPORARY_PREFIX}{os.urandom(8).hex()}{TEMPORARY_SUFFIX}"
    mode = _mode(target)
    # A new file gets what the account's umask leaves; one that was private is never open to others, not for a moment.
    descriptor = os.open(temporary, _NEW, 0o666 if mode is None else 0o600)
    try:
        with _named(target):
            try:
                left = memoryview(data)
                while left:
                    left = left[os.write(descriptor, left) :]
                if mode is not None:
                    os.fchmod(descriptor, mode)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        expect()
        os.replace(temporary, target)
    except BaseException:
        remove(temporary)
        raise


def harden(file: Path) -> None:
    """What it holds outlasts a power cut, so that it may be `put` somewhere."""
    descriptor = os.open(file, _READ)
    try:
        with _named(file):
            os.fsync(descriptor)
    finally:
        let_go(descriptor)


def put(source: Path, target: Path) -> None:
    """A file in place of another of its file system, whose rights it gets. Call `settle` on the folder afterwards."""
    make_folder(target.parent)
    if (mode := _mode(target)) is not None:
        os.chmod(source, mode)
    os.replace(source, target)


def is_temporary(name: str) -> bool:
    """Whether a file of that name is one that `write` was about to rename."""
    return name.startswith(TEMPORARY_PREFIX) and name.endswith(TEMPORARY_SUFFIX)


def move(source: Path, target: Path) -> None:
    """Renames a file.

    Raises:
        FileExistsError: there is something at the target.
    """
    make_folder(target.parent)
    if exists(target):
        raise FileExistsError(f"{target} is there already")
    os.rename(source, target)


def remove(path: Path) -> None:
    """A file that is not there is removed already."""
    with suppress(FileNotFoundError):
        os.unlink(path)


def exists(path: Path) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def make_folder(folder: Path) -> None:
    """With its parents, each settled in the one above."""
    missing = []
    while not exists(folder):
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        try:
            os.mkdir(each)
        except FileExistsError:
            continue
        settle([each.parent])


def settle(folders: Iterable[Path]) -> None:
    """Makes names in these folders, new and gone, outlast a power cut."""
    for folder in folders:
        try:
            descriptor = os.open(folder, _FOLDER)
        except (FileNotFoundError, NotADirectoryError):
            continue
        try:
            with _named(folder):
                os.fsync(descriptor)
        finally:
            let_go(descriptor)


def _mode(target: Path) -> int | None:
    try:
        return os.stat(target).st_mode & 0o777
    except FileNotFoundError:
        return None
