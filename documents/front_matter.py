"""The front matter as a row of chunks: the lines of each key, which can be read and edited by themselves.

A block map at the top level has no state from one key to the next once anchors are refused, so the lines of a key mean
the same alone as in the file. An edit therefore re-reads its own chunk and nothing else.
"""

import dataclasses
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from yaml import MappingNode, Node, ScalarNode, SequenceNode

from . import spans
from .editing import CannotEdit, Slot, apply, change, change_flow_map, replace
from .emitting import after_colon
from .errors import DocumentError
from .reading import check_size, compose, read, same
from .scalars import Context, Habits, emit_key
from .text import BOM, line_end, line_start, place, to_lf

# The seed's order, with the optional keys and those of books between. A new key takes its place by it.
ORDER = (
    "title", "slug", "subtitle", "authors", "editors", "publisher", "publishYear", "edition", "isbn", "pages",
    "language", "description", "aliases", "category", "difficulty", "tags", "status", "draft", "replacedBy",
    "previousSlugs", "broader", "requires", "related", "topics", "recommendedBooks", "coverImage", "url", "doi",
    "openLibraryId", "lastUpdated", "externalLinks",
)  # fmt: skip
_SEED = frozenset(
    name.casefold()
    for name in ("title", "slug", "category", "difficulty", "tags", "related", "recommendedBooks", "lastUpdated")
) | {"externallinks"}
_RANK = {name.casefold(): rank for rank, name in enumerate(ORDER)}
# The mark before a key, which may stand on a line before it; and where YAML ends a line, and nobody else does.
_QUESTION = re.compile(r"(?<![^\r\n ])\?(?=[ \t\r\n]|\Z)")
_OTHER_BREAK = re.compile("[\x85\u2028\u2029]")
_TABBED = re.compile(r"(?<![^\r\n])[ \t]*\t[ \t]*(?:\r\n|\n|\r)")
_END_MARKER = re.compile(r"(?<![^\r\n])\.\.\.(?=[ \t\r\n]|\Z)")
# With its line, or up to a comment behind it.
_DOTS = re.compile(r"(?<![^\r\n])\.\.\.(?:[ \t]+(?=#)|[ \t]*(?:\r\n|\n|\r|\Z))")


@dataclass(slots=True)
class Chunk:
    """The lines from one key to the next, the comments and blank lines behind its value included."""

    key: str
    text: str


