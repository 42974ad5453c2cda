"""The laws as pure functions: each takes bytes and gives the violations it found, in words.

1. Nothing changes by itself.      law1(data)
2. What you put is what you get.   law2(before, edit, after)
3. An edit changes what it edits.  law3(before, after, edit)
4. Refuse rather than damage.      law4(data, edit)

Laws 2 and 3 read both files with `oracle`, never with `documents`. `check` does one edit and asks all four.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from documents import DocumentError, parse
from tests.documents import comments, oracle
from tests.documents.edits import Edit, expected, perform, position_of, seed_order_kept, spelling
from tests.documents.oracle import Node, content, ending, is_blank, lines_of, same

Violations = list[str]

SECTION_EDITS = {
    "section",
    "section-at",
    "delete-section",
    "delete-section-at",
    "insert-section",
    "append-section",
    "rename-section",
    "move-section",
    "set-items",
    "preamble",
}

_AMBIGUOUS_WORDS = {"", "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<"}
_AMBIGUOUS = re.compile(
    r"""[-+]?[0-9][0-9_]*
      | 0o[0-7_]+
      | [-+]?0x[0-9a-fA-F_]+
      | [-+]?0b[01_]+
      | [-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?
      | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?
      | [-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)
      | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}.*)?
    """,
    re.VERBOSE,
)
_SAFE_WORDS = re.compile(r"[A-Za-z][A-Za-z ]*[A-Za-z]")


def ambiguous(text: str) -> bool:
    """Whether some YAML reader would take the plain text for something other than a string."""
    return text.casefold() in _AMBIGUOUS_WORDS or _AMBIGUOUS.fullmatch(text) is not None


def law1(data: bytes) -> Violations:
    """Nothing changes by itself."""
    written = bytes(parse(data))
    if written == data:
        return []
    place = next((at for at, (a, b) in enumerate(zip(data, written, strict=False)) if a != b), -1)
    return [f"law 1: {len(data)} bytes became {len(written)}, first difference at {place}"]


# --- law 2 ------------------------------------------------------------------------------------------------------


def law2(before: bytes, edit: Edit, after: bytes) -> Violations:
    """What you put is what you get, and all else reads as before."""
    try:
        found = oracle.state_of(after)
    except Exception as problem:
        return [f"law 2: the result cannot be read: {problem!r}"]
    old = oracle.state_of(before)
    wanted = expected(old, edit)
    bad: Violations = []
    for key in wanted.values.keys() | found.values.keys():
        if key not in found.values:
            bad.append(f"law 2: {key!r} is gone")
        elif key not in wanted.values:
            bad.append(f"law 2: {key!r} appeared")
        elif not same(wanted.values[key], found.values[key]):
            bad.append(f"law 2: {key!r} reads {found.values[key]!r}, not {wanted.values[key]!r}")
    if found.preamble != wanted.preamble:
        bad.append(f"law 2: the preamble reads {found.preamble!r}, not {wanted.preamble!r}")
    return bad + _law2_sections(old, edit, wanted, found)


def _law2_sections(old: oracle.State, edit: Edit, wanted: oracle.State, found: oracle.State) -> Violations:
    headings = [heading for heading, _ in found.sections]
    if edit["op"] == "set-items":
        return _law2_items(old, edit, found)
    if edit["op"] == "section" and position_of(old, edit["heading"]) is None:
        if headings.count(edit["heading"]) != 1:
            return [f"law 2: {edit['heading']!r} is not there once: {headings}"]
        if not seed_order_kept(headings, edit["heading"]):
            return [f"law 2: {edit['heading']!r} is out of the seed's order: {headings}"]
        rest = [pair for pair in found.sections if pair[0] != edit["heading"]]
        if rest != old.sections:
            return [f"law 2: other sections changed: {rest} instead of {old.sections}"]
        text = dict(found.sections)[edit["heading"]]
        return [] if text == wanted.sections[-1][1] else [f"law 2: the new section reads {text!r}"]
    if found.sections != wanted.sections:
        return [f"law 2: the sections read {found.sections}, not {wanted.sections}"]
    return []


def _law2_items(old: oracle.State, edit: Edit, found: oracle.State) -> Violations:
    if [heading for heading, _ in old.sections] != [heading for heading, _ in found.sections]:
        return ["law 2: set-items changed the headings"]
    for (heading, before), (_, after) in zip(old.sections, found.sections, strict=True):
        if heading == edit["heading"]:
            if (oracle.items_in(after) or []) != [item.strip(" \t") for item in edit["items"]]:
                return [f"law 2: the items read {oracle.items_in(after)!r}, not {edit['items']!r}"]
        elif before != after:
            return [f"law 2: set-items changed {heading!r}"]
    return []


# --- law 3: front matter ----------------------------------------------------------------------------------------


@dataclass
class Sides:
    """Both files as lines, with the run that they do not share."""

    before: list[str]
    after: list[str]
    newline: str | None
    back: int  # line of the closing fence
    bad: Violations = field(default_factory=list)

    def fail(self, text: str) -> None:
        self.bad.append(f"law 3: {text}")

    def outside(self, first: int, stop: int) -> tuple[list[str], list[str]] | None:
        """The lines of both sides in place of `before[first:stop]`, if all others are the same byte for byte."""
        tail = len(self.before) - stop
        if len(self.after) < first + tail:
            self.fail(f"lines outside {first + 1}-{stop} are gone")
            return None
        if self.after[:first] != self.before[:first]:
            number = _common(self.before, self.after)
            self.fail(f"line {number + 1}, above the edited ones, changed")
            return None
        if tail and self.after[-tail:] != self.before[stop:]:
            number = _common(self.before[::-1], self.after[::-1])
            self.fail(f"line {len(self.before) - number}, below the edited ones, changed")
            return None
        return self.before[first:stop], self.after[first : len(self.after) - tail]

    def ends(self, added: Sequence[str], replaced: Sequence[str] = ()) -> None:
        """New lines end as most lines do, or as those that they replace."""
        known = {ending(line) for line in replaced}
        for line in added:
            if self.newline and ending(line) not in ("", self.newline, *known):
                self.fail(f"new line {line!r} does not end as the file does")


def law3(before: bytes, after: bytes, edit: Edit) -> Violations:
    """An edit changes what it edits: which lines may differ, how many, and in what style."""
    if before.startswith(b"\xef\xbb\xbf") != after.startswith(b"\xef\xbb\xbf"):
        return ["law 3: the byte order mark changed"]
    try:
        oracle.state_of(after)
        oracle.tree(after)
    except Exception as problem:
        return [f"law 3: the result cannot be read: {problem!r}"]
    sides = Sides(
        lines_of(before.decode().removeprefix(oracle.BOM)),
        lines_of(after.decode().removeprefix(oracle.BOM)),
        oracle.dominant_newline(before),
        oracle.parts(before).back,
    )
    if edit["op"] in SECTION_EDITS:
        _law3_body(sides, before, after, edit)
    else:
        _law3_front(sides, before, after, edit)
    return sides.bad


def _law3_front(sides: Sides, before: bytes, after: bytes, edit: Edit) -> None:
    root = oracle.tree(before)
    values = oracle.values_of(before)
    entry = root.entry(edit["key"]) if root else None
    if root and root.style == "flow" and (entry is None or edit["op"] == "delete"):
        _flow_root(sides, root, values, expected(oracle.state_of(before), edit).values)
    elif edit["op"] == "delete":
        assert entry is not None, "a delete needs its key"
        assert root is not None
        _deleted(sides, root, entry)
    elif entry is None:
        _new_key(sides, before, after, edit)
    else:
        key, key_node, node = entry
        old = values[spelling(values, key)]
        if same(old, edit["value"]):
            if before != after:
                sides.fail("an equal value changed the file")
            return
        _changed(sides, key_node, node, old, edit["value"])
        if not sides.bad:
            _comments_kept(sides, before, after, key, edit["value"])
        if not sides.bad and node.kind == "scalar" and _is_scalar(edit["value"]):
            written = oracle.tree(after)
            found = written.entry(key) if written else None
            if found:
                _style(sides, node, found[2], old, edit["value"])


def _flow_root(sides: Sides, root: Node, old: dict[Any, Any], new: dict[Any, Any]) -> None:
    """A top level in braces is one value: its lines may change as those of any other map in braces."""
    both = sides.outside(root.first, root.last + 1)
    if both is None:
        return
    _count(sides, *both, _cost_of_flow(root, old, new))
    sides.ends(both[1], both[0])


def _deleted(sides: Sides, root: Node, entry: tuple[str, Node, Node]) -> None:
    _, key_node, node = entry
    stop = node.last + 1
    candidates = [stop]
    above = [value for _, key, value in root.entries if key.first < key_node.first]
    # A scalar above that keeps its blank lines must not gain those below.
    if node.style in ("literal", "folded") or (above and _keeps(sides, above[-1])):
        last = stop
        while last > key_node.first + 1 and is_blank(sides.before[last - 1]):
            last -= 1
        while last < len(sides.before) and is_blank(sides.before[last]):
            last += 1
            candidates.append(last)
    wanted = [sides.before[: key_node.first] + sides.before[end:] for end in candidates]
    if not above:
        # Where a key may begin, a line of blanks must have no tab.
        last = stop
        while last < len(sides.before) and is_blank(sides.before[last]):
            last += 1
        kept = [line for line in sides.before[stop:last] if "\t" not in content(line)]
        wanted.append(sides.before[: key_node.first] + kept + sides.before[last:])
    if len(root.entries) == 1:
        # Three dots go with the last key: alone, they are no YAML. A comment behind them stays.
        wanted += [
            [
                line if number >= sides.back else re.sub(r"^\.\.\.(?:[ \t]+(?=#)|[ \t]*(?:\r\n|\r|\n|$))", "", line)
                for number, line in enumerate(lines)
            ]
            for lines in wanted
        ]
        wanted = [[line for line in lines if line] for lines in wanted]
    if sides.after not in wanted:
        sides.fail(f"deleting a key should cost exactly lines {key_node.first + 1}-{stop}")


def _new_key(sides: Sides, before: bytes, after: bytes, edit: Edit) -> None:
    count = len(sides.after) - len(sides.before)
    place = _common(sides.before, sides.after)
    if count < 1 or sides.before[place:] != sides.after[place + count :]:
        sides.fail("adding a key touched other lines")
        return
    added = sides.after[place : place + count]
    if count > 1 + _size(edit["value"]):
        sides.fail(f"adding a key took {count} lines")
    if any(is_blank(line) for line in added):
        sides.fail("adding a key added blank lines")
    sides.ends(added)
    old, new = list(oracle.values_of(before)), list(oracle.values_of(after))
    seeds, now = _seed_keys(old), _seed_keys(new)
    if _seed_keys([edit["key"]]):
        if _sorted(seeds, oracle.SEED_KEYS) and not _sorted(now, oracle.SEED_KEYS):
            sides.fail(f"the new key broke the seed's order: {new}")
    elif edit["key"] not in oracle.OTHER_KEYS and len(seeds) == len(old) and new[-1] != edit["key"]:
        sides.fail(f"the new key is not at the end: {new}")


def _changed(sides: Sides, key_node: Node, node: Node, old: Any, new: Any) -> None:
    """The value of a key that is there: which lines of its run may go and come."""
    stop, blank = node.last + 1, 0
    if node.style == "block" and _keeps(sides, node):
        while stop < sides.back and is_blank(sides.before[stop]):
            stop += 1
        blank = sum(map(is_blank, sides.before[key_node.first : stop]))
    elif node.style == "block":
        # Between the key and the first item.
        blank = sum(map(is_blank, sides.before[key_node.first : node.first]))
    both = sides.outside(key_node.first, stop)
    if both is None:
        return
    gone, come = both
    may_remove, may_add = cost(node, old, new)
    _count(sides, gone, come, (may_remove + blank, may_add))
    sides.ends(come, gone)
    if node.kind == "scalar" and not sides.bad:
        _around_scalar(sides, key_node, node, gone, come, new)
    if node.kind == "list" and node.style == "block" and isinstance(new, list) and new:
        _list_lines(sides, node, old, new, gone, come)


def _keeps(sides: Sides, node: Node) -> bool:
    """Whether some scalar in here keeps the blank lines below it."""
    if node.style in ("literal", "folded"):
        return "+" in content(sides.before[node.first])[node.column :].partition("#")[0]
    return any(_keeps(sides, each) for each in [*node.items, *(value for _, _, value in node.entries)])


def _comments_kept(sides: Sides, before: bytes, after: bytes, key: str, new: Any) -> None:
    """No comment goes but those of what goes."""
    old = oracle.values_of(before)[key]
    roots = [oracle.tree(data) for data in (before, after)]
    nodes = [entry[2] for root in roots if root and (entry := root.entry(key))]
    if len(nodes) != 2 or not roots[0] or not roots[1]:
        return
    kept = comments.protected(oracle.parts(before), nodes[0], old, new)
    cut = oracle.parts(after)
    # A comment at the end of the value may now stand below it.
    there = comments.comments_in(cut, roots[1], roots[1].first, cut.back - 1)
    if kept - there:
        sides.fail(f"comments are gone: {dict(kept - there)}")


def _count(sides: Sides, gone: list[str], come: list[str], due: tuple[int, int]) -> None:
    kept = _longest_common(gone, come)
    removed, added = len(gone) - kept, len(come) - kept
    if removed > due[0] or added > due[1]:
        sides.fail(f"-{removed} +{added} lines where -{due[0]} +{due[1]} are due")


def _around_scalar(sides: Sides, key_node: Node, node: Node, gone: list[str], come: list[str], new: Any) -> None:
    """What stands on the line before and behind a scalar stays, comments included."""
    at = node.first - key_node.first
    if node.style in ("literal", "folded"):
        comment = re.search(r"[ \t]#.*", content(gone[at])[node.column :])
        if comment and not content(come[at]).endswith(comment[0].lstrip()):
            sides.fail(f"the comment of the block went: {come[at]!r}")
    elif node.height == 1 and _is_scalar(new):
        prefix, suffix = gone[at][: node.column], gone[at][node.last_column :]
        if not come[at].startswith(prefix.rstrip(" ") if not gone[at][node.column : node.last_column] else prefix):
            sides.fail(f"what stands before the value changed: {come[at]!r}")
        if not come[at].endswith(suffix):
            sides.fail(f"what stands after the value changed: {come[at]!r}")


def _list_lines(sides: Sides, node: Node, old: list[Any], new: list[Any], gone: list[str], come: list[str]) -> None:
    scalars = all(_is_scalar(item) for item in [*old, *new])
    if scalars and all(height == 1 for height in _heights(node)):
        first = node.items[0].first - (node.last + 1 - len(gone))
        items = {item.first - (node.last + 1 - len(gone)) for item in node.items}
        between = [line for at, line in enumerate(gone[first:], start=first) if at not in items]
        if not _is_subsequence(between, come):
            sides.fail("a comment or blank line between the items changed")
    if _keeps(sides, node):
        gone, come = ([line for line in lines if not is_blank(line)] for lines in (gone, come))
    if _same_items(old, new) and sorted(map(content, gone)) != sorted(map(content, come)):
        sides.fail("a new order rewrote lines instead of moving them")


def cost(node: Node, old: Any, new: Any) -> tuple[int, int]:
    """How many lines a change from `old` to `new` may remove and add."""
    if same(old, new):
        return 0, 0
    if node.kind == "scalar":
        if not _is_scalar(new):
            return node.height + 1, 1 + _size(new)
        if node.height == 1 and node.style not in ("literal", "folded"):
            return 1, 1
        return node.height, 2 + 2 * str(new).count("\n") + len(str(new)) // 20
    if node.style == "flow":
        return _cost_of_flow(node, old, new)
    if node.kind == "list" and isinstance(new, list):
        return _cost_of_list(node, old, new) if new else (node.height + 1, 1)
    if node.kind == "map" and isinstance(new, dict):
        return _cost_of_map(node, old, new) if new else (node.height + 1, 1)
    return node.height + 1, 1 + _size(new)


def _cost_of_flow(node: Node, old: Any, new: Any) -> tuple[int, int]:
    """Lines that hold what goes, what changes, and the commas beside it."""
    if node.height == 1:
        # What is empty or of another kind says nothing about how the new value is to be written.
        return 1, 1 if old and type(old) is type(new) else 1 + _size(new)
    if not (isinstance(old, list) and isinstance(new, list) and old and new) or _same_items(old, new):
        return node.height, node.height + _size(new)
    touched: set[int] = set()
    more = 0
    for at, was, now in _gaps(old, new):
        # A comma is written behind an item, so the one before takes part, and at the end the bracket does.
        lines = [(node.items[i].first, node.items[i].last) for i in was]
        if len(was) != len(now):
            lines.append((node.items[at - 1].last,) * 2 if at else (node.first,) * 2)
            if at + len(was) == len(old):
                lines.append((node.items[-1].last, node.last))
            elif was and at == 0:
                lines.append((node.items[at + len(was)].first,) * 2)
        touched.update(number for first, last in lines for number in range(first, last + 1))
        more += max(0, len(now) - len(was))
    return len(touched), len(touched) + more


def _cost_of_list(node: Node, old: list[Any], new: list[Any]) -> tuple[int, int]:
    heights = _heights(node)
    gaps = _gaps(old, new)
    # Behind another dash, the first item shares its line with it, and the last one's line end stays.
    shared = 2 if node.shared else 0
    if _same_items(old, new):
        # Which of the items stay is the writer's choice; how many is not.
        moved = sum(sorted(heights)[-sum(len(was) for _, was, _ in gaps) :]) if gaps else 0
        return moved + shared, moved + shared
    removed = added = shared
    for _, was, now in gaps:
        if len(was) == len(now):
            pairs = [_cost_of_item(node, heights, i, old[i], new[j]) for i, j in zip(was, now, strict=True)]
            removed, added = removed + sum(less for less, _ in pairs), added + sum(more for _, more in pairs)
        else:
            removed += sum(heights[i] for i in was)
            if node.shared and 0 in was and len(was) < len(old):
                # The next dash moves up to the line of the outer one, over blank lines.
                removed += node.dashes[was[-1] + 1] - node.items[was[-1]].last - 1
            # A block that stays one has a header.
            blocks = sum(_blocks(node.items[i]) for i in was)
            added += sum(_size(new[j]) for j in now) + blocks
    return removed, added


def _blocks(node: Node) -> int:
    """How many literal and folded scalars there are in a value."""
    if node.kind == "scalar":
        return int(node.style in ("literal", "folded"))
    return sum(_blocks(each) for each in [*node.items, *(value for _, _, value in node.entries)])


def _cost_of_item(node: Node, heights: list[int], index: int, old: Any, new: Any) -> tuple[int, int]:
    item = node.items[index]
    if isinstance(old, dict) and isinstance(new, dict) and new and item.style == "block":
        return _cost_of_map(item, old, new, on_dash=item.first == node.dashes[index])
    if item.kind == "scalar" and _is_scalar(new):
        return cost(item, old, new)
    if item.kind == "list" and isinstance(new, list) and new:
        return cost(item, old, new)
    return heights[index], _size(new)


def _heights(node: Node) -> list[int]:
    """Lines of each item of a block list, from its dash on."""
    return [item.last - dash + 1 for item, dash in zip(node.items, node.dashes, strict=True)]


def _same_items(old: list[Any], new: list[Any]) -> bool:
    return sorted(map(repr, old)) == sorted(map(repr, new))


def _cost_of_map(node: Node, old: dict[Any, Any], new: dict[Any, Any], *, on_dash: bool = False) -> tuple[int, int]:
    removed = added = 0
    for number, (_, key_node, value) in enumerate(node.entries):
        key = list(old)[number]
        if key not in new:
            removed += value.last - key_node.first + 1
            if number == 0 and on_dash:  # the next key moves up to the line of the dash, over blank lines
                following = node.entries[1][1].first if len(node.entries) > 1 else value.last + 1
                removed, added = removed + following - value.last, added + 1
        elif not same(old[key], new[key]):
            less, more = cost(value, old[key], new[key])
            removed, added = removed + less, added + more
    for key in new:
        if key not in old:
            added += 1 if _is_scalar(new[key]) else 1 + _size(new[key])
    return removed, added


def _style(sides: Sides, old_node: Node, new_node: Node, old: Any, new: Any) -> None:
    """A scalar keeps its style where the new value allows it; ambiguous strings get quotes."""
    if not isinstance(new, str):
        if new_node.style != "plain":
            sides.fail(f"{new!r} was written {new_node.style}")
        return
    if new_node.style == "plain" and ambiguous(new):
        sides.fail(f"{new!r} was written plain, and other readers take it for something else")
    if not isinstance(old, str):
        return
    if old_node.style in ("single", "double") and _one_line(new) and new_node.style != old_node.style:
        sides.fail(f"{old_node.style} quotes became {new_node.style}")
    if old_node.style == "plain" and _SAFE_WORDS.fullmatch(new) and not ambiguous(new) and new_node.style != "plain":
        sides.fail(f"a plain value became {new_node.style}")
    if old_node.style in ("literal", "folded") and _block_text(new) and new_node.style != old_node.style:
        sides.fail(f"a {old_node.style} block became {new_node.style}")


def _one_line(text: str) -> bool:
    return text.isprintable()


def _block_text(text: str) -> bool:
    """Prose that a block scalar can hold without any art."""
    body = text.removesuffix("\n")
    return bool(body) and all(line.isprintable() and line and line == line.strip() for line in body.split("\n"))


# --- law 3: body ------------------------------------------------------------------------------------------------


def _law3_body(sides: Sides, before: bytes, after: bytes, edit: Edit) -> None:
    back = oracle.parts(before).back
    fence = sides.before[back]
    open_end = not ending(fence)
    if sides.after[:back] != sides.before[:back] or content(sides.after[back]) != content(fence):
        sides.fail("an edit of the body changed the front matter")
        return
    if not open_end and sides.after[back] != fence:
        sides.fail("an edit of the body changed the closing fence")
        return
    found = oracle.sections_of(before)
    names = [section.heading for section in found]
    match edit["op"]:
        case "section" if edit["heading"] in names:
            _text_changed(sides, found[names.index(edit["heading"])], edit["text"])
        case "section-at":
            _text_changed(sides, found[edit["index"]], edit["text"])
        case "section" | "insert-section" | "append-section":
            _section_added(sides, found, edit["heading"], edit["text"])
        case "delete-section":
            _section_deleted(sides, found[names.index(edit["heading"])])
        case "delete-section-at":
            _section_deleted(sides, found[edit["index"]])
        case "rename-section":
            _renamed(sides, found, oracle.sections_of(after), edit)
        case "move-section":
            _moved(sides, edit)
        case "set-items":
            _items_changed(sides, found[names.index(edit["heading"])], edit["items"])
        case "preamble":
            start, stop = oracle.preamble_range(before)
            _run_changed(sides, start, stop, edit["text"])


def _text_changed(sides: Sides, section: oracle.Section, text: str) -> None:
    _run_changed(sides, section.text, section.end, text)


def _run_changed(sides: Sides, start: int, stop: int, text: str) -> None:
    """New text between `start` and `stop`; the blank lines around the old text stay."""
    new = _text_lines(text)
    first, last = oracle.trimmed(sides.before[start:stop])
    old = [content(line) for line in sides.before[start + first : start + last]]
    if old == new:
        if sides.before != sides.after:
            sides.fail("an equal text changed the file")
        return
    _same_last_end(sides, stop == len(sides.before))
    if old and new:
        at_end = start + last == len(sides.before)
        both = _outside_but_for_the_last_end(sides, start + first, start + last)
        if both is None:
            return
        # Where nothing separated the text from the next heading, a blank line may have to.
        close = start + last == stop < len(sides.before)
        if [content(line) for line in both[1]] not in (new, [*new, ""] if close else new):
            sides.fail(f"the lines of the text are {both[1]!r}")
        sides.ends(both[1][:-1] if at_end else both[1], both[0])
        return
    both = _outside_but_for_the_last_end(sides, start, stop)
    if both is None:
        return
    if [content(line) for line in both[1] if not is_blank(line)] != [line for line in new if not is_blank(line)]:
        sides.fail(f"the lines of the text are {both[1]!r}")


def _outside_but_for_the_last_end(sides: Sides, first: int, stop: int) -> tuple[list[str], list[str]] | None:
    """`Sides.outside`, where a line above may get the line end that it lacked as the last of the file."""
    before, after = list(sides.before), list(sides.after)
    if 0 < first == len(before) <= len(after) and not ending(before[-1]):
        before[-1] = after[first - 1] if content(after[first - 1]) == content(before[-1]) else before[-1]
    elif 0 < first == len(after) <= len(before) and not ending(after[-1]) and stop == len(before):
        before[first - 1] = after[-1] if content(after[-1]) == content(before[first - 1]) else before[first - 1]
    trial = Sides(before, after, sides.newline, sides.back)
    both = trial.outside(first, stop)
    sides.bad.extend(trial.bad)
    return both


def _blank_below(sides: Sides, section: oracle.Section) -> int:
    """Blank lines between a heading and its text."""
    return oracle.trimmed(sides.before[section.text : section.end])[0]


def _section_added(sides: Sides, found: list[oracle.Section], heading: str, text: str) -> None:
    before, after = [content(line) for line in sides.before], [content(line) for line in sides.after]
    count = len(after) - len(before)
    places = [_common(sides.before, sides.after), _common(before, after)]
    place = next((at for at in places if before[at:] == after[at + count :]), None)
    if count < 1 or place is None:
        sides.fail("adding a section touched other lines")
        return
    added = after[place : place + count]
    wanted = [f"# {heading}".rstrip(), *_text_lines(text)]
    written = sides.after[place : place + count]
    if Counter(line for line in added if not is_blank(line)) != Counter(line for line in wanted if not is_blank(line)):
        sides.fail(f"adding a section added {added!r}")
    blank = sum(map(is_blank, added)) - sum(map(is_blank, wanted))
    # One on either side, and below the heading as many as the other headings have.
    if not 0 <= blank <= 2 + max((_blank_below(sides, section) for section in found), default=0):
        sides.fail(f"adding a section added {blank} blank lines around it")
    kept = sides.after[:place] + sides.after[place + count :]
    for number, (old, new) in enumerate(zip(sides.before, kept, strict=True)):
        if old != new and number != len(sides.before) - 1:
            sides.fail(f"line {number + 1} ends differently")
    # What ended the file ends it again.
    sides.ends(written, sides.before[-1:])
    _same_last_end(sides)


def _section_deleted(sides: Sides, section: oracle.Section) -> None:
    before, after = [content(line) for line in sides.before], [content(line) for line in sides.after]
    count = len(before) - len(after)
    places = [_common(sides.before, sides.after), _common(before, after)]
    place = next((at for at in places if before[at + count :] == after[at:]), None)
    if count < 1 or place is None:
        sides.fail("deleting a section touched other lines")
        return
    gone = Counter(line for line in before[place : place + count] if not is_blank(line))
    if gone != Counter(line for line in before[section.start : section.end] if not is_blank(line)):
        sides.fail(f"deleting a section took {sum(gone.values())} lines with something in them")
    kept = sides.before[:place] + sides.before[place + count :]
    for number, (old, new) in enumerate(zip(kept, sides.after, strict=True)):
        if old != new and number != len(kept) - 1:
            sides.fail(f"line {number + 1} ends differently")
    _same_last_end(sides)


def _renamed(sides: Sides, old: list[oracle.Section], new: list[oracle.Section], edit: Edit) -> None:
    was, now = old[edit["position"]], new[edit["position"]]
    if was.heading == edit["heading"]:
        if sides.before != sides.after:
            sides.fail("an equal heading changed the file")
        return
    both = sides.outside(was.start, was.text)
    if both is None:
        return
    if not was.setext and len(both[1]) != 1:
        sides.fail(f"a renamed heading takes {len(both[1])} lines")
    if was.setext and len(both[1]) > len(both[0]):
        sides.fail(f"a renamed heading takes {len(both[1])} lines instead of {len(both[0])}")
    if now.start != was.start:
        sides.fail("a renamed heading moved")


def _moved(sides: Sides, edit: Edit) -> None:
    if edit["from"] == edit["to"]:
        if sides.before != sides.after:
            sides.fail("a move to the same place changed the file")
        return
    before, after = [content(line) for line in sides.before], [content(line) for line in sides.after]
    if Counter(line for line in before if not is_blank(line)) != Counter(line for line in after if not is_blank(line)):
        sides.fail("a move rewrote lines")
    if abs(len(before) - len(after)) > 2:
        sides.fail("a move changed the number of blank lines")
    _same_last_end(sides)


def _items_changed(sides: Sides, section: oracle.Section, items: list[str]) -> None:
    first, last = oracle.trimmed(sides.before[section.text : section.end])
    old_text = [content(line) for line in sides.before[section.text + first : section.text + last]]
    old = oracle.items_in("\n".join(old_text))
    if old == items:
        if sides.before != sides.after:
            sides.fail("equal items changed the file")
        return
    _same_last_end(sides, section.end == len(sides.before))
    if not old or not items:
        first, last = 0, section.end - section.text
    both = _outside_but_for_the_last_end(sides, section.text + first, section.text + last)
    if both is None or not old or not items or len(old) != len(old_text):
        return
    gone, come = [content(line) for line in both[0]], [content(line) for line in both[1]]
    kept = _longest_common(gone, come)
    shared = _longest_common(old, items)
    numbered = bool(re.match(r"\s*\d", gone[0]))
    if not numbered and (len(gone) - kept > len(old) - shared or len(come) - kept > len(items) - shared):
        sides.fail(f"-{len(gone) - kept} +{len(come) - kept} lines where only items changed")


def _same_last_end(sides: Sides, due: bool = True) -> None:
    """A file ends with a newline, or without, as before; nothing is asked where no body is left."""
    has_body = any(not is_blank(line) for line in sides.after[sides.back + 1 :])
    if due and has_body and bool(ending(sides.before[-1])) != bool(ending(sides.after[-1])):
        sides.fail("the newline at the end of the file came or went")


# --- law 4 and all together -------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What came of one edit."""

    violations: Violations
    after: bytes | None = None
    refusal: DocumentError | None = None


