"""Findings about folders of files, without a database."""

from datetime import date
from pathlib import Path

from glossary.health import facts, report
from glossary.health.problem import Problem
from glossary.health.snapshot import Rules, Snapshot

ROOT = Path(__file__).resolve().parents[2]
RULES = Rules(date(2026, 11, 24))
SKIPPED = {"README.md", "_TEMPLATE.md"}


def snapshot(root: Path, terms: str = "terms") -> Snapshot:
    """terms: the folder of the entries; "." for the root itself."""
    files = [("entry", root / terms, path) for path in sorted((root / terms).rglob("*.md"))]
    files += [("book", root / "books", path) for path in sorted((root / "books").rglob("*.md"))]
    return Snapshot(
        [
            facts.of(kind, number, path.relative_to(folder).as_posix(), path.read_bytes())
            for number, (kind, folder, path) in enumerate(files)
            if path.name not in SKIPPED
        ],
        RULES,
    )


def problems(root: Path, terms: str = "terms") -> list[Problem]:
    return report.problems(snapshot(root, terms))
