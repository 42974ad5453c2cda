"""One sync at a time for a folder. The lock goes with the process that holds it, so a crash leaves none behind."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from sync import disk
from sync.places import Place, SyncError


class Busy(SyncError):
    """Another one has the lock."""


@contextmanager
def locked(places: Sequence[Place], *, reading: bool = False) -> Iterator[None]:
    """Keeps every other sync and export from these folders and, unless `reading`, every import too.

    Raises:
        Busy: one is at work.
    """
    with ExitStack() as stack:
        # In one order everywhere, or two syncs could wait for each other.
        for place in sorted(places, key=lambda each: each.root):
            stack.enter_context(_locked(place, fcntl.LOCK_SH if reading else fcntl.LOCK_EX))
        yield


@contextmanager
def _locked(place: Place, kind: int) -> Iterator[None]:
    if not disk.exists(place.folder):
        # An import reads a folder that is not there as an empty one; who writes files makes it first.
        yield
        return
    descriptor = os.open(place.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(
                f"Another import, export or sync is working on {place.shown}. Try again when it is done."
            ) from None
        yield
    finally:
        disk.let_go(descriptor)
