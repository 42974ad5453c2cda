"""A new value into the text of an old one, touching only what differs.

Everything here works on one chunk of a front matter: the lines of one top-level key. Functions return splices,
(start, end, replacement), into the chunk's text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, TypeGuard

from yaml import MappingNode, Node, ScalarNode, SequenceNode

from . import spans
from .emitting import after_colon, block_item, flow
from .matching import match
from .reading import same
from .scalars import Context, emit, emit_block, emit_key
from .text import line_content_end, line_end, line_start, lines

_HEADER_COMMENT = re.compile(r"[ \t](#.*)")


class Splice(NamedTuple):
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Slot:
    """The place a value fills.

    after: index just behind its colon or dash. column: that of the key or dash. flow: inside `[]` or `{}`.
    colon: False for a key in a flow map that stands alone, as `b` in `{a: 1, b}`.
    """

    after: int
    column: int
    flow: bool = False
    dash: bool = False
    colon: bool = True


class CannotEdit(Exception):
    """The fine edit does not apply; the whole value has to be written anew."""


def apply(text: str, splices: Sequence[Splice], start: int = 0, end: int | None = None) -> str:
    """text[start:end] with the splices that lie inside."""
    parts = []
    position = start
    for splice in sorted(splices, key=lambda each: each[:2]):
        if splice.start < position:
            raise CannotEdit
        parts += [text[position : splice.start], splice.text]
        position = splice.end
    parts.append(text[position:end])
    return "".join(parts)


def change(text: str, node: Node, old: Any, new: Any, slot: Slot, context: Context) -> list[Splice]:
    """The splices that make `new` of `old`, whose text `node` is."""
    if same(old, new):
        return []
    try:
        return _fine(text, node, old, new, slot, context)
    except CannotEdit:
        return [replace(text, node, new, slot, context)]


def _fine(text: str, node: Node, old: Any, new: Any, slot: Slot, context: Context) -> list[Splice]:
    if isinstance(node, ScalarNode) and not isinstance(new, list | dict):
        return [_change_scalar(text, node, new, slot, context)]
    if isinstance(node, SequenceNode) and isinstance(new, list):
        if not node.flow_style:
            return _change_block_list(text, node, old, new, slot, context)
        if node.value or not any(isinstance(item, dict) for item in new) or slot.flow:
            return _change_flow_list(text, node, old, new, context)
    if isinstance(node, MappingNode) and isinstance(new, dict):
        if not node.flow_style:
            return _change_block_map(text, node, old, new, slot, context)
        if node.value or slot.flow:
            return [change_flow_map(text, node, old, new, context)]
    return [replace(text, node, new, slot, context)]


def replace(text: str, node: Node, new: Any, slot: Slot, context: Context) -> Splice:
    """Writes the whole value anew."""
    stop = spans.end(text, node)
    if slot.flow:
        lead = "" if slot.colon else ": "
        return Splice(spans.start(node), stop, lead + flow(new, context.inside_flow()))
    indent = 2
    if isinstance(node, SequenceNode) and not node.flow_style:
        indent = max(0, _column(text, spans.dashes(text, node, slot.after)[0]) - slot.column)
    if slot.dash:
        written = " " + block_item(new, slot.column + 2, context)
    else:
        written = after_colon(new, slot.column, context, indent=indent)
    first, newline, rest = written.partition(context.newline)
    if comment := _comment(text, node, slot):
        first = f"{first} {comment}"
    # Lines of comments between the key and what stood below it.
    above = [line for line in lines(text[slot.after : spans.start(node)])[1:] if line.strip().startswith("#")]
    written = "".join([first, *(context.newline + line.rstrip("\r\n") for line in above), newline, rest])
    stop = max(stop, slot.after)
    behind = text[stop : line_content_end(text, stop)]
    if written.startswith(context.newline) and behind.lstrip().startswith("#"):
        # It was about the key, and not about the last line of what comes below.
        written, stop = behind + written, stop + len(behind)
    return Splice(slot.after, stop, written)


def _comment(text: str, node: Node, slot: Slot) -> str:
    """The comment between a value's colon or dash and its first line; "" if there is none."""
    line = text[slot.after : line_end(text, slot.after)].strip()
    if spans.is_block_scalar(node):
        found = _HEADER_COMMENT.search(line)
        return found[1] if found else ""
    is_block = isinstance(node, SequenceNode | MappingNode) and not node.flow_style and bool(node.value)
    return line if is_block and line.startswith("#") else ""


