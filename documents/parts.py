"""A content file taken apart for comparing: what surrounds the text, the lines of each key, the pieces of the body."""

import re
from dataclasses import dataclass, field

from . import spans
from .document import Document
from .fences import find
from .markdown import headings
from .reading import compose
from .text import decode, dominant_newline, line_end, line_start, to_lf

_BLANK_LINES = re.compile(r"(?:[ \t]*\n)*")


@dataclass(slots=True)
class Unit:
    """A key's own lines, and the comments and blank lines between the key before it and this one."""

    lead: str
    own: str


@dataclass(slots=True)
class Section:
    """A heading's lines without the last line end, the line end and blank lines after it, the text, and what separates
    it from the next section; None for the last, which has nothing to say about that."""

    heading: str
    head: str
    gap: str
    text: str
    tail: str | None


@dataclass(slots=True)
class Parts:
    """The text of a document with "\\n" line ends, in pieces.

    ending: what follows the last line with content. units: None where the lines of keys cannot be told apart, as in
    front matter in braces. lead: between the closing fence and the body; None without a body.
    """

    document: Document
    bom: str
    newline: str | None
    opening: str
    front: str
    prefix: str
    units: dict[str, Unit] | None
    tail: str
    closing: str
    ending: str
    body: str
    lead: str | None
    preamble: str
    preamble_tail: str | None
    sections: list[Section] = field(default_factory=list)


def take_apart(document: Document) -> Parts:
    """Raises nothing: a document that could be parsed can be taken apart."""
    bom, written = decode(bytes(document))
    text = to_lf(written)
    stop = _content_end(text)
    text, ending = text[:stop], text[stop:]
    fences = find(text)
    front = text[fences.opening : fences.closing]
    prefix, units, tail = _units(front, list(document.values))
    body = text[fences.body :]
    starts = [found.start for found in headings(body)]
    before = body[: starts[0]] if starts else body
    lead, preamble, preamble_tail = _framed(before)
    return Parts(
        document,
        bom,
        _newline(written),
        text[: fences.opening],
        front,
        prefix,
        units,
        tail,
        text[fences.closing : fences.body],
        ending,
        body,
        lead if body else None,
        preamble,
        preamble_tail if starts and preamble else None,
        _sections(body, list(document.sections)),
    )


def _framed(text: str) -> tuple[str, str, str]:
    """Blank lines before the content, the content, and what follows its last line; without content all is before."""
    if not text.strip(" \t\n"):
        return text, "", ""
    blank = _BLANK_LINES.match(text)
    start = blank.end() if blank else 0
    stop = _content_end(text)
    return text[:start], text[start:stop], text[stop:]


def _content_end(text: str) -> int:
    """Index after the last line with content, its trailing blanks included."""
    stop = text.find("\n", len(text.rstrip(" \t\n")))
    return len(text) if stop < 0 else stop


def _newline(text: str) -> str | None:
    """The line end that all lines have; None where they differ."""
    usual = dominant_newline(text)
    return usual if to_lf(text).replace("\n", usual) == text else None


def _units(front: str, names: list[str]) -> tuple[str, dict[str, Unit] | None, str]:
    if not names:
        return front, None if "{" in front else {}, ""
    root = compose(front)
    if root.flow_style:
        return "", None, front
    bounds = []
    for key, value in root.value:
        stop = line_end(front, max(spans.end(front, value), spans.colon(front, key)))
        bounds.append((line_start(front, spans.start(key)), stop))
    # Where YAML sees a line end that we do not, a key has no lines of its own.
    flat = [index for pair in bounds for index in pair]
    if flat != sorted(flat) or len(bounds) != len(names) or any(start == stop for start, stop in bounds):
        return "", None, front
    units = {}
    at = bounds[0][0]
    for name, (start, stop) in zip(names, bounds, strict=True):
        units[name.casefold()] = Unit(front[at:start], front[start:stop])
        at = stop
    return front[: bounds[0][0]], units, front[at:]


def _sections(body: str, names: list[str]) -> list[Section]:
    found = headings(body)
    ends = [heading.start for heading in found[1:]] + [len(body)] * bool(found)
    result = []
    for number, (heading, name, end) in enumerate(zip(found, names, ends, strict=True)):
        head = body[heading.start : heading.end].rstrip("\n")
        rest = body[heading.start + len(head) : end]
        is_last = number == len(found) - 1
        if not rest.strip(" \t\n"):
            result.append(Section(name, head, "", "", None if is_last else rest))
            continue
        gap, content, tail = _framed(rest)
        result.append(Section(name, head, gap, content, None if is_last else tail))
    return result
