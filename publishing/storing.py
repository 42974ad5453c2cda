"""The rows of a batch into their tables, each table in one statement."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from operator import attrgetter, itemgetter
from typing import Any

from publishing import bulk, finding, following, kinds, names
from publishing.auditing.models import Event
from publishing.models import (
    Blob,
    Change,
    Conflict,
    FeedCounter,
    Item,
    PreviousSlug,
    Published,
    Reference,
    Revision,
)
from publishing.publish import PAYLOAD_VERSION, answer
from publishing.rows import Publication, Rows

_LOOKUP = 500
_ITEM = [
    "uuid",
    "kind",
    "locale",
    "slug",
    "slug_key",
    "title",
    "sort_key",
    "path",
    "working",
    "filed",
    "revision",
    "created_at",
    "updated_at",
    "updated_by",
    "deleted_at",
]
_item_values = attrgetter(*(getattr(Item._meta.get_field(name), "attname") for name in _ITEM))  # noqa: B009
_REVISION = [
    "item",
    "number",
    "slug",
    "document",
    "parent",
    "author",
    "author_name",
    "author_email",
    "origin",
    "message",
    "created_at",
]
_CHANGE = ["position", "item", "kind", "locale", "slug", "action", "previous_slug", "revision", "created_at"]
PUBLISHED = [
    "id",
    "item",
    "kind",
    "locale",
    "slug",
    "slug_key",
    "title",
    "sort_key",
    "file",
    "revision",
    "published_at",
    "payload_version",
    "difficulty_rank",
    "last_updated",
    "present",
    "payload",
    "summary",
    "etag",
]
# All of `finding.Found` but the facets.
_FOUND = ["id", "item", "kind", "locale", "sort_key", "present", "payload"]
_found_values = itemgetter(*(PUBLISHED.index(name) for name in _FOUND))
_EVENT = ["at", "action", "actor", "actor_name", "target", "detail", "address"]
_CONFLICT = ["item", "origin", "root", "path", "base", "ours", "theirs", "fields", "created_at"]


def store(rows: Rows) -> None:
    """Inside a transaction that holds the locks of all items concerned."""
    bulk.insert(Blob, ["sha256", "data"], rows.blobs.items(), ignore_conflicts=True)
    _items(rows)
    _revisions(rows)
    _names(rows)
    for kind, items in rows.erased.items():
        kinds.get(kind).erase(items)
    for kind, triples in rows.projected.items():
        kinds.get(kind).project(triples)
    _published(rows)
    _conflicts(rows)
    if written := [item.pk for item in (*rows.created, *rows.changed)]:
        following.announce(written)


def _items(rows: Rows) -> None:
    # Out of each other's way first, so that two items can change names with each other.
    bulk.update(Item, ["id", "slug_key", "path"], ((item.pk, f"-{item.uuid}", "") for item in rows.moved))
    bulk.update(Item, ["id", *_ITEM], ((item.pk, *_item_values(item)) for item in rows.changed))
    bulk.insert(Item, _ITEM, map(_item_values, rows.created))
    uuids = [item.uuid for item in rows.created]
    keys: dict[Any, int] = {}
    for start in range(0, len(uuids), _LOOKUP):
        keys.update(Item.objects.filter(uuid__in=uuids[start : start + _LOOKUP]).values_list("uuid", "pk"))
    for item in rows.created:
        item.pk = keys[item.uuid]


def _revisions(rows: Rows) -> None:
    bulk.insert(
        Revision,
        _REVISION,
        (
            (
                item.pk,
                number,
                slug,
                digest,
                number - 1 or None,
                signature.author.user,
                signature.author.name,
                signature.author.email,
                signature.origin.value,
                # PostgreSQL takes no NUL in a text, and SQLite would cut it off there.
                signature.message.replace("\0", ""),
                rows.now,
            )
            for item, number, slug, digest, signature in rows.revised
        ),
    )


def _names(rows: Rows) -> None:
    triples = [triple for group in rows.projected.values() for triple in group]
    known = [item.pk for item, _, is_new in triples if not is_new]
    known += [item.pk for group in rows.erased.values() for item in group]
    bulk.replace(
        PreviousSlug,
        known,
        ["item", "position", "slug", "slug_key"],
        (
            (item.pk, position, slug, names.key(slug))
            for item, record, _ in triples
            for position, slug in enumerate(record.previous_slugs)
        ),
    )
    bulk.replace(
        Reference,
        known,
        ["source", "field", "position", "target_kind", "slug", "slug_key"],
        (
            (item.pk, target.field, position, target.kind, target.slug, names.key(target.slug))
            for item, record, _ in triples
            for position, target in enumerate(record.targets)
        ),
    )


def _published(rows: Rows) -> None:
    if not rows.notices:
        return
    first = take_positions(len(rows.notices))
    positions = {notice.item.pk: position for position, notice in enumerate(rows.notices, first)}
    bulk.insert(
        Change,
        _CHANGE,
        (
            (
                positions[item.pk],
                item.pk,
                item.kind,
                item.locale,
                slug,
                action.value,
                before,
                revision,
                rows.now,
            )
            for item, action, slug, before, revision, _ in rows.notices
        ),
    )
    _accounts(rows)
    coming = [publication(one, positions[one.item.pk], rows.now) for one in rows.publications]
    found = [findable(row, one) for row, one in zip(coming, rows.publications, strict=True)]
    finding.replace(rows.withdrawn, found)
    bulk.delete(Published, "id", rows.withdrawn)
    bulk.insert(Published, PUBLISHED, coming)


def _accounts(rows: Rows) -> None:
    """Who changed what readers see. What comes from files by itself is told by the sync's own run."""
    bulk.insert(
        Event,
        _EVENT,
        (
            (
                rows.now,
                Event.Action(one.action.value),
                one.by.user,
                one.by.username[:300],
                f"{one.item.kind} {one.slug}"[:300],
                f"slug: {one.before} → {one.slug}" if one.before else f"revision {one.revision}",
                "",
            )
            for one in rows.notices
            if one.by.user is not None
        ),
    )


