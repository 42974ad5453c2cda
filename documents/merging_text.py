"""Prose, merged by blocks and then by lines; comments, of which none is lost. Line ends are "\\n"."""

import re
from collections import Counter
from typing import NamedTuple

from .aligning import Clash, Same, Taken, three_way, union
from .text import lines
from .three import Three, pick

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
# Lines that stand for themselves: items of lists and rows of tables.
_ITEM = re.compile(r"\s*(?:[-*+][ \t]|\d{1,9}[.)][ \t]|\|)")


class _Block(NamedTuple):
    """A paragraph, or fenced code with the blank lines inside. gap: the blank lines before it."""

    gap: str
    text: str


def merge_prose(three: Three[str]) -> str | None:
    """A text that holds the changes of both, or None where they contradict each other.

    Paragraphs are compared first, then the lines of those that both changed. Two paragraphs inserted at one place both
    stay, ours first.
    """
    if three.ours in (three.base, three.theirs) or three.theirs == three.base:
        return pick(three)
    blocks = three.map(_blocks)
    result: list[_Block] = []
    for part in three_way(blocks.map(_texts)):
        match part:
            case Taken(side, start, end):
                result += getattr(blocks, side)[start:end]
            case Same(starts, length):
                result += [
                    _same_block(Three(*(found[at + offset] for found, at in zip(blocks, starts, strict=True))))
                    for offset in range(length)
                ]
            case Clash(spans):
                base, ours, theirs = (found[span] for found, span in zip(blocks, spans, strict=True))
                if not base:
                    result += union(ours, theirs, lambda block: block.text)
                    continue
                merged = merge_lines(Three(_joined(base), _joined(ours), _joined(theirs)))
                if merged is None:
                    return None
                found = _blocks(merged)
                result += [block._replace(gap=base[0].gap) for block in found[:1]] + found[1:]
    # Of what one side moved and the other removed, nothing stays.
    known = blocks.map(lambda found: {block.text for block in found})
    removed = known.base - (known.ours & known.theirs)
    result = [block for block in result if block.text not in removed]
    return None if _repeats(blocks.map(_texts), _texts(result)) else _joined(result)


def same_blocks(a: str, b: str) -> bool:
    """Whether two texts differ in nothing but the blank lines between their paragraphs."""
    return _texts(_blocks(a)) == _texts(_blocks(b))


def merge_lines(three: Three[str], keep_both: bool = False) -> str | None:
    """The same by lines alone. None where both changed one line, or inserted other lines at one place.

    keep_both: of two insertions at one place both stay, ours first, as items of lists always do.
    """
    if three.ours in (three.base, three.theirs) or three.theirs == three.base:
        return pick(three)
    ended = all(text == "" or text.endswith("\n") for text in three)
    rows = three.map(lambda text: lines(text if ended else text + "\n"))
    result: list[str] = []
    for part in three_way(rows):
        match part:
            case Same(starts, length):
                result += rows.base[starts.base : starts.base + length]
            case Taken(side, start, end):
                result += getattr(rows, side)[start:end]
            case Clash(spans):
                base, ours, theirs = (found[span] for found, span in zip(rows, spans, strict=True))
                if base or not (keep_both or (_ITEM.match(ours[0]) and _ITEM.match(theirs[0]))):
                    return None
                result += union(ours, theirs)
    if _repeats(rows, result):
        return None
    merged = "".join(result)
    return merged if ended else merged.removesuffix("\n")


def merge_comments(three: Three[str]) -> str:
    """Comments and blank lines between values: no line of either side is lost but those that one of them removed."""
    merged = merge_lines(three, keep_both=True)
    if merged is not None:
        return merged
    known = set(lines(three.ours))
    return three.ours + "".join(row for row in lines(three.theirs) if row.strip() and row not in known)


def _repeats(three: Three[list[str]], merged: list[str]) -> bool:
    """Whether something stands there more often than on any side: both moved it, or added it at different places."""
    counts = three.map(Counter)
    return any(
        times > max(1, *(count[each] for count in counts)) for each, times in Counter(merged).items() if each.strip()
    )


def _texts(blocks: list[_Block]) -> list[str]:
    return [block.text for block in blocks]


def _same_block(three: Three[_Block]) -> _Block:
    # The first block of a text has no gap, which says nothing about the gap it has elsewhere.
    gaps = [block.gap for block in (three.ours, three.theirs) if block.gap]
    changed = [gap for gap in gaps if gap != three.base.gap]
    return three.ours._replace(gap=next(iter(changed or gaps), three.base.gap))


def _blocks(text: str) -> list[_Block]:
    result: list[_Block] = []
    gap = fence = ""
    block: list[str] = []
    for line in [*text.split("\n"), ""]:
        mark = _FENCE.match(line)
        if fence:
            closes = mark is not None and mark[1].startswith(fence) and not line[mark.end() :].strip()
            fence = "" if closes else fence
        elif mark:
            fence = mark[1]
        elif not line.strip(" \t"):
            if block:
                result.append(_Block(gap, "\n".join(block)))
                block, gap = [], ""
            gap += line + "\n"
            continue
        block.append(line)
    if block:
        # An open fence: what ends it is the end of the text.
        result.append(_Block(gap, "\n".join(block).removesuffix("\n")))
    return result


def _joined(blocks: list[_Block]) -> str:
    return "".join(("\n" + (block.gap or "\n") if at else "") + block.text for at, block in enumerate(blocks))
