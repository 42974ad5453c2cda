"""Carries out what was scheduled."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from documents import Document, DocumentError, merge, parse
from publishing import drafts, editing, filing, lifecycle, reviews, standing, writer
from publishing.authors import Author
from publishing.errors import EditConflict, WriteRefused
from publishing.models import Item, Revision, Schedule
from publishing.problems import InvalidDocument
from publishing.standing import Standing


@dataclass(frozen=True, slots=True)
class Outcome:
    """`error` is empty where it worked."""

    schedule: Schedule
    error: str = ""


def run(now: datetime | None = None) -> Iterator[Outcome]:
    """Everything that is due, each by itself: one that fails is marked, for a person to look at, and stops no other.

    Running it twice, or twice at once, does nothing twice.
    """
    due = Schedule.objects.filter(state=Schedule.State.WAITING, at__lte=now or timezone.now())
    for key in list(due.values_list("pk", flat=True)):
        outcome = _run_one(key)
        if outcome:
            yield outcome


def _run_one(key: Any) -> Outcome | None:
    try:
        with transaction.atomic():
            schedule = _taken(key)
            if schedule is None:
                return None
            if schedule.item.deleted_at:
                _finish(schedule, Schedule.State.CANCELLED)
                return None
            _carry_out(schedule)
            _finish(schedule, Schedule.State.DONE)
        return Outcome(schedule)
    except (WriteRefused, InvalidDocument, DocumentError) as error:
        return _failed(key, error)


def _taken(key: Any) -> Schedule | None:
    """The schedule, locked, unless another run was faster or it was called off."""
    schedule = Schedule.objects.get(pk=key)
    # The item first, as everybody does who locks both. Nobody edits it until we are done.
    Item.objects.select_for_update().get(pk=schedule.item_id)
    waiting = Schedule.objects.select_for_update(of=("self",)).filter(pk=key, state=Schedule.State.WAITING)
    return waiting.select_related("item", "author", "revision__document", "filed").first()


def _carry_out(schedule: Schedule) -> None:
    author = schedule.author
    message = f"{schedule.action.title()}ed as scheduled"
    if schedule.action == Schedule.Action.UNPUBLISH:
        lifecycle.unpublish(schedule.item, author=author, origin="command", message=message)
        return
    now = standing.of(schedule.item)
    editing.refuse_pending(now.item)
    assert schedule.revision is not None
    scheduled = parse(bytes(schedule.revision.document.data), now.path)
    text = standing.read(now.kind, _text(schedule, now, scheduled), now.path)
    # What was edited since started from the scheduled text.
    write = filing.file(now, text, base=bytes(scheduled))
    writer.write([write], author=Author.of(author), origin=Revision.Origin.COMMAND, message=message)
    if now.revision == schedule.revision.number:
        reviews.end([now.item.pk])


def _text(schedule: Schedule, now: Standing, scheduled: Document) -> Document:
    """What readers are to get: the scheduled text, with what was filed since.

    Raises:
        EditConflict: both changed the same field.
    """
    theirs = lifecycle.with_last_updated(drafts.without_mark(now.kind, scheduled), schedule.last_updated)
    filed = standing.parsed(now.filed, now.path)
    if filed is None:
        return theirs
    base = schedule.filed and parse(bytes(schedule.filed.data), now.path)
    result = merge(base or None, filed, theirs)
    if result.conflicts:
        raise EditConflict(now.item, result)
    # Whoever unpublished it in between meant until now.
    return drafts.without_mark(now.kind, result.document)


def _failed(key: Any, error: Exception) -> Outcome | None:
    with transaction.atomic():
        schedule = _taken(key)
        if schedule is None:
            return None
        _finish(schedule, Schedule.State.FAILED, str(error))
    return Outcome(schedule, str(error))


def _finish(schedule: Schedule, state: Schedule.State, error: str = "") -> None:
    schedule.state, schedule.error, schedule.finished_at = state, error, timezone.now()
    schedule.save(update_fields=["state", "error", "finished_at"])