class FrontMatter:
    """Text between the fences. `values` is in the order of the file and in the types of python-frontmatter."""

    __slots__ = ("_chunks", "_context", "_flow", "_newline", "_prefix", "_spelling", "_tail", "values")

    def __init__(self, text: str, newline: str) -> None:
        """Raises DocumentError with a place that counts within `text`."""
        if text.startswith(BOM):
            # The reader skips it, and then counts one character too few.
            message = "The front matter begins with a byte order mark."
            raise DocumentError("encoding.bom", message, 1, 1, "Remove it: only a file may begin with one.")
        self.values, root = read(text)
        self._prefix, self._tail = text, ""
        self._chunks: list[Chunk] = []
        # A top level in braces is one chunk that holds every key.
        self._flow = root is not None and bool(root.flow_style)
        if root is not None:
            self._split(text, root)
        self._newline = newline
        self._reindex()

    def _split(self, text: str, root: MappingNode) -> None:
        if self._flow or not root.value:
            first = line_start(text, spans.start(root))
            self._chunks.append(Chunk("", text[first:]))
            self._prefix = text[:first]
            return
        starts = [_line_start(text, key) for key, _ in root.value]
        stop = len(text)
        if "..." in text and (marker := _END_MARKER.search(text, spans.end(text, root))):
            stop = marker.start()
        names = list(self.values)
        bounds = [*starts, stop]
        self._chunks += [Chunk(name, text[bounds[i] : bounds[i + 1]]) for i, name in enumerate(names)]
        if ("?" in text and _QUESTION.search(text)) or (not text.isascii() and _OTHER_BREAK.search(text)):
            self._refuse_torn(text, root)
        self._prefix, self._tail = text[: starts[0]], text[stop:]

    def _refuse_torn(self, text: str, root: MappingNode) -> None:
        """Raises DocumentError for a key that begins in the lines of the one before."""
        keys = [key for key, _ in root.value]
        for chunk, key in zip(self._chunks, [*keys[1:], keys[-1]], strict=True):
            if not _reads(chunk.text, {chunk.key: self.values[chunk.key]}):
                line, column = place(text, spans.start(key))
                message = f'The key "{key.value}" does not begin a line.'
                raise DocumentError("yaml.key", message, line, column, "Write each key on a line of its own.")

    def _reindex(self) -> None:
        self._spelling = {name.casefold(): name for name in self.values}
        self._forget_habits()

    def _forget_habits(self) -> None:
        """An edit may have changed what is usual: the next one looks again, as it would in a file read anew."""
        # Over the chunks alone: a reference to this object would be a cycle, which only the collector can free.
        self._context = Context(self._newline, Habits(partial(_habits, self._chunks)))

    def __str__(self) -> str:
        return self._prefix + "".join(chunk.text for chunk in self._chunks) + self._tail

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    def spelling(self, key: str) -> str | None:
        """The key as the file spells it; None when it is absent."""
        return self._spelling.get(key.casefold())

    def _position(self, name: str) -> int:
        """Which chunk holds the key."""
        return 0 if self._flow else list(self.values).index(name)

    def lines(self) -> dict[str, int]:
        """The line, from 1, on which each key begins; cheap, unlike `position`."""
        if self._flow:
            return {name: self.position(name)[0] for name in self.values}
        found = {}
        before = self._prefix
        line = to_lf(before).count("\n") + 1
        for chunk in self._chunks:
            if chunk.key:
                found[chunk.key] = line
            line += chunk.text.count("\n") if "\r" not in chunk.text else to_lf(chunk.text).count("\n")
        return found

    # --- edits ---

    def set(self, key: str, value: Any) -> None:
        """`value` is a private copy of the right types. Raises DocumentError and leaves everything as it was."""
        name = self.spelling(key)
        if name is None:
            self._add(key, value)
        elif not same(self.values[name], value):
            self._change(name, value)

    def delete(self, key: str) -> None:
        """Raises KeyError."""
        name = self.spelling(key)
        if name is None:
            raise KeyError(key)
        if self._flow:
            self._change_flow({other: value for other, value in self.values.items() if other != name})
            return
        position = self._position(name)
        chunk = self._chunks[position]
        pair = compose(chunk.text).value[0]
        rest = chunk.text[self._value_end(chunk.text, pair) :]
        if position:
            above = self._chunks[position - 1]
            # A scalar that keeps its blank lines (`|+`) must not gain those below the key that goes.
            above.text = self._guarded(
                {above.key: self.values[above.key]},
                lambda: above.text + rest,
                lambda: above.text + rest[spans.past_blank_lines(rest, 0) :],
            )
        else:
            # Behind a value a line of blanks may have tabs, and before a key it may not.
            self._prefix += rest if _reads(self._prefix + rest, {}) else _TABBED.sub("", rest)
        del self._chunks[position], self.values[name]
        if not self._chunks and self._tail.startswith("..."):
            # Three dots end a document, however often they stand there, and there is none any more.
            self._tail = _DOTS.sub("", self._tail)
        self._reindex()

    def _check_size(self, values: dict[str, Any], grown: int) -> None:
        """Refuses what makes the whole too large, though each chunk may be read by itself."""
        length = len(self._prefix) + sum(len(chunk.text) for chunk in self._chunks) + len(self._tail)
        check_size(values, length + grown)

    def _change(self, name: str, value: Any) -> None:
        if self._flow:
            self._change_flow({**self.values, name: value})
            return
        position = self._position(name)
        chunk = self._chunks[position]
        text = chunk.text
        key, node = compose(text).value[0]
        slot = Slot(spans.colon(text, key), key.start_mark.column)
        context = self._context
        closing = dataclasses.replace(context, closes_gaps=True)
        old = self.values[name]
        written = self._guarded(
            {name: value},
            lambda: apply(text, change(text, node, old, value, slot, context)),
            lambda: apply(text, change(text, node, old, value, slot, closing)),
            lambda: apply(text, [replace(text, node, value, slot, context)]),
        )
        self._check_size({**self.values, name: value}, len(written) - len(text))
        chunk.text = written
        self.values[name] = value
        self._forget_habits()

    def _change_flow(self, values: dict[str, Any]) -> None:
        chunk = self._chunks[0]
        root = compose(chunk.text)
        text = chunk.text
        written = self._guarded(
            values, lambda: apply(text, [change_flow_map(text, root, self.values, values, self._context)])
        )
        self._check_size(values, len(written) - len(text))
        chunk.text = written
        self.values = values
        self._reindex()

    def _add(self, key: str, value: Any) -> None:
        context = self._context
        if self._flow:
            self._change_flow({**self.values, key: value})
            return
        column = 0
        if self._chunks:
            first = self._chunks[0].text
            column = len(first) - len(first.lstrip(" "))
        text = " " * column + emit_key(key, context) + ":" + after_colon(value, column, context) + context.newline
        self._guarded({key: value}, lambda: text)
        self._check_size({**self.values, key: value}, len(text))
        position = self._place_for(key)
        if position:
            before = self._chunks[position - 1]
            stop = self._value_end(before.text, compose(before.text).value[0])
            kept, rest = before.text[:stop], before.text[stop:]
            # Below a value of another kind a line of blanks may mean something else. Then the key goes behind it.
            if _reads(kept, {before.key: self.values[before.key]}) and _reads(text + rest, {key: value}):
                before.text, text = kept, text + rest
        self._chunks.insert(position, Chunk(key, text))
        items = list(self.values.items())
        items.insert(position, (key, value))
        self.values = dict(items)
        self._reindex()

    def _place_for(self, key: str) -> int:
        """Behind the nearest known key that comes before it in the seed's order; an unknown key goes last.

        The seed's own keys look at each other alone, so that their order does not depend on the optional ones.
        """
        rank = _RANK.get(key.casefold())
        if rank is None:
            return len(self._chunks)
        names = [chunk.key.casefold() for chunk in self._chunks]
        if key.casefold() in _SEED and not _SEED.isdisjoint(names):
            names = [name if name in _SEED else "" for name in names]
        ranks = [_RANK.get(name) for name in names]
        before = [(other, position) for position, other in enumerate(ranks) if other is not None and other < rank]
        if before:
            return max(before)[1] + 1
        behind = [(other, position) for position, other in enumerate(ranks) if other is not None]
        return min(behind)[1] if behind else len(self._chunks)

    def _guarded(self, wanted: dict[str, Any], *attempts: Callable[[], str]) -> str:
        """The first attempt that reads back as exactly the wanted values."""
        for attempt in attempts:
            try:
                written = attempt()
                if same(read(written)[0], wanted):
                    return written
            except CannotEdit:
                continue
            except DocumentError as error:
                # Too much is too much, however it is written.
                if error.code.startswith("limit."):
                    raise
        name = next(iter(wanted))
        line, column = self.position(name) if name in self.values else (0, 0)
        raise DocumentError(
            "edit.unsafe",
            f'The value of "{name}" cannot be changed without changing more than that.',
            line,
            column,
            "Change it in the file.",
        )

    @staticmethod
    def _value_end(text: str, pair: tuple[Node, Node]) -> int:
        """Index after the last line of a key's value, its trailing comment included."""
        key, value = pair
        return line_end(text, max(spans.end(text, value), spans.colon(text, key)))

    # --- looking ---

    def position(self, *path: str | int) -> tuple[int, int]:
        """Line and column, from 1 and within the front matter, of the value at `path`.

        Raises:
            KeyError, IndexError: there is no such value.
        """
        chunk_text, before, node = self._find(path)
        line, column = place(chunk_text, spans.start(node))
        return before + line - 1, column

    def source(self, *path: str | int) -> str:
        """The text of a scalar without its quotes: `1.10` stays `1.10`, though its value is the number 1.1."""
        _, _, node = self._find(path)
        return str(node.value) if isinstance(node, ScalarNode) else ""

    def _find(self, path: tuple[str | int, ...]) -> tuple[str, int, Node]:
        name = self.spelling(str(path[0]))
        if name is None:
            raise KeyError(path[0])
        at = self._position(name)
        before = self._prefix + "".join(chunk.text for chunk in self._chunks[:at])
        text = self._chunks[at].text
        node: Node = compose(text)
        for part in (name, *path[1:]):
            node = _step(node, part)
        return text, place(before, len(before))[0], node


