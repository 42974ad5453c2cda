"""The mark by which a file says that readers should not see it: `status: draft`, or `draft: true`."""

from documents import Document
from publishing import kinds
from publishing.kinds import Status


def is_marked(kind: str, document: Document) -> bool:
    reading = kinds.get(kind).read(document, "any.md")
    return reading.record is not None and reading.record.status is Status.DRAFT


def without_mark(kind: str, document: Document) -> Document:
    """The document as readers may see it; the same one if it has no mark. Any other status stays."""
    if not is_marked(kind, document):
        return document
    published = document.copy()
    if "draft" in published:
        del published["draft"]
    if "status" in published and is_marked(kind, published):
        del published["status"]
    return published


def with_mark(kind: str, document: Document) -> Document:
    """The document marked as a draft; the same one if it is marked already."""
    if is_marked(kind, document):
        return document
    marked = document.copy()
    if str(marked.get("status") or Status.PUBLISHED).casefold() == Status.PUBLISHED:
        marked["status"] = Status.DRAFT.value
    else:
        # Beside a status that says something else, which has to come back when it is published again.
        marked["draft"] = True
    return marked
