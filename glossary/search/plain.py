"""Markdown as the text a reader sees, without any marks."""

import re
from typing import Any

import pyromark

_MARKDOWN = pyromark.Markdown(
    options=pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
)
# A text with none of these is its own plain text.
_MARKED = re.compile(r"[*_`~\[\]<>&#|\\=\t\r]|^ *(?:[-+]|[0-9]{1,9}[.)]) |^ {4}|^ *-{2,}|  $", re.MULTILINE)
_SPACE = re.compile(r"[ \t\r]+")
_LINES = re.compile(r" ?\n[ \n]*")
_INLINE = frozenset(["Emphasis", "Strong", "Strikethrough", "Link", "Image"])


def plain(markdown: str) -> str:
    """One line for each paragraph, list item and row of a table.

    >>> plain("A *b* [c](https://example.org).\\n\\n- `d`\\n- e")
    'A b c.\\nd\\ne'
    """
    if not _MARKED.search(markdown):
        return _LINES.sub("\n", markdown.replace("\n\n", "\0").replace("\n", " ").replace("\0", "\n")).strip()
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
    if name == "End":
        kind = value if isinstance(value, str) else next(iter(value))
        return "" if kind in _INLINE else " " if kind == "TableCell" else "\n"
    # HTML is not shown, and what stands between its tags is text of its own.
    return ""
