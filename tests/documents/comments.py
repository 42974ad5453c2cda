"""Which comments an edit has to leave alone, judged by the second reader."""

from collections import Counter
from typing import Any

from tests.documents.oracle import Node, Parts, content, same

# What may stand between a value and the comment behind it, or between a key and its own.
_FILLER = " \t:,-[]{}"


def comments_in(cut: Parts, node: Node, first: int, last: int) -> Counter[str]:
    """The comments of the lines `first` to `last`, on lines of their own or behind a value."""
    ends: dict[int, int] = {}
    covered: set[int] = set()
    _cover(node, ends, covered)
    found: Counter[str] = Counter()
    for number in range(first, last + 1):
        line = content(cut.lines[number])
        rest = "" if number in covered else line[ends.get(number, 0) :].lstrip(_FILLER)
        if rest.startswith("#"):
            found[rest] += 1
    return found


def _cover(node: Node, ends: dict[int, int], covered: set[int]) -> None:
    """Where the last scalar of each line ends, and which lines belong to a scalar up to their end."""
    if node.kind == "scalar":
        if node.style in ("literal", "folded"):
            # The header may have a comment; what looks like one below is text.
            ends[node.first] = max(ends.get(node.first, 0), node.column + 1)
            covered.update(range(node.first + 1, node.last + 1))
        else:
            covered.update(range(node.first, node.last))
            ends[node.last] = max(ends.get(node.last, 0), node.last_column)
    for item in node.items:
        _cover(item, ends, covered)
    for _, key, value in node.entries:
        _cover(key, ends, covered)
        _cover(value, ends, covered)


def protected(cut: Parts, node: Node, old: Any, new: Any) -> Counter[str]:
    """The comments inside a value that a change from `old` to `new` must keep: all but those of what goes."""
    if same(old, new):
        return comments_in(cut, node, node.first, node.last)
    kept: Counter[str] = Counter()
    if node.style != "block" or type(old) is not type(new):
        return kept
    if node.kind == "list":
        inside: set[int] = set()
        for item, dash in zip(node.items, node.dashes, strict=True):
            inside.update(range(dash, item.last + 1))
        kept += _between(cut, node, inside)
        for index, item in enumerate(node.items if new else ()):
            if sum(same(old[index], each) for each in new) == sum(same(old[index], each) for each in old):
                kept += comments_in(cut, item, item.first, item.last)
            elif len(old) == len(new) and all(same(old[i], new[i]) for i in range(len(old)) if i != index):
                kept += protected(cut, item, old[index], new[index])
        return kept
    names = list(old)
    inside = {line for _, key, value in node.entries for line in range(key.first, value.last + 1)}
    kept += _between(cut, node, inside)
    for name, (_, _, value) in zip(names, node.entries, strict=True):
        if name in new:
            kept += protected(cut, value, old[name], new[name])
    return kept


def _between(cut: Parts, node: Node, inside: set[int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for number in range(node.first, node.last + 1):
        if number not in inside:
            found += comments_in(cut, Node("map", "block", number, number, 0, 0), number, number)
    return found
