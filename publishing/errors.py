"""Why a write was refused. Nothing is written then."""

from documents import Document, Merge
from publishing.models import Conflict, Item


class WriteRefused(Exception):
    pass


class StaleRevision(WriteRefused):
    """Somebody else saved the item since the writer read it."""

    def __init__(self, item: Item, base: int | None):
        """item: as it is now. base: the revision that the refused write was made from."""
        self.item = item
        self.base = base
        what = "was deleted" if item.deleted_at else f"is at revision {item.revision}"
        if base == item.revision and not item.deleted_at:
            what = "was published in the meantime"
        super().__init__(f'"{item.title}" {what}, and this change was made from revision {base}.')


class NameTaken(WriteRefused):
    """Two items of one kind cannot have the same slug, nor the same file."""

    def __init__(self, field: str, value: str, other: str):
        """field: "slug" or "path". other: the title of the item that has it."""
        self.field = field
        self.value = value
        self.other = other
        noun = "slug" if field == "slug" else "file"
        super().__init__(f'The {noun} "{value}" belongs to "{other}" already.')


class EditConflict(WriteRefused):
    """Somebody else changed the same fields in the meantime. `merge.conflicts` names them, `merge.resolved` settles it.

    `base` is the text from which the edit was made, `ours` the one that is there now, `theirs` the one handed in.
    `item` is as it is now: the settled text is to be saved from its revision.
    """

    def __init__(self, item: Item, merge: Merge):
        self.item = item
        self.merge = merge
        fields = ", ".join(conflict.field for conflict in merge.conflicts)
        super().__init__(f'"{item.title}" was changed by somebody else in the same place: {fields}.')

    @property
    def base(self) -> Document | None:
        return self.merge.base

    @property
    def ours(self) -> Document:
        return self.merge.ours

    @property
    def theirs(self) -> Document:
        return self.merge.theirs


class ConflictPending(WriteRefused):
    """What is filed and what waits to be published contradict each other: a person has to decide first."""

    def __init__(self, item: Item, conflict: Conflict):
        self.item = item
        self.conflict = conflict
        super().__init__(
            f'"{item.title}" cannot be published: its file was changed in the same place as the edits that wait. '
            "Resolve the conflict first."
        )


class NotFiled(WriteRefused):
    """The item was never published, so there is nothing to go back to."""

    def __init__(self, item: Item):
        self.item = item
        super().__init__(f'"{item.title}" was never published, so there is no text to go back to. Delete it instead.')


class NotAllowed(WriteRefused):
    """What was asked for makes no sense for these items. The message says why."""


class TextRefused(WriteRefused):
    """One of the texts that would have to be changed cannot be, so none was."""

    def __init__(self, item: Item, reason: Exception):
        self.item = item
        self.reason = reason
        super().__init__(f'The text of "{item.title}" ({item.path or item.slug}) cannot be changed. {reason}')
