"""Lossless documents: Markdown files with YAML front matter that can be read and changed. No Django in here."""

from .document import Document, new_document, parse
from .errors import DocumentError
from .sections import Sections

__all__ = ["Document", "DocumentError", "Sections", "new_document", "parse"]
