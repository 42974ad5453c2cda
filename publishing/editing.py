"""The door for one item: a document in, the saved item out. `save_entry` and `save_book` are this with their kind."""

import re
from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from documents import Document, merge, parse
from publishing import drafts, kinds, reviews, schedule, writer
from publishing.authors import Author
from publishing.errors import ConflictPending, EditConflict, StaleRevision
from publishing.models import Conflict, Item, Revision, Schedule
from publishing.problems import InvalidDocument, Problem, Severity

# For new items; older ones keep what they have.
NEW_SLUG = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
# How often somebody else may be faster before we make everybody wait for us.
TRIES = 3


def save(
    kind: str,
    document: Document,
    *,
    item: Item | None = None,
    base_revision: int | None = None,
    author: Any = None,
    origin: str = "admin",
    message: str = "",
    publish: bool = False,
    path: str = "",
    also: Sequence[writer.Step] = (),
) -> Item:
    """Saves what the document says: a new revision, the working copy and, on `publish`, what readers see.

    If the item has moved on since `base_revision`, the texts are merged and the merged one is saved. A text that is
    there already makes no revision.

    Args:
        item: None makes a new one. Its file is `path`, else named by the document's slug, else by its title.
        base_revision: the revision from which the document was made; needed with an item.
        author: an account, or None.
        origin: one of `Revision.Origin`.
        publish: also takes the mark of a draft out of the document.
        also: steps to be written in the same transaction.

    Raises:
        InvalidDocument: with every problem found.
        EditConflict: somebody else changed the same field in the meantime.
        ConflictPending: it cannot be published before an open conflict is resolved.
        StaleRevision: the item was deleted, or never had that revision.
        NameTaken: another item has the slug or the file.
    """
    signature = writer.Signature(Author.of(author), Revision.Origin(origin), message)

    def attempt(text: Document, revision: int | None) -> Item:
        if publish:
            if item is not None:
                refuse_pending(item)
            text = drafts.without_mark(kind, text)
        steps = [step(kind, text, item, revision, path, publish), *also]
        return through(steps, signature, calls_off=[Schedule.Action.PUBLISH] if publish else [])

    try:
        return attempt(document, base_revision)
    except StaleRevision as stale:
        if item is None or base_revision is None or stale.item.deleted_at:
            raise
        now = stale.item
    for _ in range(TRIES - 1):
        try:
            return attempt(merged_since(now, base_revision, document), now.revision)
        except StaleRevision as stale:
            if stale.item.deleted_at:
                raise
            now = stale.item
    with transaction.atomic():
        # Whoever saves all the time would win every time, if we merged before we locked.
        now = Item.objects.select_for_update().get(pk=item.pk)
        return attempt(merged_since(now, base_revision, document), now.revision)


def delete(item: Item, *, base_revision: int, author: Any = None, origin: str = "admin", message: str = "") -> Item:
    """Takes the item from editors and readers; its history stays, and `restore` brings it back.

    What refers to it is named by `redirecting.referring`.

    Raises:
        StaleRevision: somebody else saved the item in the meantime.
    """
    signature = writer.Signature(Author.of(author), Revision.Origin(origin), message)
    return through([writer.Delete(item, base_revision)], signature, calls_off=list(Schedule.Action))


def step(
    kind: str, document: Document, item: Item | None, revision: int | None, path: str, publish: bool
) -> writer.Write:
    """What has to be written for a document; for one that is new, `item` and `revision` are None.

    Raises:
        InvalidDocument: with every problem found.
    """
    path = path or (item.path if item else _new_path(document))
    reading = kinds.get(kind).read(document, path)
    problems = list(reading.problems)
    if item is None and reading.record is not None and not NEW_SLUG.fullmatch(reading.record.slug):
        problems.append(unusual_slug(reading.record.slug))
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise InvalidDocument(problems)
    return writer.Write(
        kind, bytes(document), reading.record, item=item, base_revision=revision, path=path, publish=publish
    )


def unusual_slug(slug: str) -> Problem:
    """What is wrong with a slug that may stand in an old file, but not be given to an item."""
    message = f'The slug "{slug}" is not made of lower-case letters, digits and hyphens.'
    return Problem("slug.new", message, "Write one such as black-box.", field="slug")


def through(
    steps: Sequence[writer.Step], signature: writer.Signature, *, calls_off: Collection[Schedule.Action] = ()
) -> Item:
    """Writes the steps and gives the item of the first; what is done by hand calls off what was scheduled."""
    with transaction.atomic():
        result, *_ = writer.write(steps, author=signature.author, origin=signature.origin, message=signature.message)
        if calls_off:
            schedule.cancel(result.item, *calls_off)
        if Schedule.Action.PUBLISH in calls_off:
            reviews.end([result.item.pk])
    return result.item


def together(steps: Sequence[writer.Write], signature: writer.Signature) -> list[tuple[Item, bool]]:
    """Writes all steps, or none; gives each item, and whether it has a new revision.

    Raises:
        StaleRevision, NameTaken: as `writer.write`.
    """
    with transaction.atomic():
        results = writer.write(steps, author=signature.author, origin=signature.origin, message=signature.message)
        for step_, result in zip(steps, results, strict=True):
            if step_.publish and step_.item:
                schedule.cancel(result.item, Schedule.Action.PUBLISH)
    return [(result.item, result.revised) for result in results]


def merged_since(now: Item, base_revision: int, document: Document) -> Document:
    """What was made from `base_revision`, merged with what others saved since; `now` is the item as it is.

    Raises:
        EditConflict: both changed the same field.
        StaleRevision: the item never had that revision.
    """
    base = Revision.objects.select_related("document").filter(item=now, number=base_revision).first()
    ours = Revision.objects.select_related("document").filter(item=now, number=now.revision).first()
    if base is None or ours is None:
        raise StaleRevision(now, base_revision)
    result = merge(parse(bytes(base.document.data), now.path), parse(bytes(ours.document.data), now.path), document)
    if result.conflicts:
        raise EditConflict(now, result)
    return result.document


def refuse_pending(item: Item) -> None:
    """Raises ConflictPending while a conflict of origin draft is open."""
    conflict = Conflict.objects.filter(item=item, origin=Conflict.Origin.DRAFT, resolved_at=None).first()
    if conflict:
        raise ConflictPending(item, conflict)


def _new_path(document: Document) -> str:
    slug = document.get("slug") or slugify(str(document.get("title") or ""))
    return f"{slug}.md" if slug else ""
