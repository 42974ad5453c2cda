"""A small cast: three entries and a book, each written in its own way."""

from collections.abc import Callable

import documents
from documents import Document
from glossary.editing import delete_entry, save_entry
from publishing.models import Item

BLACK_BOX = b"""---
title: "Black box"
slug: "black-box"
category: "Fundamentals"
difficulty: "beginner"
tags: ["opacity", "trust"]
related: ["white-box", "not-written-yet"]
recommendedBooks: ["big-book"]
lastUpdated: "2025-01-28"
---

# Brief Definition
A system seen from outside.

# Key Concepts
- input
- output"""

# Without a slug, with block lists and comments, CRLF.
WHITE_BOX = b"""---
title: White box  # the opposite
tags:
- opacity
- 'trust'
---
# Brief Definition
A system seen from inside.
""".replace(b"\n", b"\r\n")

GREY_BOX = """---
title: 'Grey box'
slug: grey-box
custom: {kept: true}
---
Half of each: «demi-transparent».
""".encode()

BIG_BOOK = b"""---
title: "The big book"
slug: "big-book"
authors: ["Ada Lovelace"]
publishYear: 1990
isbn: "0-387-31073-8"
topics: ["black-box"]
---

It is big.
"""

CAST = {
    "terms/black-box.md": BLACK_BOX,
    "terms/white-box.md": WHITE_BOX,
    "terms/sub/grey-box.md": GREY_BOX,
    "books/big-book.md": BIG_BOOK,
}


def entry(title: str, slug: str = "", front: str = "", body: str = "") -> bytes:
    """The file of an entry; without a slug its path names it."""
    named = f'slug: "{slug}"\n' if slug else ""
    return f'---\ntitle: "{title}"\n{named}{front}---\n{body}'.encode()


def item(slug: str, kind: str = "entry") -> Item:
    return Item.objects.live().get(kind=kind, slug=slug)


def slugs(kind: str = "entry") -> list[str]:
    return sorted(Item.objects.live().filter(kind=kind).values_list("slug", flat=True))


def text(slug: str, kind: str = "entry") -> bytes:
    """What the file of an item should hold."""
    filed = item(slug, kind).filed
    assert filed is not None
    return bytes(filed.data)


def edit(slug: str, change: Callable[[Document], object], *, publish: bool = True) -> Item:
    """Changes an entry as an editor does."""
    found = item(slug)
    document = documents.parse(bytes(found.working.data))
    change(document)
    return save_entry(document, item=found, base_revision=found.revision, publish=publish)


def retitle(slug: str, title: str, *, publish: bool = True) -> Item:
    return edit(slug, lambda document: document.__setitem__("title", title), publish=publish)


def create(title: str, slug: str, *, path: str = "") -> Item:
    """Writes and publishes a new entry in the admin's way."""
    return save_entry(documents.new_document({"title": title, "slug": slug}), publish=True, path=path)


def delete(slug: str) -> Item:
    found = item(slug)
    return delete_entry(found, base_revision=found.revision)