def publication(one: Publication, position: int, moment: datetime) -> tuple[Any, ...]:
    """The columns `PUBLISHED` of what readers get."""
    item, record, digest, revision = one
    kind = kinds.get(item.kind)
    return (
        position,
        item.pk,
        item.kind,
        item.locale,
        record.slug,
        # Nearly always the working text itself is published, and its keys are known.
        item.slug_key if record.slug == item.slug else names.key(record.slug),
        record.title,
        item.sort_key if record.title == item.title else names.key(record.title),
        digest,
        revision,
        moment,
        PAYLOAD_VERSION,
        record.difficulty_rank,
        record.last_updated,
        f"|{'|'.join(kind.present(record))}|",
        *answer(kind, record, digest, revision, moment),
    )


def findable(row: Sequence[Any], one: Publication) -> finding.Found:
    """What readers find it by. row: the columns `PUBLISHED`."""
    return finding.Found._make((*_found_values(row), kinds.get(one.item.kind).facets(one.record)))


def take_positions(count: int) -> int:
    """The first of so many positions of the feed. Until the transaction ends nobody else takes any."""
    counter, _ = FeedCounter.objects.select_for_update().get_or_create(pk=1)
    first: int = counter.position + 1
    FeedCounter.objects.filter(pk=1).update(position=counter.position + count)
    return first


def _conflicts(rows: Rows) -> None:
    bulk.delete(Conflict, "id", rows.replaced)
    bulk.update(
        Conflict, ["id", "resolved_at", "resolved_by"], ((conflict, rows.now, user) for conflict, user in rows.settled)
    )
    bulk.insert(
        Conflict,
        _CONFLICT,
        (
            (
                item.pk,
                conflict.origin.value,
                conflict.root,
                conflict.path,
                _key(conflict.base),
                _key(conflict.ours),
                _key(conflict.theirs),
                list(conflict.fields),
                rows.now,
            )
            for item, conflict in rows.conflicts
        ),
    )


def _key(data: bytes | None) -> str | None:
    return None if data is None else sha256(data).hexdigest()
