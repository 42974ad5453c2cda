"""What a book's document says, as values of the models' types."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from documents import Document
from publishing.kinds import Reading, Record, Target
from publishing.validators import (
    isbn13,
    validate_http_url,
    validate_image,
    validate_isbn,
    validate_language,
    validate_pages,
    validate_publish_year,
)
from publishing.values import DIFFICULTIES, Reader, difficulty_rank

KEYS = (
    "title",
    "slug",
    "subtitle",
    "authors",
    "editors",
    "publisher",
    "publishYear",
    "edition",
    "isbn",
    "pages",
    "language",
    "description",
    "difficulty",
    "topics",
    "coverImage",
    "url",
    "doi",
    "openLibraryId",
    "previousSlugs",
    "lastUpdated",
    "status",
    "draft",
)
_KNOWN = {key.casefold(): key for key in KEYS}
_NAME_LIMIT = 300
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)?10\.[0-9]{4,9}/\S+", re.IGNORECASE)
_REMEDIES = {
    "isbn": 'Write isbn: "…" with the digits that stand on the book.',
    "language": 'Write language: "en".',
    "coverImage": 'Write coverImage: "https://…" or coverImage: "assets/cover.png".',
    "url": 'Write url: "https://…".',
    "publishYear": "Write publishYear: 1995, the year of this edition.",
    "pages": "Write pages: 300, the number of the last page.",
}
_OPEN_LIBRARY_ID = re.compile(r"OL[0-9]+[AMW]", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class BookRecord(Record):
    subtitle: str = ""
    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    publisher: str = ""
    publish_year: int | None = None
    edition: str = ""
    isbn: str = ""
    isbn13: str = ""
    pages: int | None = None
    language: str = ""
    description: str = ""
    difficulty: str = ""
    cover_image: str = ""
    url: str = ""
    doi: str = ""
    open_library_id: str = ""
    # What the file says; `status` and `last_updated` are what it means.
    status_label: str = ""
    last_updated_label: str = ""
    body: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def topics(self) -> list[str]:
        return [target.slug for target in self.targets if target.field == "topics"]


def read(document: Document, path: str = "") -> Reading:
    """path: below the books folder; the slug of a document that names none."""
    reader = Reader(document, _KNOWN)
    status, status_label = reader.status()
    last_updated, last_updated_label = reader.date("lastUpdated")
    difficulty = reader.label("difficulty", DIFFICULTIES)
    isbn = _checked(reader, "isbn", validate_isbn, 40)
    record = BookRecord(
        title=reader.title(),
        slug=reader.slug(path),
        status=status,
        status_label=status_label,
        last_updated=last_updated,
        last_updated_label=last_updated_label,
        difficulty=difficulty,
        difficulty_rank=difficulty_rank(difficulty),
        previous_slugs=reader.slugs("previousSlugs"),
        targets=[Target("topics", "entry", slug) for slug in reader.slugs("topics")],
        subtitle=reader.text("subtitle", 500),
        authors=reader.strings("authors", _NAME_LIMIT),
        editors=reader.strings("editors", _NAME_LIMIT),
        publisher=reader.text("publisher", _NAME_LIMIT),
        publish_year=_number(reader, "publishYear", validate_publish_year),
        edition=reader.text("edition", 100),
        isbn=isbn,
        pages=_number(reader, "pages", validate_pages),
        language=_checked(reader, "language", validate_language),
        description=reader.prose("description"),
        cover_image=_checked(reader, "coverImage", validate_image),
        url=_checked(reader, "url", validate_http_url),
        doi=_shaped(reader, "doi", _DOI, 300, "10.1007/978-3-030-34372-9"),
        open_library_id=_shaped(reader, "openLibraryId", _OPEN_LIBRARY_ID, 40, "OL24218M"),
        extra=reader.extra,
    )
    if reader.has_errors():
        return Reading(None, reader.problems)
    record.isbn13 = isbn13(isbn) if isbn else ""
    record.body = document.body.strip("\n")
    return Reading(record, reader.problems)


def _checked(reader: Reader, name: str, validate: Callable[[str], None], limit: int | None = None) -> str:
    text = reader.text(name, limit)
    if text:
        reader.check(validate, text, (name,), f"{name}.invalid", _REMEDIES[name])
    return text


def _number(reader: Reader, name: str, validate: Callable[[int], None]) -> int | None:
    number = reader.number(name)
    if number is not None:
        reader.check(validate, number, (name,), f"{name}.invalid", _REMEDIES[name])
    return number


def _shaped(reader: Reader, name: str, shape: re.Pattern[str], limit: int, example: str) -> str:
    """An identifier that nothing here depends on: a wrong shape is worth a warning."""
    text = reader.text(name, limit)
    if text and not shape.fullmatch(text):
        reader.warning(f"{name}.invalid", f'"{name}" does not look like one.', (name,), f'Write it as "{example}".')
    return text
