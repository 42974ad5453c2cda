"""What can be asked of the writer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from publishing.authors import Author
from publishing.kinds import Record
from publishing.models import Change, Conflict, Item, Revision

# No hash of a text.
ANY = "*"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who wrote, through which door, and why."""

    author: Author
    origin: Revision.Origin
    message: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text with what its kind reads in it."""

    data: bytes
    record: Record


@dataclass(frozen=True, slots=True)
class NewConflict:
    """A conflict to be kept until a person decides. It replaces an open one of the same item, origin and root.

    Texts are None where they were deleted or never there. `fields`: {"field", "base", "ours", "theirs"}, JSON-safe.
    """

    origin: Conflict.Origin
    base: bytes | None
    ours: bytes | None
    theirs: bytes | None
    fields: Sequence[Mapping[str, Any]]
    root: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Write:
    """A working text for an item, with what its kind reads in it. Without an item, a new one is made.

    Attributes:
        base_revision: the newest revision when the text was made; the write is refused if there is a newer one.
        base_filed: hash of the filed text then (None: there was none), for whoever files another one; the write is
            refused if that has changed, which publishing does without a new revision. ANY does not ask.
        path: empty keeps the one there is.
        publish: files the working text itself. One that its status marks as draft is taken from the readers.
        filed: the text the item's file should hold where it is not the working text; published as above. It becomes a
            revision before the working text, which is written once more after it, so that the newest revision always is
            the working text.
        conflict: a conflict that this write leaves behind. Whatever files a text without one closes the item's open
            conflict of origin draft.
        signature: instead of the one of the batch.
        revive: brings a deleted item back. What was filed before counts no more.
        unfile: the item has no file any more, as before it was first published, and readers have nothing.
    """

    kind: str
    data: bytes
    record: Record
    item: Item | None = None
    base_revision: int | None = None
    path: str = ""
    publish: bool = False
    filed: Text | None = None
    conflict: NewConflict | None = None
    signature: Signature | None = None
    revive: bool = False
    unfile: bool = False
    base_filed: str | None = ANY


@dataclass(frozen=True, slots=True)
class Delete:
    item: Item
    base_revision: int
    signature: Signature | None = None
    base_filed: str | None = ANY


@dataclass(frozen=True, slots=True)
class Note:
    """Records a conflict and leaves the item as it is. With `base_revision`, only if that is its newest revision."""

    item: Item
    conflict: NewConflict
    base_revision: int | None = None


@dataclass(frozen=True, slots=True)
class Settle:
    """Closes the open conflict of that origin and root, if there is one; with `conflict`, only if it is that row."""

    item: Item
    origin: Conflict.Origin
    root: str = ""
    base_revision: int | None = None
    conflict: int | None = None
    signature: Signature | None = None


Step = Write | Delete | Note | Settle


@dataclass(frozen=True, slots=True)
class Result:
    """`revised`: a text is a new one. `action`: what readers were told, if anything."""

    item: Item
    revised: bool = False
    action: Change.Action | None = None
