"""One change of many items, written as one, and the way back.

Items of which a change is refused are left out and named; all others change together or not at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from documents import Document, DocumentError, parse
from publishing import bulk, drafts, filing, lifecycle, reviews, schedule, standing, writer
from publishing.authors import Author
from publishing.editing import TRIES
from publishing.errors import NotAllowed, StaleRevision, WriteRefused
from publishing.models import Batch, BatchItem, Blob, Item, Revision, Schedule
from publishing.problems import InvalidDocument
from publishing.standing import Standing
from publishing.steps import Delete, Signature, Step, Text, Write

# As many as one request can write before a server loses its patience.
LIMIT = 1000

# The step that changes one item; None if it is like that already.
Act = Callable[[Standing], Step | None]


@dataclass(frozen=True, slots=True)
class Skipped:
    item: Item
    reason: str


@dataclass(slots=True)
class Outcome:
    """batch: None if nothing changed. same: how many were like that already."""

    batch: Batch | None = None
    changed: list[Item] = field(default_factory=list)
    same: int = 0
    skipped: list[Skipped] = field(default_factory=list)


def carry_out(
    items: Sequence[Any],
    act: Act,
    *,
    label: str,
    author: Any,
    calls_off: Sequence[Schedule.Action] = (),
    only_drafts: bool = False,
    origin: Revision.Origin = Revision.Origin.ADMIN,
) -> Outcome:
    """Does it to each of the items, by key, in one transaction.

    Args:
        act: as `editing`, `publishing`, `unpublishing` and `deleting` make them.
        label: what is done, in words; the message of each revision.
        calls_off: what was scheduled and does not happen any more.

    Raises:
        NotAllowed: more items than one batch may have.
        NameTaken: a slug that would be published is another item's.
        StaleRevision: others saved the same items again and again.
    """
    if len(items) > LIMIT:
        raise NotAllowed(
            f"That are {len(items):,} items; {LIMIT:,} can be changed at once. Choose fewer with a filter."
        )
    signature = Signature(Author.of(author), origin, label)
    mark = Batch(label=label[:300], only_drafts=only_drafts)
    return _through(lambda: _plan(items, act), signature, mark, calls_off)


def undo(batch: Batch, *, author: Any) -> Outcome:
    """Gives the items of a batch their texts back, filed and working. That is a batch too.

    Items that were saved, published or deleted since are left out and named.

    Raises:
        NotAllowed: it was undone already.
        StaleRevision, NameTaken: as `carry_out`.
    """
    if batch.undone_at:
        raise NotAllowed(f"“{batch.label}” was undone already.")
    label = f"Undid: {batch.label}"
    signature = Signature(Author.of(author), Revision.Origin.ADMIN, label)
    mark = Batch(label=label[:300], only_drafts=batch.only_drafts, undoes=batch)
    return _through(lambda: _plan_back(batch), signature, mark, list(Schedule.Action))


# --- acts ---


def editing(change: Callable[[Document], Document], *, only_drafts: bool = False) -> Act:
    """Makes the same change in what readers see and in edits that wait; with `only_drafts` in the latter alone."""

    def act(now: Standing) -> Step | None:
        _refuse_conflict(now)
        if only_drafts:
            text = standing.read(now.kind, change(parse(now.working, now.path)), now.path)
            if text.data == now.working:
                return None
            return Write(now.kind, text.data, text.record, item=now.item, base_revision=now.revision)
        write = filing.edit(now, change)
        is_same = write.data == now.working and (write.filed is None or write.filed.data == now.filed)
        return None if is_same else write

    return act


def publishing(day: date | None) -> Act:
    """Publishes what waits, with that date."""

    def act(now: Standing) -> Step | None:
        _refuse_conflict(now)
        if now.filed == now.working and not drafts.is_marked(now.kind, parse(now.working, now.path)):
            return None
        document = drafts.without_mark(now.kind, parse(now.working, now.path))
        text = standing.read(now.kind, lifecycle.with_last_updated(document, day), now.path)
        return Write(
            now.kind, text.data, text.record, item=now.item, base_revision=now.revision, publish=True,
            base_filed=now.filed_hash,
        )  # fmt: skip

    return act


def unpublishing(now: Standing) -> Step | None:
    """Takes it from the readers; its file says that it is a draft."""
    _refuse_conflict(now)
    if now.filed is None or drafts.is_marked(now.kind, parse(now.filed, now.path)):
        return None
    return filing.edit(now, lambda document: drafts.with_mark(now.kind, document))


def deleting(now: Standing) -> Step | None:
    return Delete(now.item, now.revision, base_filed=now.filed_hash)


def _refuse_conflict(now: Standing) -> None:
    if now.has_conflict:
        raise NotAllowed("A conflict waits there. Decide it first.")


# --- plans ---


@dataclass(slots=True)
class _Plan:
    steps: list[Step] = field(default_factory=list)
    # As they were when it was planned; the writer refuses if they are not any more.
    before: dict[Any, tuple[str, str | None, bool]] = field(default_factory=dict)
    same: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def add(self, item: Item, make: Callable[[], Step | None]) -> None:
        try:
            step = make()
        except (WriteRefused, DocumentError, InvalidDocument) as error:
            self.skipped.append(Skipped(item, str(error)))
            return
        if step is None:
            self.same += 1
            return
        self.steps.append(step)
        self.before[item.pk] = (str(item.working_id), item.filed_id, item.deleted_at is not None)


def _plan(keys: Sequence[Any], act: Act) -> _Plan:
    plan = _Plan()
    for now in standing.of_all(keys).values():
        plan.add(now.item, lambda now=now: act(now))  # type: ignore[misc]
    return plan


def _plan_back(batch: Batch) -> _Plan:
    plan = _Plan()
    lines = list(
        batch.items.select_related("item", "working_before", "filed_before").order_by("item__sort_key", "item")
    )
    there = standing.of_all(line.item_id for line in lines)
    for line in lines:
        plan.add(line.item, lambda line=line: _back(line, there.get(line.item_id)))  # type: ignore[misc]
    return plan


def _back(line: BatchItem, now: Standing | None) -> Step:
    item = now.item if now else line.item
    is_deleted = item.deleted_at is not None
    is_as_left = (item.revision, item.filed_id, is_deleted) == (
        line.revision_after,
        line.filed_after_id,
        line.deleted_after,
    )
    if not is_as_left or (now and now.has_conflict):
        raise NotAllowed("It was changed since.")
    if line.deleted_before:
        return Delete(item, item.revision)
    working = _text(item, line.working_before)
    filed = _text(item, line.filed_before) if line.filed_before else None
    return _with_texts(item, working, filed, revive=is_deleted)


def _text(item: Item, blob: Blob) -> Text:
    return standing.read(item.kind, parse(bytes(blob.data), item.path), item.path)


def _with_texts(item: Item, working: Text, filed: Text | None, *, revive: bool) -> Write:
    return Write(
        item.kind,
        working.data,
        working.record,
        item=item,
        base_revision=item.revision,
        base_filed=item.filed_id,
        publish=filed is not None and filed.data == working.data,
        filed=filed if filed is not None and filed.data != working.data else None,
        revive=revive,
        # The batch published it for the first time, and it never should have had a file.
        unfile=filed is None and item.filed_id is not None and not revive,
    )


# --- writing ---


def _through(
    make_plan: Callable[[], _Plan], signature: Signature, mark: Batch, calls_off: Sequence[Schedule.Action]
) -> Outcome:
    for _ in range(TRIES):
        plan = make_plan()
        try:
            return _write(plan, signature, mark, calls_off)
        except StaleRevision as stale:
            last = stale
    raise last


def _write(plan: _Plan, signature: Signature, mark: Batch, calls_off: Sequence[Schedule.Action]) -> Outcome:
    outcome = Outcome(same=plan.same, skipped=plan.skipped)
    if not plan.steps:
        return outcome
    with transaction.atomic():
        results = writer.write(plan.steps, author=signature.author, origin=signature.origin, message=signature.message)
        outcome.changed = [result.item for result in results]
        if calls_off:
            schedule.cancel_all([item.pk for item in outcome.changed], calls_off)
        if Schedule.Action.PUBLISH in calls_off:
            reviews.end([item.pk for item in outcome.changed])
        outcome.batch = _record(mark, signature.author, plan, outcome.changed)
    return outcome


def _record(mark: Batch, author: Author, plan: _Plan, changed: Sequence[Item]) -> Batch:
    mark.created_at = timezone.now()
    mark.author_id, mark.author_name = author.user, author.name
    mark.save()
    rows = (
        (
            mark.pk,
            item.pk,
            *plan.before[item.pk],
            item.revision,
            item.filed_id,
            item.deleted_at is not None,
        )
        for item in changed
    )
    names = ["batch", "item", "working_before", "filed_before", "deleted_before"]
    bulk.insert(BatchItem, [*names, "revision_after", "filed_after", "deleted_after"], rows)
    if mark.undoes_id:
        Batch.objects.filter(pk=mark.undoes_id).update(undone_at=mark.created_at)
    return mark