def law4(data: bytes, edit: Edit) -> Violations:
    """Refuse rather than damage: a refusal is a DocumentError that says where, and nothing has changed."""
    return [text for text in check(data, edit).violations if text.startswith("law 4")]


def check(data: bytes, edit: Edit) -> Outcome:
    """Do one edit and ask every law."""
    bad = law1(data)
    document = parse(data, "terms/example.md")
    try:
        perform(document, edit)
    except DocumentError as refusal:
        return Outcome(bad + _law4(data, bytes(document), refusal), refusal=refusal)
    except Exception as problem:
        return Outcome([*bad, f"law 4: {type(problem).__name__} instead of a DocumentError: {problem}"])
    after = bytes(document)
    bad += law2(data, edit, after) + law3(data, after, edit)
    if not bad:
        bad += _law2_again(document, after)
    return Outcome(bad, after)


def _law4(data: bytes, written: bytes, refusal: DocumentError) -> Violations:
    bad = [] if written == data else ["law 4: a refused edit changed the document"]
    if not re.fullmatch(r"[a-z]+(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*", refusal.code):
        bad.append(f"law 4: {refusal.code!r} is no code")
    if refusal.line < 1 or refusal.column < 1 or not refusal.message or not refusal.hint:
        bad.append(f"law 4: the refusal does not say where, what and what to do: {refusal}")
    return bad


