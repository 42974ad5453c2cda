"""The only way a book is written."""

from typing import Any

from documents import Document
from publishing import editing
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


delete_book = editing.delete
