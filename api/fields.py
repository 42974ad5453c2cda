"""What may be written in JSON: the fields by kind, what each may hold, and how it gets into the document."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from api.problems import ApiError, field_error
from books.fields import EDITS as BOOK_EDITS
from documents import Document, DocumentError
from glossary import fields as entry
from publishing import edits
from publishing.problems import InvalidDocument, Problem

_MOST_ITEMS = 1000


class Shape(NamedTuple):
    """What a field holds. `empty` is what it has when it has nothing."""

    noun: str
    empty: Any


TEXT = Shape("a text, or null", "")
PROSE = Shape("a text", "")
NUMBER = Shape("a whole number, or null", "")
WORDS = Shape("a list of texts", [])
LINES = Shape("a list of texts, or null to leave the section as it is", [])
LINKS = Shape("a list of links", [])
SECTIONS = Shape("a list of sections", [])

# By the edits of the forms.
_SHAPES: dict[edits.Edit, Shape] = {
    edits.set_text: TEXT,
    edits.set_date: TEXT,
    edits.set_status: TEXT,
    edits.set_number: NUMBER,
    edits.set_list: WORDS,
}
_TEXT_SECTIONS = ("briefDefinition", "detailedExplanation")
_LIST_SECTIONS = ("keyConcepts", "commonApplications", "prerequisites")
FIELDS: dict[str, dict[str, Shape]] = {
    "entry": {
        **{name: _SHAPES[edit] for name, edit in entry.EDITS.items()},
        "externalLinks": LINKS,
        "preamble": PROSE,
        **dict.fromkeys(_TEXT_SECTIONS, PROSE),
        **dict.fromkeys(_LIST_SECTIONS, LINES),
        "sections": SECTIONS,
    },
    "book": {**{name: _SHAPES[edit] for name, edit in BOOK_EDITS.items()}, "description": PROSE, "body": PROSE},
}
_LINK = ("title", "url", "description", "type", "difficulty")
_SECTION = ("heading", "key", "markdown")
# Fields of the answers that are no fields of the file, and who changes them.
_READ_ONLY = {
    "extra": "Send the file itself, as text/markdown, to change it.",
    "previousSlugs": "Renaming changes it.",
}


def checked(kind: str, data: Any, *, is_new: bool = False, is_whole: bool = False) -> dict[str, Any]:
    """The fields of a request, each of its shape; null is "".

    is_whole: it says all there is to say; so a title is due.

    Raises:
        ApiError: 400, naming every field that cannot be.
    """
    known = FIELDS[kind]
    errors: list[dict[str, Any]] = []
    if not isinstance(data, dict):
        raise invalid([field_error("", "The body must be an object.", 'Write {"title": "…"}.')])
    found = {}
    for name, value in data.items():
        if name in known:
            found[name] = _value(name, known[name], value, errors)
        else:
            allowed = _READ_ONLY.get(name) or f"Allowed: {', '.join(known)}."
            errors.append(field_error(name[:60], f'"{name[:60]}" is no field that can be written.', allowed))
    for name in ("title", "slug") if is_new else ("title",) if is_whole else ():
        if name not in data:
            errors.append(field_error(name, f'"{name}" is missing.', f'Write "{name}": "…".'))
    if "sections" in data:
        errors += [
            field_error(name, f'"{name}" is a section, and "sections" says what it is.', "Send one of the two.")
            for name in (*_TEXT_SECTIONS, *_LIST_SECTIONS)
            if name in data
        ]
    if errors:
        raise invalid(errors)
    return found


def invalid(errors: list[dict[str, Any]]) -> ApiError:
    return ApiError(400, "invalid", "The request has mistakes. Nothing was written.", errors)


def write(kind: str, document: Document, record: Any, now: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Writes into the document what differs from what it says.

    record, now: what the document says, as its kind reads it and as the API gives it. wanted: as `checked` gives it.

    Raises:
        InvalidDocument: naming each field that the document refuses.
    """
    problems = []
    for name, value in wanted.items():
        try:
            if kind == "entry":
                _write_entry(document, record, now, name, value)
            else:
                _write_book(document, now, name, value)
        except DocumentError as error:
            problems.append(Problem(error.code, error.message, error.hint, field=name))
    if problems:
        raise InvalidDocument(problems)


