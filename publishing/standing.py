"""The texts of items as they are: what every change of a live item starts from."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from documents import Document, parse
from publishing import kinds
from publishing.errors import StaleRevision
from publishing.models import Blob, Conflict, Item
from publishing.problems import InvalidDocument
from publishing.steps import Text

_LOOKUP = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """`contested` is the base of the open conflict of origin draft: the last filed text that the edits know of."""

    item: Item
    working: bytes
    filed: bytes | None = None
    has_conflict: bool = False
    contested: bytes | None = None

    @property
    def kind(self) -> str:
        return self.item.kind

    @property
    def revision(self) -> int:
        return self.item.revision

    @property
    def path(self) -> str:
        return self.item.path

    @property
    def filed_hash(self) -> str | None:
        """As `Write.base_filed` wants it."""
        return str(self.item.filed_id) if self.item.filed_id else None


def of(item: Item) -> Standing:
    """As it is now, whatever `item` says.

    Raises:
        StaleRevision: it was deleted.
    """
    found = of_all([item.pk]).get(item.pk)
    if found is None:
        gone = Item.objects.get(pk=item.pk)
        raise StaleRevision(gone, item.revision)
    return found


def of_all(keys: Iterable[Any]) -> dict[Any, Standing]:
    """By key; without those that are deleted. Three queries for each 500."""
    wanted = list(keys)
    found: dict[Any, Standing] = {}
    for start in range(0, len(wanted), _LOOKUP):
        some = wanted[start : start + _LOOKUP]
        items = list(Item.objects.live().filter(pk__in=some))
        waiting = Conflict.objects.filter(item__in=some, origin=Conflict.Origin.DRAFT, resolved_at=None)
        bases = dict(waiting.values_list("item", "base"))
        texts = {item.working_id for item in items} | {item.filed_id for item in items} | set(bases.values())
        data = dict(Blob.objects.filter(pk__in=texts - {None}).values_list("pk", "data"))
        for item in items:
            found[item.pk] = Standing(
                item,
                bytes(data[item.working_id]),
                bytes(data[item.filed_id]) if item.filed_id else None,
                item.pk in bases,
                bytes(data[base]) if (base := bases.get(item.pk)) else None,
            )
    return found


def read(kind: str, document: Document, path: str) -> Text:
    """A document as the writer takes it.

    Raises:
        InvalidDocument: with every problem found.
    """
    reading = kinds.get(kind).read(document, path)
    if reading.record is None:
        raise InvalidDocument(reading.problems)
    return Text(bytes(document), reading.record)


def known_slugs(now: Standing) -> list[str]:
    """The slugs under which readers and editors know the item: of the filed text first, then of the working text."""
    found = [now.item.slug]
    if now.filed is not None and now.filed != now.working:
        found.insert(0, read(now.kind, parse(now.filed, now.path), now.path).record.slug)
    return list(dict.fromkeys(found))


def parsed(data: bytes | None, path: str = "") -> Document | None:
    return None if data is None else parse(data, path)
