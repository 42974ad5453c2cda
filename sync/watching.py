"""A sync whenever a file is saved, until somebody stops it."""

from collections.abc import Callable, Iterator, Sequence

from watchfiles import watch as changes

from publishing.models import FeedCounter
from sync import syncing
from sync.places import Place, SyncError
from sync.reports import Report

# Milliseconds: an editor that saves writes, renames and touches; this long after the last of it, it is over.
_QUIET, _AT_MOST = 50, 400
# Without a change of a file something may have been published: looked for that often, at the price of one row.
_LOOK = 1_000


def watch(
    places: Sequence[Place], options: syncing.Options, *, complain: Callable[[SyncError], None]
) -> Iterator[Report]:
    """Gives the report of every sync: one at the start, one after each change of a file, and one now and then.

    Ctrl+C ends it. What would stop a single sync is told to `complain`, and watching goes on.
    """
    position = _position()
    yield from _sync(places, options, complain)
    folders = [place.folder for place in places if place.folder.is_dir()]
    for found in changes(
        *folders,
        watch_filter=lambda change, path: path.endswith(".md"),
        debounce=_AT_MOST,
        step=_QUIET,
        rust_timeout=_LOOK,
        yield_on_timeout=True,
        raise_interrupt=False,
    ):
        now = _position()
        if found or now != position:
            position = now
            yield from _sync(places, options, complain)


def _position() -> int:
    """Where the change feed ends."""
    return FeedCounter.objects.values_list("position", flat=True).first() or 0


def _sync(places: Sequence[Place], options: syncing.Options, complain: Callable[[SyncError], None]) -> Iterator[Report]:
    try:
        report = syncing.sync(places, options)
    except SyncError as error:
        complain(error)
    else:
        yield report
