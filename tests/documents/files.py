"""The files that the tests read: our own cases, the sample content, and the real ones beside the project."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.documents.oracle import CORPORA, FIXTURES, ROOT, SEEDS, SHARED

VALID = sorted((FIXTURES / "valid").glob("*.md"))
INVALID = sorted((FIXTURES / "invalid").glob("*.md"))
EDITS = sorted(path for path in (FIXTURES / "edits").iterdir() if path.is_dir())
CONTENT = sorted(path for path in (ROOT / "fixtures" / "content").rglob("*.md") if path.name != "README.md")
SEED_FILES = sorted(SEEDS.glob("*.md"))
# SOURCES.md says where they come from; it is none of them.
CORPUS = sorted(path for path in CORPORA.rglob("*.md") if path.name != "SOURCES.md")

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"needs real glossaries and the seed, which lie beside the project in {SHARED}"
)


def name(path: Path) -> str:
    """How a test calls a file."""
    for root in (FIXTURES, ROOT, SHARED):
        if path.is_relative_to(root):
            return str(path.relative_to(root))
    return path.name


def each(paths: Iterable[Path]) -> pytest.MarkDecorator:
    """Runs a test once for each file."""
    return pytest.mark.parametrize("path", list(paths), ids=name)
