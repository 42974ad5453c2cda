"""The file: a compressed tar whose last member, the manifest, has the checksum of each before it.

    database.sqlite3 or database.dump
    media/assets/0123….png
    content/terms/black-box.md
    manifest.json

Plain Python: nothing here knows of a database or of settings.
"""

import gzip
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

from config.backups.errors import BackupError

FORMAT = 1
MEDIA, CONTENT, _MANIFEST = "media", "content", "manifest.json"
# Of a database, whose pages compress well at any; higher ones take much longer for little.
_LEVEL = 4
_CHUNK = 1 << 20
# Of a manifest that lists a million files.
_MANIFEST_LIMIT = 256 << 20


@dataclass(slots=True)
class Writer:
    """Adds members, and in the end the manifest."""

    _tar: tarfile.TarFile
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, data: bytes) -> None:
        self.add_stream(name, io.BytesIO(data), len(data))

    def add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as source:
            self.add_stream(name, source, os.fstat(source.fileno()).st_size)

    def add_stream(self, name: str, source: IO[bytes], size: int) -> None:
        measured = _Measured(source)
        self._tar.addfile(_member(name, size), measured)
        self.files[name] = {"sha256": measured.digest.hexdigest(), "size": size}

    def close(self, facts: Mapping[str, Any]) -> None:
        manifest = json.dumps({"format": FORMAT, **facts, "files": self.files}, indent=1, ensure_ascii=False).encode()
        self._tar.addfile(_member(_MANIFEST, len(manifest)), io.BytesIO(manifest))


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A new file, readable by its owner alone, since it holds what accounts are proven by."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=_LEVEL, format=tarfile.PAX_FORMAT) as tar:
            yield Writer(tar)
        file.flush()
        os.fsync(file.fileno())


class Taker(Protocol):
    """What is done with a member while it is read: gives where its bytes go, or None."""

    def __call__(self, name: str) -> IO[bytes] | None: ...


def read(path: Path, take: Taker = lambda name: None) -> dict[str, Any]:
    """Reads the whole file and gives its manifest, once every member has been found to be what that says.

    Raises:
        BackupError: it is no backup, of a later format, or damaged.
    """
    seen: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(path, "r:gz") as tar:
            for member in tar:
                source = tar.extractfile(member)
                if not member.isreg() or source is None or not _is_ours(member.name) or member.name in seen:
                    raise BackupError(f"{path} holds “{member.name}”, which no backup of Lemma has.")
                if manifest is not None:
                    raise BackupError(f"{path} goes on after its manifest, as no backup of Lemma does.")
                if member.name == _MANIFEST:
                    manifest = _manifest(path, source.read(_MANIFEST_LIMIT))
                else:
                    seen[member.name] = _copy(source, take(member.name))
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BackupError(f"{path} is no backup of Lemma, or damaged: {error}. Take another one.") from error
    except OSError as error:
        raise BackupError(f"{error.filename or path} cannot be read or written: {error.strerror or error}.") from error
    if manifest is None:
        raise BackupError(f"{path} has no manifest: it is no backup of Lemma, or only a part of one.")
    if wrong := sorted(
        name for name in seen.keys() | manifest["files"] if seen.get(name) != manifest["files"].get(name)
    ):
        raise BackupError(f"{path} is damaged: “{wrong[0]}” is not what was backed up. Take another one.")
    return manifest


def _copy(source: IO[bytes], target: IO[bytes] | None) -> dict[str, Any]:
    digest, size = sha256(), 0
    try:
        while part := source.read(_CHUNK):
            digest.update(part)
            size += len(part)
            if target:
                target.write(part)
    finally:
        if target:
            target.close()
    return {"sha256": digest.hexdigest(), "size": size}


def _manifest(path: Path, data: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(data)
        version, files = manifest["format"], manifest["files"]
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{path} has a manifest that cannot be read.") from error
    if version != FORMAT or not isinstance(files, dict):
        raise BackupError(f"{path} has format {version}, and this Lemma reads {FORMAT}. Use the Lemma that made it.")
    return dict(manifest)


def _is_ours(name: str) -> bool:
    """No way out of the folder that it is unpacked to, and none into a repository."""
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or "\0" in name or str(PurePosixPath(name)) != name:
        return False
    if any(part.lower() == ".git" for part in parts):
        # Hidden ones are never backed up, and this one's settings name programs that git runs.
        return False
    return len(parts) == 1 or parts[0] in (MEDIA, CONTENT)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    return member


class _Measured:
    def __init__(self, source: IO[bytes]):
        self.source = source
        self.digest = sha256()

    def read(self, size: int = -1) -> bytes:
        part = self.source.read(size)
        self.digest.update(part)
        return part
