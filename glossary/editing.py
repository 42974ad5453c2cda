"""The only way an entry is written."""

from typing import Any

from documents import Document
from publishing import editing
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


delete_entry = editing.delete
