from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.test import Client

from api.views import searching
from config.roles import EDITOR
from tests.admin.conftest import person
from tests.api.conftest import token
from tests.api.test_writing import program
from tests.sync.conftest import no_waiting

__all__ = ["no_waiting", "person", "program", "token"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "content"


@pytest.fixture
def editor(person: Callable[..., User]) -> Client:
    """A browser in which an editor is logged in: who may import."""
    user = person("ed")
    user.groups.set([Group.objects.get(name=EDITOR)])
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()
    searching.ANSWERS.clear()
