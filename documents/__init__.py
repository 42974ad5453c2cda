"""Lossless documents: Markdown files with YAML front matter that can be read and changed. No Django in here."""

from .conflicts import Choice, Conflict, Edited
from .document import Document, new_document, parse
from .errors import DocumentError
from .merging import Merge, merge
from .sections import Sections

__all__ = [
    "Choice",
    "Conflict",
    "Document",
    "DocumentError",
    "Edited",
    "Merge",
    "Sections",
    "merge",
    "new_document",
    "parse",
]
