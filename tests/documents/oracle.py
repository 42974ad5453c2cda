"""A second, slower reader of content files, written without a look at `documents`.

It splits lines by hand, reads values with python-frontmatter's YAML handler, finds the lines of a value with the
pure Python loader of PyYAML (the C one only where the pure one cannot read the text) and finds headings with
markdown-it-py. Nothing here changes a file.
"""

import datetime
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler
from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures" / "documents"
SHARED = ROOT.parent / "shared"
CORPORA = SHARED / "corpora"
SEEDS = SHARED / "seeds"

BOM = "\ufeff"
KNOWN_HEADINGS = [
    "Brief Definition",
    "Detailed Explanation",
    "Key Concepts",
    "Common Applications",
    "Prerequisites",
]
SEED_KEYS = [
    "title",
    "slug",
    "category",
    "difficulty",
    "tags",
    "related",
    "recommendedBooks",
    "lastUpdated",
    "externalLinks",
]

# Optional keys of entries and those of books: where a new one stands among the others is the writer's choice.
OTHER_KEYS = [
    *("aliases", "status", "draft", "replacedBy", "previousSlugs", "requires", "broader"),
    *("subtitle", "authors", "editors", "publisher", "publishYear", "edition", "isbn", "pages", "language"),
    *("description", "topics", "coverImage", "url", "doi", "openLibraryId"),
]

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_FENCE = re.compile(r"---[ \t]*(?:\r\n|\r|\n)?\Z")
_MARKDOWN = MarkdownIt("commonmark")


class Unreadable(Exception):
    """The oracle cannot read this file; the tests say so instead of guessing."""


def lines_of(text: str) -> list[str]:
    """Lines with their ends. Only CRLF, CR and LF end a line: `str.splitlines` knows eight more."""
    return _LINE.findall(text)


def content(line: str) -> str:
    """A line without its end."""
    return line.rstrip("\r\n")


def ending(line: str) -> str:
    """The end of a line, empty on a last line without one."""
    return line[len(content(line)) :]


def is_blank(line: str) -> bool:
    return not line.strip(" \t\r\n")


def with_lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def trimmed(lines: list[str]) -> tuple[int, int]:
    """Half-open range of `lines` without the blank ones at both ends; empty ranges sit at the start."""
    first, last = 0, len(lines)
    while last > first and is_blank(lines[last - 1]):
        last -= 1
    while first < last and is_blank(lines[first]):
        first += 1
    return (0, 0) if first == last else (first, last)


def plain_text(lines: list[str]) -> str:
    first, last = trimmed(lines)
    return "\n".join(content(line) for line in lines[first:last])


@dataclass(frozen=True)
class Parts:
    """A file in three runs of lines: `lines[:front]` ends with the first fence, `lines[back:]` starts with the last."""

    bom: bool
    lines: list[str]
    front: int
    back: int

    @property
    def yaml_text(self) -> str:
        return "".join(self.lines[self.front : self.back])

    @property
    def body(self) -> list[str]:
        return self.lines[self.back + 1 :]


@lru_cache(maxsize=64)
def parts(data: bytes) -> Parts:
    text = data.decode("utf-8")
    bom = text.startswith(BOM)
    lines = lines_of(text[1:] if bom else text)
    start = 0
    while start < len(lines) and is_blank(lines[start]):
        start += 1
    if start == len(lines) or not _FENCE.match(lines[start]):
        raise Unreadable("no fence at the start")
    for number in range(start + 1, len(lines)):
        if _FENCE.match(lines[number]):
            return Parts(bom, lines, start + 1, number)
    raise Unreadable("no closing fence")


@lru_cache(maxsize=64)
def values_of(data: bytes) -> dict[Any, Any]:
    """The values as python-frontmatter's handler gives them for exactly the text between the fences."""
    loaded = YAMLHandler().load(parts(data).yaml_text)
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise Unreadable("not a map")
    return loaded


# --- YAML nodes and their lines ---------------------------------------------------------------------------------