def _law2_again(document: Any, after: bytes) -> Violations:
    """The document in hand, the document read again and the second reader agree."""
    bad: Violations = []
    again = parse(after)
    state = oracle.state_of(after)
    for name, read in (("edited", document), ("read again", again)):
        if not same(read.values, state.values):
            bad.append(f"law 2: the document {name} gives {read.values!r}, the file holds {state.values!r}")
        if read.preamble != state.preamble:
            bad.append(f"law 2: the document {name} gives the preamble {read.preamble!r}")
        found = [(heading, read.sections[index]) for index, heading in enumerate(read.sections)]
        if found != state.sections:
            bad.append(f"law 2: the document {name} gives the sections {found!r}, the file holds {state.sections!r}")
    return bad + law1(after)


# --- small things -----------------------------------------------------------------------------------------------


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, list | dict)


def _size(value: Any) -> int:
    """The most lines that a careful writer needs for a value below its key or dash."""
    if isinstance(value, list) and value:
        return sum(max(1, _size(item)) for item in value)
    if isinstance(value, dict) and value:
        return sum(1 if _is_scalar(item) else 1 + _size(item) for item in value.values())
    return 1


def _text_lines(text: str) -> list[str]:
    lines = oracle.with_lf(text).split("\n")
    first, last = oracle.trimmed(lines)
    return lines[first:last]


