"""What people change in a form, as edits of a document.

Each function takes the text as it was typed, keeps what a form does not show, and leaves the document as it was when it
raises DocumentError.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from documents import Document
from publishing.kinds import Status

# (document, key, value)
Edit = Callable[[Document, str, Any], None]


def set_text(document: Document, key: str, text: str) -> None:
    """One line or a paragraph; "" takes the key out."""
    if text:
        document[key] = text
    elif key in document:
        del document[key]


def set_number(document: Document, key: str, text: str) -> None:
    """A whole number, in quotes if the file has quotes."""
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    if is_number and not isinstance(document.get(key), str):
        document[key] = int(text)
    else:
        # What is no number goes on as text, for the validators to judge.
        set_text(document, key, text)


def set_date(document: Document, key: str, text: str) -> None:
    """An ISO day, in quotes unless the file has a YAML date."""
    old = document.get(key)
    if isinstance(old, date) and not isinstance(old, datetime):
        try:
            document[key] = date.fromisoformat(text)
            return
        except ValueError:
            pass
    set_text(document, key, text)


def set_status(document: Document, key: str, status: str) -> None:
    """Published is written by leaving the key out; a mark `draft: true` goes with any status but draft."""
    if status == Status.DRAFT:
        document[key] = "draft"
        return
    if document.get("draft", False) is not False:
        del document["draft"]
    set_text(document, key, "" if status == Status.PUBLISHED else status)


def set_list(document: Document, key: str, wanted: Sequence[str]) -> None:
    """A list of texts. Those that stay keep their spelling in the file and the empty items beside them."""
    leading, groups = _groups(document, key)
    known: dict[str, list[list[Any]]] = {}
    for text, items in groups:
        known.setdefault(_compared(text), []).append(items)
    items = list(leading)
    for text in wanted:
        same = known.get(_compared(text))
        items += same.pop(0) if same else [text]
    _put(document, key, items if wanted else [])


def listed(document: Document, key: str) -> list[str]:
    """The texts of a list, each once, as `set_list` takes them."""
    return [text for text, _ in _groups(document, key)[1] if text]


@dataclass(frozen=True, slots=True)
class Row:
    """One map of a list, as a form sends it.

    origin: which of the document's maps it was, None for a new one. changed: the fields that differ, by key.
    """

    origin: int | None
    changed: Mapping[str, str]


def set_maps(document: Document, key: str, rows: Sequence[Row]) -> None:
    """A list of maps, in the order of the rows. Keys that no row names stay."""
    leading, groups = _groups(document, key)
    items = list(leading)
    for row in rows:
        if row.origin is None:
            items.append({name: text for name, text in row.changed.items() if text})
        else:
            first, *beside = groups[row.origin][1]
            items += [_changed(first, row.changed), *beside]
    _put(document, key, items if rows else [])


def set_section(document: Document, position: int, text: str) -> None:
    """A section that loses its text loses its heading too."""
    if text.strip():
        document.sections[position] = text
    else:
        del document.sections[position]


def set_sections(document: Document, wanted: Sequence[tuple[int | None, str, str]]) -> None:
    """All sections, in their order. Those that stay keep how they are written.

    wanted: of each its place in the document (None: it is new), its heading and its text.
    """
    staying = {origin for origin, _, _ in wanted}
    order = [at for at in range(len(document.sections)) if at in staying]
    for at in reversed(range(len(document.sections))):
        if at not in staying:
            del document.sections[at]
    for place, (origin, heading, text) in enumerate(wanted):
        if origin is None:
            document.sections.insert(place, heading, text)
            order.insert(place, -1)
            continue
        now = order.index(origin)
        if now != place:
            document.sections.move(now, place)
            order.insert(place, order.pop(now))
        document.sections[place] = text
        if list(document.sections)[place] != heading:
            document.sections.rename(place, heading)


def _changed(old: Mapping[Any, Any], changed: Mapping[str, str]) -> dict[Any, Any]:
    new = dict(old)
    for name, text in changed.items():
        spelled = name if name in new else next((key for key in new if str(key).casefold() == name.casefold()), name)
        if text:
            new[spelled] = text
        else:
            new.pop(spelled, None)
    return new


def _put(document: Document, key: str, items: list[Any]) -> None:
    if items:
        document[key] = items
    elif key in document:
        del document[key]


def _groups(document: Document, key: str) -> tuple[list[Any], list[tuple[str, list[Any]]]]:
    """The items before the first that a form shows; then each of those, with its text and the unseen ones behind it.

    Unseen are empty items and repeated texts.
    """
    leading: list[Any] = []
    groups: list[tuple[str, list[Any]]] = []
    seen: set[str] = set()
    for text, item in _texts(document, key):
        if text == "" or text in seen:
            (groups[-1][1] if groups else leading).append(item)
            continue
        groups.append((text or "", [item]))
        if text:
            seen.add(text)
    return leading, groups


def _texts(document: Document, key: str) -> Iterable[tuple[str | None, Any]]:
    """Each item with the text that stands for it: "" for an empty one, None for a map or list."""
    value = document.get(key)
    if value is None or value == "":
        return
    for index, item in enumerate(value if isinstance(value, list) else [value]):
        if isinstance(item, list | dict):
            yield None, item
        elif item is None or isinstance(item, str):
            yield (item or "").strip(), item
        else:
            # As the file writes it: YAML reads 1.10 as 1.1.
            place = (key, index) if isinstance(value, list) else (key,)
            yield document.source(*place).strip(), item


def _compared(text: str) -> str:
    return unicodedata.normalize("NFC", text)
