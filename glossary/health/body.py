"""What the checks look at in a body: headings, links and running text, each with its line. One pass of the parser."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import pyromark

from documents import links
from documents.markdown import OPTIONS
from glossary.search.words import LETTERS

_MARKDOWN = pyromark.Markdown(options=OPTIONS)
_LEVELS = {f"H{level}": level for level in range(1, 7)}
# NUL stands for a link or for code, across which no name goes.
_WORD = r"{0}(?:['’-]{0})*(?:[+#]{{1,2}}(?![+#\w]))?|\0"
TOKEN = re.compile(_WORD.format(LETTERS))
# Half as much work, and most texts have no other letters.
_ASCII_TOKEN = re.compile(_WORD.format("[A-Za-z0-9]+"), re.ASCII)
_GOES_ON, _CAME_FROM = re.compile(r"[.@]\w|_"), re.compile(r"\w[.@]\Z|_\Z")
# The same where NUL cannot be kept. No word has it.
BREAK = "|"
# Text in these is not running text.
_SILENT = frozenset(["Heading", "CodeBlock", "Link", "Image", "HtmlBlock", "FootnoteDefinition"])
_BLOCKS = frozenset(["Paragraph", "Item", "TableCell", "Heading"])


class Body(NamedTuple):
    """headings: level, text, line. links: address, line. prose: text outside headings, links and code, its line."""

    headings: list[tuple[int, str, int]]
    links: list[tuple[str, int]]
    prose: list[tuple[str, int]]


def read(text: str, above: int = 0) -> Body:
    """above: so many lines stand above the text, and are counted too.

    >>> read("# A\\n\\nSee [b](b.md) and `c`.").links
    [('b.md', 3)]
    """
    lines = _Lines(text.encode(), above + 1)
    found = Body([], [], [])
    silent = 0
    # How deep in a heading.
    headed = 0
    heading: list[str] = []
    block: list[str] = []
    # 0 while there is nothing to say of the block.
    block_line = 0

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
                if not block_line:
                    block_line = lines.at(span["start"])
                block.append(value)
            continue
        if name == "Start" or name == "End":
            kind = value if type(value) is str else next(iter(value))
            if kind in _BLOCKS:
                if block_line and (said := "".join(block).strip()):
                    found.prose.append((said, block_line))
                block.clear()
                block_line = 0
            if kind not in _SILENT:
                continue
            if name == "Start":
                silent += 1
                if kind == "Heading":
                    headed += 1
                    heading.clear()
                    found.headings.append((_LEVELS[value["Heading"]["level"]], "", lines.at(span["start"])))
                elif kind == "Link":
                    block.append("\0")
                    found.links.append((value["Link"]["dest_url"], lines.at(span["start"])))
            else:
                silent -= 1
                if kind == "Heading":
                    headed -= 1
                    level, _, at = found.headings[-1]
                    found.headings[-1] = (level, "".join(heading).strip(), at)
        elif name == "Code":
            # No name goes across it.
            (heading if headed else block).append(value if headed else "\0")
    if block_line and (said := "".join(block).strip()):
        found.prose.append((said, block_line))
    if "[[" in text or "href" in text:
        # The parser knows neither wiki links nor those of HTML.
        for link in links.find(text):
            address = link.address
            if link.form is links.Form.WIKI and not address.endswith(".md"):
                # Such a link can only mean a file of ours.
                address += ".md"
            each = (address, text.count("\n", 0, link.start) + above + 1)
            if each not in found.links:
                found.links.append(each)
    return found


class _Lines:
    """Lines of places, which come nearly always in the order of the text. first: the number of its first line."""

    __slots__ = ("_data", "_first", "_line", "_place")

    def __init__(self, data: bytes, first: int):
        self._data, self._first = data, first
        self._line, self._place = first, 0

    def at(self, place: int) -> int:
        if place < self._place:
            self._line, self._place = self._first, 0
        self._line += self._data.count(b"\n", self._place, place)
        self._place = place
        return self._line


def tokens(text: str) -> list[str]:
    """Its words.

    >>> tokens("A self-made C++, in हिन्दी")
    ['A', 'self-made', 'C++', 'in', 'हिन्दी']
    """
    return (_ASCII_TOKEN if text.isascii() else TOKEN).findall(text)


def is_part(text: str, start: int, end: int) -> bool:
    """Whether what stands there is part of the name of a file, of an address or of a variable.

    >>> is_part("see box.png", 4, 7), is_part("me@box", 3, 6), is_part("in a box.", 5, 8)
    (True, True, False)
    """
    return bool(_GOES_ON.match(text, end) or _CAME_FROM.search(text[max(0, start - 2) : start]))


def joined(prose: Sequence[tuple[str, int]]) -> str:
    """All of it, with no name across two blocks."""
    return "\0".join([text for text, _ in prose])


def words(prose: Sequence[tuple[str, int]]) -> str:
    """The words in which names are looked for, one blank between them and around them.

    >>> words([("A black  Box.", 1), ("Next", 2)])
    ' a black box | next '
    """
    # At once, which takes half as long as block by block.
    every = tokens(joined(prose).casefold())
    return f" {' '.join(every)} ".replace("\0", BREAK) if every else ""
