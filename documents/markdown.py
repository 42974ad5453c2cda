"""Markdown: where its headings and lists stand, and as safe HTML. One set of options, so that both agree."""

import re
from html import escape
from typing import Any, NamedTuple

import nh3
import pyromark

from . import limits
from .text import to_lf

OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
)
_MARKDOWN = pyromark.Markdown(options=OPTIONS)

_ATTRIBUTES = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
_ATTRIBUTES["code"] = _ATTRIBUTES.get("code", set()) | {"class"}
_ATTRIBUTES["input"] = {"type", "checked", "disabled"}
for _cell in ("td", "th"):
    _ATTRIBUTES[_cell] = _ATTRIBUTES.get(_cell, set()) | {"align"}
for _heading in ("h1", "h2", "h3", "h4", "h5", "h6", "sup", "div", "li"):
    _ATTRIBUTES[_heading] = _ATTRIBUTES.get(_heading, set()) | {"id"}
_TAGS = set(nh3.ALLOWED_TAGS) | {"input"}


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Keeps what only Markdown itself makes: languages of code, boxes of task lists."""
    if tag == "code" and name == "class":
        return value if value.startswith("language-") and " " not in value else None
    if tag == "input" and name == "type":
        return value if value == "checkbox" else None
    if name == "id":
        # Ids of the page around it must not be taken over.
        return value if value.startswith("fn") else None
    return value


# The sanitiser looks for each element through all that are open around it: a text of 60 kB can keep it for seconds.
_MOST_LOOKS = 100_000_000
# Each of these that is left open is opened anew in every paragraph behind it: 40 kB of them become 80 MB. Of those
# without attributes only three are.
_MOST_REOPENED = 1_000_000
_REOPENED = re.compile(r"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/]", re.IGNORECASE)
# It looks for the next angle bracket from each of these on, to the end of the text between two tags: 1 MB of them would
# keep it for minutes.
_MOST_SCANNED = 50_000_000_000
_BRACKETS = re.compile("[<>]|&[lg]t;")
# What stays open around the rest, or may.
_OPENING = re.compile(r"<(?!br\b|hr\b|img\b)[a-z]", re.IGNORECASE)


def render(text: str) -> str:
    """Sanitised HTML of a Markdown text: no scripts, styles, forms or addresses that run code.

    A long text that is nested or escaped as only a hostile one is, is shown as it was written.
    """
    text = to_lf(text)
    if len(text) > limits.SHOWN_CHARACTERS:
        return _as_written(text)
    html = _MARKDOWN.html(text)
    if _is_too_deep(text, html.count("<")) or _is_escaped_too_often(html):
        return _as_written(text)
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def _as_written(text: str) -> str:
    return f"<pre>{escape(text, quote=False)}</pre>\n"


def _is_escaped_too_often(html: str) -> bool:
    escaped = _escaped(html)
    if escaped * len(html) <= _MOST_SCANNED:
        return False
    texts = _BRACKETS.split(html)
    if escaped * len(max(texts, key=len)) <= _MOST_SCANNED:
        return False
    return sum(_escaped(text) * len(text) for text in texts) > _MOST_SCANNED


def _escaped(text: str) -> int:
    """How many characters are written as entities. Quotes are not, where no attribute is."""
    return text.count("&") - text.count("&quot;") + text.count("\u00a0")


def _is_too_deep(text: str, tags: int) -> bool:
    if len(_REOPENED.findall(text)) * tags > _MOST_REOPENED:
        return True
    # However deep so few of them are, it does not take long.
    if tags * tags <= _MOST_LOOKS:
        return False
    most = _MOST_LOOKS // tags
    depth = raw = 0
    for event in _MARKDOWN.events(text):
        name, value = _parts(event)
        if name == "Start":
            depth += 1
        elif name == "End":
            depth -= 1
        elif name in ("Html", "InlineHtml"):
            raw += len(_OPENING.findall(value))
        if depth + raw > most:
            return True
    return False


# Where none of this stands, no code, HTML, footnote, indent or underline can hide or make a heading: then each line
# that begins with # and a blank is one, and no other. Five times as fast as parsing, and most bodies are so.
_BLANK = ("", " ", "\t", "\n")
_UNUSUAL = ("```", "~~~", "<", "\r", "[^", " #", "=")


class Heading(NamedTuple):
    """A first-level heading outside of quotes, lists and HTML. `start` and `end` index the text, line end included."""

    start: int
    end: int


class Item(NamedTuple):
    start: int
    end: int


def headings(text: str) -> list[Heading]:
    """First-level headings at the top level, ATX and setext, in order."""
    for mark in _UNUSUAL:
        if mark in text:
            return _parsed_headings(text)
    found = []
    at = 0 if text.startswith("#") else _next_line(text, 0)
    while at >= 0:
        if text[at + 1 : at + 2] in _BLANK:
            found.append(Heading(at, text.find("\n", at) + 1 or len(text)))
        at = _next_line(text, at)
    return found


def _next_line(text: str, after: int) -> int:
    """Where the next line that begins with # does; -1 if there is none."""
    found = text.find("\n#", after)
    return found + 1 if found >= 0 else -1


