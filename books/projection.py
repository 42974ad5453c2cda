"""The rows that show what a book's document says. Written anew whenever it changes, in a fixed number of queries."""

from collections.abc import Sequence
from typing import Any

from books.mapping import BookRecord
from books.models import Book
from publishing import bulk
from publishing.models import Item

# Columns that are called as in the record.
_SAME = [
    "subtitle",
    "authors",
    "editors",
    "publisher",
    "publish_year",
    "edition",
    "isbn",
    "isbn13",
    "pages",
    "language",
    "description",
    "difficulty",
    "cover_image",
    "url",
    "doi",
    "open_library_id",
    "status_label",
    "last_updated",
    "body",
    "extra",
]
_BOOK = ["item", "status", *_SAME]


def project(triples: Sequence[tuple[Item, BookRecord, bool]]) -> None:
    bulk.update(Book, _BOOK, (_book(item, record) for item, record, is_new in triples if not is_new))
    bulk.insert(Book, _BOOK, (_book(item, record) for item, record, is_new in triples if is_new))


def erase(items: Sequence[Item]) -> None:
    bulk.delete(Book, "item", [item.pk for item in items])


def _book(item: Item, record: BookRecord) -> tuple[Any, ...]:
    return (item.pk, record.status.value, *(getattr(record, name) for name in _SAME))
