"""Open conflicts: what stands against what today, and how a person settles them."""

from dataclasses import replace
from typing import Any

from django.db import transaction

from documents import Document, Merge, merge, parse
from publishing import editing, filing, lifecycle, standing
from publishing.authors import Author
from publishing.errors import EditConflict, NotAllowed
from publishing.models import Blob, Conflict, Item, Revision
from publishing.standing import Standing
from publishing.steps import Delete, Settle, Signature, Step, Write


def waiting(item: Item | None = None) -> list[Conflict]:
    """Open conflicts, of all items or of one, the oldest first, with their items and texts: one query."""
    found = Conflict.objects.filter(resolved_at=None).select_related("item", "base", "ours", "theirs")
    return list(found.filter(item=item) if item else found)


def as_merge(conflict: Conflict) -> Merge | None:
    """The conflict as a merge of today's texts, which names the fields and takes choices.

    For origin draft ours is the working text, for origin files the filed one; both may have moved on since. None where
    one side deleted the item or the file: then there is one text to keep, or none.
    """
    now = standing.of_all([conflict.item_id]).get(conflict.item_id)
    ours = _ours(conflict, now)
    if now is None or ours is None or conflict.theirs is None:
        return None
    base = standing.parsed(_data(conflict.base), now.path)
    return merge(base, parse(ours, now.path), parse(bytes(conflict.theirs.data), now.path))


def resolve(
    conflict: Conflict,
    chosen: Document | None,
    *,
    base_revision: int,
    author: Any = None,
    origin: str = "admin",
    message: str = "",
    publish: bool = False,
    path: str = "",
) -> Item:
    """Writes the text that was chosen and settles the conflict.

    Origin draft: it becomes the working text, and what readers see with `publish`. Origin files: it becomes the filed
    text and is merged into the edits that wait. Then the sync base of that root has to become `theirs`, in the same
    transaction, so that the next sync writes the chosen text to the file: that is the caller's to do.

    Args:
        chosen: None deletes the item.
        base_revision: the item's newest revision when the person chose.
        path: where the item's file is from now on, for origin files; empty keeps the one there is.

    Raises:
        NotAllowed: the conflict was settled already.
        StaleRevision, EditConflict: somebody changed the item in the meantime.
        NameTaken, InvalidDocument: the chosen text cannot be saved.
    """
    if not Conflict.objects.filter(pk=conflict.pk, resolved_at=None).exists():
        raise NotAllowed(f'The conflict of "{conflict.item.title}" is settled already.')
    item = Item.objects.get(pk=conflict.item_id)
    who: dict[str, Any] = {"author": author, "origin": origin, "message": message or "Resolved a conflict"}
    settle = Settle(item, Conflict.Origin(conflict.origin), conflict.root, conflict=conflict.pk)
    if chosen is not None and conflict.origin == Conflict.Origin.DRAFT:
        with transaction.atomic():
            saved = editing.save(item.kind, chosen, item=item, base_revision=base_revision, also=[settle], **who)
            return lifecycle.publish(saved, **who) if publish else saved
    signature = Signature(Author.of(author), Revision.Origin(origin), who["message"])
    steps: list[Step] = [settle]
    if chosen is not None:
        steps.insert(0, _filing(conflict, item, chosen, base_revision, path or item.path or conflict.path))
    elif not item.deleted_at:
        steps.insert(0, Delete(item, base_revision))
    return editing.through(steps, signature)


def _filing(conflict: Conflict, item: Item, chosen: Document, base_revision: int, path: str) -> Write:
    text = standing.read(item.kind, chosen, path)
    if item.deleted_at:
        revived = Write(item.kind, text.data, text.record, item=item, base_revision=base_revision, path=path)
        return replace(revived, publish=True, revive=True)
    now = standing.of(item)
    if now.revision != base_revision and now.filed_hash != conflict.ours_id:
        # Edits in between do not matter, as long as nobody has filed another text.
        result = merge(standing.parsed(_data(conflict.ours), path), parse(now.filed or now.working, path), chosen)
        if result.conflicts:
            raise EditConflict(now.item, result)
        text = standing.read(item.kind, result.document, path)
    return filing.file(now, text, path=path)


def _data(blob: Blob | None) -> bytes | None:
    return None if blob is None else bytes(blob.data)


def _ours(conflict: Conflict, now: Standing | None) -> bytes | None:
    if now is None:
        return None
    return now.working if conflict.origin == Conflict.Origin.DRAFT else now.filed
