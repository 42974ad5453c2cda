"""Files of one folder: found, read, written and removed, and never anything outside it."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath

from publishing import names
from publishing.problems import Problem
from sync.places import Place, SyncError

_SKIPPED = {"readme.md", "_template.md"}
_PATH_LIMIT = 1024


@dataclass(slots=True)
class Listing:
    """Paths below the folder, sorted, with forward slashes; what was passed over and why; names that cannot be used."""

    paths: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def listing(place: Place) -> Listing:
    """Every Markdown file of the folder and the folders in it. A folder that is not there has none."""
    found = Listing()
    if place.folder.is_dir():
        _list(place, str(place.folder), "", found)
    found.paths.sort()
    found.skipped.sort()
    return found


def _list(place: Place, folder: str, below: str, found: Listing) -> None:
    with os.scandir(folder) as scan:
        for file in scan:
            path = below + file.name
            if file.is_dir(follow_symlinks=False):
                if not file.name.startswith(".") and file.path not in place.others:
                    _list(place, file.path, f"{path}/", found)
            elif file.name.lower().endswith(".md"):
                if reason := _reason_to_skip(file):
                    found.skipped.append((_printable(path), reason))
                elif problem := _unusable(path):
                    found.problems.append(problem)
                else:
                    found.paths.append(path)


def _reason_to_skip(file: os.DirEntry[str]) -> str:
    if file.name.startswith("."):
        return "hidden"
    if file.name.lower() in _SKIPPED:
        return "no content by its name"
    if not file.name.endswith(".md"):
        return "does not end in .md"
    if file.is_symlink():
        return "symbolic link"
    return "" if file.is_file() else "no regular file"


def _unusable(path: str) -> Problem | None:
    shown = _printable(path)
    if shown != path:
        message = "The file name has characters that are no text."
        return Problem("path.encoding", message, "Rename the file.", path=shown)
    if any(ord(char) < 32 or ord(char) == 127 for char in path) or "\\" in path:
        return Problem("path.invalid", "The file name has control characters or backslashes.", "Rename it.", path=shown)
    if len(path) > _PATH_LIMIT:
        return Problem("path.long", f"The path is longer than {_PATH_LIMIT} characters.", "Shorten it.", path=shown)
    return None


def _printable(path: str) -> str:
    return path.encode("utf-8", "replace").decode("utf-8").replace("\n", "?")


def read(place: Place, path: str) -> bytes:
    """Raises OSError."""
    # Without pathlib, which takes as long as the reading itself.
    with open(f"{place.folder}/{path}", "rb", buffering=0) as file:
        return file.readall()


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def locate(place: Place, path: str) -> Path:
    """The real place of a path from the database.

    Raises:
        SyncError: it would lie outside the folder, or is a symbolic link.
    """
    pure = PurePosixPath(path)
    parts = path.split("/")
    if not path or pure.is_absolute() or {"", ".", ".."} & set(parts) or "\\" in path or "\0" in path:
        raise SyncError(f'"{path}" is no path inside {place.shown}. Save the item under another slug.')
    target = place.folder.joinpath(*parts)
    parent = target.parent.resolve()
    if parent != target.parent:
        raise SyncError(f"{place.name(path)} leads through a symbolic link. Replace the link by a folder.")
    if target.is_symlink():
        raise SyncError(f"{place.name(path)} is a symbolic link. Replace it by the file itself.")
    return target


def twins(paths: Iterator[str]) -> dict[str, str]:
    """Paths that are one file on disks that ignore letter case, each with another of them."""
    first: dict[str, str] = {}
    found: dict[str, str] = {}
    for path in paths:
        other = first.setdefault(names.key(path), path)
        if other != path:
            found[path] = other
            found.setdefault(other, path)
    return found


def write(target: Path, data: bytes) -> None:
    """All or nothing, also when the machine stops: a file beside it first, then renamed.

    Call `settle` on the folders afterwards.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".lemma-", suffix=".tmp")
    try:
        with open(descriptor, "wb", buffering=0) as file:
            file.write(data)
            os.fchmod(file.fileno(), _mode(target))
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def settle(folders: set[Path]) -> None:
    """Makes names in these folders, new and gone, outlast a power cut."""
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _mode(target: Path) -> int:
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


@contextmanager
def locked(place: Place) -> Iterator[None]:
    """Keeps a second command from working on the folder at the same time.

    Raises:
        SyncError: one is at work.
    """
    if not place.folder.is_dir():
        yield
        return
    descriptor = os.open(place.folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SyncError(
                f"Another import or export is working on {place.shown}. Try again when it is done."
            ) from None
        yield
    finally:
        os.close(descriptor)
