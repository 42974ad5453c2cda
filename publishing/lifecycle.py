"""From draft to reader and back: publish, unpublish, discard a draft, restore a revision."""

from datetime import date, datetime
from typing import Any

from documents import Document, parse
from publishing import drafts, editing, filing, names, standing
from publishing.authors import Author
from publishing.errors import NotFiled, StaleRevision
from publishing.models import Item, Revision, Schedule
from publishing.standing import Standing
from publishing.steps import Signature, Write


def publish(
    item: Item,
    *,
    base_revision: int | None = None,
    author: Any = None,
    origin: str = "admin",
    message: str = "",
    set_last_updated: date | None = None,
) -> Item:
    """Files the working text and shows it to readers, without the mark of a draft.

    Args:
        base_revision: what the publisher has seen; None takes what is there.
        set_last_updated: written into `lastUpdated`.

    Raises:
        StaleRevision: the item was edited since, or deleted.
        ConflictPending: its file was changed in the same place as the edits; a person has to decide first.
        InvalidDocument, DocumentError: the text cannot be shown, or not be given the date.
    """
    now = _seen(item, base_revision)
    editing.refuse_pending(now.item)
    document = drafts.without_mark(now.kind, parse(now.working, now.path))
    text = standing.read(now.kind, with_last_updated(document, set_last_updated), now.path)
    write = Write(now.kind, text.data, text.record, item=now.item, base_revision=now.revision, publish=True)
    return editing.through([write], _signed(author, origin, message), calls_off=[Schedule.Action.PUBLISH])


def unpublish(
    item: Item, *, base_revision: int | None = None, author: Any = None, origin: str = "admin", message: str = ""
) -> Item:
    """Marks filed and working text as a draft: readers get nothing, the file stays.

    Raises:
        StaleRevision: the item was edited since `base_revision`, or deleted.
        NotFiled: it was never published.
    """
    now = _seen(item, base_revision)
    if now.filed is None:
        raise NotFiled(now.item)
    write = filing.edit(now, lambda document: drafts.with_mark(now.kind, document))
    return editing.through([write], _signed(author, origin, message), calls_off=[Schedule.Action.UNPUBLISH])


def discard_draft(
    item: Item, *, base_revision: int | None = None, author: Any = None, origin: str = "admin", message: str = ""
) -> Item:
    """Goes back to the filed text. What was edited since stays in the history; an open conflict with it is settled.

    Raises:
        StaleRevision: the item was edited since `base_revision`, or deleted.
        NotFiled: it was never published.
    """
    now = _seen(item, base_revision)
    if now.filed is None:
        raise NotFiled(now.item)
    text = standing.read(now.kind, parse(now.filed, now.path), now.path)
    write = Write(
        now.kind,
        text.data,
        text.record,
        item=now.item,
        base_revision=now.revision,
        base_filed=now.filed_hash,
        publish=True,
    )
    signature = _signed(author, origin, message or "Discarded the unpublished edits")
    return editing.through([write], signature, calls_off=[Schedule.Action.PUBLISH])


def restore(
    item: Item,
    number: int,
    *,
    base_revision: int | None = None,
    author: Any = None,
    origin: str = "admin",
    message: str = "",
    publish: bool = False,
) -> Item:
    """Makes an old revision the newest one again; of a deleted item too, which thereby comes back.

    The item keeps the slug it has now, because others refer to it by that.

    Raises:
        StaleRevision: the item was edited since `base_revision`, or never had that revision.
        NameTaken: another item has taken slug or file of a deleted one.
        ConflictPending: with `publish`, as there.
        InvalidDocument: what was accepted then is not accepted any more.
    """
    now = Item.objects.get(pk=item.pk)
    revision = Revision.objects.select_related("document").filter(item=now, number=number).first()
    if revision is None or base_revision not in (None, now.revision):
        raise StaleRevision(now, base_revision if revision else number)
    if publish:
        editing.refuse_pending(now)
    document = _under_its_name(parse(bytes(revision.document.data), now.path), now)
    if publish:
        document = drafts.without_mark(now.kind, document)
    text = standing.read(now.kind, document, now.path)
    write = Write(
        now.kind,
        text.data,
        text.record,
        item=now,
        base_revision=now.revision,
        publish=publish,
        revive=now.deleted_at is not None,
    )
    signature = _signed(author, origin, message or f"Restored revision {number}")
    return editing.through([write], signature, calls_off=[Schedule.Action.PUBLISH] if publish else [])


def with_last_updated(document: Document, day: date | None) -> Document:
    """The document with that `lastUpdated`, written as the file writes dates."""
    if day is None:
        return document
    dated = document.copy()
    old = dated.get("lastUpdated")
    dated["lastUpdated"] = day if isinstance(old, date) and not isinstance(old, datetime) else day.isoformat()
    return dated


def _seen(item: Item, base_revision: int | None) -> Standing:
    now = standing.of(item)
    if base_revision not in (None, now.revision):
        raise StaleRevision(now.item, base_revision)
    return now


def _under_its_name(document: Document, item: Item) -> Document:
    text = standing.read(item.kind, document, item.path)
    if names.key(text.record.slug) == item.slug_key:
        return document
    renamed = document.copy()
    renamed["slug"] = item.slug
    today = standing.read(item.kind, parse(bytes(item.working.data), item.path), item.path).record
    known = dict.fromkeys([*text.record.previous_slugs, *today.previous_slugs])
    renamed["previousSlugs"] = [slug for slug in known if names.key(slug) != item.slug_key]
    return renamed


def _signed(author: Any, origin: str, message: str) -> Signature:
    return Signature(Author.of(author), Revision.Origin(origin), message)
