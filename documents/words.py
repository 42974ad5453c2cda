"""Two texts compared by words."""

import re
from dataclasses import dataclass

from .aligning import hunks

_WORD = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text. kind: "equal", "delete" (only before) or "insert" (only after)."""

    kind: str
    text: str


def compare(before: str, after: str) -> list[Segment]:
    """The segments that make `before` without the insertions, and `after` without the deletions.

    >>> [(each.kind, each.text) for each in compare("a black box", "a white box")]
    [('equal', 'a '), ('delete', 'black'), ('insert', 'white'), ('equal', ' box')]
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    result: list[Segment] = []
    at = 0
    deleted = inserted = ""
    for hunk in hunks(old, new):
        between = "".join(old[at : hunk.start])
        if (deleted or inserted) and between and not between.strip():
            # A lone blank between two changes would only cut them to pieces.
            deleted, inserted = deleted + between, inserted + between
        else:
            result += _change(deleted, inserted)
            deleted = inserted = ""
            if between:
                result.append(Segment("equal", between))
        deleted += "".join(old[hunk.start : hunk.end])
        inserted += "".join(new[hunk.new_start : hunk.new_end])
        at = hunk.end
    result += _change(deleted, inserted)
    if at < len(old):
        result.append(Segment("equal", "".join(old[at:])))
    return result


def _change(deleted: str, inserted: str) -> list[Segment]:
    pair = [Segment("delete", deleted), Segment("insert", inserted)]
    return [segment for segment in pair if segment.text]
