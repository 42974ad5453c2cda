"""Somebody else at work on the folder, at the worst moment."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

_listeners: list[Callable[[str, tuple[Any, ...]], None]] = []
_is_hooked = False


@contextmanager
def when_texts_are_fetched(meddle: Callable[[], object]) -> Iterator[None]:
    """Calls `meddle` once, when the command asks the database for the texts it is about to write.

    By then it has compared the folder with the database, and nothing is written yet.
    """
    done: list[bool] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "publishing_blob" in sql and sql.lstrip().upper().startswith("SELECT") and not done:
            done.append(True)
            meddle()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield
    assert done, "the moment never came"


@contextmanager
def audited() -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """What Python itself reports of calls to the operating system, such as ("os.rename", (from, to, -1, -1))."""
    global _is_hooked
    seen: list[tuple[str, tuple[Any, ...]]] = []
    if not _is_hooked:
        # A hook stays for good, so there is one, which hands on.
        sys.addaudithook(lambda event, arguments: [listener(event, arguments) for listener in _listeners] and None)
        _is_hooked = True

    def listen(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("os.rename", "os.remove", "os.mkdir", "open"):
            seen.append((event, arguments))

    _listeners.append(listen)
    try:
        yield seen
    finally:
        _listeners.remove(listen)
