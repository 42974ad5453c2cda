"""What the checks look at in a body: headings, links and running text, each with its line. One pass of the parser."""

import re
from bisect import bisect_right
from typing import Any, NamedTuple

import pyromark

from documents import links
from documents.markdown import OPTIONS

_MARKDOWN = pyromark.Markdown(options=OPTIONS)
_LEVELS = {f"H{level}": level for level in range(1, 7)}
_NEWLINE = re.compile(rb"\n")
# Text in these is not running text.
_SILENT = frozenset(["Heading", "CodeBlock", "Link", "Image", "HtmlBlock", "FootnoteDefinition"])
_BLOCKS = frozenset(["Paragraph", "Item", "TableCell", "Heading"])


class Body(NamedTuple):
    """Lines count from 1 within the body.

    headings: level, text, line. links: address, line. prose: text outside headings, links and code, its line.
    """

    headings: list[tuple[int, str, int]]
    links: list[tuple[str, int]]
    prose: list[tuple[str, int]]


def read(text: str) -> Body:
    """
    >>> read("# A\\n\\nSee [b](b.md) and `c`.").links
    [('b.md', 3)]
    """
    data = text.encode()
    ends = [match.start() for match in _NEWLINE.finditer(data)]
    found = Body([], [], [])
    stack: list[str] = []
    silent = 0
    heading: list[str] = []
    block: list[str] = []
    block_at = -1

    def line(at: int) -> int:
        return bisect_right(ends, at - 1) + 1

    def end_block() -> None:
        nonlocal block_at
        if block_at >= 0 and (joined := "".join(block).strip()):
            found.prose.append((joined, line(block_at)))
        block.clear()
        block_at = -1

    events: Any = _MARKDOWN.events_with_range(text)
    for event, span in events:
        if isinstance(event, str):
            block.append(" ")
            continue
        name, value = next(iter(event.items()))
        if name == "Text":
            if not silent:
                if block_at < 0:
                    block_at = span["start"]
                block.append(value)
            elif "Heading" in stack:
                heading.append(value)
        elif name == "Start":
            kind = value if isinstance(value, str) else next(iter(value))
            stack.append(kind)
            silent += kind in _SILENT
            if kind in _BLOCKS:
                end_block()
            if kind == "Heading":
                heading.clear()
                found.headings.append((_LEVELS[value["Heading"]["level"]], "", line(span["start"])))
            elif kind == "Link":
                block.append("\0")
                found.links.append((value["Link"]["dest_url"], line(span["start"])))
        elif name == "End":
            kind = stack.pop()
            silent -= kind in _SILENT
            if kind in _BLOCKS:
                end_block()
            if kind == "Heading":
                level, _, at = found.headings[-1]
                found.headings[-1] = (level, "".join(heading).strip(), at)
        elif name == "Code":
            # No name goes across it.
            (heading if "Heading" in stack else block).append(value if "Heading" in stack else "\0")
    end_block()
    if "[[" in text or "href" in text:
        # The parser knows neither wiki links nor those of HTML.
        for link in links.find(text):
            address = link.address
            if link.form is links.Form.WIKI and not address.endswith(".md"):
                # Such a link can only mean a file of ours.
                address += ".md"
            each = (address, text.count("\n", 0, link.start) + 1)
            if each not in found.links:
                found.links.append(each)
    return found
