"""Lossless documents: Markdown files with YAML front matter that can be read and changed. No Django in here."""

from .conflicts import Choice, Conflict, Edited
from .diffing import Change, Diff, diff
from .document import Document, new_document, parse
from .errors import DocumentError
from .merging import Merge, merge
from .sections import Sections
from .words import Segment

__all__ = [
    "Change",
    "Choice",
    "Conflict",
    "Diff",
    "Document",
    "DocumentError",
    "Edited",
    "Merge",
    "Sections",
    "Segment",
    "diff",
    "merge",
    "new_document",
    "parse",
]