# --- scalars -----------------------------------------------------------------------------------------------------


def _change_scalar(text: str, node: ScalarNode, new: Any, slot: Slot, context: Context) -> Splice:
    first, stop = spans.start(node), spans.end(text, node)
    if spans.is_block_scalar(node):
        if isinstance(new, str):
            indent = _content_indent(text, node) or slot.column + 2
            written = emit_block(new, text[first:stop], indent, context.newline)
            if written is not None:
                return Splice(first, stop, written)
        comment = _comment(text, node, slot)
        return Splice(first, stop, emit(new, '"', context) + (f" {comment}" if comment else ""))
    style = node.style or ""
    written = emit(new, style, context.inside_flow() if slot.flow else context)
    if first == stop:
        return Splice(slot.after, slot.after, (" " if slot.colon else ": ") + written)
    return Splice(first, stop, written)


def _content_indent(text: str, node: ScalarNode) -> int:
    index = line_end(text, spans.start(node))
    while index < node.end_mark.index:
        line = text[index : line_end(text, index)]
        if line.strip():
            return len(line) - len(line.lstrip(" "))
        index += len(line)
    return 0


# --- lists -------------------------------------------------------------------------------------------------------


def _change_block_list(
    text: str, node: SequenceNode, old: list[Any], new: list[Any], slot: Slot, context: Context
) -> list[Splice]:
    dashes = spans.dashes(text, node, slot.after)
    starts = [line_start(text, dash) for dash in dashes]
    ends = [line_end(text, max(spans.end(text, item), dash + 1)) for item, dash in zip(node.value, dashes, strict=True)]
    own_lines = all(not text[start:dash].strip() for start, dash in zip(starts, dashes, strict=True))
    if not own_lines:
        return _change_shared_list(text, node, old, new, dashes, context)
    splices: list[Splice] = []
    staying: set[int] = set()
    gaps: set[int] = set()
    # Where the next item without a place goes: behind the last one that has one.
    anchor = starts[0]
    siblings = _Siblings(node.value)
    lead = text[starts[0] : dashes[0]] + "-" + _gap(text, node, dashes)
    for position, found in enumerate(match(old, new)):
        if found.stays:
            assert found.old is not None
            index = found.old
            staying.add(index)
            anchor = ends[index]
            item_slot = _dash_slot(text, dashes[index])
            splices += change(text, node.value[index], old[index], new[position], item_slot, context)
        elif found.old is not None:
            splices.append(Splice(anchor, anchor, text[starts[found.old] : ends[found.old]]))
        else:
            written = siblings.block(new[position], len(lead), context)
            splices.append(Splice(anchor, anchor, lead + written + context.newline))
        if context.closes_gaps and not found.stays:
            gaps.add(anchor)
    splices += [Splice(gap, spans.past_blank_lines(text, gap), "") for gap in gaps]
    for index in range(len(old)):
        if index not in staying:
            stop = spans.past_blank_lines(text, ends[index]) if context.closes_gaps else ends[index]
            splices.append(Splice(starts[index], stop, ""))
    if not new:
        splices.append(Splice(slot.after, slot.after, " []"))
    return _insertions_first(splices)