def _parsed_headings(text: str) -> list[Heading]:
    found: list[Heading] = []
    depth = 0
    for event, span in _events(text):
        if not isinstance(event, dict):
            continue
        if "Start" in event:
            tag: Any = event["Start"]
            if depth == 0 and isinstance(tag, dict) and tag.get("Heading", _NONE).get("level") == "H1":
                found.append(Heading(span["start"], span["end"]))
            depth += 1
        elif "End" in event:
            depth -= 1
    if text.isascii():
        return found
    characters = _character_offsets(text, [offset for heading in found for offset in (heading.start, heading.end)])
    return [Heading(characters[heading.start], characters[heading.end]) for heading in found]


def flat_list(text: str) -> list[Item] | None:
    """The items of a text that is one bullet list without lists, quotes, code or more than a paragraph inside."""
    items: list[Item] = []
    depth = 0
    paragraphs = 0
    for event, span in _events(text):
        name, tag = _parts(event)
        if name == "Start":
            kind = tag if isinstance(tag, str) else next(iter(tag))
            if (depth == 0 and (kind != "List" or tag[kind] is not None or items)) or (depth == 1 and kind != "Item"):
                return None
            if depth == 2 and kind in _BLOCKS:
                return None
            if depth == 1:
                items.append(Item(span["start"], span["end"]))
                paragraphs = 0
            if kind == "Paragraph":
                paragraphs += 1
                if paragraphs > 1:
                    return None
            depth += 1
        elif name == "End":
            depth -= 1
        elif depth == 0 or name in ("HardBreak", "Rule"):
            return None
    if not items:
        return None
    if text.isascii():
        return items
    characters = _character_offsets(text, [offset for item in items for offset in (item.start, item.end)])
    return [Item(characters[item.start], characters[item.end]) for item in items]


_NONE: dict[str, Any] = {}
_ALONE = re.compile(r"\r(?!\n)")


def _events(text: str) -> Any:
    """What the parser finds, with the bytes where it stands."""
    # The parser overlooks a carriage return alone where a code fence ends. A newline takes as many bytes.
    return _MARKDOWN.events_with_range(_ALONE.sub("\n", text) if "\r" in text else text)


_BLOCKS = frozenset(
    ("List", "BlockQuote", "CodeBlock", "HtmlBlock", "Heading", "Table", "FootnoteDefinition", "MetadataBlock")
)


def _parts(event: Any) -> tuple[str, Any]:
    if isinstance(event, str):
        return event, None
    return next(iter(event.items()))  # type: ignore[no-any-return]


def _character_offsets(text: str, offsets: list[int]) -> dict[int, int]:
    """UTF-8 byte offsets, which pyromark gives, to indexes of code points."""
    data = text.encode()
    result = {}
    byte = character = 0
    for offset in sorted(set(offsets)):
        character += len(data[byte:offset].decode())
        byte = offset
        result[offset] = character
    return result
