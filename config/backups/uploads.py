"""Uploads, wherever the storage keeps them. Their names are hashes of their content, so that they are never changed."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from django.core.files.base import File
from django.core.files.storage import default_storage

from publishing.storage import UNFINISHED


def names(folder: str = "") -> Iterator[str]:
    """All that are finished, sorted."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    # One that is being written gets another name at any moment.
    for name in sorted(name for name in files if not name.endswith(UNFINISHED)):
        yield str(PurePosixPath(folder) / name)
    for name in sorted(folders):
        yield from names(str(PurePosixPath(folder) / name))


def put(name: str, path: Path) -> bool:
    """Stores a file under its name; whether it was not there as it is."""
    if default_storage.exists(name):
        with default_storage.open(name) as there, path.open("rb") as new:
            if there.read() == new.read():
                return False
        default_storage.delete(name)
    with path.open("rb") as file:
        default_storage.save(name, File(file))
    return True
