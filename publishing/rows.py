"""A batch, worked out into rows of each table. Nothing is written here."""

from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from publishing import names
from publishing.authors import Author
from publishing.kinds import Record, Status
from publishing.models import Change, Conflict, Item
from publishing.publish import PAYLOAD_VERSION
from publishing.steps import Delete, NewConflict, Note, Result, Signature, Step, Text, Write


class Readable(NamedTuple):
    """What readers see of an item."""

    key: int
    slug: str
    revision: int
    version: int


class Revised(NamedTuple):
    item: Item
    number: int
    slug: str
    digest: str
    signature: Signature


class Publication(NamedTuple):
    item: Item
    record: Record
    digest: str
    revision: int


class Notice(NamedTuple):
    """A line of the feed. `before` is the slug before a rename; `by` is who brought it about."""

    item: Item
    action: Change.Action
    slug: str
    before: str
    revision: int
    by: Author


class Rows:
    """`take` each step of a batch, then hand all to `storing.store`."""

    def __init__(self, signature: Signature, now: datetime, locale: str):
        self.signature, self.now, self.locale = signature, now, locale
        # The items as they are, what readers see of them, and their open conflicts.
        self.locked: dict[Any, Item] = {}
        self.readable: dict[Any, Readable] = {}
        self.waiting: dict[tuple[Any, Conflict.Origin, str], int] = {}
        self.blobs: dict[str, bytes] = {}
        self.created: list[Item] = []
        self.changed: list[Item] = []
        # Those of them that take or give free a slug or a path.
        self.moved: list[Item] = []
        self.revised: list[Revised] = []
        # By kind: (item, record, whether the kind has no rows of it yet).
        self.projected: dict[str, list[tuple[Item, Any, bool]]] = {}
        self.erased: dict[str, list[Item]] = {}
        self.withdrawn: list[int] = []
        self.publications: list[Publication] = []
        self.notices: list[Notice] = []
        self.conflicts: list[tuple[Item, NewConflict]] = []
        self.replaced: list[int] = []
        # (conflict, account of who settled it)
        self.settled: list[tuple[int, Any]] = []

    def take(self, step: Step) -> Result:
        if isinstance(step, Write):
            return self._write(step)
        if isinstance(step, Delete):
            return self._delete(step)
        item = self.locked[step.item.pk]
        if isinstance(step, Note):
            self._note(item, step.conflict)
        else:
            self._settle(item, step.origin, step.root, step.signature or self.signature)
        return Result(item)

    def _write(self, step: Write) -> Result:
        signature = step.signature or self.signature
        record = step.record
        is_new = step.item is None or step.revive
        item = self._new(step) if step.item is None else self._revived(step) if step.revive else self._known(step)
        before = item.working_id, item.filed_id, item.path, item.slug
        number = item.revision
        digest = sha256(step.data).hexdigest()
        filed = step.filed or (Text(step.data, record) if step.publish else None)
        action = None
        if filed:
            filed_digest, filed_number = self._file(item, filed, step.data, digest, signature)
        if item.working_id != digest:
            self._revise(item, digest, step.data, record, signature)
            item.working_id = digest
        elif item.revision != number:
            self._revise(item, digest, step.data, record, signature)
        item.path = step.path or item.path
        if item.slug != record.slug:
            item.slug, item.slug_key = record.slug, names.key(record.slug)
        if item.title != record.title:
            item.title, item.sort_key = record.title, names.key(record.title)
        if filed:
            same_text = before[1] == filed_digest
            item.filed_id = filed_digest
            action = self._publish(
                item, filed.record, filed_digest, filed_number or item.revision, same_text, signature.author
            )
        elif step.unfile:
            item.filed_id = None
            action = self._withdraw(item, Change.Action.UNPUBLISHED, signature.author)
        if step.conflict:
            self._note(item, step.conflict)
        elif filed:
            self._settle(item, Conflict.Origin.DRAFT, "", signature)
        revised = item.revision != number
        if not revised and not step.revive and before == (item.working_id, item.filed_id, item.path, item.slug):
            return Result(item, action=action)
        moved = step.revive or before[2:] != (item.path, item.slug)
        item.updated_at, item.updated_by_id = self.now, signature.author.user
        if step.item is None:
            self.created.append(item)
        else:
            self.changed.append(item)
            if moved:
                self.moved.append(item)
        if moved or before[0] != item.working_id:
            self.projected.setdefault(item.kind, []).append((item, record, is_new))
        return Result(item, revised, action)

    def _delete(self, step: Delete) -> Result:
        signature = step.signature or self.signature
        item = self.locked[step.item.pk]
        item.deleted_at = item.updated_at = self.now
        item.updated_by_id = signature.author.user
        self.changed.append(item)
        self.moved.append(item)
        self.erased.setdefault(item.kind, []).append(item)
        self._settle(item, Conflict.Origin.DRAFT, "", signature)
        action = self._withdraw(item, Change.Action.DELETED, signature.author)
        return Result(item, action=action)

    # --- items and revisions ---

    def _new(self, step: Write) -> Item:
        return Item(
            kind=step.kind, locale=self.locale, slug="", title="", path=step.path, revision=0, created_at=self.now
        )

    def _known(self, step: Write) -> Item:
        assert step.item is not None
        return self.locked[step.item.pk]

    def _revived(self, step: Write) -> Item:
        item = self._known(step)
        item.deleted_at = None
        item.filed_id = None
        return item

    def _file(self, item: Item, filed: Text, working: bytes, digest: str, signature: Signature) -> tuple[str, int]:
        """The hash of the filed text and the number of the revision that has it; 0 for the newest to be."""
        if filed.data == working:
            return digest, 0
        filed_digest = sha256(filed.data).hexdigest()
        if filed_digest == item.working_id:
            return filed_digest, item.revision
        if filed_digest == item.filed_id:
            readable = self.readable.get(item.pk)
            return filed_digest, readable.revision if readable else 0
        self._revise(item, filed_digest, filed.data, filed.record, signature)
        return filed_digest, item.revision

    def _revise(self, item: Item, digest: str, data: bytes, record: Record, signature: Signature) -> None:
        self.blobs[digest] = data
        item.revision += 1
        self.revised.append(Revised(item, item.revision, record.slug, digest, signature))

    # --- readers ---

    def _publish(
        self, item: Item, record: Record, digest: str, revision: int, same_text: bool, by: Author
    ) -> Change.Action | None:
        if record.status is Status.DRAFT:
            return self._withdraw(item, Change.Action.UNPUBLISHED, by)
        old = self.readable.get(item.pk)
        renamed = old is not None and old.slug != record.slug
        if old and same_text and not renamed and old.version == PAYLOAD_VERSION:
            return None
        if old:
            self.withdrawn.append(old.key)
        action = Change.Action.RENAMED if renamed else Change.Action.PUBLISHED
        self.publications.append(Publication(item, record, digest, revision))
        self.notices.append(Notice(item, action, record.slug, old.slug if old and renamed else "", revision, by))
        return action

    def _withdraw(self, item: Item, action: Change.Action, by: Author) -> Change.Action | None:
        old = self.readable.get(item.pk)
        if old is None:
            return None
        self.withdrawn.append(old.key)
        # The slug by which readers know it, whatever a draft calls it.
        self.notices.append(Notice(item, action, old.slug, "", item.revision, by))
        return action

    # --- conflicts ---

    def _note(self, item: Item, conflict: NewConflict) -> None:
        if key := self.waiting.pop((item.pk, conflict.origin, conflict.root), None):
            self.replaced.append(key)
        for data in (conflict.base, conflict.ours, conflict.theirs):
            if data is not None:
                self.blobs[sha256(data).hexdigest()] = data
        self.conflicts.append((item, conflict))

    def _settle(self, item: Item, origin: Conflict.Origin, root: str, signature: Signature) -> None:
        if key := self.waiting.pop((item.pk, origin, root), None):
            self.settled.append((key, signature.author.user))
