"""What the database knows about a folder: its items and the texts both last agreed on."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import F, Q, QuerySet

from publishing import bulk
from publishing.models import Blob, Conflict, Item
from sync.models import Base, Intent
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


class Agreed(NamedTuple):
    """`text` is what folder and database now have in common at `path`; it has to be stored as a blob already."""

    item: Any
    path: str
    text: str


class Settled(NamedTuple):
    """What the file of an item has to hold so that nothing is left to do. `text` is its sha256."""

    pk: Any
    text: str


def settled(place: Place) -> dict[str, Settled]:
    """By path, the live items that lie where they should and whose base is what they are filed with: one query.

    Where the file still is that text, which it nearly always is, no more has to be known of the item.
    """
    rows = _settled(place).values_list("path", "item", "document")
    return {path: Settled(pk, text) for path, pk, text in rows}


def known_items(
    place: Place, agreed: Mapping[str, Settled], found: Collection[str], bases: Mapping[Any, Agreed | None]
) -> list[Known]:
    """All live items of the kind and the deleted ones with a base or a conflict here, ordered by path: two queries.

    Args:
        agreed: the `settled` ones.
        found: paths of those that are left out, because their files are as they should be.
        bases: by item, what is to count in place of the base that is recorded; None for none.
    """
    more = list(bases)
    if found and len(found) == len(agreed) and not more and not _has_others(place, len(agreed)):
        return []
    left_out = {agreed[path].pk for path in found}
    open_ = [one.pk for path, one in agreed.items() if path not in found]
    here = Q(deleted_at=None) | _gone(place) | Q(pk__in=more)
    items = Item.objects.filter(here, kind=place.kind, locale=settings.LEMMA_LOCALE)
    if left_out and len(open_) <= _LOOKUP:
        if not _has_others(place, len(agreed)):
            items = Item.objects.filter(pk__in=[*open_, *more])
        else:
            items = items.filter(~Q(pk__in=_settled(place).values("item")) | Q(pk__in=open_))
    return [item for item in _known(place, items, bases) if item.pk not in left_out]


def known_by_slug(place: Place, slug_keys: Iterable[str]) -> list[Known]:
    """The live items of the kind that have one of these slugs."""
    wanted = list(slug_keys)
    live = Item.objects.filter(deleted_at=None, kind=place.kind, locale=settings.LEMMA_LOCALE)
    found: list[Known] = []
    for start in range(0, len(wanted), _LOOKUP):
        found += _known(place, live.filter(slug_key__in=wanted[start : start + _LOOKUP]), {})
    return found


def _known(place: Place, items: QuerySet[Item], instead: Mapping[Any, Agreed | None]) -> list[Known]:
    rows = list(
        items.order_by("path").values_list(
            "pk", "path", "slug", "slug_key", "title", "revision", "filed", "working", "deleted_at"
        )
    )
    met = Base.objects.filter(root=place.root)
    if len(rows) <= _LOOKUP:
        met = met.filter(item__in=[row[0] for row in rows])
    bases = {item: (document, path) for item, document, path in met.values_list("item", "document", "path")}
    bases |= {item: (base.text, base.path) if base else (None, None) for item, base in instead.items()}
    return [
        Known(*row[:6], None if row[8] else row[6], row[7], row[8] is not None, *bases.get(row[0], (None, None)))
        for row in rows
    ]


def _settled(place: Place) -> QuerySet[Base]:
    return Base.objects.filter(
        root=place.root,
        path=F("item__path"),
        document=F("item__filed"),
        item__deleted_at=None,
        item__kind=place.kind,
        item__locale=settings.LEMMA_LOCALE,
    ).exclude(item__in=_waiting(place).values("item"))


def _has_others(place: Place, number: int) -> bool:
    """Whether there are items, or bases of deleted ones, besides so many that are settled."""
    live = Item.objects.filter(deleted_at=None, kind=place.kind, locale=settings.LEMMA_LOCALE)
    return (live.count(), Base.objects.filter(root=place.root).count()) != (number, number) or _waiting(place).exists()


def _gone(place: Place) -> Q:
    return Q(pk__in=Base.objects.filter(root=place.root).values("item")) | Q(pk__in=_waiting(place).values("item"))


def _waiting(place: Place) -> QuerySet[Conflict]:
    return Conflict.objects.filter(origin=Conflict.Origin.FILES, root=place.root, resolved_at=None)


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


def record_bases(root: str, agreed: Iterable[Agreed], forgotten: Iterable[Any] = ()) -> None:
    """The only way a base is written. What a sync was about to do with files of these items counts no more.

    Args:
        root: as in `Place.root`.
        forgotten: items that have no file here any more.
    """
    agreed = list(agreed)
    stale = [each.item for each in agreed] + list(forgotten)
    for start in range(0, len(stale), _LOOKUP):
        some = stale[start : start + _LOOKUP]
        Base.objects.filter(root=root, item__in=some).delete()
        Intent.objects.filter(root=root, item__in=some).delete()
    bulk.insert(Base, ["root", "item", "path", "document"], ((root, *each) for each in agreed))
