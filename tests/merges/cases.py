"""The cases in fixtures/merges: base, ours, theirs, and what must come of them."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "fixtures/merges"


@dataclass(frozen=True)
class Case:
    """base: None where the sides have no common ancestor. conflicts: maps of field, base, ours and theirs."""

    name: str
    base: bytes | None
    ours: bytes
    theirs: bytes
    expected: bytes
    conflicts: list[dict[str, Any]]


def cases() -> list[Case]:
    return [_read(folder) for folder in sorted(FOLDER.iterdir()) if folder.is_dir()]


def _read(folder: Path) -> Case:
    base, conflicts = folder / "base.md", folder / "expected.json"
    return Case(
        folder.name,
        base.read_bytes() if base.exists() else None,
        (folder / "ours.md").read_bytes(),
        (folder / "theirs.md").read_bytes(),
        (folder / "expected.md").read_bytes(),
        json.loads(conflicts.read_text(encoding="utf-8"))["conflicts"] if conflicts.exists() else [],
    )


def by_git(case: Case, folder: Path) -> tuple[bool, bytes]:
    """Whether `git merge-file` merges the case cleanly, and what it makes of it."""
    files = []
    for name, data in (("ours", case.ours), ("base", case.base or b""), ("theirs", case.theirs)):
        files.append(folder / name)
        files[-1].write_bytes(data)
    done = subprocess.run(["git", "merge-file", "-p", *map(str, files)], capture_output=True, check=False)
    assert 0 <= done.returncode < 128, done.stderr
    return done.returncode == 0, done.stdout
