"""ISBNs."""

import re
from collections.abc import Iterator

from django.core.exceptions import ValidationError

from glossary.health.checks.made import error, warning
from glossary.health.facts import Facts
from glossary.health.problem import Problem
from glossary.health.snapshot import Snapshot
from publishing.validators import isbn13

_THIRTEEN = re.compile(r"(?<![0-9])97[89](?:-?[0-9]){10}(?![0-9])")
# Ten digits may be anything, except where a shop puts the ISBN.
_TEN = re.compile(r"(?:/dp/|/gp/product/|isbn[:=/-])([0-9]{9}[0-9X])(?![0-9A-Z])", re.IGNORECASE)


def in_two(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """An ISBN that another book has too."""
    for other in snapshot.isbns.get(facts.isbn, ()) if facts.isbn else ():
        if other.item != facts.item:
            message = f'The ISBN {facts.isbn} is also that of "{other.slug}".'
            advice = "Correct one of the two, or merge the books."
            yield error("isbn.duplicate", facts, facts.line("isbn"), message, advice, None, "isbn", other.slug)


def contradicted(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A cover or a store link with the ISBN of another book."""
    for name, address, line in facts.isbn_places if facts.isbn else ():
        found = [match[0] for match in _THIRTEEN.finditer(address)] + [match[1] for match in _TEN.finditer(address)]
        known = {isbn for text in found if (isbn := _read(text))}
        if known and not any(_is_same_book(facts.isbn, isbn) for isbn in known):
            shown = min(known)
            message = f'"{name}" names the ISBN {shown}, but the book has {facts.isbn}.'
            yield warning(
                "isbn.contradicted", facts, line, message, "Correct the one that is wrong.", None, name, address
            )


def _is_same_book(one: str, other: str) -> bool:
    # Publishers number paper, cloth and electronic edition of a book in a row.
    return abs(int(one[:12]) - int(other[:12])) < 5


def _read(text: str) -> str:
    try:
        return isbn13(text)
    except ValidationError:
        return ""