def whole(kind: str, fields: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a request that says all there is to say: what it leaves out is empty.

    Kept are the slug, sections that have no field of their own, and list sections that are no flat list.
    """
    empty = {name: shape.empty for name, shape in FIELDS[kind].items() if name not in ("slug", "sections")}
    by_key = {*_TEXT_SECTIONS, *_LIST_SECTIONS}
    if "sections" in fields:
        empty = {name: value for name, value in empty.items() if name not in by_key}
    empty = {name: value for name, value in empty.items() if name not in _LIST_SECTIONS or now[name] is not None}
    return {**empty, **fields}


def _write_entry(document: Document, record: Any, now: Mapping[str, Any], name: str, value: Any) -> None:
    if name == "externalLinks":
        _refuse_other_extras(now[name], value)
        entry.set_links(document, now[name], [{key: link[key] for key in _LINK} for link in value])
    elif name == "sections":
        entry.set_all_sections(document, record.sections, value)
    elif value is None or _same(value, now[name]):
        return
    elif name == "preamble":
        document.preamble = value
    elif name in _TEXT_SECTIONS:
        entry.set_text_section(document, name, value)
    elif name in _LIST_SECTIONS:
        entry.set_list_section(document, name, value)
    else:
        entry.EDITS[name](document, name, value)


def _refuse_other_extras(known: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]) -> None:
    """What comes back as it was given is no change; anything else in it cannot be written here."""
    for at, link in enumerate(wanted):
        if "extra" in link and not any(
            old["url"] == link["url"] and old.get("extra") == link["extra"] for old in known
        ):
            message = f'Item {at + 1} of "externalLinks" has another "extra" than its file.'
            raise DocumentError("link.extra", message, hint="Send the file itself, as text/markdown, to change it.")


def _write_book(document: Document, now: Mapping[str, Any], name: str, value: Any) -> None:
    if _same(value, now[name]):
        return
    if name == "body":
        document.body = value
    else:
        BOOK_EDITS[name](document, name, value)


def _same(value: Any, now: Any) -> bool:
    return bool(value == ("" if now is None else str(now) if isinstance(now, int) else now))


def _value(name: str, shape: Shape, value: Any, errors: list[dict[str, Any]]) -> Any:
    if shape in (TEXT, PROSE):
        if isinstance(value, str):
            return value if shape is PROSE else value.strip()
        if value is None and shape is TEXT and name not in ("title", "slug"):
            return ""
    elif shape is NUMBER:
        # A boolean is an int to Python.
        if type(value) is int and 0 <= value < 10**9:
            return str(value)
        if value is None:
            return ""
    elif shape in (WORDS, LINES):
        if value is None and shape is LINES:
            return None
        if isinstance(value, list) and len(value) <= _MOST_ITEMS and all(isinstance(one, str) for one in value):
            return _words(name, value, errors) if shape is WORDS else value
    elif isinstance(value, list) and len(value) <= _MOST_ITEMS:
        return [_map(f"{name}.{at}", one, shape, errors) for at, one in enumerate(value)]
    noun = shape.noun if name not in ("title", "slug") else "a text"
    errors.append(field_error(name, f'"{name}" must be {noun}.', ""))
    return shape.empty


def _words(name: str, value: list[str], errors: list[dict[str, Any]]) -> list[str]:
    words = [one.strip() for one in value]
    if not all(words) or len(set(words)) < len(words):
        errors.append(field_error(name, f'"{name}" has an empty or a repeated text.', "Leave it out."))
    return words


def _map(place: str, value: Any, shape: Shape, errors: list[dict[str, Any]]) -> dict[str, Any]:
    names, needed = (_LINK, ("url",)) if shape is LINKS else (_SECTION, ("heading", "markdown"))
    if not isinstance(value, dict):
        errors.append(field_error(place, "It must be an object.", f"Its fields: {', '.join(names)}."))
        return {}
    found: dict[str, Any] = {}
    for name in value:
        if name == "extra" and shape is LINKS:
            found[name] = value[name]
        elif name not in names:
            errors.append(
                field_error(f"{place}.{name[:60]}", "There is no such field.", f"Allowed: {', '.join(names)}.")
            )
    for name in names:
        text = value.get(name)
        if isinstance(text, str):
            found[name] = text if name in ("markdown", "description", "heading") else text.strip()
        elif text is None and name not in needed:
            found[name] = ""
        else:
            errors.append(field_error(f"{place}.{name}", "It must be a text.", ""))
            found[name] = ""
    return found
