"""The content files: those in the folders of the kinds, and the pictures beside them."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from config.backups.errors import BackupError
from publishing import assets
from sync import disk
from sync.locks import Busy, locked
from sync.places import Place, SyncError, places

# Far more than any content file may have.
_LIMIT = 256 << 20
_PAUSE = 0.2


def root() -> Path:
    return Path(settings.CONTENT_ROOT).resolve()


@contextmanager
def settled(seconds: float, *, reading: bool) -> Iterator[None]:
    """Without a sync or an export at work, so that folder and database are as one of them left both.

    Args:
        seconds: how long to wait for one.

    Raises:
        BackupError: it is still at work after that.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            with locked(_places(), reading=reading):
                yield
                return
        except Busy as error:
            if time.monotonic() > end:
                raise BackupError(str(error)) from error
            time.sleep(_PAUSE)


def files() -> Iterator[tuple[str, bytes]]:
    """Each by its path below the content root. Hidden ones, links, and what is no file are left out.

    Raises:
        BackupError: one cannot be read. A backup without it would be none.
    """
    for folder in _folders():
        yield from _files(folder)


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    try:
        for entry in disk.scan(folder):
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                try:
                    data = disk.read(entry.path, _LIMIT)
                except FileNotFoundError:
                    # Gone since the folder was listed.
                    continue
                yield Path(entry.path).relative_to(root()).as_posix(), data
    except OSError as error:
        name = error.filename or folder
        raise BackupError(f"{name} cannot be read: {error.strerror or error}. {disk.hint(error)}") from error


def is_free() -> bool:
    """Whether there is no content yet."""
    return next(files(), None) is None


def put(name: str, data: bytes) -> None:
    """Raises OSError."""
    disk.write(root() / name, data)


def settle(names: Sequence[str]) -> None:
    disk.settle({(root() / name).parent for name in names})


def _places() -> list[Place]:
    try:
        return places(Path(settings.CONTENT_ROOT))
    except SyncError as error:
        raise BackupError(str(error)) from error


def _folders() -> list[Path]:
    """None inside another."""
    found = sorted({place.folder for place in _places()} | {root() / assets.FOLDER})
    return [
        folder
        for folder in found
        if disk.exists(folder) and not any(folder != other and folder.is_relative_to(other) for other in found)
    ]
