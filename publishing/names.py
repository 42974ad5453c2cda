"""Slugs and sort keys, computed here and not in the database, so that SQLite and PostgreSQL agree."""

import re
import unicodedata
from pathlib import PurePosixPath


def key(text: str) -> str:
    """The form under which names are compared: NFKC, case-folded.

    >>> key("Generative-AI") == key("generative-ai")
    True
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def slug_from_path(path: str) -> str:
    """The slug of a file that names none: its path below the kind's folder, without `.md`.

    >>> slug_from_path("ml/deep learning.md")
    'ml--deep-learning'
    """
    stem = str(PurePosixPath(path).with_suffix("")) if path.endswith(".md") else path
    return re.sub(r"\s+", "-", unicodedata.normalize("NFC", stem).replace("/", "--"))
