"""A sync whenever a file is saved, until somebody stops it."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from django.db import DatabaseError, InterfaceError, close_old_connections
from watchfiles import watch as changes

from publishing.models import FeedCounter
from sync import engine, syncing
from sync.places import Place, SyncError
from sync.reports import Report

# Milliseconds: an editor that saves writes, renames and touches; this long after the last of it, it is over.
_QUIET, _AT_MOST = 50, 400
# Without a change of a file something may have been published: looked for that often, at the price of one row.
_LOOK = 1_000
# Seconds after which a sync that failed is tried again.
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0


def watch(places: Sequence[Place], options: syncing.Options, *, complain: Callable[[str], None]) -> Iterator[Report]:
    """Gives the report of every sync: at the start, after each change of a file, and after each publication.

    Ctrl+C ends it with KeyboardInterrupt. What stops a sync is told to `complain`, once, and the sync is tried again,
    after a second at first and then ever more rarely.
    """
    position, complaint = -1, ""
    wait, due = _FIRST_WAIT, 0.0
    for has_changes in _moments(places):
        failure = ""
        try:
            now = _position()
            if not (has_changes or now != position or (complaint and time.monotonic() >= due)):
                continue
            position = now
            engine.check(places)
            report = syncing.sync(places, options)
            failure = report.failure
            yield report
        except (SyncError, OSError, DatabaseError, InterfaceError) as error:
            failure = str(error)
        if failure and failure != complaint:
            complain(failure)
        wait = min(wait * 2, _LONGEST_WAIT) if failure and failure == complaint else _FIRST_WAIT
        complaint, due = failure, time.monotonic() + wait


def _moments(places: Sequence[Place]) -> Iterator[bool]:
    """One at once, and then one a second, or as soon as a file has changed; says whether one may have."""
    yield True
    while True:
        there = _there(places)
        if not there:
            time.sleep(_LOOK / 1_000)
            yield False
            continue
        try:
            yield from _heard(places, there)
        except FileNotFoundError:
            # It went before we listened.
            continue


def _heard(places: Sequence[Place], there: dict[Path, int]) -> Iterator[bool]:
    """Until other folders are there than those that we listen to: one that is new, or another under the old name."""
    # Nobody listened until now.
    is_first = True
    for found in changes(
        *there,
        watch_filter=lambda change, path: _concerns(places, path),
        debounce=_AT_MOST,
        step=_QUIET,
        rust_timeout=_LOOK,
        yield_on_timeout=True,
        # The sync says which folders it may not read.
        ignore_permission_denied=True,
    ):
        yield bool(found) or is_first
        is_first = False
        if _there(places) != there:
            break


def _there(places: Sequence[Place]) -> dict[Path, int]:
    """The folders that exist, with what tells one from another of the same name."""
    found = {}
    for place in places:
        try:
            found[place.folder] = place.folder.stat().st_ino
        except OSError:
            continue
    return found


def _concerns(places: Sequence[Place], path: str) -> bool:
    """Not what editors, git and we ourselves put there for a moment; but folders, which may be full of files."""
    for place in places:
        if path.startswith(f"{place.folder}/"):
            below = path.removeprefix(f"{place.folder}/")
            return not below.endswith("~") and not any(part.startswith(".") for part in below.split("/"))
    return True


def _position() -> int:
    """Where the change feed ends."""
    # One that the server has closed in the meantime is opened again.
    close_old_connections()
    return FeedCounter.objects.values_list("position", flat=True).first() or 0
