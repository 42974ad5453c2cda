"""Folders of files as values, and what differs between two texts."""

import os
from collections.abc import Mapping
from difflib import SequenceMatcher
from pathlib import Path

Files = dict[str, bytes]


def write(root: Path, files: Mapping[str, bytes | str]) -> Path:
    """Writes path -> text below the root."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode() if isinstance(text, str) else text)
    return root


def read(root: Path) -> Files:
    """Every regular file below the root, hidden ones too."""
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                found[path.relative_to(root).as_posix()] = path.read_bytes()
    return found


def stamps(root: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of change of every file: what shows that a file was written, even with the same bytes."""
    return {path: ((root / path).stat().st_ino, (root / path).stat().st_mtime_ns) for path in read(root)}


def changes(old: bytes, new: bytes) -> tuple[list[bytes], list[bytes]]:
    """The lines that were removed and those that were added, without their line ends.

    Cut at line feeds alone, so that no other character can hide a change or make one up.
    """
    before, after = old.split(b"\n"), new.split(b"\n")
    removed: list[bytes] = []
    added: list[bytes] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            removed += before[a:b]
            added += after[c:d]
    return removed, added
