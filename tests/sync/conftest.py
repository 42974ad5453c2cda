import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from tests.sync import folders
from tests.sync.cast import CAST
from tests.sync.commands import imported


@pytest.fixture
def no_waiting() -> Iterator[None]:
    """Whoever opens a pipe that nobody writes to would wait for ever."""

    def stop(*_: object) -> None:
        # Not a TimeoutError, which is an OSError and might be taken for an answer of the disk.
        pytest.fail("the command waits")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def root(tmp_path: Path, settings: Settings) -> Path:
    """A content folder with the cast, named by the settings."""
    folder = folders.write(tmp_path / "content", CAST)
    settings.CONTENT_ROOT = folder
    return folder


@pytest.fixture
def known(db: None, root: Path) -> Path:
    """The same, imported."""
    imported()
    return root
