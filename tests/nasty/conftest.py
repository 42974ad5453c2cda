from pathlib import Path

import pytest
from django.core.cache import cache

from api.views import searching
from tests.admin.conftest import editors_browser, person
from tests.api.conftest import token
from tests.api.test_writing import program
from tests.sync.conftest import no_waiting

__all__ = ["editors_browser", "no_waiting", "person", "program", "token"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "content"


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()
    searching.ANSWERS.clear()
