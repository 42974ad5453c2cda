"""What the database knows about a folder: items and the texts both last agreed on."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.conf import settings

from publishing import bulk
from publishing.models import Item
from sync.models import Base
from sync.places import Place


class Known(NamedTuple):
    """A live item. `base` and `base_path` are None where this folder and the item never met."""

    pk: Any
    path: str
    slug: str
    slug_key: str
    title: str
    revision: int
    filed: str | None
    working: str
    base: str | None
    base_path: str | None


def known_items(place: Place) -> list[Known]:
    """All live items of the kind, in two queries."""
    bases = {
        item: (document, path)
        for item, document, path in Base.objects.filter(root=place.root).values_list("item", "document", "path")
    }
    rows = (
        Item.objects.of_kind(place.kind)
        .filter(locale=settings.LEMMA_LOCALE)
        .order_by("path")
        .values_list("pk", "path", "slug", "slug_key", "title", "revision", "filed", "working")
    )
    return [Known(*row, *bases.get(row[0], (None, None))) for row in rows]


def record_bases(place: Place, agreed: Iterable[tuple[Any, str, str]], forgotten: Iterable[Any] = ()) -> None:
    """agreed: (item, path, sha256 of the text) that folder and database now have in common."""
    agreed = list(agreed)
    stale = [item for item, _, _ in agreed] + list(forgotten)
    for start in range(0, len(stale), 500):
        Base.objects.filter(root=place.root, item__in=stale[start : start + 500]).delete()
    bulk.insert(
        Base, ["root", "item", "path", "document"], ((place.root, item, path, text) for item, path, text in agreed)
    )
