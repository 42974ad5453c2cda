"""Files out of the hands of a browser: found, named and counted, and nothing written anywhere.

Nothing that an archive says about itself is believed: sizes are counted while reading, names are paths only after they
were looked at.
"""

import io
import stat
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO

from documents import limits
from publishing import assets, images, kinds
from sync import folder

MOST_FILES = 2_000
# Of all files together, as they come and unpacked.
MOST_BYTES = 20_000_000
MOST_UNPACKED = 60_000_000
# Entries of an archive that are looked at, folders and pictures included.
_MOST_MEMBERS = 20_000
# Others are unpacked to the end before the first byte is given, so that no limit holds.
_METHODS = frozenset([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
# File systems take 255 bytes.
_LONGEST_NAME = 240


class BadUpload(Exception):
    """Nothing of it can be used. The message says why and what to do."""


@dataclass(slots=True)
class Unpacked:
    """files: by path from the content root, texts and the pictures that an export brings with them.

    problems: where, what is wrong, what to do. skipped: where and why.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    size: int = 0

    @property
    def has_texts(self) -> bool:
        return any(picture_in(path) is None for path in self.files)


def unpack(files: Iterable[tuple[str, IO[bytes]]], kind: str) -> Unpacked:
    """Reads Markdown files and zips of them.

    Args:
        kind: what a file is that lies in no folder of a kind.

    Raises:
        BadUpload: there is too much of it, or a zip that is none.
    """
    found = Unpacked()
    for name, file in files:
        if name.lower().endswith(".zip"):
            _unzip(file, kind, found)
        else:
            _add(name, file, kind, found)
    return found


def pack(files: dict[str, bytes]) -> bytes:
    """One zip of ours, to be kept until it is decided."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def packed(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _unzip(file: IO[bytes], kind: str, found: Unpacked) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS:
                raise BadUpload(f"The zip has {len(members):,} members; {_MOST_MEMBERS:,} are allowed. Divide it.")
            for member in members:
                _add_member(archive, member, kind, found)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, ValueError, NotImplementedError, OSError) as error:
        raise BadUpload(f"The zip cannot be read: {error}. Make it anew, with no more than deflate.") from error


def _add_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, kind: str, found: Unpacked) -> None:
    # As it stands in the archive: `filename` was shortened at a NUL.
    name = member.orig_filename
    if member.is_dir():
        return
    if stat.S_ISLNK(member.external_attr >> 16):
        found.skipped.append((_shown(name), "symbolic link"))
    elif member.flag_bits & 0x1:
        found.problems.append((_shown(name), "It is encrypted.", "Make a zip without a password."))
    elif not _is_wanted(name, found):
        return
    elif member.compress_type not in _METHODS:
        hint = "Make the zip anew, with no more than deflate."
        found.problems.append((_shown(name), "It is packed in a way that is not taken here.", hint))
    else:
        try:
            with archive.open(member) as file:
                _add(name, file, kind, found)
        except zipfile.BadZipFile:
            found.problems.append((_shown(name), "It is damaged.", "Make the zip anew."))


def _is_wanted(name: str, found: Unpacked) -> bool:
    parts = name.replace("\\", "/").split("/")
    if not parts[-1].lower().endswith(".md") and not picture_in(name):
        found.skipped.append((_shown(name), "no Markdown"))
    elif "__MACOSX" in parts:
        found.skipped.append((_shown(name), "a shadow that macOS leaves"))
    else:
        return True
    return False


def _add(name: str, file: IO[bytes], kind: str, found: Unpacked) -> None:
    shown = _shown(name)
    if picture := picture_in(name):
        _take(f"{assets.FOLDER}/{picture}", shown, file, images.KEPT_BYTES, "Make it smaller.", found)
        return
    if not name.lower().endswith(".md"):
        found.skipped.append((shown, "no Markdown"))
        return
    path = _path(name, kind)
    if path is None:
        hint = "Give it a path of plain folders and a name that ends in .md."
        found.problems.append((shown, "It has a path that leads elsewhere, or that no file can have.", hint))
        return
    _, _, below = split(path)
    if not folder.is_content(below):
        found.skipped.append((shown, "no content by its name"))
        return
    _take(path, shown, file, limits.FILE_BYTES, "Split it into several entries.", found)


def picture_in(name: str) -> str | None:
    """The name of the picture that a path leads to, where it is one as an export writes them."""
    *folders, last = name.split("/")
    return last if folders[-1:] == [assets.FOLDER] and assets.NAME.fullmatch(last) else None


def _take(path: str, shown: str, file: IO[bytes], limit: int, hint: str, found: Unpacked) -> None:
    # One more than may be, so that too much shows, whatever a header says.
    data = file.read(limit + 1)
    found.size += len(data)
    if found.size > MOST_UNPACKED:
        raise BadUpload(f"Unpacked that is more than {MOST_UNPACKED:,} bytes. Divide it.")
    if len(data) > limit:
        found.problems.append((shown, f"It has more than the {limit:,} bytes that are allowed.", hint))
        return
    if path in found.files:
        found.problems.append((shown, "There are two files of this name.", "Take one of them out."))
        return
    if len(found.files) >= MOST_FILES:
        raise BadUpload(f"That are more than {MOST_FILES:,} files. Divide them.")
    found.files[path] = data


def _path(name: str, kind: str) -> str | None:
    """The path from the content root: what is above the folder of a kind is left away."""
    if "\\" in name or "\0" in name or name.startswith("/") or (len(name) > 1 and name[1] == ":"):
        return None
    parts = name.split("/")
    if len(name) > folder.PATH_LIMIT or {"", ".", ".."} & set(parts):
        return None
    if any(len(part.encode("utf-8", "replace")) > _LONGEST_NAME for part in parts):
        return None
    if any(part.lower().endswith(".md") for part in parts[:-1]):
        # A folder that is called as a file may be.
        return None
    for at in range(len(parts) - 1):
        for each in kinds.names():
            wanted = kinds.get(each).folder.split("/")
            if parts[at : at + len(wanted)] == wanted and len(parts) > at + len(wanted):
                return "/".join(parts[at:])
    # Its folders are not ours, so only its name counts.
    return str(PurePosixPath(kinds.get(kind).folder) / parts[-1])


def split(path: str) -> tuple[str, str, str]:
    """Kind, its folder, and the path below that."""
    for each in kinds.names():
        start = f"{kinds.get(each).folder}/"
        if path.startswith(start):
            return each, start, path.removeprefix(start)
    raise KeyError(path)


def _shown(name: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in name)[:200]
