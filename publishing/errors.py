"""Why a write was refused. Nothing is written then."""

from publishing.models import Item


class WriteRefused(Exception):
    pass


class StaleRevision(WriteRefused):
    """Somebody else saved the item since the writer read it."""

    def __init__(self, item: Item, base: int | None):
        """item: as it is now. base: the revision that the refused write was made from."""
        self.item = item
        self.base = base
        what = "was deleted" if item.deleted_at else f"is at revision {item.revision}"
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
