"""What a sync takes of the machine while it lasts: more memory, for less time."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# Kilobytes. SQLite's own 2,000 are full after some 50 files, and then every page is written several times.
_CACHE = 32_000


@contextmanager
def rare_collections() -> Iterator[None]:
    """Lets the garbage collector run as seldom as the thousands of texts of a sync allow.

    They stay until the end, and to look through all of them again and again took a tenth of an import. What a text
    leaves behind is still found among the youngest.
    """
    before = gc.get_threshold()
    gc.set_threshold(20_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def large_cache() -> Iterator[None]:
    """On SQLite, room for the pages of a large transaction: a fifth of the work of an import, and half its time."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        [before] = cursor.execute("PRAGMA cache_size").fetchone()
        cursor.execute(f"PRAGMA cache_size = -{_CACHE}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = {before}")