def _change_shared_list(
    text: str, node: SequenceNode, old: list[Any], new: list[Any], dashes: list[int], context: Context
) -> list[Splice]:
    """A list whose first dash stands behind another one, as in `- - a`."""
    matches = match(old, new)
    fine = [
        change(text, node.value[found.old], old[found.old], new[position], _dash_slot(text, dashes[found.old]), context)
        if found.old is not None
        else []
        for position, found in enumerate(matches)
    ]
    if len(old) == len(new) and all(found.old == index for index, found in enumerate(matches)):
        return [splice for splices in fine for splice in splices]
    ends = [
        line_content_end(text, max(spans.end(text, item), dash + 1))
        for item, dash in zip(node.value, dashes, strict=True)
    ]
    # What follows the line of an item goes with it: line end, comments, the indent of the next. The last has none.
    tails = [text[end:dash] for end, dash in zip(ends, dashes[1:], strict=False)]
    if not new:
        comments = [line.rstrip("\r\n") for tail in tails for line in lines(tail)[1:] if line.strip().startswith("#")]
        return [Splice(dashes[0], ends[-1], context.newline.join(["[]", *comments]))]
    lead_comments = _keep_lines(tails, {found.old for found in matches}, context)
    usual = context.newline + " " * _column(text, dashes[0])
    lead = "-" + _gap(text, node, dashes)
    siblings = _Siblings(node.value)
    parts = [lead_comments]
    for position, found in enumerate(matches):
        if found.old is None:
            parts.append(lead + siblings.block(new[position], _column(text, dashes[0]) + len(lead), context))
        else:
            parts.append(apply(text, fine[position], dashes[found.old], ends[found.old]))
        tail = usual if found.old is None or found.old == len(tails) else tails[found.old]
        if position == len(new) - 1:
            # The line end of what was last stands behind it now.
            tail = tail.rstrip(" \t\r\n" if context.closes_gaps else " \t")
            tail = tail[: spans.without_line_end(tail, len(tail))]
        parts.append(tail)
    return [Splice(dashes[0], ends[-1], "".join(parts))]


def _keep_lines(tails: list[str], living: set[int | None], context: Context) -> str:
    """Hands comments and blank lines below items that go to the item above; gives comments that have none above."""
    lead = ""
    for index, tail in enumerate(tails):
        below = tail[line_end(tail, 0) :]
        if index in living or ("#" not in tail and (context.closes_gaps or not below.strip(" \t"))):
            continue
        above = max((each for each in range(index) if each in living), default=None)
        if above is not None:
            tails[above] = tails[above].rstrip(" ") + below
        elif "#" in tail:
            lead += below.lstrip(" ")
    return lead


def _insertions_first(splices: list[Splice]) -> list[Splice]:
    """At one place, what is inserted stands before what is taken away, in the order given."""
    return sorted(splices, key=lambda each: (each.start, each.end != each.start))


def _dash_slot(text: str, dash: int) -> Slot:
    return Slot(dash + 1, _column(text, dash), dash=True)


def _gap(text: str, node: SequenceNode, dashes: list[int]) -> str:
    """Blanks between dash and content, as the first item on its dash's line has them."""
    for item, dash in zip(node.value, dashes, strict=True):
        between = text[dash + 1 : spans.start(item)]
        if between and not between.strip(" "):
            return between
    return " "


class _Siblings:
    """The styles of the items that are there, for one that joins them."""

    def __init__(self, nodes: list[Node]) -> None:
        self.scalar = next((node.style or "" for node in nodes if _is_string(node)), "?")
        if self.scalar in ("|", ">"):
            self.scalar = '"'
        self.flow_maps = any(isinstance(node, MappingNode) and node.flow_style for node in nodes)
        self.keys: dict[Any, str] = {}
        for node in nodes:
            if isinstance(node, MappingNode):
                for key, value in node.value:
                    if _is_string(value) and value.style not in ("|", ">"):
                        self.keys.setdefault(key.value, value.style or "")

    def block(self, value: Any, column: int, context: Context) -> str:
        if self.flow_maps and isinstance(value, dict):
            return flow(value, context, styles=self.keys)
        return block_item(value, column, context, self.scalar, self.keys)

    def flow(self, value: Any, context: Context) -> str:
        return flow(value, context, self.scalar, self.keys)


def _is_string(node: Node) -> TypeGuard[ScalarNode]:
    return isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:str"


def _change_flow_list(text: str, node: SequenceNode, old: list[Any], new: list[Any], context: Context) -> list[Splice]:
    inside = context.inside_flow()
    siblings = _Siblings(node.value)
    items: list[tuple[int | None, str]] = []
    fine: list[Splice] = []
    matches = match(old, new)
    for position, found in enumerate(matches):
        if found.old is None:
            items.append((None, siblings.flow(new[position], inside)))
            continue
        item = node.value[found.old]
        first, stop = spans.start(item), spans.end(text, item)
        splices = change(text, item, old[found.old], new[position], Slot(first, 0, flow=True), context)
        fine += splices
        items.append((found.old, apply(text, splices, first, stop)))
    if len(old) == len(new) and all(found.old == index for index, found in enumerate(matches)):
        return fine
    return [
        _rebuild_flow(text, node, [(spans.start(item), spans.end(text, item)) for item in node.value], items, context)
    ]


