"""The only code that writes items and all that hangs on them.

A save in the admin and an import of 10,000 files go through `write`, so they cannot disagree. It costs the same number
of statements for one item as for hundreds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from operator import attrgetter
from typing import Any, NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from publishing import bulk, kinds, names
from publishing.authors import Author
from publishing.errors import NameTaken, StaleRevision
from publishing.kinds import Record, Status
from publishing.models import Blob, Change, Facet, FeedCounter, Item, PreviousSlug, Published, Reference, Revision
from publishing.publish import PAYLOAD_VERSION, answer

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
_item_values = attrgetter(*(Item._meta.get_field(name).attname for name in _ITEM))


@dataclass(frozen=True, slots=True)
class Write:
    """A text for an item, with what its kind reads in it. Without an item, a new one is made.

    `base_revision` is the revision from which the text was made. An empty `path` keeps the one there is. Publishing a
    document that its status marks as draft files it and takes it from the readers.
    """

    kind: str
    data: bytes
    record: Record
    item: Item | None = None
    base_revision: int | None = None
    path: str = ""
    publish: bool = False


@dataclass(frozen=True, slots=True)
class Delete:
    item: Item
    base_revision: int


@dataclass(frozen=True, slots=True)
class Result:
    """`revised`: the text is a new one. `action`: what readers were told, if anything."""

    item: Item
    revised: bool = False
    action: Change.Action | None = None


def write(
    batch: Sequence[Write | Delete], *, author: Author, origin: Revision.Origin, message: str = ""
) -> list[Result]:
    """Writes all or nothing; what is the same already costs no row.

    In order: texts, items, revisions, names and references, the kind's own rows, published state, change feed.

    Raises:
        StaleRevision: an item was saved or deleted since `base_revision`.
        NameTaken: a slug or path belongs to another item, in the batch or in the database.
    """
    _refuse_twins(batch)
    rows = _Rows(author, origin, message, timezone.now())
    try:
        with transaction.atomic():
            _lock(batch, rows)
            results = [rows.delete(one) if isinstance(one, Delete) else rows.write(one) for one in batch]
            _flush(rows)
    except IntegrityError:
        # Looked for only now, since it hardly ever happens, and nobody can take a name between look and write.
        _refuse_taken(batch)
        raise
    return results


class _Readable(NamedTuple):
    key: int
    slug: str
    version: int


class _Rows:
    """What a batch changes, as rows of each table."""

    def __init__(self, author: Author, origin: Revision.Origin, message: str, now: datetime):
        self.author, self.origin, self.message, self.now = author, origin, message, now
        self.locale = settings.LEMMA_LOCALE
        self.locked: dict[Any, Item] = {}
        # What readers see of the locked items.
        self.readable: dict[Any, _Readable] = {}
        self.blobs: dict[str, bytes] = {}
        self.created: list[Item] = []
        self.changed: list[Item] = []
        self.renamed: list[Item] = []
        self.revised: list[Item] = []
        self.projected: dict[str, list[tuple[Item, Any, bool]]] = {}
        self.erased: dict[str, list[Item]] = {}
        self.withdrawn: list[int] = []
        self.publications: list[tuple[Item, Record]] = []
        # (item, action, slug before)
        self.changes: list[tuple[Item, Change.Action, str]] = []

    def write(self, one: Write) -> Result:
        digest = sha256(one.data).hexdigest()
        is_new = one.item is None
        item = self._new(one) if one.item is None else self.locked[one.item.pk]
        record = one.record
        before = item.working_id, item.filed_id, item.path, item.slug
        revised = item.working_id != digest
        if revised:
            self.blobs[digest] = one.data
            item.working_id = digest
            item.revision += 1
            self.revised.append(item)
        item.path = one.path or item.path
        if item.slug != record.slug:
            item.slug, item.slug_key = record.slug, names.key(record.slug)
        if item.title != record.title:
            item.title, item.sort_key = record.title, names.key(record.title)
        action = None
        if one.publish:
            same_text = item.filed_id == digest
            item.filed_id = digest
            action = self._publish(item, record, same_text)
        if before == (item.working_id, item.filed_id, item.path, item.slug):
            return Result(item, action=action)
        item.updated_at, item.updated_by_id = self.now, self.author.user
        if is_new:
            self.created.append(item)
        else:
            self.changed.append(item)
            if before[2:] != (item.path, item.slug):
                self.renamed.append(item)
        if revised or before[2:] != (item.path, item.slug):
            self.projected.setdefault(item.kind, []).append((item, record, is_new))
        return Result(item, revised, action)

    def delete(self, one: Delete) -> Result:
        item = self.locked[one.item.pk]
        item.deleted_at = item.updated_at = self.now
        item.updated_by_id = self.author.user
        self.changed.append(item)
        self.erased.setdefault(item.kind, []).append(item)
        action = self._withdraw(item, Change.Action.DELETED)
        return Result(item, action=action)

    def _new(self, one: Write) -> Item:
        return Item(
            kind=one.kind, locale=self.locale, slug="", title="", path=one.path, revision=0, created_at=self.now
        )

    def _publish(self, item: Item, record: Record, same_text: bool) -> Change.Action | None:
        if record.status is Status.DRAFT:
            return self._withdraw(item, Change.Action.UNPUBLISHED)
        old = self.readable.get(item.pk)
        renamed = old is not None and old.slug != item.slug
        if old and same_text and not renamed and old.version == PAYLOAD_VERSION:
            return None
        if old:
            self.withdrawn.append(old.key)
        action = Change.Action.RENAMED if renamed else Change.Action.PUBLISHED
        self.publications.append((item, record))
        self.changes.append((item, action, old.slug if old and renamed else ""))
        return action

    def _withdraw(self, item: Item, action: Change.Action) -> Change.Action | None:
        if item.pk not in self.readable:
            return None
        self.withdrawn.append(self.readable[item.pk].key)
        self.changes.append((item, action, ""))
        return action


def _refuse_twins(batch: Sequence[Write | Delete]) -> None:
    seen: dict[tuple[str, str, str], str] = {}
    for one in batch:
        if isinstance(one, Write):
            for field, value, compared in _names(one):
                other = seen.setdefault((one.kind, field, compared), one.record.title)
                if other is not one.record.title:
                    raise NameTaken(field, value, other)


def _refuse_taken(batch: Sequence[Write | Delete]) -> None:
    writes = [one for one in batch if isinstance(one, Write)]
    # What the batch itself moves or deletes gives its names free.
    own = {one.item.pk for one in batch if one.item}
    for column, wanted in (("slug_key", "slug"), ("path", "path")):
        for start in range(0, len(writes), _LOOKUP):
            names_of = {
                (one.kind, compared): value
                for one in writes[start : start + _LOOKUP]
                for field, value, compared in _names(one)
                if field == wanted
            }
            others = Item.objects.live().filter(
                locale=settings.LEMMA_LOCALE, **{f"{column}__in": [compared for _, compared in names_of]}
            )
            for other in others:
                value = names_of.get((other.kind, getattr(other, column)))
                if value and other.pk not in own:
                    raise NameTaken(wanted, value, other.title)


def _names(one: Write) -> Iterator[tuple[str, str, str]]:
    """Field, value, and the form in which it is compared."""
    yield "slug", one.record.slug, names.key(one.record.slug)
    if one.path:
        yield "path", one.path, one.path


def _lock(batch: Sequence[Write | Delete], rows: _Rows) -> None:
    """Reads the items as they are and keeps everybody else from writing them until the transaction ends."""
    named = {one.item.pk: one for one in batch if one.item}
    if not named:
        return
    # In one order everywhere, or two batches could wait for each other for ever.
    rows.locked = Item.objects.select_for_update().order_by("pk").in_bulk(named)
    for pk, one in named.items():
        item = rows.locked.get(pk)
        if item is None or item.deleted_at or item.revision != one.base_revision:
            raise StaleRevision(item or one.item, one.base_revision)
    for start in range(0, len(named), _LOOKUP):
        found = Published.objects.filter(item__in=list(named)[start : start + _LOOKUP])
        for item, key, slug, version in found.values_list("item", "pk", "slug", "payload_version"):
            rows.readable[item] = _Readable(key, slug, version)


def _flush(rows: _Rows) -> None:
    bulk.insert(Blob, ["sha256", "data"], rows.blobs.items(), ignore_conflicts=True)
    _save_items(rows)
    _save_revisions(rows)
    _save_names(rows)
    for kind, items in rows.erased.items():
        kinds.get(kind).erase(items)
    for kind, triples in rows.projected.items():
        kinds.get(kind).project(triples)
    _save_published(rows)


def _save_items(rows: _Rows) -> None:
    # Out of each other's way first, so that two items can change names with each other.
    bulk.update(Item, ["id", "slug_key", "path"], ((item.pk, f"-{item.uuid}", "") for item in rows.renamed))
    bulk.update(Item, ["id", *_ITEM], ((item.pk, *_item_values(item)) for item in rows.changed))
    bulk.insert(Item, _ITEM, map(_item_values, rows.created))
    uuids = [item.uuid for item in rows.created]
    keys: dict[Any, int] = {}
    for start in range(0, len(uuids), _LOOKUP):
        keys.update(Item.objects.filter(uuid__in=uuids[start : start + _LOOKUP]).values_list("uuid", "pk"))
    for item in rows.created:
        item.pk = keys[item.uuid]


def _save_revisions(rows: _Rows) -> None:
    author = rows.author
    bulk.insert(
        Revision,
        [
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
        ],
        (
            (
                item.pk,
                item.revision,
                item.slug,
                item.working_id,
                item.revision - 1 or None,
                author.user,
                author.name,
                author.email,
                rows.origin.value,
                rows.message,
                rows.now,
            )
            for item in rows.revised
        ),
    )


def _save_names(rows: _Rows) -> None:
    triples = [triple for group in rows.projected.values() for triple in group]
    known = [item.pk for item, _, is_new in triples if not is_new]
    known += [item.pk for group in rows.erased.values() for item in group]
    bulk.delete(PreviousSlug, "item", known)
    bulk.delete(Reference, "source", known)
    bulk.insert(
        PreviousSlug,
        ["item", "position", "slug", "slug_key"],
        (
            (item.pk, position, slug, names.key(slug))
            for item, record, _ in triples
            for position, slug in enumerate(record.previous_slugs)
        ),
    )
    bulk.insert(
        Reference,
        ["source", "field", "position", "target_kind", "slug", "slug_key"],
        (
            (item.pk, target.field, position, target.kind, target.slug, names.key(target.slug))
            for item, record, _ in triples
            for position, target in enumerate(record.targets)
        ),
    )


def _save_published(rows: _Rows) -> None:
    bulk.delete(Facet, "published", rows.withdrawn)
    bulk.delete(Published, "id", rows.withdrawn)
    if not rows.changes:
        return
    first = _take_positions(len(rows.changes))
    positions = {item.pk: position for position, (item, _, _) in enumerate(rows.changes, first)}
    bulk.insert(
        Change,
        ["position", "item", "kind", "locale", "slug", "action", "previous_slug", "revision", "created_at"],
        (
            (
                positions[item.pk],
                item.pk,
                item.kind,
                item.locale,
                item.slug,
                action.value,
                before,
                item.revision,
                rows.now,
            )
            for item, action, before in rows.changes
        ),
    )
    bulk.insert(
        Published,
        [
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
        ],
        (
            (
                positions[item.pk],
                item.pk,
                item.kind,
                item.locale,
                item.slug,
                item.slug_key,
                item.title,
                item.sort_key,
                item.filed_id,
                item.revision,
                rows.now,
                PAYLOAD_VERSION,
                record.difficulty_rank,
                record.last_updated,
                f"|{'|'.join(kinds.get(item.kind).present(record))}|",
                *answer(kinds.get(item.kind), record, str(item.filed_id), item.revision, rows.now),
            )
            for item, record in rows.publications
        ),
    )
    bulk.insert(
        Facet,
        ["published", "name", "value", "label"],
        (
            (positions[item.pk], name, names.key(label), label)
            for item, record in rows.publications
            for name, label in kinds.get(item.kind).facets(record)
        ),
    )


def _take_positions(count: int) -> int:
    """The first of so many positions of the feed. Until the transaction ends nobody else takes any."""
    counter, _ = FeedCounter.objects.select_for_update().get_or_create(pk=1)
    first: int = counter.position + 1
    FeedCounter.objects.filter(pk=1).update(position=counter.position + count)
    return first