def _seed_keys(keys: list[str]) -> list[str]:
    """Those of the seed, in its own spelling: a key is found in any letter case."""
    known = {key.casefold(): key for key in oracle.SEED_KEYS}
    return [known[name] for key in keys if (name := str(key).casefold()) in known]


def _sorted(keys: list[str], order: list[str]) -> bool:
    return sorted(keys, key=order.index) == keys


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count


def _is_subsequence(part: Sequence[str], whole: Sequence[str]) -> bool:
    rest = iter(whole)
    return all(line in rest for line in part)


def _longest_common(left: Sequence[Any], right: Sequence[Any]) -> int:
    """Length of the longest common subsequence, by the textbook table."""
    row = [0] * (len(right) + 1)
    for a in left:
        above = 0
        for at, b in enumerate(right, start=1):
            above, row[at] = row[at], above + 1 if same(a, b) else max(row[at], row[at - 1])
    return row[-1]


def _gaps(old: Sequence[Any], new: Sequence[Any]) -> list[tuple[int, list[int], list[int]]]:
    """The runs of indexes between the items that a longest common subsequence keeps, each with its place in `old`."""
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            table[i][j] = table[i + 1][j + 1] + 1 if same(old[i], new[j]) else max(table[i + 1][j], table[i][j + 1])
    found: list[tuple[int, list[int], list[int]]] = []
    was: list[int] = []
    now: list[int] = []
    i = j = 0
    while i < len(old) or j < len(new):
        if i < len(old) and j < len(new) and same(old[i], new[j]):
            if was or now:
                found.append((i - len(was), was, now))
            was, now = [], []
            i, j = i + 1, j + 1
        elif j >= len(new) or (i < len(old) and table[i + 1][j] >= table[i][j + 1]):
            was.append(i)
            i += 1
        else:
            now.append(j)
            j += 1
    if was or now:
        found.append((i - len(was), was, now))
    return found
