"""Group 30: more files than anybody has, and deeper folders."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from publishing.models import Item
from tests import timing
from tests.nasty import doors
from tests.nasty.doors import GOOD, GOOD_TEXT
from tests.nasty.table import front
from tests.sync import folders
from tests.sync.commands import import_content

pytestmark = pytest.mark.django_db
MANY = 100_000


def _deep(root: Path, characters: int) -> str:
    """Writes a good file at the end of a path of so many characters. Gives it, from the content root."""
    names = ["a" * 200] * (characters // 201)
    here = os.open(root / "terms", os.O_RDONLY)
    for name in names:
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("nasty.md", os.O_WRONLY | os.O_CREAT, dir_fd=here))
    os.close(here)
    return f"terms/{'/'.join([*names, 'nasty.md'])}"


@pytest.fixture
def deep(root: Path) -> Iterator[Path]:
    folders.write(root, {f"terms/{GOOD}": GOOD_TEXT})
    yield root
    # pytest takes away no path that is longer than the system allows.
    shutil.rmtree(root.parent, ignore_errors=True)


@pytest.mark.parametrize("characters", [1_300, 4_000, 12_000], ids=lambda number: f"30 a path of {number:,} characters")
def test_a_deep_folder_as_a_file(characters: int, deep: Path) -> None:
    path = _deep(deep, characters)
    with doors.soon():
        refused = import_content(deep)
        outcome = import_content(deep, "--skip-invalid", "--json")
    assert refused.code == 1
    assert "Traceback" not in refused.everything
    assert outcome.code == 0, outcome.everything
    [problem] = outcome.problems()
    # The file, or the folder from which on the system does not look.
    assert path.startswith(problem["path"])
    assert problem["code"] in ("path.long", "folder.unreadable")
    assert problem["hint"]
    assert doors.written() == ["good"]


@pytest.mark.parametrize("name", ["30 100,000 bad files"])
def test_many_bad_files_as_files(name: str, root: Path) -> None:
    folders.write(root, {f"terms/{GOOD}": GOOD_TEXT})
    for number in range(MANY):
        os.close(os.open(root / f"terms/n-{number}.md", os.O_WRONLY | os.O_CREAT))
    began = time.process_time()
    with timing.uncollected():
        outcome = import_content(root)
    # Each is read, and each is named.
    assert time.process_time() - began < 60
    assert outcome.code == 1
    assert outcome.err.count("frontmatter.missing") == MANY
    assert doors.written() == []


@pytest.mark.deep
@pytest.mark.parametrize("name", ["30 100,000 good files"])
def test_many_good_files_as_files(name: str, root: Path) -> None:
    (root / "terms").mkdir(parents=True)
    for number in range(MANY):
        (root / f"terms/n-{number}.md").write_bytes(front(slug=f"slug: n-{number}"))
    assert import_content(root).code == 0
    assert Item.objects.count() == MANY
    again = import_content(root, "--json")
    assert again.counts() == {"unchanged": MANY}
