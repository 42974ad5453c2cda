"""The only code that writes items and all that hangs on them.

A save in the admin and an import of 10,000 files go through `write`, so they cannot disagree. It costs the same number
of statements for one item as for hundreds.
"""

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from publishing import names, storing
from publishing.authors import Author
from publishing.errors import NameTaken, StaleRevision
from publishing.models import Conflict, Item, Published, Revision
from publishing.rows import Readable, Rows
from publishing.steps import ANY, Delete, NewConflict, Note, Result, Settle, Signature, Step, Text, Write

__all__ = ["ANY", "Delete", "NewConflict", "Note", "Result", "Settle", "Signature", "Step", "Text", "Write", "write"]

_LOOKUP = 500


def write(batch: Sequence[Step], *, author: Author, origin: Revision.Origin, message: str = "") -> list[Result]:
    """Writes all or nothing; what is the same already costs no row.

    In order: texts, items, revisions, names and references, the kind's own rows, published state, change feed,
    conflicts.

    Raises:
        StaleRevision: an item was saved or deleted since `base_revision`, or published since `base_filed`.
        NameTaken: a slug or path belongs to another item, in the batch or in the database.
    """
    _refuse_twins(batch)
    rows = Rows(Signature(author, origin, message), timezone.now(), settings.LEMMA_LOCALE)
    try:
        with transaction.atomic():
            _lock(batch, rows)
            results = [rows.take(step) for step in batch]
            storing.store(rows)
    except IntegrityError:
        # Looked for only now, since it hardly ever happens, and nobody can take a name between look and write.
        _refuse_taken(batch)
        raise
    return results


def _refuse_twins(batch: Sequence[Step]) -> None:
    seen: dict[tuple[str, str, str], Write] = {}
    for step in batch:
        if isinstance(step, Write):
            filed = _filed(step)
            shown = [("filed", filed.record.slug, names.key(filed.record.slug))] if filed else []
            for field, value, compared in (*_names(step), *shown):
                other = seen.setdefault((step.kind, field, compared), step)
                if other is not step:
                    raise NameTaken("path" if field == "path" else "slug", value, other.record.title)


def _names(step: Write) -> Iterator[tuple[str, str, str]]:
    """Field, value, and the form in which it is compared."""
    yield "slug", step.record.slug, names.key(step.record.slug)
    # Who comes back wants the file it had.
    path = step.path or (step.item.path if step.revive and step.item else "")
    if path:
        yield "path", path, path


def _filed(step: Write) -> Text | None:
    return step.filed or (Text(step.data, step.record) if step.publish else None)


def _refuse_taken(batch: Sequence[Step]) -> None:
    writes = [step for step in batch if isinstance(step, Write)]
    # What the batch deletes gives its names free, and so does what it moves; two that want one are twins.
    gone = {step.item.pk for step in batch if isinstance(step, Delete)}
    renamed = gone | {step.item.pk for step in writes if step.item}
    moved = gone | {step.item.pk for step in writes if step.item and (step.path or step.revive)}
    filed = gone | {step.item.pk for step in writes if step.item and _filed(step)}
    for start in range(0, len(writes), _LOOKUP):
        some = writes[start : start + _LOOKUP]
        for field, column, own in (("slug", "slug_key", renamed), ("path", "path", moved)):
            wanted = {(step.kind, key): value for step in some for name, value, key in _names(step) if name == field}
            others = Item.objects.live().filter(
                locale=settings.LEMMA_LOCALE, **{f"{column}__in": [key for _, key in wanted]}
            )
            for other in others:
                value = wanted.get((other.kind, getattr(other, column)))
                if value and other.pk not in own:
                    raise NameTaken(field, value, other.title)
        _refuse_taken_from_readers(some, filed)


def _refuse_taken_from_readers(writes: Sequence[Write], own: set[int]) -> None:
    """A slug may be free among the working texts while readers still know another item by it."""
    texts = [(step.kind, text) for step in writes if (text := _filed(step))]
    wanted = {(kind, names.key(text.record.slug)): text.record.slug for kind, text in texts}
    kinds = {kind for kind, _ in wanted}
    keys = [key for _, key in wanted]
    for other in Published.objects.filter(kind__in=kinds, locale=settings.LEMMA_LOCALE, slug_key__in=keys):
        value = wanted.get((other.kind, other.slug_key))
        if value and other.item_id not in own:
            raise NameTaken("slug", value, other.title)


def _lock(batch: Sequence[Step], rows: Rows) -> None:
    """Reads the items as they are and keeps everybody else from writing them until the transaction ends."""
    named = list({step.item.pk: None for step in batch if step.item})
    if not named:
        return
    # In one order everywhere, or two batches could wait for each other for ever.
    rows.locked = Item.objects.select_for_update().order_by("pk").in_bulk(named)
    for start in range(0, len(named), _LOOKUP):
        some = named[start : start + _LOOKUP]
        found = Published.objects.filter(item__in=some)
        for item, key, slug, number, version in found.values_list("item", "pk", "slug", "revision", "payload_version"):
            rows.readable[item] = Readable(key, slug, number, version)
        waiting = Conflict.objects.filter(item__in=some, resolved_at=None)
        for item, origin, root, key in waiting.values_list("item", "origin", "root", "pk"):
            rows.waiting[item, Conflict.Origin(origin), root] = key
    for step in batch:
        _refuse_stale(step, rows)


def _refuse_stale(step: Step, rows: Rows) -> None:
    if step.item is None:
        return
    item = rows.locked.get(step.item.pk)
    if item is None:
        raise StaleRevision(step.item, step.base_revision)
    if isinstance(step, Write | Delete):
        expected = isinstance(step, Write) and step.revive
        is_stale = (
            bool(item.deleted_at) is not expected
            or item.revision != step.base_revision
            or step.base_filed not in (ANY, item.filed_id)
        )
    else:
        is_stale = step.base_revision not in (None, item.revision)
        if isinstance(step, Settle) and step.conflict is not None:
            is_stale = is_stale or rows.waiting.get((item.pk, step.origin, step.root)) != step.conflict
    if is_stale:
        raise StaleRevision(item, step.base_revision)
