"""Prose, merged by blocks and then by lines; comments, of which none is lost."""

import re

from .aligning import Clash, Same, Taken, three_way, union
from .text import lines

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
# Lines that stand for themselves: items of lists and rows of tables.
_ITEM = re.compile(r"\s*(?:[-*+][ \t]|\d{1,9}[.)][ \t]|\|)")


def merge_prose(base: str, ours: str, theirs: str) -> str | None:
    """A text that holds the changes of both, or None where they contradict each other. Line ends are "\\n".

    Paragraphs (and fenced code) are compared first, then the lines of those that both changed. Two paragraphs inserted
    at one place both stay, ours first.
    """
    if ours in (theirs, base):
        return theirs
    if theirs == base:
        return ours
    texts = {"base": _blocks(base), "ours": _blocks(ours), "theirs": _blocks(theirs)}
    blocks = {side: [text for _, text in found] for side, found in texts.items()}
    result: list[tuple[str, str]] = []
    for part in three_way(blocks["base"], blocks["ours"], blocks["theirs"]):
        match part:
            case Taken(side, start, end):
                result += texts[side][start:end]
            case Same(at, mine, other, length):
                for offset in range(length):
                    (gap, text), (our_gap, _), (their_gap, _) = (
                        texts["base"][at + offset],
                        texts["ours"][mine + offset],
                        texts["theirs"][other + offset],
                    )
                    # The first block of a text has no gap before it.
                    known = [each for each in (our_gap, their_gap) if each]
                    result.append((next((each for each in known if each != gap), known[0] if known else gap), text))
            case Clash(old, mine, other):
                if old[0] == old[1]:
                    # An inserted block is new to the base, but may be one both wrote.
                    result += union(texts["ours"][slice(*mine)], texts["theirs"][slice(*other)], lambda block: block[1])
                    continue
                merged = merge_lines(
                    *(_joined(texts[side][slice(*span)]) for side, span in zip(texts, part, strict=True))
                )
                if merged is None:
                    return None
                found = _blocks(merged)
                if found:
                    ours_span = texts["ours"][slice(*mine)]
                    found[0] = (ours_span[0][0] if ours_span else "", found[0][1])
                result += found
    return _joined(result)


def merge_lines(base: str, ours: str, theirs: str, keep_both: bool = False) -> str | None:
    """The same by lines alone. None where both changed one line, or inserted other lines at one place.

    keep_both: of two insertions at one place both stay, ours first, as items of lists always do.
    """
    if ours in (theirs, base):
        return theirs
    if theirs == base:
        return ours
    ends = "\n" if all(text == "" or text.endswith("\n") for text in (base, ours, theirs)) else ""
    rows = [lines(text if ends else text + "\n") for text in (base, ours, theirs)]
    sides = {"ours": rows[1], "theirs": rows[2]}
    result: list[str] = []
    for part in three_way(*rows):
        match part:
            case Same(at, _, _, length):
                result += rows[0][at : at + length]
            case Taken(side, start, end):
                result += sides[side][start:end]
            case Clash(old, mine, other):
                added, also = rows[1][slice(*mine)], rows[2][slice(*other)]
                if old[0] != old[1] or not (keep_both or (_ITEM.match(added[0]) and _ITEM.match(also[0]))):
                    return None
                result += union(added, also)
    merged = "".join(result)
    return merged if ends else merged.removesuffix("\n")


def merge_comments(base: str, ours: str, theirs: str) -> str:
    """Comments and blank lines between values: no line of either side is lost but those that one of them removed."""
    merged = merge_lines(base, ours, theirs, keep_both=True)
    if merged is not None:
        return merged
    known = set(lines(ours))
    return ours + "".join(line for line in lines(theirs) if line.strip() and line not in known)


def _blocks(text: str) -> list[tuple[str, str]]:
    """(gap before it, text without its last line end) of each paragraph; a code fence is one block, blanks included."""
    result: list[tuple[str, str]] = []
    gap = ""
    block: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            closes = mark is not None and mark[1].startswith(fence) and not line[mark.end() :].strip()
            fence = "" if closes else fence
        elif mark:
            fence = mark[1]
        elif not line.strip(" \t"):
            if block:
                result.append((gap, "\n".join(block)))
                block, gap = [], ""
            gap += line + "\n"
            continue
        block.append(line)
    if block:
        result.append((gap, "\n".join(block)))
    return result


def _joined(blocks: list[tuple[str, str]]) -> str:
    return "".join((("\n" + (gap or "\n")) if position else "") + text for position, (gap, text) in enumerate(blocks))
