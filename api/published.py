"""What readers may see of one item, asked of the published state alone: no query here touches a working copy."""

from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.conf import settings

from api import state
from api.state import FEED, State, moment
from publishing import asking, names
from publishing.models import Blob, Change, PreviousSlug, Published

_TABLE = Published._meta.db_table
_BLOBS = Blob._meta.db_table
_PREVIOUS = PreviousSlug._meta.db_table
_KEY_LIMIT = 255
_WHERE = "p.kind = %s AND p.locale = %s AND p.slug_key = %s"
# Written out: that of the ORM takes as long to put together as the database takes to answer.
_DETAIL = (
    "SELECT p.slug, p.etag, p.published_at, CASE WHEN p.etag = %s THEN NULL ELSE p.payload END "  # noqa: S608
    f"FROM {_TABLE} p WHERE {_WHERE}"
)
_HEAD, _STATED = (
    f"SELECT p.slug, p.etag, p.published_at, {payload}, {state.COLUMNS} FROM {_TABLE} p, {FEED} f WHERE {_WHERE}"  # noqa: S608
    for payload in ("NULL", "p.payload")
)
_FILE = (
    "SELECT p.slug, p.published_at, p.revision, p.file_id, CASE WHEN p.file_id LIKE %s THEN NULL ELSE b.data END "  # noqa: S608
    f"FROM {_TABLE} p JOIN {_BLOBS} b ON b.sha256 = p.file_id WHERE {_WHERE}"
)


class Detail(NamedTuple):
    """`payload` is empty where it was not asked for. `state` only where it was."""

    slug: str
    etag: str
    published_at: datetime
    payload: bytes
    state: State


class File(NamedTuple):
    slug: str
    published_at: datetime
    etag: str
    data: bytes


def detail(kind: str, slug: str, known: str = "") -> Detail | None:
    """By any spelling of its slug: one look-up, which reads no payload if its ETag is `known`."""
    return _detail(_DETAIL, known, kind, settings.LEMMA_LOCALE, slug)


def head(kind: str, slug: str) -> Detail | None:
    """Without the payload, with the state of the feed: one look-up."""
    return _detail(_HEAD, None, kind, settings.LEMMA_LOCALE, slug)


def stated(kind: str, slug: str) -> Detail | None:
    """With payload and state of the feed: one look-up."""
    return _detail(_STATED, None, kind, settings.LEMMA_LOCALE, slug)


def _detail(statement: str, known: str | None, kind: str, locale: str, slug: str) -> Detail | None:
    key = _key(slug)
    if not key:
        return None
    values = [kind, locale, key] if known is None else [known, kind, locale, key]
    row = asking.row(statement, values)
    if row is None:
        return None
    found, etag, published_at, payload, *more = row
    # psycopg gives bytes as a memoryview.
    return Detail(found, etag, _at(published_at), bytes(payload or b""), state.of(more) if more else State())


def file(kind: str, slug: str, known: str = "") -> File | None:
    """The published file by any spelling of its slug: one look-up, which reads no text if its ETag is `known`."""
    key = _key(slug)
    if not key:
        return None
    digest = known.strip('"').partition("-")[2]
    # Of any other length it is none of ours, and what LIKE takes for a pattern is no digest.
    pattern = f"{digest}%" if len(digest) == _DIGEST and digest.isalnum() else ""
    row = asking.row(_FILE, [pattern, kind, settings.LEMMA_LOCALE, key])
    if row is None:
        return None
    found, published_at, revision, sha256, data = row
    # Of the bytes of the file, and so another one than that of the JSON, which may change while the file does not.
    etag = f'"{revision}-{sha256[:_DIGEST]}"'
    if data is None and etag != known:
        # The text of another revision.
        return file(kind, slug)
    return File(found, _at(published_at), etag, bytes(data or b""))


_DIGEST = 16


def _at(value: Any) -> datetime:
    found = moment(value)
    assert found is not None
    return found


def successor(kind: str, slug: str) -> str | None:
    """The slug of what was published under this one before. Of several, the one published last."""
    key = _key(slug)
    if not key:
        return None
    statement = (
        f"SELECT p.slug, p.payload FROM {_TABLE} p JOIN {_PREVIOUS} s ON s.item_id = p.item_id "  # noqa: S608
        "WHERE s.slug_key = %s AND p.kind = %s AND p.locale = %s ORDER BY p.id DESC"
    )
    for current, payload in asking.rows(statement, [key, kind, settings.LEMMA_LOCALE]):
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


def _key(slug: str) -> str:
    """The compared form; "" for what can be no slug. PostgreSQL takes no NUL in a text."""
    key = names.key(slug)
    return "" if "\0" in key or len(key) > _KEY_LIMIT else key