def _rebuild_flow(
    text: str, node: Node, old: list[tuple[int, int]], new: list[tuple[int | None, str]], context: Context
) -> Splice:
    """The inside of `[]` or `{}` anew, with the separators that were there.

    old: span of each old item. new: (index of the old item it was, text).
    """
    first, last = spans.start(node) + 1, int(node.end_mark.index) - 1
    if text[first - 1] not in "[{":
        raise CannotEdit
    if not new or not old:
        return Splice(first, last, ", ".join(written for _, written in new))
    lead, trail = text[first : old[0][0]], text[old[-1][1] : last]
    behind = [text[old[index][1] : old[index + 1][0]] for index in range(len(old) - 1)]
    usual = next((each for each in behind if "#" not in each), None)
    if usual is None:
        line_break = context.newline + " " * _column(text, old[-1][0])
        usual = "," + (line_break if behind or "\n" in lead or "\r" in lead else " ")
    parts = [lead]
    for position, (index, written) in enumerate(new):
        parts.append(written)
        is_last = position == len(new) - 1
        own = behind[index] if index is not None and index < len(behind) else None
        if is_last:
            if own is not None and "#" in own:
                own = own.replace(",", "", 1).rstrip()
                trail = own + (trail.lstrip(",") if "\n" in trail or "\r" in trail else context.newline + trail)
            elif index != len(old) - 1 and "#" in trail:
                trail = context.newline
            parts.append(trail)
        elif own is not None:
            parts.append(own)
        elif index == len(old) - 1 and "#" in trail:
            comment = trail.strip().lstrip(",").strip()
            parts.append(f", {comment}{context.newline}{' ' * _column(text, old[-1][0])}")
        else:
            parts.append(usual)
    return Splice(first, last, "".join(parts))


# --- maps --------------------------------------------------------------------------------------------------------


def change_flow_map(text: str, node: MappingNode, old: dict[Any, Any], new: dict[Any, Any], context: Context) -> Splice:
    inside = context.inside_flow()
    keys = list(old)
    ends = [max(spans.end(text, value), spans.colon(text, key)) for key, value in node.value]
    old_spans = [(spans.start(key), ends[index]) for index, (key, _) in enumerate(node.value)]
    items: list[tuple[int | None, str]] = []
    for name in _merged_order(keys, list(new)):
        if name not in old:
            items.append((None, f"{emit_key(name, inside)}: {flow(new[name], inside)}"))
            continue
        index = keys.index(name)
        key, value = node.value[index]
        after = spans.colon(text, key)
        slot = Slot(after, 0, flow=True, colon=text[after - 1] == ":" and after > key.end_mark.index)
        splices = change(text, value, old[name], new[name], slot, context)
        items.append((index, apply(text, splices, *old_spans[index])))
    return _rebuild_flow(text, node, old_spans, items, context)


