"""Books as CSL-JSON, which Zotero, Pandoc and citation processors read."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from formats.iris import iri
from formats.items import Item
from formats.people import person
from glossary.search.plain import plain

_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)?(10\..+)", re.IGNORECASE | re.DOTALL)


def csl(items: Iterable[Item]) -> Iterator[bytes]:
    """One array, an item a line."""
    yield b"["
    comma = b"\n"
    for item in items:
        yield comma + orjson.dumps(_item(item))
        comma = b",\n"
    yield b"\n]\n"


def bare_doi(text: str | None) -> str:
    """Without the address in front of it; "" for none."""
    found = _DOI.fullmatch(text or "")
    return found[1] if found else ""


def _item(item: Item) -> dict[str, Any]:
    said = item.said
    found: dict[str, Any] = {
        "id": item.slug,
        "type": "book",
        "title": f"{item.title}: {said['subtitle']}" if said["subtitle"] else item.title,
        "title-short": item.title if said["subtitle"] else None,
        "author": [_name(name) for name in said["authors"]],
        "editor": [_name(name) for name in said["editors"]],
        "publisher": said["publisher"],
        "issued": {"date-parts": [[said["publishYear"]]]} if said["publishYear"] else None,
        "edition": said["edition"],
        "ISBN": said["isbn13"] or said["isbn"],
        "number-of-pages": said["pages"],
        "language": said["language"],
        "abstract": plain(said["description"]),
        "DOI": bare_doi(said["doi"]),
        "URL": iri(said["url"] or ""),
    }
    return {name: value for name, value in found.items() if value}


def _name(name: str) -> dict[str, str]:
    one = person(name)
    if one.is_literal:
        return {"literal": one.family}
    parts = {
        "family": one.family,
        "given": one.given,
        "non-dropping-particle": one.particle,
        "suffix": one.suffix,
    }
    return {key: value for key, value in parts.items() if value}
