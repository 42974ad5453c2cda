"""Markdown as the text a reader sees, without any marks."""

import re
from typing import Any

import pyromark

from documents import limits

_MARKDOWN = pyromark.Markdown(
    options=pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
)
# HTML of one's own, lines of code, images, footnotes and tables: HTML would show something else of them.
_UNUSUAL = ("<", "```", "~~~", "    ", "![", "[^", "|", "\t", "\r", "\0")
_INLINE_TAGS = ("<a ", "<strong>", "<em>", "<code>", "<del>")
_INLINE_TAG = re.compile(r"</?(?:a|strong|em|code|del)(?: [^>]*)?>")
_TAG = re.compile("<[^>]*>")
_SPACE = re.compile(r"[ \t\r]+")
_LINES = re.compile(r" ?\n[ \n]*")
_INLINE = frozenset(["Emphasis", "Strong", "Strikethrough", "Link", "Image"])


def plain(markdown: str) -> str:
    """One line for each paragraph, list item and row of a table.

    >>> plain("A *b* [c](https://example.org).\\n\\n- `d`\\n- e")
    'A b c.\\nd\\ne'
    """
    if len(markdown) > limits.SHOWN_CHARACTERS:
        # Its reader sees the marks.
        return _LINES.sub("\n", _SPACE.sub(" ", markdown)).strip()
    for mark in _UNUSUAL:
        if mark in markdown:
            return _plain(markdown)
    return _shown(_MARKDOWN.html(markdown))


def _shown(shown: str) -> str:
    """The text of HTML that Markdown made: four times as fast as putting it together from events."""
    for tag in _INLINE_TAGS:
        if tag in shown:
            shown = _INLINE_TAG.sub("", shown)
            break
    blocks = filter(None, map(str.strip, _TAG.split(shown)))
    # What is left of line ends are those within a paragraph.
    text = "\0".join(blocks).replace("\n", " ").replace("\0", "\n")
    if "&" in text:
        # No others are in what Markdown makes.
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
    return _SPACE.sub(" ", text) if "  " in text else text


def _plain(markdown: str) -> str:
    parts: list[str] = []
    for event in _MARKDOWN.events(markdown):
        parts.append(_text(event))
    return _LINES.sub("\n", _SPACE.sub(" ", "".join(parts))).strip()


def _text(event: Any) -> str:
    if isinstance(event, str):
        return "\n" if event == "HardBreak" else " "
    name, value = next(iter(event.items()))
    if name in ("Text", "Code", "InlineMath", "DisplayMath"):
        return str(value)
    if name in ("Start", "End"):
        kind = value if isinstance(value, str) else next(iter(value))
        # The list inside an item begins a line too.
        return "" if kind in _INLINE else " " if kind == "TableCell" else "\n"
    # HTML is not shown, and what stands between its tags is text of its own.
    return ""
