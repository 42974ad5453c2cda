"""Where a value really begins and ends. The composer's marks of collections and block scalars run too far."""

import re

from yaml import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from .text import line_end

# What may stand between two items of a block list: blanks, line ends, comments.
_FILLER = re.compile(r"(?:[ \t\r\n]+|(?<![^ \t\r\n])#[^\r\n]*)*")
_BLANK_LINES = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))*")
_COLON = re.compile(r"[ \t]*:")


def start(node: Node) -> int:
    return int(node.start_mark.index)


def is_block_scalar(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.style in ("|", ">")


def end(text: str, node: Node) -> int:
    """Index after the last character of the value; a block scalar ends before the line end of its last line."""
    if isinstance(node, ScalarNode):
        if node.style in ("|", ">"):
            return block_scalar_end(text, node)
        return int(node.end_mark.index)
    if isinstance(node, CollectionNode) and node.flow_style:
        return int(node.end_mark.index)
    last = node.value[-1]
    return end(text, last[1] if isinstance(node, MappingNode) else last)


def block_scalar_end(text: str, node: ScalarNode) -> int:
    """End of the last line with content, or of the last blank line where the header says to keep them (`|+`).

    Blanks behind the indent are content, so that a last line of such blanks keeps all blank lines too.
    """
    first = start(node)
    header_end = line_end(text, first)
    stop = int(node.end_mark.index)
    # The end mark may stand in the indent of the next token's line.
    while stop > header_end and text[stop - 1] in " \t":
        stop -= 1
    body = text[header_end:stop]
    header = text[first:header_end].partition("#")[0]
    last = node.value.rstrip("\n").rpartition("\n")[2]
    if "+" not in header and not (last and last.isspace()):
        # Up to the end of the last line with content.
        content = len(body.rstrip(" \t\r\n"))
        body = body[: line_end(body, content)] if content else ""
    return without_line_end(text, header_end + len(body))


def past_blank_lines(text: str, index: int) -> int:
    """Index of the next line with something in it; `index` is the start of a line."""
    found = _BLANK_LINES.match(text, index)
    return found.end() if found else index


def without_line_end(text: str, index: int) -> int:
    """The index before the line end that ends there, if one does."""
    if text[index - 1 : index] == "\n":
        index -= 1
    if text[index - 1 : index] == "\r":
        index -= 1
    return index


def colon(text: str, key: Node) -> int:
    """Index after the colon that follows a key."""
    found = _COLON.match(text, key.end_mark.index)
    return found.end() if found else int(key.end_mark.index)


def skip_filler(text: str, index: int) -> int:
    """Index of the next character that is no blank, line end or comment."""
    found = _FILLER.match(text, index)
    return found.end() if found else index


def dashes(text: str, sequence: SequenceNode, before: int) -> list[int]:
    """Indexes of the dashes of a block list; `before` is the end of whatever precedes it (its key's colon)."""
    result = []
    for item in sequence.value:
        dash = skip_filler(text, before)
        result.append(dash)
        before = max(end(text, item), dash + 1)
    return result
