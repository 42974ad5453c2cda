"""A folder and a database of twenty-odd items between which everything happened that can happen, and how they stand."""

import io
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.management import call_command
from PIL import Image

import documents
from books.editing import rename_book
from documents import Document
from glossary.editing import merge_entries, rename_entry, save_entry, unpublish_entry
from publishing import assets
from publishing.models import Change, Conflict, Item, Published, Revision
from sync.models import Base, Intent, Uncommitted
from tests.sync import folders
from tests.sync.cast import delete, edit, entry, item
from tests.sync.repositories import change, make, person

_BODY = "\n# Brief Definition\nAs found.\n\n# Key Concepts\n- one\n- two\n"


def files() -> folders.Files:
    """Before anything happens: 22 entries and 4 books."""
    found = {f"terms/e{n:02}.md": entry(f"Entry {n}", f"e{n:02}", 'category: "Old"\n', _BODY) for n in range(1, 23)}
    found["terms/e04.md"] = entry("Entry 4", "e04", 'category: "Old"\nrelated: ["e03", "e05"]\n', _BODY)
    return found | {f"books/b{n}.md": entry(f"Book {n}", f"b{n}", 'authors: ["Ada"]\n') for n in range(1, 5)}


def _say(key: str, value: Any) -> Callable[[Document], object]:
    return lambda document: document.__setitem__(key, value)


def picture(width: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, 3), "red").save(out, "PNG")
    return out.getvalue()


def name_of(data: bytes) -> str:
    return f"{sha256(data).hexdigest()[:32]}.png"


def in_the_database() -> None:
    """What editors did. By more than one author, for those who commit it."""
    ada, bob = person("ada", email="ada@example.org"), person("bob", email="bob@example.org")
    change("e01", {"category": "New"}, ada, "Sorted")
    change("e02", {"title": "Second entry", "Brief Definition": f"![a](../{assets.keep(name_of(OURS), OURS)})\n"}, bob)
    found = item("e03")
    rename_entry(found, "renamed", base_revision=found.revision, author=ada)
    delete("e05")
    make("Made here", "made-here", ada)
    make("Made deep", "made-deep", bob, path="deep/er/made-deep.md")
    edit("e06", _say("category", "Draft"), publish=False)
    # One leaves a file name that another takes.
    found = item("e07")
    rename_entry(found, "moved-on", base_revision=found.revision, author=bob)
    take_over("e08", "e07.md", ada)
    delete("e09")
    make("Heir", "heir", bob, path="e09.md")
    merge_entries(item("e10"), into=item("e11"), author=ada)
    found = item("e17")
    unpublish_entry(found, base_revision=found.revision, author=bob)
    change("b1", {"publisher": "Here"}, ada, kind="book")
    # Two change places.
    for old, new in (("b3", "b9"), ("b4", "b3"), ("b9", "b4")):
        found = item(old, kind="book")
        rename_book(found, new, base_revision=found.revision, author=ada)


def take_over(slug: str, path: str, author: Any) -> Item:
    """Publishes an entry with another file."""
    found = item(slug)
    document = documents.parse(bytes(found.working.data))
    document["category"] = "Taken over"
    return save_entry(document, item=found, base_revision=found.revision, author=author, publish=True, path=path)


def on_both_sides(content: Path) -> None:
    """What editors and people with files did to the same items, and what the latter did alone."""
    terms, books = content / "terms", content / "books"

    def write(slug: str, old: str, new: str) -> None:
        path = terms / f"{slug}.md"
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))

    write("e12", "- two", f"- two\n- ![a](../assets/{name_of(THEIRS)})")
    folders.write(content, {f"assets/{name_of(THEIRS)}": THEIRS})
    (terms / "e13.md").unlink()
    (terms / "sub").mkdir()
    (terms / "e14.md").rename(terms / "sub/e14.md")
    folders.write(content, {"terms/by-hand.md": entry("By hand", "by-hand"), "terms/x/new.md": entry("New", "new")})
    (books / "b2.md").write_bytes(entry("Book 2", "b2", 'authors: ["Ada", "Bob"]\n'))
    # Both, in different fields; in the same field; the same.
    edit("e15", _say("category", "Ours"))
    write("e15", "- two", "- two\n- theirs")
    edit("e16", _say("category", "Ours"))
    write("e16", '"Old"', '"Theirs"')
    edit("e18", _say("category", "Same"))
    write("e18", '"Old"', '"Same"')
    # Gone on one side and changed on the other; gone on both.
    edit("e19", _say("category", "Ours"))
    (terms / "e19.md").unlink()
    delete("e20")
    write("e20", "As found.", "As found by theirs.")
    delete("e21")
    (terms / "e21.md").unlink()
    # A draft that goes with the new file, and one that does not.
    write("e06", "- two", "- two\n- theirs")
    edit("e22", _say("category", "Draft"), publish=False)
    write("e22", '"Old"', '"Theirs"')


OURS, THEIRS = picture(4), picture(5)


def migrate() -> None:
    call_command("migrate", verbosity=0)


def state() -> dict[str, Any]:
    """All that a sync may change in the database, without what is another each time: keys and moments."""
    names = {pk: (kind, slug, bool(gone)) for pk, kind, slug, gone in _rows(Item, "pk", "kind", "slug", "deleted_at")}

    def named(rows: list[Any]) -> list[Any]:
        return sorted(((*names[row[0]], *row[1:]) for row in rows), key=repr)

    return {
        "items": named(_rows(Item, "pk", "title", "path", "working", "filed", "revision")),
        "revisions": named(
            _rows(Revision, "item", "number", "slug", "document", "parent", "author_name", "origin", "message")
        ),
        "published": named(_rows(Published, "item", "slug", "title", "file", "revision")),
        "feed": named(_rows(Change, "item", "slug", "action", "previous_slug", "revision")),
        "conflicts": named(
            [
                (*row[:-2], repr(row[-2]), row[-1] is None)
                for row in _rows(Conflict, "item", "origin", "path", "base", "ours", "theirs", "fields", "resolved_at")
            ]
        ),
        "bases": named([(item, path, text) for item, path, text in _rows(Base, "item", "path", "document")]),
        "intents": _rows(Intent, "path"),
        "uncommitted": sorted(_rows(Uncommitted, "path")),
        "pictures": {name: assets.read(name) for name in assets.names()},
    }


def _rows(model: Any, *fields: str) -> list[Any]:
    return list(model.objects.values_list(*fields))
