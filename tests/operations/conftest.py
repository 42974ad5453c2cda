from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.operations.sites import Site, maker


@pytest.fixture
def make_site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    with maker(tmp_path) as make:
        yield make
