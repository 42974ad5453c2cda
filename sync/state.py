"""What the database knows about a folder: its items and the texts both last agreed on."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Q

from publishing import bulk
from publishing.models import Blob, Conflict, Item
from sync.models import Base
from sync.places import Place

_LOOKUP = 500


class Known(NamedTuple):
    """An item, or the tombstone of one whose file was here. Texts are named by their sha256.

    `base` and `base_path` are None where this folder and the item never met; `filed` is None where the item has no
    file to have, because it was never published or is deleted. `bequest` is what a tombstone leaves to the live item
    that took its place.
    """

    pk: Any
    path: str
    slug: str
    slug_key: str
    title: str
    revision: int
    filed: str | None
    working: str
    deleted: bool
    base: str | None
    base_path: str | None
    bequest: "Agreed | None" = None

    @property
    def has_edits(self) -> bool:
        """Whether editors see another text than the file should hold."""
        return self.working != self.filed


def known_items(place: Place) -> list[Known]:
    """All live items of the kind and the deleted ones with a base or a conflict here, ordered by path: two queries."""
    bases = {
        item: (document, path)
        for item, document, path in Base.objects.filter(root=place.root).values_list("item", "document", "path")
    }
    waiting = Conflict.objects.filter(origin=Conflict.Origin.FILES, root=place.root, resolved_at=None)
    gone = Q(pk__in=Base.objects.filter(root=place.root).values("item")) | Q(pk__in=waiting.values("item"))
    rows = (
        Item.objects.filter(Q(deleted_at=None) | gone, kind=place.kind, locale=settings.LEMMA_LOCALE)
        .order_by("path")
        .values_list("pk", "path", "slug", "slug_key", "title", "revision", "filed", "working", "deleted_at")
    )
    return [
        Known(*row[:6], None if row[8] else row[6], row[7], row[8] is not None, *bases.get(row[0], (None, None)))
        for row in rows
    ]


def texts(digests: Iterable[str]) -> dict[str, bytes]:
    """The bytes of blobs, by sha256."""
    wanted = list(set(digests))
    found: dict[str, bytes] = {}
    for start in range(0, len(wanted), _LOOKUP):
        rows = Blob.objects.filter(pk__in=wanted[start : start + _LOOKUP]).values_list("pk", "data")
        found.update((digest, bytes(data)) for digest, data in rows)
    return found


def store_texts(found: Mapping[str, bytes]) -> None:
    """Keeps texts by sha256, for bases to point at."""
    bulk.insert(Blob, ["sha256", "data"], found.items(), ignore_conflicts=True)


class Agreed(NamedTuple):
    """`text` is what folder and database now have in common at `path`; it has to be stored as a blob already."""

    item: Any
    path: str
    text: str


def record_bases(place: Place, agreed: Iterable[Agreed], forgotten: Iterable[Any] = ()) -> None:
    """forgotten: items that have no file here any more."""
    agreed = list(agreed)
    stale = [each.item for each in agreed] + list(forgotten)
    for start in range(0, len(stale), _LOOKUP):
        Base.objects.filter(root=place.root, item__in=stale[start : start + _LOOKUP]).delete()
    bulk.insert(Base, ["root", "item", "path", "document"], ((place.root, *each) for each in agreed))
