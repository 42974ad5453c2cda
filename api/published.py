"""What readers may see, asked of the published state alone: no query here touches a working copy."""

from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.conf import settings
from django.db.models import Count, Max, QuerySet, Subquery

from publishing import names
from publishing.models import Change, Published

_KEY_LIMIT = 255


class Row(NamedTuple):
    slug: str
    summary: bytes


class Detail(NamedTuple):
    slug: str
    published_at: datetime
    etag: str
    payload: bytes


class File(NamedTuple):
    slug: str
    published_at: datetime
    revision: int
    sha256: str
    data: bytes


def total(kind: str) -> tuple[int, datetime | None]:
    """How many there are, and when anything was published or taken back last (None where nothing is): one query."""
    # The newest date of the rows would go back when the newest row is unpublished, and a reader who asks "modified
    # since" would keep it for ever. The end of the feed only moves on.
    newest = Change.objects.order_by("-position").values("created_at")[:1]
    found = _published(kind).aggregate(count=Count("id"), changed=Max(Subquery(newest)))
    return found["count"], found["changed"]


def page(kind: str, start: int, size: int) -> list[Row]:
    """Rows in the order of their titles: one query along its index."""
    rows = _published(kind).order_by("sort_key", "item_id").values_list("slug", "summary")
    # psycopg gives bytes as a memoryview.
    return [Row(slug, bytes(summary)) for slug, summary in rows[start : start + size]]


def detail(kind: str, slug: str) -> Detail | None:
    """The payload by any spelling of its slug: one look-up."""
    found = _one(kind, slug, "slug", "published_at", "etag", "payload")
    return Detail(*found)._replace(payload=bytes(found[-1])) if found else None


def file(kind: str, slug: str) -> File | None:
    """The published file by any spelling of its slug: one look-up."""
    found = _one(kind, slug, "slug", "published_at", "revision", "file", "file__data")
    return File(*found)._replace(data=bytes(found[-1])) if found else None


def successor(kind: str, slug: str) -> str | None:
    """The slug of what was published under this one before. Of several, the one published last."""
    key = _key(slug)
    candidates = _published(kind).filter(item__previous_slugs__slug_key=key).order_by("-id")
    for current, payload in candidates.values_list("slug", "payload") if key else ():
        # PreviousSlug follows the working copy: what a draft adds is not public before it is published.
        if any(names.key(previous) == key for previous in orjson.loads(bytes(payload))["previousSlugs"]):
            return str(current)
    return None


def was_deleted(kind: str, slug: str) -> bool:
    """Whether readers could once see under this slug an item that has been deleted.

    False for deleted drafts that nobody but editors saw, and for what was only unpublished: it may come back.
    """
    key = _key(slug)
    if not key:
        return False
    shown = Change.objects.filter(
        item__kind=kind,
        item__locale=settings.LEMMA_LOCALE,
        item__slug_key=key,
        item__deleted_at__isnull=False,
        action__in=[Change.Action.PUBLISHED, Change.Action.RENAMED],
    )
    # The slug of the item may be the draft of a new one; the feed has the slugs that readers were given.
    return any(names.key(known) == key for known in shown.values_list("slug", flat=True))


def _published(kind: str) -> "QuerySet[Published]":
    return Published.objects.filter(kind=kind, locale=settings.LEMMA_LOCALE)


def _one(kind: str, slug: str, *columns: str) -> Any:
    key = _key(slug)
    return next(iter(_published(kind).filter(slug_key=key).values_list(*columns)), None) if key else None


def _key(slug: str) -> str:
    """The compared form; "" for what can be no slug. PostgreSQL takes no NUL in a text."""
    key = names.key(slug)
    return "" if "\0" in key or len(key) > _KEY_LIMIT else key
