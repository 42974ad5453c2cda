"""Files of one folder: found and located, and never anything outside it."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from operator import attrgetter
from pathlib import Path, PurePosixPath

from publishing import names
from publishing.problems import Problem
from sync import disk
from sync.places import Place, SyncError

_SKIPPED = {"readme.md", "_template.md"}
PATH_LIMIT = 1024
# Names with which nothing can be wrong: nearly all, and they are spared the questions.
_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,199}\.md")


@dataclass(slots=True)
class Listing:
    """What is in a folder and the folders in it, as paths below it with forward slashes.

    paths: Markdown files, sorted. skipped: what was passed over and why. problems: names that cannot be used, folders
    that cannot be read. closed: those folders, of whose files nothing is known. leftovers: files of a killed sync.
    """

    paths: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    leftovers: list[Path] = field(default_factory=list)


def listing(place: Place) -> Listing:
    """A folder that is not there has no files. Raises SyncError where a symbolic link is on the way to it."""
    found = Listing()
    if disk.exists(place.folder):
        # It was none when the place was found; since then somebody may have pushed one.
        if os.path.realpath(place.folder) != str(place.folder):
            raise SyncError(f"{place.folder} leads through a symbolic link. Replace the link by a folder.")
        _list(place, str(place.folder), "", found)
    found.paths.sort()
    found.skipped.sort()
    found.problems.sort(key=attrgetter("path"))
    found.leftovers.sort()
    return found


def _list(place: Place, folder: str, below: str, found: Listing) -> None:
    try:
        entries = disk.scan(folder)
    except OSError as error:
        found.closed.append(below)
        name = _printable(below.rstrip("/")) or "."
        message = f"The folder cannot be read: {error.strerror}."
        found.problems.append(Problem("folder.unreadable", message, disk.hint(error), path=name))
        return
    is_plain = _PLAIN_NAME.fullmatch
    is_usual = len(below) < PATH_LIMIT - 250 and _unusable(below) is None
    for file in entries:
        path = below + file.name
        if is_usual and is_plain(file.name) and file.name not in _SKIPPED and file.is_file(follow_symlinks=False):
            found.paths.append(path)
        elif disk.is_temporary(file.name):
            found.leftovers.append(Path(file.path))
        elif file.name.lower().endswith(".md"):
            if reason := _reason_to_skip(file):
                found.skipped.append((_printable(path), reason))
            elif problem := _unusable(path):
                found.problems.append(problem)
            else:
                found.paths.append(path)
        elif file.is_dir(follow_symlinks=False) and not file.name.startswith(".") and file.path not in place.others:
            _list(place, file.path, f"{path}/", found)


def _reason_to_skip(file: os.DirEntry[str]) -> str:
    if reason := _reason_in_name(file.name):
        return reason
    if file.is_symlink():
        return "symbolic link"
    return "" if file.is_file(follow_symlinks=False) else "no regular file"


def _reason_in_name(name: str) -> str:
    if name.startswith("."):
        return "hidden"
    if name.lower() in _SKIPPED:
        return "no content by its name"
    return "" if name.endswith(".md") else "does not end in .md"


def is_content(path: str) -> bool:
    """Whether a listing takes a regular file at this path below its place."""
    *folders, name = path.split("/")
    hidden = any(each.startswith(".") for each in folders)
    return not hidden and not _reason_in_name(name) and _unusable(path) is None


def _unusable(path: str) -> Problem | None:
    shown = _printable(path)
    if shown != path:
        message = "The file name has characters that are no text."
        return Problem("path.encoding", message, "Rename the file.", path=shown)
    if any(ord(char) < 32 or ord(char) == 127 for char in path) or "\\" in path:
        return Problem("path.invalid", "The file name has control characters or backslashes.", "Rename it.", path=shown)
    if len(path) > PATH_LIMIT:
        return Problem("path.long", f"The path is longer than {PATH_LIMIT} characters.", "Shorten it.", path=shown)
    return None


def _printable(path: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in path.encode("utf-8", "replace").decode("utf-8"))


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
    return without_links(place.folder.joinpath(*parts), place.name(path))


def without_links(target: Path, name: str) -> Path:
    """The path itself. Raises SyncError where a symbolic link is on the way, or is what lies there."""
    if target.parent.resolve() != target.parent:
        raise SyncError(f"{name} leads through a symbolic link. Replace the link by a folder.")
    if target.is_symlink():
        raise SyncError(f"{name} is a symbolic link. Replace it by the file itself.")
    return target


def twins(paths: Iterable[str]) -> dict[str, str]:
    """Paths that are one file on disks that ignore letter case, each with another of them."""
    paths = list(paths)
    joined = "".join(paths)
    if joined.isascii() and joined == joined.lower():
        # Each is its own compared form.
        return {}
    first: dict[str, str] = {}
    found: dict[str, str] = {}
    for path in paths:
        other = first.setdefault(names.key(path), path)
        if other != path:
            found[path] = other
            found.setdefault(other, path)
    return found
