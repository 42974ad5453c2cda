"""The only way an entry is written."""

from typing import Any

from documents import Document
from publishing import conflicts, editing, lifecycle, renaming, schedule, uniting
from publishing.models import Item


def save_entry(
    document: Document,
    *,
    item: Item | None = None,
    base_revision: int | None = None,
    author: Any = None,
    origin: str = "admin",
    message: str = "",
    publish: bool = False,
    path: str = "",
) -> Item:
    """See `publishing.editing.save`."""
    return editing.save(
        "entry",
        document,
        item=item,
        base_revision=base_revision,
        author=author,
        origin=origin,
        message=message,
        publish=publish,
        path=path,
    )


# What is the same for entries and books, under the names by which the doors call it.
delete_entry = editing.delete
publish_entry = lifecycle.publish
unpublish_entry = lifecycle.unpublish
discard_entry_draft = lifecycle.discard_draft
restore_entry = lifecycle.restore
publish_entry_at = schedule.publish_at
unpublish_entry_at = schedule.unpublish_at
plan_rename_entry = renaming.plan_rename
rename_entry = renaming.rename
plan_merge_entries = uniting.plan_merge
merge_entries = uniting.merge_items
resolve_entry_conflict = conflicts.resolve
