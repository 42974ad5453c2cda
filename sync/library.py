"""A JSON file of books, read once when a team comes from one; afterwards each book is a Markdown file."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from documents import DocumentError, new_document
from publishing import kinds
from publishing.problems import Problem, Severity
from sync.places import SyncError

# First in this order, then whatever else a book has.
_ORDER = (
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
)


@dataclass(slots=True)
class LibraryBook:
    path: str
    data: bytes
    record: Any


@dataclass(slots=True)
class Library:
    name: str
    books: list[LibraryBook] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity is Severity.ERROR]


def read(file: Path) -> Library:
    """Reads `{"books": {"slug": {"title": …, …}}}`. Empty values are left out, unknown keys are kept.

    Raises:
        SyncError: the file cannot be read, or is no such library.
    """
    try:
        content = json.loads(file.read_bytes(), object_pairs_hook=_without_repeated_keys)
    except OSError as error:
        raise SyncError(f"{file} cannot be read: {error.strerror}.") from error
    except _RepeatedKey as error:
        raise SyncError(f'{file}: the key "{error}" stands twice in one place. Keep one.') from error
    except UnicodeDecodeError as error:
        raise SyncError(f"{file} is not in UTF-8 (byte {error.start}). Save it as UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise SyncError(f"{file} is no JSON: {error}.") from error
    books = content.get("books") if isinstance(content, dict) else None
    if not isinstance(books, dict):
        raise SyncError(f'{file} is no library of books. Write {{"books": {{"slug": {{"title": "…"}}}}}}.')
    library = Library(file.name)
    for slug, values in books.items():
        _read_book(library, slug, values)
    return library


def _read_book(library: Library, slug: str, values: Any) -> None:
    def refuse(problem: Problem) -> None:
        message = f'Book "{slug}": {problem.message}'
        library.problems.append(
            Problem(problem.code, message, problem.hint, problem.severity, path=library.name, field=slug)
        )

    if not isinstance(values, dict):
        refuse(Problem("book.type", "It is not an object.", 'Write {"title": "…"}.'))
        return
    ordered = {key: values[key] for key in _ORDER if key in values} | values
    path = f"{slug}.md"
    try:
        document = new_document({key: value for key, value in ordered.items() if value not in (None, "", [], {})})
    except DocumentError as error:
        refuse(Problem(error.code, error.message, error.hint))
        return
    reading = kinds.get("book").read(document, path)
    for problem in reading.problems:
        refuse(problem)
    if reading.record is not None:
        library.books.append(LibraryBook(path, bytes(document), reading.record))


class _RepeatedKey(ValueError):
    pass


def _without_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _RepeatedKey(next(key for key in keys if keys.count(key) > 1))
    return found