@dataclass
class Node:
    """A value with its first and last line (counted from 0 in the file, both included) and its style."""

    kind: str  # scalar, map, list
    style: str  # plain, single, double, literal, folded, flow, block
    first: int
    last: int
    column: int
    last_column: int
    value: Any = None
    items: list["Node"] = field(default_factory=list)
    dashes: list[int] = field(default_factory=list)  # the line of each dash of a block list
    shared: bool = False  # a block list whose first dash stands behind another one
    entries: list[tuple[str, "Node", "Node"]] = field(default_factory=list)

    @property
    def height(self) -> int:
        return self.last - self.first + 1

    def entry(self, name: str) -> tuple[str, "Node", "Node"] | None:
        """The key of that name in any letter case, with the nodes of key and value."""
        for key, key_node, value_node in self.entries:
            if key == name:
                return key, key_node, value_node
        for key, key_node, value_node in self.entries:
            if key.casefold() == name.casefold():
                return key, key_node, value_node
        return None


_STYLES = {None: "plain", "": "plain", "'": "single", '"': "double", "|": "literal", ">": "folded"}


@lru_cache(maxsize=64)
def tree(data: bytes) -> Node | None:
    """The map of the front matter as nodes, or None where it is empty."""
    cut = parts(data)
    try:
        root = yaml.compose(cut.yaml_text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        root = yaml.compose(cut.yaml_text, Loader=yaml.CSafeLoader)
    if root is None:
        return None
    if not isinstance(root, yaml.MappingNode):
        raise Unreadable("not a map")
    starts = [0, *accumulate(len(line) for line in cut.lines[cut.front : cut.back])]
    return _node(root, cut, starts)


def _place(mark: Any, cut: Parts, starts: list[int]) -> tuple[int, int]:
    """Line and column of a mark. Its own are not asked: YAML ends lines at U+0085 and U+2028 too."""
    line = bisect_right(starts, mark.index) - 1
    return line + cut.front, mark.index - starts[line]


def _node(node: yaml.Node, cut: Parts, starts: list[int]) -> Node:
    first, column = _place(node.start_mark, cut, starts)
    last, last_column = _place(node.end_mark, cut, starts)
    if isinstance(node, yaml.ScalarNode):
        style = _STYLES[node.style]
        if style in ("literal", "folded"):
            # The mark stands at the start of the next token: go back over blank lines and comments.
            last, last_column = _end_of_block_scalar(cut, first, last), 0
        return Node("scalar", style, first, last, column, last_column, node.value)
    assert isinstance(node, yaml.CollectionNode)
    style = "flow" if node.flow_style else "block"
    if isinstance(node, yaml.SequenceNode):
        items = [_node(child, cut, starts) for child in node.value]
        made = Node("list", style, first, last, column, last_column, items=items)
        ends = items
        if style == "block":
            made.dashes = _dashes(cut, made)
            made.shared = not is_blank(cut.lines[first][:column])
    else:
        entries = [(key.value, _node(key, cut, starts), _node(child, cut, starts)) for key, child in node.value]
        made = Node("map", style, first, last, column, last_column, entries=entries)
        ends = [child for _, _, child in entries]
    if style == "block" and ends:
        made.last, made.last_column = ends[-1].last, ends[-1].last_column
    return made


def _dashes(cut: Parts, made: Node) -> list[int]:
    """The line of each dash: at or above the item, below the item before it."""
    found: list[int] = []
    floor = made.first
    for item in made.items:
        line = item.first
        while line > floor and content(cut.lines[line])[made.column : made.column + 1] != "-":
            line -= 1
        found.append(line)
        floor = max(item.last, line) + 1
    return found


def _end_of_block_scalar(cut: Parts, first: int, stop: int) -> int:
    lines = cut.lines[first : min(stop, cut.back)]
    header = content(lines[0]).split("#")[0].split(":")[-1] if lines else ""
    keep = "+" in header
    indents = [len(line) - len(line.lstrip(" ")) for line in lines[1:] if not is_blank(line)]
    if any(digit in header for digit in "123456789"):
        indents = [1]
    last = 0
    for number, line in enumerate(lines[1:], start=1):
        if is_blank(line):
            if keep:
                last = number
        elif len(line) - len(line.lstrip(" ")) >= indents[0]:
            last = number
        else:
            break
    return first + last


# --- sections ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Section:
    """A first-level heading and its text, as line numbers of the file: heading `start:text`, text `text:end`."""

    heading: str
    start: int
    text: int
    end: int
    setext: bool


@lru_cache(maxsize=64)
def sections_of(data: bytes) -> list[Section]:
    cut = parts(data)
    return _sections(cut.body, cut.back + 1)


def _sections(body: list[str], offset: int) -> list[Section]:
    tokens = _MARKDOWN.parse("".join(content(line) + "\n" for line in body))
    found = [
        (_joined(tokens[number + 1].content), token.map[0], token.map[1], token.markup in ("=", "-"))
        for number, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0 and token.tag == "h1" and token.map
    ]
    ends = [start for _, start, _, _ in found[1:]] + [len(body)] if found else []
    return [
        Section(heading, start + offset, text + offset, end + offset, setext)
        for (heading, start, text, setext), end in zip(found, ends, strict=True)
    ]


def _joined(text: str) -> str:
    """Lines of one paragraph or heading as one line."""
    return " ".join(row.strip(" \t") for row in text.split("\n"))


def heading_in(text: str) -> str | None:
    """The text of the first-level heading that a text is, and nothing else."""
    tokens = _MARKDOWN.parse(text)
    if [token.type for token in tokens] != ["heading_open", "inline", "heading_close"] or tokens[0].tag != "h1":
        return None
    return _joined(tokens[1].content)


def body_of(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Preamble and sections of a body."""
    lines = lines_of(text)
    found = _sections(lines, 0)
    return (
        plain_text(lines[: found[0].start if found else len(lines)]),
        [(section.heading, plain_text(lines[section.text : section.end])) for section in found],
    )


def preamble_range(data: bytes) -> tuple[int, int]:
    cut = parts(data)
    found = sections_of(data)
    return cut.back + 1, found[0].start if found else len(cut.lines)


@lru_cache(maxsize=256)
def items_in(text: str) -> list[str] | None:
    """The items where the text is one flat bullet list of single paragraphs, else None: numbers would be lost."""
    tokens = _MARKDOWN.parse(text)
    if not tokens or tokens[0].type != "bullet_list_open":
        return None
    if tokens[-1].type != "bullet_list_close" or tokens[-1].level != 0:
        return None
    found: list[str] = []
    inner = tokens[1:-1]
    shape = ["list_item_open", "paragraph_open", "inline", "paragraph_close", "list_item_close"]
    for start in range(0, len(inner), len(shape)):
        group = inner[start : start + len(shape)]
        if [token.type for token in group] != shape:
            return None
        found.append(_joined(group[2].content))
    return found


# --- the whole as plain values ----------------------------------------------------------------------------------


@dataclass
class State:
    """Everything a reader can learn from a file, as plain values."""

    values: dict[Any, Any]
    preamble: str
    sections: list[tuple[str, str]]


@lru_cache(maxsize=64)
def state_of(data: bytes) -> State:
    """The file as plain values. One answer serves many questions: whoever changes it copies it first."""
    cut = parts(data)
    start, end = preamble_range(data)
    return State(
        values_of(data),
        plain_text(cut.lines[start:end]),
        [(section.heading, plain_text(cut.lines[section.text : section.end])) for section in sections_of(data)],
    )


def same(left: Any, right: Any) -> bool:
    """Equal in value and in type, all the way down: True is not 1, a date is not a string, 1.0 is not 1.

    The order of keys is no value; it is judged by lines.
    """
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        names = {(type(key), key): key for key in left}
        if names.keys() != {(type(key), key) for key in right}:
            return False
        return all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, float | datetime.datetime):
        return repr(left) == repr(right)
    return bool(left == right)


def dominant_newline(data: bytes) -> str | None:
    """The line end that most lines have; None where two share the first place or there is none."""
    text = data.decode("utf-8")
    counts = {"\r\n": text.count("\r\n")}
    counts["\n"] = text.count("\n") - counts["\r\n"]
    counts["\r"] = text.count("\r") - counts["\r\n"]
    ranked = sorted(counts.items(), key=lambda pair: -pair[1])
    return ranked[0][0] if ranked[0][1] > ranked[1][1] else None
