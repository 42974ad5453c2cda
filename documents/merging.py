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
from typing import Any

from .aligning import pairs
from .conflicts import ABSENT, Choice, Conflict, Ledger, check_choices
from .document import Document, parse
from .errors import DocumentError
from .merging_body import merge_body
from .merging_front import by_key, merge_front
from .naming import WHOLE
from .parts import Parts, take_apart
from .reading import same
from .text import BOM, dominant_newline, lines
from .three import Three, pick

_HINT = "Choose one side for all fields, or write the file by hand."


@dataclass(frozen=True, slots=True)
class Merge:
    """document: the merged text; where there is a conflict, ours. conflicts: in the order of the document.

    sides: the three texts; the base may be None. base, ours, theirs: documents of them, anew each time.
    """

    document: Document
    conflicts: list[Conflict]
    sides: Three[bytes | None] = field(repr=False)

    @property
    def base(self) -> Document | None:
        return self._documents().base

    @property
    def ours(self) -> Document:
        ours = self._documents().ours
        assert ours is not None
        return ours

    @property
    def theirs(self) -> Document:
        theirs = self._documents().theirs
        assert theirs is not None
        return theirs

    def _documents(self) -> Three[Document | None]:
        path = self.document.path
        return self.sides.map(lambda side: None if side is None else parse(side, path))

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
        return _merged(self._documents(), Ledger(choices))


def merge(base: Document | None, ours: Document, theirs: Document) -> Merge:
    """Merges what became of `base` on two sides; None where they have no common ancestor.

    The result keeps our bytes wherever theirs changed nothing. Nothing is raised: what cannot be merged is a conflict.
    """
    documents: Three[Document | None] = Three(base, ours, theirs)
    sides = documents.map(lambda side: None if side is None else bytes(side))
    if sides.theirs in (sides.base, sides.ours):
        return Merge(ours.copy(), [], sides)
    if sides.ours == sides.base:
        return Merge(parse(bytes(theirs), ours.path), [], sides)
    ledger = Ledger()
    document = _merged(documents, ledger)
    return Merge(document, list(ledger.conflicts.values()), sides)


def _merged(documents: Three[Any], ledger: Ledger) -> Document:
    """documents: the base may be None."""
    path = documents.ours.path
    texts = documents.map(lambda side: ABSENT if side is None else bytes(side).decode())
    if ledger.has_choice(WHOLE):
        return parse(str(ledger.decide(WHOLE, texts)).encode(), path)
    three = documents.map(lambda side: None if side is None else take_apart(side))
    reason = DocumentError("merge.unsafe", "The merged text would not be read as what was merged.", hint=_HINT)
    try:
        front, values = merge_front(three, ledger)
        body = merge_body(three, ledger)
        if body is not None:
            document = parse(_put_together(three, front, body.text), path)
            if same(by_key(document), values) and body.is_read_in(document.sections):
                return document
    except DocumentError as error:
        reason = error
    if ledger.resolving:
        raise reason
    ledger.conflicts.clear()
    ledger.decide(WHOLE, texts)
    ours: Document = documents.ours
    return ours.copy()


def _put_together(three: Three[Any], front: str, body: str) -> bytes:
    """Front matter and body between what surrounds them."""
    # Without a base, what is no content is ours.
    sides: Three[Parts] = three._replace(base=three.base or three.theirs)
    closing = pick(sides.map(lambda parts: parts.closing.rstrip("\n")))
    text = "".join(
        (
            pick(sides.map(lambda parts: parts.opening)),
            front,
            closing + "\n" if body else closing,
            body,
            pick(sides.map(lambda parts: parts.ending)),
        )
    )
    newline = pick(sides.map(lambda parts: parts.newline))
    text = _with_their_own_ends(text, sides) if newline is None else text.replace("\n", newline)
    return (pick(sides.map(lambda parts: parts.bom)) + text).encode()


def _with_their_own_ends(text: str, sides: Three[Parts]) -> str:
    """Gives each line the end it has on the side it comes from: ours, else theirs, else the usual one."""
    rows = text.split("\n")
    ends = [dominant_newline(bytes(sides.ours.document).decode())] * (len(rows) - 1)
    for parts in (sides.theirs, sides.ours):
        known = lines(bytes(parts.document).decode().removeprefix(BOM))
        bare = [row.rstrip("\r\n") for row in known]
        for index, at in pairs(rows, bare):
            if index < len(ends) and len(known[at]) > len(bare[at]):
                ends[index] = known[at][len(bare[at]) :]
    for index in range(1, len(ends)):
        if rows[index] == "" and ends[index] == "\n" and ends[index - 1] == "\r":
            # The two would become one line end.
            ends[index] = "\r"
    return "".join(row + end for row, end in zip(rows, [*ends, ""], strict=True))
