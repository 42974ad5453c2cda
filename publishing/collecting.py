"""Python's garbage collector where thousands of texts are held at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def rare_collections() -> Iterator[None]:
    """Lets the garbage collector run as seldom as thousands of texts allow.

    They stay until the end, and to look through all of them again and again took a tenth of an import, and of a report
    on health. What a text leaves behind is still found among the youngest.
    """
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
