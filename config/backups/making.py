"""Making a backup while the site runs."""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from config.backups import archive, content, databases, uploads
from config.backups.errors import BackupError

_NAME = re.compile(r"lemma-\d{8}-\d{6}\.tar\.gz")


@dataclass(frozen=True, slots=True)
class Backup:
    path: Path
    size: int
    rows: int
    uploads: int
    content: int


def new_name() -> str:
    """In the order of time, also as text."""
    return f"lemma-{timezone.now():%Y%m%d-%H%M%S}.tar.gz"


def make(target: Path, *, seconds: float = 60) -> Backup:
    """Writes a backup to a new file, and reads it back before it gets its name.

    In order: database and content files with no sync between them, then uploads, which are never changed and only
    become more: so all that the database names is there.

    Args:
        target: the file, or the folder in which it is named by the time.
        seconds: how long to wait for a sync that is at work.

    Raises:
        BackupError: nothing was left behind.
    """
    path = target / new_name() if target.is_dir() else target
    if path.exists():
        raise BackupError(f"{path} is there already. Name another file, or a folder.")
    try:
        # Beside it, because there is room for it there, and it can be given its name in one step.
        with TemporaryDirectory(dir=path.parent, prefix=".lemma-backup-") as folder:
            unfinished = Path(folder) / path.name
            _write(unfinished, Path(folder) / databases.file_name(), seconds)
            manifest = archive.read(unfinished)
            # Never over a file that somebody else made in the meantime.
            os.link(unfinished, path)
        _settle(path.parent)
    except FileExistsError:
        raise BackupError(f"{path} is there already. Name another file, or a folder.") from None
    except OSError as error:
        raise BackupError(f"{error.filename or path} cannot be written: {error.strerror or error}.") from error
    names = manifest["files"]
    return Backup(
        path,
        path.stat().st_size,
        sum(manifest["rows"].values()),
        sum(name.startswith(f"{archive.MEDIA}/") for name in names),
        sum(name.startswith(f"{archive.CONTENT}/") for name in names),
    )


def _write(path: Path, database: Path, seconds: float) -> None:
    with archive.writing(path) as writer:
        with content.settled(seconds, reading=True):
            facts = databases.snapshot(database)
            for name, data in content.files():
                writer.add(f"{archive.CONTENT}/{name}", data)
        writer.add_file(database.name, database)
        database.unlink()
        for name in uploads.names():
            with default_storage.open(name) as file:
                writer.add(f"{archive.MEDIA}/{name}", file.read())
        made_at = timezone.now().isoformat(timespec="seconds")
        writer.close({"made_at": made_at, "locale": settings.LEMMA_LOCALE, **facts})


def thin_out(folder: Path, keep: int, say: Callable[[Path], None] = lambda path: None) -> None:
    """Removes all but the newest backups of a folder, as far as they still have the names that were given to them."""
    ours = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
    for path in ours[:-keep]:
        with suppress(FileNotFoundError):
            path.unlink()
            say(path)


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
