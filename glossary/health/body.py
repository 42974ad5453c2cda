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
# NUL stands for a link or for code, across which no name goes.
TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*(?:[+#]{1,2}(?![+#\w]))?|\0")
# The same where NUL cannot be kept. No word has it.
BREAK = "|"
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
    silent = 0
    # How deep in a heading.
    headed = 0
    heading: list[str] = []
    block: list[str] = []
    block_at = -1

    events: Any = _MARKDOWN.events_with_range(text)
    for event, span in events:
        if type(event) is str:
            block.append(" ")
            continue
        [(name, value)] = event.items()
        if name == "Text":
            if headed:
                heading.append(value)
            elif not silent:
                if block_at < 0:
                    block_at = span["start"]
                block.append(value)
            continue
        if name == "Code":
            # No name goes across it.
            (heading if headed else block).append(value if headed else "\0")
            continue
        if name != "Start" and name != "End":
            continue
        kind = value if type(value) is str else next(iter(value))
        if kind in _BLOCKS:
            if block_at >= 0 and (joined := "".join(block).strip()):
                found.prose.append((joined, bisect_right(ends, block_at - 1) + 1))
            block.clear()
            block_at = -1
        if name == "Start":
            silent += kind in _SILENT
            if kind == "Heading":
                headed += 1
                heading.clear()
                at = bisect_right(ends, span["start"] - 1) + 1
                found.headings.append((_LEVELS[value["Heading"]["level"]], "", at))
            elif kind == "Link":
                block.append("\0")
                found.links.append((value["Link"]["dest_url"], bisect_right(ends, span["start"] - 1) + 1))
        else:
            silent -= kind in _SILENT
            if kind == "Heading":
                headed -= 1
                level, _, at = found.headings[-1]
                found.headings[-1] = (level, "".join(heading).strip(), at)
    if block_at >= 0 and (joined := "".join(block).strip()):
        found.prose.append((joined, bisect_right(ends, block_at - 1) + 1))
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


def words(prose: list[tuple[str, int]]) -> str:
    """The words in which names are looked for, one blank between them and around them.

    >>> words([("A black  Box.", 1), ("Next", 2)])
    ' a black box | next '
    """
    # At once, which takes half as long as block by block.
    every = TOKEN.findall("\0".join(text for text, _ in prose).casefold())
    return f" {' '.join(every)} ".replace("\0", BREAK) if every else ""
