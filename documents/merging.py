"""Three documents into one, and what a person has to decide.

The rules, field by field:

    base  ours  theirs   result
    A     A     A        A
    A     A     B        B
    A     B     A        B
    A     B     B        B
    A     B     C        lists, maps and texts: what both changed in different places; else a conflict, ours stays
    A     -     A        removed (and so on the other side)
    A     -     B        a conflict
    -     B     -        added (and so on the other side)
    -     B     C        as A B C, with nothing for A

The same holds for what is no content (line ends, byte order mark, last line end, comments, quotes, order of keys),
except that it never makes a conflict: where both sides changed it, ours stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from .aligning import pairs
from .conflicts import Choice, Conflict, Ledger, check_choices
from .document import Document, parse
from .errors import DocumentError
from .merging_body import merge_body
from .merging_front import merge_front
from .parts import Parts, take_apart
from .reading import same
from .text import BOM, dominant_newline, lines

_WHOLE = "text"

Text = TypeVar("Text", str, str | None)


@dataclass(frozen=True, slots=True)
class Merge:
    """document: the merged text; where there is a conflict, ours. conflicts: in the order of the document."""

    document: Document
    conflicts: list[Conflict]
    base: Document | None = field(repr=False)
    ours: Document = field(repr=False)
    theirs: Document = field(repr=False)

    def resolved(self, choices: Mapping[str, Choice]) -> Document:
        """The merged document with what was chosen for each conflict.

        Args:
            choices: field to "base", "ours", "theirs" or Edited(value).

        Raises:
            DocumentError: merge.unknown-field, merge.undecided, merge.choice; or why the document cannot hold what was
                chosen (edit.*, section.*, encoding.*, limit.*).
        """
        check_choices(choices, self.conflicts)
        if not choices:
            return self.document.copy()
        return _merged(self.base, self.ours, self.theirs, Ledger(choices))


def merge(base: Document | None, ours: Document, theirs: Document) -> Merge:
    """Merges what became of `base` on two sides; None where they have no common ancestor.

    The result keeps our bytes wherever theirs changed nothing. Nothing is raised: what cannot be merged is a conflict.
    """
    mine, other = bytes(ours), bytes(theirs)
    old = None if base is None else bytes(base)
    if other in (old, mine):
        return Merge(ours.copy(), [], base, ours, theirs)
    if mine == old:
        return Merge(parse(other, ours.path), [], base, ours, theirs)
    ledger = Ledger()
    document = _merged(base, ours, theirs, ledger)
    return Merge(document, list(ledger.conflicts.values()), base, ours, theirs)


def _merged(base: Document | None, ours: Document, theirs: Document, ledger: Ledger) -> Document:
    if ledger.has_choice(_WHOLE):
        texts = [None if side is None else bytes(side).decode() for side in (base, ours, theirs)]
        return parse(str(ledger.decide(_WHOLE, *texts)).encode(), ours.path)
    old = None if base is None else take_apart(base)
    mine, other = take_apart(ours), take_apart(theirs)
    front, values = merge_front(old, mine, other, ledger)
    body = merge_body(old, mine, other, ledger)
    try:
        document = parse(_put_together(old, mine, other, front, body.text), ours.path)
        found = {name.casefold(): value for name, value in document.values.items()}
        sections = document.sections
        read = [("", sections.preamble), *zip(sections, sections.texts(), strict=True)]
        if same(found, values) and read == body.expected:
            return document
        reason = DocumentError("merge.unsafe", "The merged text would not be read as what was merged.")
    except DocumentError as error:
        reason = error
    if ledger.resolving:
        raise reason
    ledger.conflicts.clear()
    ledger.decide(_WHOLE, *(None if side is None else bytes(side).decode() for side in (base, ours, theirs)))
    return ours.copy()


def _put_together(base: Parts | None, ours: Parts, theirs: Parts, front: str, body: str) -> bytes:
    old = base or ours
    opening = _pick(old.opening, ours.opening, theirs.opening)
    closing = _pick(old.closing.rstrip("\n"), ours.closing.rstrip("\n"), theirs.closing.rstrip("\n"))
    if body:
        closing += "\n"
    text = opening + front + closing + body + _pick(old.ending, ours.ending, theirs.ending)
    newline = _pick(old.newline, ours.newline, theirs.newline)
    if newline is None:
        text = _with_their_own_ends(text, ours, theirs)
    elif newline != "\n":
        text = text.replace("\n", newline)
    return (_pick(old.bom, ours.bom, theirs.bom) + text).encode()


def _with_their_own_ends(text: str, ours: Parts, theirs: Parts) -> str:
    """Gives each line the end it has on the side it comes from: ours, else theirs, else the usual one."""
    rows = text.split("\n")
    ends: list[str | None] = [None] * (len(rows) - 1)
    for side in (theirs, ours):
        known = [(row.rstrip("\r\n"), row) for row in lines(bytes(side.document).decode().removeprefix(BOM))]
        for index, at in pairs(rows, [bare for bare, _ in known]):
            if index < len(ends):
                bare, row = known[at]
                ends[index] = row[len(bare) :] or ends[index]
    usual = dominant_newline(bytes(ours.document).decode())
    return "".join(row + (end or usual) for row, end in zip(rows, ends, strict=False)) + rows[-1]


def _pick(base: Text, ours: Text, theirs: Text) -> Text:
    return theirs if ours == base else ours
