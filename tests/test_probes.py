from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client


@contextmanager
def no_database() -> Iterator[None]:
    def refuse(*args: object) -> None:
        raise OperationalError("password authentication failed for user secret")

    with connection.execute_wrapper(refuse):
        yield


def test_alive_needs_no_database(client: Client) -> None:
    # pytest-django refuses every query of a test that did not ask for a database.
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


@pytest.mark.django_db
def test_ready_with_a_database_that_answers(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


@pytest.mark.django_db
def test_not_ready_without_a_database(client: Client) -> None:
    with no_database():
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["reason"]) == (503, "The database does not answer.")
    assert b"secret" not in answer.content


@pytest.mark.django_db
def test_not_ready_before_a_migration(client: Client) -> None:
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes("sync")[0]
    MigrationRecorder(connection).record_unapplied(*newest)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["reason"]) == (503, "Run manage.py migrate.")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_no_cache_keeps_an_answer(client: Client, path: str) -> None:
    assert "no-store" in client.get(path)["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_nothing_can_be_sent(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
