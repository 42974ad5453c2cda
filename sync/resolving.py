"""A conflict between a file and its item, decided by a person."""

from typing import Any

from django.db import transaction

from documents import Document
from publishing import conflicts
from publishing.models import Conflict, Item
from sync.models import Base
from sync.plan import plan_path
from sync.state import Agreed, record_bases


def resolve(
    conflict: Conflict,
    chosen: Document | None,
    *,
    base_revision: int,
    author: Any = None,
    origin: str = "admin",
    message: str = "",
    publish: bool = False,
) -> Item:
    """Files the chosen text and remembers that the file's one was seen, so that the next sync writes the chosen one.

    A file that was changed once more since is merged with it then. For a conflict of origin draft, which no file takes
    part in, this is `publishing.conflicts.resolve`.

    Args:
        chosen: None deletes item and file.
        base_revision: the item's newest revision when the person chose.
        publish: shows readers what was chosen for a draft; what was chosen for a file they see at once.

    Raises:
        As `publishing.conflicts.resolve`.
    """
    with transaction.atomic():
        base = Base.objects.filter(root=conflict.root, item=conflict.item_id).first()
        item = conflicts.resolve(
            conflict,
            chosen,
            base_revision=base_revision,
            author=author,
            origin=origin,
            message=message,
            publish=publish,
            path=_path(conflict, base),
        )
        if conflict.origin == Conflict.Origin.FILES:
            _remember(conflict)
    return item


def _path(conflict: Conflict, base: Base | None) -> str:
    """Where the file is to lie: a move in the folder counts as it does in a sync. Empty where nothing moves."""
    if conflict.origin != Conflict.Origin.FILES or conflict.theirs_id is None:
        return ""
    item = Item.objects.get(pk=conflict.item_id)
    if item.deleted_at:
        return conflict.path
    return plan_path(base.path if base else None, conflict.path, item.path) or ""


def _remember(conflict: Conflict) -> None:
    if conflict.theirs_id is None:
        # Without file and without base the next sync writes the file anew, or has nothing to do.
        record_bases(conflict.root, [], [conflict.item_id])
    else:
        record_bases(conflict.root, [Agreed(conflict.item_id, conflict.path, conflict.theirs_id)])
