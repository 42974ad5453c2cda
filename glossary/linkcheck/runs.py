"""Checks of many addresses: one at a time, and how far it is."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from glossary.linkcheck.models import LinkRun
from glossary.linkcheck.verdicts import Verdict
from publishing.times import ago

_KEPT = 50
# Who said nothing for so long is dead. A run says something every few seconds.
_SILENCE = timedelta(minutes=5)


class Busy(Exception):
    """Another check is at work."""

    def __init__(self) -> None:
        super().__init__("A link check is at work already.")


def begin(*, by: Any = None) -> LinkRun:
    """
    Raises:
        Busy: there is one already.
    """
    mend()
    now = timezone.now()
    try:
        with transaction.atomic():
            return LinkRun.objects.create(
                running=True, started_at=now, seen_at=now, started_by_id=getattr(by, "pk", None)
            )
    except IntegrityError:
        raise Busy from None


def at_work() -> LinkRun | None:
    mend()
    return LinkRun.objects.filter(running=True).first()


def newest() -> LinkRun | None:
    mend()
    return LinkRun.objects.order_by("-started_at").first()


def said(run: LinkRun | None) -> str:
    """How far it is, or how it ended, in one line."""
    if run is None:
        return "Nothing was checked yet."
    if run.running:
        return f"At work: {run.done:,} of {run.total:,} addresses are done." if run.total else "At work …"
    if run.failure:
        return f"The last check failed: {run.failure}"
    counts = ", ".join(f"{count:,} {verdict}" for verdict in Verdict if (count := run.counts.get(verdict, 0)))
    return f"Last check {ago(run.started_at)}: {counts or 'nothing was due'}."


def note(run: LinkRun, done: int, total: int) -> None:
    """How far it is."""
    run.done, run.total, run.seen_at = done, total, timezone.now()
    run.save(update_fields=["done", "total", "seen_at"])


def end(run: LinkRun, counts: dict[str, int], failure: str = "") -> None:
    run.running, run.ended_at, run.counts, run.failure = None, timezone.now(), counts, failure
    run.save(update_fields=["running", "ended_at", "counts", "failure"])
    old = list(LinkRun.objects.order_by("-started_at").values_list("pk", flat=True)[_KEPT : _KEPT + 100])
    LinkRun.objects.filter(pk__in=old).delete()


def mend() -> None:
    """Ends one that nobody works on any more."""
    for lost in LinkRun.objects.filter(running=True, seen_at__lt=timezone.now() - _SILENCE):
        end(lost, {}, "It ended without a word: it was killed. Run it again.")
