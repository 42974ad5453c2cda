"""The examples in the docstrings are true."""

import doctest
from types import ModuleType

import pytest

from documents import comments, ordering, words


@pytest.mark.parametrize("module", [comments, ordering, words], ids=lambda module: module.__name__)
def test_examples_are_true(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0
