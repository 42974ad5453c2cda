"""What is done with bytes that nobody has thought of, and what must be true of the outcome. Pure; without the fuzzer.

A refusal with DocumentError is always right. Any other exception is a finding, and so is `Broken`.
"""

from collections.abc import Callable
from typing import Any

from documents import Document, DocumentError
from documents import merge as merge_documents
from documents import parse as parse_document
from tests.documents.oracle import same

# Between the texts of one input. In no file that is UTF-8, so none of them is cut.
BETWEEN = b"\xff\n"


class Broken(AssertionError):
    """A promise that was not kept."""


def parse(data: bytes) -> None:
    """Every file is refused, or read and written back as it was."""
    document = _read(data)
    if document is not None:
        _check(bytes(document) == data, "written otherwise than read")
        _look_at(document)
        _check(bytes(document) == data, "changed by being read")


def edit(data: bytes) -> None:
    """edits BETWEEN file: what is put is what is read back, and the other half of the file keeps its bytes."""
    head, _, file = data.partition(BETWEEN)
    document = _read(file)
    if document is not None:
        _edited(document, head)


def merge(data: bytes) -> None:
    """ours BETWEEN theirs BETWEEN base, of which the first two are edits or, if they can be read so, files."""
    ours, _, rest = data.partition(BETWEEN)
    theirs, _, file = rest.partition(BETWEEN)
    base = _read(file)
    if base is None:
        return
    sides = [_read(side) or _edited(base.copy(), side) for side in (ours, theirs)]
    pairs = [sides, sides[::-1], [sides[0], base], [base, sides[0]], [sides[0], sides[0]]]
    # One of them for each input, or four fifths of the time would go into what hardly differs.
    one, other = pairs[len(data) % len(pairs)]
    before = [bytes(side) for side in (base, one, other)]
    result = merge_documents(base, one, other)
    _check([bytes(side) for side in (base, one, other)] == before, "a side was changed")
    merged = bytes(result.document)
    again = _read(merged)
    _check(again is not None, "what was merged cannot be read")
    if before[1] == before[2]:
        _check(not result.conflicts and merged == before[1], "two that are alike are merged into something else")
    elif before[2] == before[0]:
        _check(not result.conflicts and merged == before[1], "the only one who edited is not followed")
    elif before[1] == before[0]:
        _check(not result.conflicts and _alike(again, other), "the only one who edited is not followed")


TARGETS: dict[str, Callable[[bytes], None]] = {"parse": parse, "edit": edit, "merge": merge}


def _read(data: bytes) -> Document | None:
    try:
        return parse_document(data)
    except DocumentError as error:
        _check(min(error.line, error.column) >= 1 and error.hint != "", "a refusal without a place or a hint")
        return None


def _look_at(document: Document) -> None:
    for key in document:
        document.position(key)
        document.source(key)
    document.lines()
    for index in range(len(document.sections)):
        document.sections.items_of(index)


def _edited(document: Document, script: bytes) -> Document:
    """Each line of the script is an edit: a letter that says which, a digit that says where, and a text."""
    for line in script.split(b"\n")[:4]:
        _edit(document, line[:1], line[1:2], line[2:].decode("utf-8", "replace").replace("\\n", "\n"))
    return document


def _edit(document: Document, kind: bytes, digit: bytes, text: str) -> None:
    before = bytes(document)
    values, texts, body = document.values, document.sections.texts(), document.body
    front = before[: len(before) - len(body.encode())]
    keys = [*values, text[:20] or "new"]
    where = int(digit) if digit.isdigit() else 0
    key = keys[where % len(keys)]
    section = where % max(1, len(texts))
    value = _value(kind, text)
    is_front = True
    try:
        match kind:
            case b"s" | b"l" | b"m" | b"n" | b"i" | b"b":
                document[key] = value
                _check(same(document[key], value), f"{key}: {value!r} is read back as {document[key]!r}")
            case b"d" if values:
                del document[keys[where % len(values)]]
            case b"a" if isinstance(document.get(key), list):
                document[key] = [*document[key], text]
            case b"r" if isinstance(document.get(key), list):
                document[key] = document[key][::-1]
            case b"t" if texts:
                is_front = False
                document.sections[section] = text
            case b"x" if texts:
                is_front = False
                del document.sections[section]
            case b"h":
                is_front = False
                document.sections.insert(section, text.split("\n")[0], text)
            case b"o" if texts:
                is_front = False
                document.sections.move(section, 0)
            case b"e" if texts:
                is_front = False
                document.sections.rename(section, text)
            case b"p":
                is_front = False
                document.preamble = text
            case b"k" if texts and document.sections.items_of(section) is not None:
                is_front = False
                document.sections.set_items(section, text.split("|"))
            case _:
                return
    except DocumentError:
        _check(bytes(document) == before, "changed by an edit that was refused")
        return
    after = bytes(document)
    again = _read(after)
    if again is None:
        raise Broken(f"what an edit wrote cannot be read: {after!r}")
    _check(_alike(again, document), "read back otherwise than it is held")
    if is_front:
        _check(document.body == body, "an edit of the front matter changed the body")
        others = {name for name in values if name.casefold() != key.casefold() and kind != b"d"}
        _check(all(same(values[name], again.values[name]) for name in others), "an edit changed another key")
    else:
        _check(after.startswith(front) and same(again.values, values), "an edit of the body changed the front matter")


def _value(kind: bytes, text: str) -> Any:
    match kind:
        case b"l":
            return text.split("|")
        case b"m":
            return [dict.fromkeys(part.split("=")[:3], part) for part in text.split("|")]
        case b"n":
            return None
        case b"i":
            return len(text)
        case b"b":
            return len(text) % 2 == 0
    return text


def _alike(one: Document | None, other: Document) -> bool:
    return (
        one is not None
        and same(one.values, other.values)
        and one.sections.texts() == other.sections.texts()
        and list(one.sections) == list(other.sections)
    )


def _check(is_kept: bool, promise: str) -> None:
    if not is_kept:
        raise Broken(promise)
