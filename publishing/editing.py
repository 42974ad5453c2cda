"""The door for one item: a document in, the saved item out. `save_entry` and `save_book` are this with their kind."""

import re
from typing import Any

from django.utils.text import slugify

from documents import Document
from publishing import kinds, writer
from publishing.authors import Author
from publishing.kinds import Status
from publishing.models import Item, Revision
from publishing.problems import InvalidDocument, Problem, Severity

# For new items; older ones keep what they have.
_NEW_SLUG = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")


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
) -> Item:
    """Saves what the document says: a new revision, the working copy and, on `publish`, what readers see.

    Args:
        item: None makes a new one. Its file is `path`, else named by the document's slug, else by its title.
        base_revision: the revision from which the document was made; needed with an item.
        author: an account, or None.
        origin: one of `Revision.Origin`.
        publish: also takes the mark of a draft out of the document.

    Raises:
        InvalidDocument: with every problem found.
        StaleRevision: somebody else saved the item in the meantime.
        NameTaken: another item has the slug or the file.
    """
    if publish:
        document = _without_draft_mark(kind, document)
    path = path or (item.path if item else _new_path(document))
    reading = kinds.get(kind).read(document, path)
    problems = list(reading.problems)
    if item is None and reading.record is not None and not _NEW_SLUG.fullmatch(reading.record.slug):
        message_ = f'The slug "{reading.record.slug}" is not made of lower-case letters, digits and hyphens.'
        problems.append(Problem("slug.new", message_, "Write one such as black-box.", field="slug"))
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise InvalidDocument(problems)
    write = writer.Write(
        kind, bytes(document), reading.record, item=item, base_revision=base_revision, path=path, publish=publish
    )
    [result] = writer.write([write], author=Author.of(author), origin=Revision.Origin(origin), message=message)
    return result.item


def delete(item: Item, *, base_revision: int, author: Any = None, origin: str = "admin", message: str = "") -> Item:
    """Takes the item from editors and readers; its history stays.

    Raises:
        StaleRevision: somebody else saved the item in the meantime.
    """
    [result] = writer.write(
        [writer.Delete(item, base_revision)],
        author=Author.of(author),
        origin=Revision.Origin(origin),
        message=message,
    )
    return result.item


def _new_path(document: Document) -> str:
    slug = document.get("slug") or slugify(str(document.get("title") or ""))
    return f"{slug}.md" if slug else ""


def _without_draft_mark(kind: str, document: Document) -> Document:
    reading = kinds.get(kind).read(document, "x.md")
    if reading.record is None or reading.record.status is not Status.DRAFT:
        return document
    published = document.copy()
    for key in ("draft", "status"):
        if key in published:
            del published[key]
    return published
