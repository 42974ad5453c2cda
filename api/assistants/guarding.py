"""Connections to the database: none that can write, and none that the database has closed meanwhile."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import close_old_connections, connections
from django.db.backends.signals import connection_created

P = ParamSpec("P")
R = TypeVar("R")


def fresh(function: Callable[P, R]) -> Callable[P, R]:
    """The same on a connection that is open, as Django sees to it around each request."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return call


def only_read() -> None:
    """Every connection of this process from now on refuses to write."""
    connection_created.connect(_guard, dispatch_uid="lemma.only_read")
    # Made again, so that it is guarded too.
    connections.close_all()


def _guard(connection: Any, **_: Any) -> None:
    statement = (
        "SET default_transaction_read_only = on" if connection.vendor == "postgresql" else "PRAGMA query_only = ON"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
