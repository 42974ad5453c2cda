"""How what people say about an entry is written into its document: form and API do it alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from documents import Document
from glossary import sections
from publishing.edits import (
    Edit,
    Row,
    set_date,
    set_list,
    set_maps,
    set_section,
    set_sections,
    set_status,
    set_text,
)

LINKS = "externalLinks"

# By key of the front matter.
EDITS: Mapping[str, Edit] = {
    **dict.fromkeys(("title", "slug", "category", "difficulty", "replacedBy"), set_text),
    **dict.fromkeys(("tags", "aliases", "related", "recommendedBooks", "requires", "broader"), set_list),
    "status": set_status,
    "lastUpdated": set_date,
}


def set_text_section(document: Document, key: str, text: str) -> None:
    """A known section as Markdown; "" takes it out."""
    at = position(document, key)
    if at is not None:
        set_section(document, at, text)
    elif text.strip():
        document.sections[sections.KNOWN[key]] = text


def set_list_section(document: Document, key: str, items: Sequence[str]) -> None:
    """A known section as one flat list; an empty one takes it out.

    Raises:
        DocumentError: section.items where it is no such list, or an item would not be one line of it.
    """
    at = position(document, key)
    if at is None:
        if items:
            document.sections.set_items(sections.KNOWN[key], list(items))
    elif items:
        document.sections.set_items(at, list(items))
    else:
        del document.sections[at]


def position(document: Document, key: str) -> int | None:
    """Of the first section with that key: it is the field, whatever its heading is spelled like."""
    return next((at for at, heading in enumerate(document.sections) if sections.key_of(heading) == key), None)


def set_links(document: Document, known: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, str]]) -> None:
    """The external links. One that keeps its address, or its title, keeps whatever else the file says about it.

    known: the links of the document, in their order.
    """
    origins = _counterparts(known, wanted, ("url", "title"))
    rows = []
    for origin, link in zip(origins, wanted, strict=True):
        old = {} if origin is None else known[origin]
        rows.append(Row(origin, {name: text for name, text in link.items() if text != (old.get(name) or "")}))
    if rows != [Row(at, {}) for at in range(len(known))]:
        set_maps(document, LINKS, rows)


def set_all_sections(
    document: Document, known: Sequence[Mapping[str, str]], wanted: Sequence[Mapping[str, str]]
) -> None:
    """The sections, in their order. One that keeps its key, or without a key its heading, stays and keeps its place in
    the history; what is not among them is taken out.

    known: the sections of the document, as its record has them. wanted: `heading`, `markdown` and perhaps `key`.
    """
    origins = _counterparts(known, wanted, ("key", "heading"))
    rows = [(at, section["heading"], section["markdown"]) for at, section in zip(origins, wanted, strict=True)]
    if rows != [(at, old["heading"], old["markdown"]) for at, old in enumerate(known)]:
        set_sections(document, rows)


def _counterparts(
    known: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, str]], names: Sequence[str]
) -> list[int | None]:
    """For each that is wanted the place of the one it was, by the first of the names that fits."""
    left = dict(enumerate(known))
    found: list[int | None] = [None] * len(wanted)
    for name in names:
        for place, one in enumerate(wanted):
            if found[place] is not None or not one.get(name):
                continue
            at = next((at for at, old in left.items() if (old[name] or "") == one[name]), None)
            if at is not None:
                found[place] = at
                del left[at]
    return found