def _reads(text: str, wanted: dict[str, Any]) -> bool:
    """Whether a text by itself has exactly these values."""
    try:
        return same(read(text)[0], wanted)
    except DocumentError:
        return False


def _habits(chunks: list[Chunk]) -> tuple[str, bool]:
    """The commonest style of strings and of lists of scalars; the seed's where the file has none."""
    styles = {'"': 0, "'": 0, "": 0}
    flow_lists = block_lists = 0
    for chunk in chunks:
        for node in _walk(compose(chunk.text)):
            if isinstance(node, SequenceNode) and node.value and isinstance(node.value[0], ScalarNode):
                flow_lists += bool(node.flow_style)
                block_lists += not node.flow_style
            elif isinstance(node, ScalarNode) and node.tag.endswith(":str") and (node.style or "") in styles:
                styles[node.style or ""] += 1
    return max(styles, key=lambda style: styles[style]), block_lists > flow_lists


def _line_start(text: str, key: Node) -> int:
    mark = key.start_mark
    # YAML knows more line ends than we do, but none of them in ASCII.
    return int(mark.index - mark.column) if text.isascii() else line_start(text, mark.index)


def _step(node: Node, part: str | int) -> Node:
    if isinstance(node, SequenceNode) and isinstance(part, int):
        return node.value[part]  # type: ignore[no-any-return]
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value  # type: ignore[no-any-return]
    raise KeyError(part)


def _walk(root: Node) -> Iterator[Node]:
    """Every value below a node; keys are no values."""
    todo = [root]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, SequenceNode):
            todo.extend(node.value)
        elif isinstance(node, MappingNode):
            todo.extend(value for _, value in node.value)
