"""Entries and books as CSV, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from formats.items import Item
from formats.site import Site

_ENTRY = (
    "slug",
    "title",
    "aliases",
    "category",
    "difficulty",
    "tags",
    "status",
    "replacedBy",
    "lastUpdated",
    "briefDefinition",
    "detailedExplanation",
    "keyConcepts",
    "commonApplications",
    "prerequisites",
    "related",
    "requires",
    "broader",
    "recommendedBooks",
    "externalLinks",
)
_BOOK = (
    "slug",
    "title",
    "subtitle",
    "authors",
    "editors",
    "publisher",
    "publishYear",
    "edition",
    "isbn",
    "isbn13",
    "pages",
    "language",
    "description",
    "difficulty",
    "topics",
    "status",
    "lastUpdated",
    "coverImage",
    "url",
    "doi",
    "openLibraryId",
)
COLUMNS = {"entry": _ENTRY, "book": _BOOK}
# Between the members of a list.
SEPARATOR = "|"
# What a spreadsheet takes for the beginning of a formula, in wide letters too; the last three it skips before one.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def table(kind: str, items: Iterable[Item], site: Site) -> Iterator[str]:
    """A line of names and one for each item, as RFC 4180 has them; the last column is the address of its page."""
    names = COLUMNS[kind]
    yield _line([*names, "page"])
    for item in items:
        yield _line([*(_cell(name, item.said[name]) for name in names), site.page(kind, item.slug)])


def safe(text: str) -> str:
    """A text that a spreadsheet shows and never works out: an apostrophe before it says so.

    >>> safe("=1+1"), safe("a=1"), safe("-")
    ("'=1+1", 'a=1', "'-")
    """
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text


def _cell(name: str, value: Any) -> str:
    if isinstance(value, list):
        return safe(SEPARATOR.join(member["url"] if name == "externalLinks" else member for member in value))
    return "" if value is None else safe(str(value))


def _line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()
