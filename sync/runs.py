"""What was synced when, by whom, and how it ended; kept for the pages of the admin."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from publishing.authors import Author
from sync.locks import Busy, locked
from sync.models import Run
from sync.places import Place, SyncError
from sync.reports import Exit, Report

# So many runs are kept of a root, and so many lines of each list of a report.
_KEPT, _LINES = 200, 200
# Seconds between two notes of how far it is, and until a run has its lock.
_NOTED, _BEGINNING = 0.5, 20
_OUTCOMES = {
    Exit.IN_STEP: Run.Outcome.IN_STEP,
    Exit.PROBLEMS: Run.Outcome.PROBLEMS,
    Exit.CONFLICTS: Run.Outcome.CONFLICTS,
}


@dataclass(slots=True)
class Recording:
    """run: one that was begun before. report: to be put in by whoever does the work."""

    run: Run | None = None
    report: Report | None = None


def root_of(places: Sequence[Place]) -> str:
    """Under which name runs over these folders are kept."""
    return next(place.root for place in places if place.kind == "entry")


def begin(half: str, places: Sequence[Place], *, by: Any = None, at: datetime | None = None) -> Run:
    return Run.objects.create(
        half=half,
        root=root_of(places),
        outcome=Run.Outcome.RUNNING,
        started_at=at or timezone.now(),
        started_by_id=Author.of(by).user,
    )


@contextmanager
def recorded(half: str, places: Sequence[Place], *, run: int | None = None) -> Iterator[Recording]:
    """Keeps what the report says that is put into the recording, or why there is none.

    An import that was refused leaves nothing.

    Args:
        run: the key of one that somebody began already.
    """
    begun = Run.objects.filter(pk=run).first() if run else None
    started = timezone.now()
    recording = Recording(begun)

    def kept() -> Run:
        return begun or begin(half, places, at=started)

    try:
        yield recording
    except Busy as error:
        # Without a beginning the other one is the one to be looked at.
        if begun is not None:
            _end(begun, Run.Outcome.FAILED, {"failure": str(error)})
        raise
    except (SyncError, OSError) as error:
        # An import that was refused has changed nothing, and that goes for the database to the last byte.
        if begun is not None or half != "import":
            _end(kept(), Run.Outcome.FAILED, {"failure": str(error)})
        raise
    report = recording.report
    if report is not None and (half != "import" or report.written or not report.errors):
        end(kept(), report)


def end(run: Run, report: Report) -> None:
    """With what the report says, as far as people read it."""
    found = report.as_json()
    found.pop("diffs")
    for name in ("steps", "conflicts", "problems", "skipped"):
        found[f"{name}Left"] = max(len(found[name]) - _LINES, 0)
        found[name] = found[name][:_LINES]
    _end(run, _OUTCOMES[report.exit], found)


def noting(run: Run, total: Callable[[], int]) -> Callable[[int], None]:
    """A function that is called with the number of files just read, and notes how far it is now and then."""
    state = {"read": 0, "of": total()}
    noted = time.monotonic()

    def note(number: int) -> None:
        nonlocal noted
        state["read"] += number
        if time.monotonic() - noted > _NOTED:
            noted = time.monotonic()
            Run.objects.filter(pk=run.pk).update(report=dict(state))

    return note


def mend(places: Sequence[Place]) -> None:
    """Ends runs that nobody works on any more: nobody holds the lock of the folders."""
    began = timezone.now() - timedelta(seconds=_BEGINNING)
    lost = Run.objects.filter(root=root_of(places), outcome=Run.Outcome.RUNNING, started_at__lt=began)
    if not lost.exists():
        return
    try:
        with locked(places):
            for run in lost:
                _end(run, Run.Outcome.FAILED, {"failure": "It ended without a word: it was killed. Run it again."})
    except SyncError:
        # Somebody is at work.
        return


def at_work(places: Sequence[Place]) -> Run | None:
    mend(places)
    return Run.objects.filter(root=root_of(places), outcome=Run.Outcome.RUNNING).first()


def _end(run: Run, outcome: Run.Outcome, report: dict[str, Any]) -> None:
    run.outcome, run.report, run.ended_at = outcome, report, timezone.now()
    run.save(update_fields=["outcome", "report", "ended_at"])
    old = Run.objects.filter(root=run.root).order_by("-started_at", "-pk")[_KEPT : _KEPT + 100]
    Run.objects.filter(pk__in=[each.pk for each in old]).delete()


# --- for people ---

# PostgreSQL keeps the keys of JSON in an order of its own.
_ORDER = (
    "new",
    "imported",
    "changed",
    "merged",
    "exported",
    "removed",
    "conflicts",
    "bad",
    "left",
    "skipped",
    "unchanged",
)
TONES = {
    Run.Outcome.RUNNING: "grey",
    Run.Outcome.IN_STEP: "green",
    Run.Outcome.PROBLEMS: "red",
    Run.Outcome.CONFLICTS: "amber",
    Run.Outcome.FAILED: "red",
}


def share(run: Run) -> float | None:
    """How much of the files it has read, of 1; None where nobody knows."""
    read, total = run.report.get("read"), run.report.get("of")
    return min(read / total, 1.0) if read and total else None


def said(run: Run) -> str:
    """What it did, in one line."""
    if run.outcome == Run.Outcome.RUNNING:
        done = share(run)
        return f"{run.report['read']:,} of {run.report['of']:,} files read" if done else "At work …"
    if failure := run.report.get("failure"):
        return str(failure)
    rows = run.report.get("counts", {}).values()
    totals = {column: sum(row.get(column, 0) for row in rows) for column in _ORDER}
    told = [
        f"{number:,} {'conflict' if column == 'conflicts' and number == 1 else column}"
        for column, number in totals.items()
        if number
    ]
    return ", ".join(told) or "There was nothing to do."
