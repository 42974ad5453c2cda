"""What a request says, as a document, and through the same door as every other edit."""

from collections.abc import Callable
from typing import Any

import documents
from api import drafts, fields
from api.drafts import Working
from api.problems import ApiError, field_error
from api.resources import Resource
from books.editing import save_book
from documents import Document, new_document
from glossary.editing import save_entry
from publishing import kinds, names, standing
from publishing.errors import StaleRevision
from publishing.models import Item, Revision
from publishing.problems import InvalidDocument, Problem

_SAVE: dict[str, Callable[..., Item]] = {"entry": save_entry, "book": save_book}


def save(resource: Resource, document: Document, **options: Any) -> Item:
    return _SAVE[resource.kind](document, **options)


def item_of(resource: Resource, slug: str) -> Item:
    """The live item with that slug, in any spelling.

    Raises:
        ApiError: 404, with the slug to use where it has another one by now; 410.
    """
    found = Item.objects.of_kind(resource.kind).select_related("working")
    try:
        if "\0" not in slug:
            return found.by_slug(resource.kind, slug)
    except Item.DoesNotExist:
        pass
    if current := drafts.successor(resource.kind, slug):
        kind = resource.kind
        raise ApiError(404, f"{kind}.not_found", f'No {kind} has the slug "{slug}" any more. It is "{current}" now.')
    raise drafts.missing(resource, slug)


def deleted(resource: Resource, slug: str) -> Item | None:
    """The item of that slug that was deleted last."""
    if "\0" in slug:
        return None
    gone = Item.objects.filter(kind=resource.kind, slug_key=names.key(slug), deleted_at__isnull=False)
    return gone.order_by("-deleted_at", "-pk").first()


def made(resource: Resource, data: Any) -> Document:
    """A new document from the fields of a request, in the style of the seed.

    Raises:
        ApiError: 400.
        InvalidDocument, DocumentError
    """
    wanted = fields.checked(resource.kind, data, is_new=True)
    document = new_document({"title": wanted.pop("title"), "slug": wanted.pop("slug")})
    return _edited(resource, document, "", wanted)


def filed(resource: Resource, data: bytes) -> Document:
    """A new document as it was sent.

    Raises:
        InvalidDocument: it names no slug; one is never made up from a title.
        DocumentError: it is no such file.
    """
    document = documents.parse(data)
    slug = document.get("slug")
    # A slug `no` is one, though YAML reads it as false.
    if slug is None or not str(slug).strip():
        raise InvalidDocument(
            [
                Problem(
                    "slug.missing", "There is no slug.", 'Write slug: "…" with letters, digits, hyphens.', field="slug"
                )
            ]
        )
    return document


def replaced(resource: Resource, item: Item, revision: int, data: bytes) -> Document:
    """The document of an item, as it was sent. Its slug stays.

    Raises:
        ApiError: 412.
        InvalidDocument, DocumentError
    """
    # For its existence: the merge starts from it.
    text_of(item, revision)
    document = documents.parse(data, item.path)
    reading = kinds.get(resource.kind).read(document, item.path or f"{item.slug}.md")
    if reading.record is not None:
        refuse_rename(item, reading.record.slug)
    return document


def changed(resource: Resource, item: Item, revision: int, data: Any, *, is_whole: bool) -> Document:
    """The document of that revision with the fields of a request in it.

    is_whole: what the request leaves out is empty.

    Raises:
        ApiError: 400, 412.
        InvalidDocument, DocumentError
    """
    wanted = fields.checked(resource.kind, data, is_whole=is_whole)
    document = documents.parse(text_of(item, revision), item.path)
    if "slug" in wanted:
        refuse_rename(item, wanted.pop("slug"))
    return _edited(resource, document, item.path or f"{item.slug}.md", wanted, is_whole=is_whole)


def _edited(
    resource: Resource, document: Document, path: str, wanted: dict[str, Any], *, is_whole: bool = False
) -> Document:
    kind = kinds.get(resource.kind)
    record = standing.read(resource.kind, document, path).record
    now = kind.payload(record)
    if is_whole:
        wanted = fields.whole(resource.kind, wanted, now)
    fields.write(resource.kind, document, record, now, wanted)
    return document


def text_of(item: Item, revision: int) -> bytes:
    """Raises StaleRevision: the item never had that revision."""
    found = Revision.objects.select_related("document").filter(item=item, number=revision).first()
    if found is None:
        raise StaleRevision(item, revision)
    return bytes(found.document.data)


def refuse_rename(item: Item, slug: str) -> None:
    """Raises ApiError, 400: a slug is not changed in passing, since others refer to it."""
    if slug != item.slug:
        message = f'The slug is "{item.slug}", and it is not changed by an edit.'
        hint = "POST to rename/, which changes what refers to it too."
        raise fields.invalid([field_error("slug", message, hint)])


def answer_of(resource: Resource, item: Item, root: str) -> tuple[bytes, Working]:
    working = drafts.of(item)
    return drafts.answer(working, resource, root), working