def _change_block_map(
    text: str, node: MappingNode, old: dict[Any, Any], new: dict[Any, Any], slot: Slot, context: Context
) -> list[Splice]:
    entries = dict(zip(old, node.value, strict=False))
    first_key = node.value[0][0]
    column = _column(text, spans.start(first_key))
    on_dash = bool(text[line_start(text, spans.start(first_key)) : spans.start(first_key)].strip())
    if len(entries) != len(node.value):
        raise CannotEdit
    siblings = _Siblings([node])
    if not any(name in new for name in old):
        rows = [
            emit_key(name, context) + ":" + after_colon(value, column, context, siblings.keys.get(name, "?"))
            for name, value in new.items()
        ]
        return _change_all_keys(text, node, rows, slot, column, on_dash, context)
    splices: list[Splice] = []
    anchor: int | None = None
    for name in _merged_order(list(old), list(new)):
        if name in old:
            key, value = entries[name]
            after = spans.colon(text, key)
            splices += change(text, value, old[name], new[name], Slot(after, column), context)
            anchor = line_end(text, max(spans.end(text, value), after))
            continue
        written = emit_key(name, context) + ":" + after_colon(new[name], column, context, siblings.keys.get(name, "?"))
        if anchor is None and on_dash:
            at = spans.start(first_key)
            splices.append(Splice(at, at, written + context.newline + " " * column))
        elif anchor is None:
            # Above the whole line, which may go.
            at = line_start(text, spans.start(first_key))
            splices.append(Splice(at, at, " " * column + written + context.newline))
        else:
            splices.append(Splice(anchor, anchor, " " * column + written + context.newline))
    removed = [name for name in old if name not in new]
    if on_dash and removed and removed[0] == next(iter(old)):
        splices += _remove_from_dash(text, old, new, entries)
        leading = _leading(old, new)
        removed = [name for name in removed if name not in leading]
    for name in removed:
        gone = _without(text, entries[name])
        stop = spans.past_blank_lines(text, gone.end) if context.closes_gaps else gone.end
        splices.append(Splice(gone.start, stop, ""))
    return _insertions_first(splices)


def _change_all_keys(
    text: str, node: MappingNode, rows: list[str], slot: Slot, column: int, on_dash: bool, context: Context
) -> list[Splice]:
    """Other keys in place of all; the comments between them stay. rows: the new keys with their values."""
    removed = [_without(text, pair) for pair in node.value]
    if not on_dash and not rows:
        return [Splice(slot.after, slot.after, " {}"), *removed]
    if not on_dash:
        written = "".join(" " * column + row + context.newline for row in rows)
        return _insertions_first([Splice(removed[0].start, removed[0].start, written), *removed])
    between = [text[above.end : below.start] for above, below in pairwise(removed)]
    comments = [row.rstrip("\r\n") for gap in between for row in lines(gap) if row.strip()]
    rows = [rows[0] if rows else "{}", *(" " * column + row for row in rows[1:]), *comments]
    key, value = node.value[-1]
    stop = line_content_end(text, max(spans.end(text, value), spans.colon(text, key)))
    return [Splice(spans.start(node.value[0][0]), stop, context.newline.join(rows))]


def _without(text: str, pair: tuple[Node, Node]) -> Splice:
    """Takes away the lines of a key of a block map."""
    key, value = pair
    stop = line_end(text, max(spans.end(text, value), spans.colon(text, key)))
    return Splice(line_start(text, spans.start(key)), stop, "")


def _leading(old: dict[Any, Any], new: dict[Any, Any]) -> list[Any]:
    """The keys removed before the first one that stays."""
    result = []
    for name in old:
        if name in new:
            break
        result.append(name)
    return result


def _remove_from_dash(
    text: str, old: dict[Any, Any], new: dict[Any, Any], entries: dict[Any, tuple[Node, Node]]
) -> list[Splice]:
    """Takes away the keys that begin on the line of the dash; the next one moves up beside it."""
    names = _leading(old, new)
    heir = next(name for name in old if name in new)
    first, stop = spans.start(entries[names[0]][0]), spans.start(entries[heir][0])
    last_key, last_value = entries[names[-1]]
    tail = text[max(spans.end(text, last_value), spans.colon(text, last_key)) : stop].lstrip(" \t")
    if "#" not in tail:
        return [Splice(first, stop, "")]
    # The comment stays: the dash keeps a line of its own.
    if not tail.startswith("#"):
        first = len(text[:first].rstrip(" \t"))
    return [Splice(first, stop - len(tail), "")]


def _merged_order(old: list[Any], new: list[Any]) -> list[Any]:
    """Old keys that stay in their old order, each new one behind the key it follows in `new`."""
    wanted = set(new)
    known = set(old)
    followers: dict[Any, list[Any]] = {}
    before: Any = _FIRST
    for name in new:
        if name in known:
            before = name
        else:
            followers.setdefault(before, []).append(name)
    result = list(followers.get(_FIRST, ()))
    for name in old:
        if name in wanted:
            result.append(name)
            result += followers.get(name, ())
    return result


_FIRST = object()


def _column(text: str, index: int) -> int:
    return index - line_start(text, index)
