"""The only way a book is written."""

from typing import Any

from documents import Document
from publishing import conflicts, editing, lifecycle, renaming, schedule, uniting
from publishing.models import Item


def save_book(
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
        "book",
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
delete_book = editing.delete
publish_book = lifecycle.publish
unpublish_book = lifecycle.unpublish
discard_book_draft = lifecycle.discard_draft
restore_book = lifecycle.restore
publish_book_at = schedule.publish_at
unpublish_book_at = schedule.unpublish_at
plan_rename_book = renaming.plan_rename
rename_book = renaming.rename
plan_merge_books = uniting.plan_merge
merge_books = uniting.merge_items
resolve_book_conflict = conflicts.resolve
