"""The JSON of a book, and what readers filter by. Only what the book's own document says, so it never goes stale."""

from collections.abc import Iterator
from typing import Any

from books.mapping import BookRecord
from publishing import values


def payload(record: BookRecord) -> dict[str, Any]:
    """The detail answer. Absent values are null, absent prose is "", absent lists are []."""
    return {
        **_head(record),
        "editors": record.editors,
        "edition": record.edition or None,
        "isbn": record.isbn or None,
        "pages": record.pages,
        "language": record.language or None,
        "topics": record.topics,
        "coverImage": record.cover_image or None,
        "url": record.url or None,
        "doi": record.doi or None,
        "openLibraryId": record.open_library_id or None,
        "previousSlugs": record.previous_slugs,
        "body": record.body,
        "extra": record.extra,
    }


def summary(record: BookRecord) -> dict[str, Any]:
    """The row in a list."""
    return _head(record)


def _head(record: BookRecord) -> dict[str, Any]:
    return {
        "slug": record.slug,
        "title": record.title,
        "subtitle": record.subtitle,
        "authors": record.authors,
        "publisher": record.publisher or None,
        "publishYear": record.publish_year,
        "isbn13": record.isbn13 or None,
        "description": record.description,
        "difficulty": record.difficulty or None,
        "status": values.shown_status(record.status, record.status_label),
        "lastUpdated": record.last_updated_label or None,
    }


def facets(record: BookRecord) -> list[tuple[str, str, str]]:
    return values.facets(_facets(record))


def _facets(record: BookRecord) -> Iterator[tuple[str, str]]:
    yield "difficulty", record.difficulty
    # An unknown status counts as published, and can be asked for by its own name too.
    yield "status", record.status
    yield "status", values.shown_status(record.status, record.status_label)
    yield "initial", values.initial(record.title)
    for author in record.authors:
        yield "author", author
    for slug in record.topics:
        yield "topic", slug


def present(record: BookRecord) -> list[str]:
    """Fields with something in them, by the names of the detail answer."""
    fields = {
        "subtitle": record.subtitle,
        "authors": record.authors,
        "editors": record.editors,
        "publisher": record.publisher,
        "publishYear": record.publish_year,
        "edition": record.edition,
        "isbn": record.isbn,
        "pages": record.pages,
        "language": record.language,
        "description": record.description,
        "difficulty": record.difficulty,
        "topics": record.topics,
        "coverImage": record.cover_image,
        "url": record.url,
        "doi": record.doi,
        "openLibraryId": record.open_library_id,
        "previousSlugs": record.previous_slugs,
        "lastUpdated": record.last_updated_label,
        "body": record.body,
        "extra": record.extra,
    }
    return [name for name, value in fields.items() if value]
