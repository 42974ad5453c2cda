"""Entries that say little, so that a test shows what matters to it."""

from collections.abc import Callable
from typing import Any

import pytest

import documents
from documents import Document
from glossary.editing import save_entry
from publishing import filing, standing, writer
from publishing.authors import Author
from publishing.models import Blob, Change, Item, Published, Revision


def text(title: str = "Black box", body: str = "Seen from outside.", **front: str) -> bytes:
    """A file as the seed writes one. Values are given as YAML."""
    lines = "".join(f"{key}: {value}\n" for key, value in front.items())
    return f'---\ntitle: "{title}"\n{lines}---\n\n# Brief Definition\n\n{body}\n'.encode()


def document(*args: Any, **front: str) -> Document:
    return documents.parse(text(*args, **front))


def working(item: Item) -> bytes:
    """What editors see now."""
    return _data(Item.objects.get(pk=item.pk).working_id)


def filed(item: Item) -> bytes | None:
    """What the file should hold now."""
    digest = Item.objects.get(pk=item.pk).filed_id
    return None if digest is None else _data(digest)


def read(item: Item) -> bytes | None:
    """What readers get now."""
    found = Published.objects.filter(item=item).first()
    return None if found is None else _data(found.file_id)


def history(item: Item) -> list[bytes]:
    """The texts of all revisions, the oldest first."""
    revisions = Revision.objects.filter(item=item).order_by("number")
    return [bytes(data) for data in revisions.values_list("document__data", flat=True)]


def feed() -> list[tuple[str, str, str]]:
    """Action, slug and slug before of every line of the feed, in order."""
    return list(Change.objects.order_by("position").values_list("action", "slug", "previous_slug"))


def now(item: Item) -> Item:
    return Item.objects.get(pk=item.pk)


def _data(digest: str) -> bytes:
    return bytes(Blob.objects.get(pk=digest).data)


@pytest.fixture
def entry(db: None) -> Callable[..., Item]:
    """Saves a new entry, published unless `publish` says otherwise."""

    def save(*args: Any, publish: bool = True, path: str = "", **front: str) -> Item:
        return save_entry(document(*args, **front), publish=publish, path=path)

    return save


@pytest.fixture
def edited(db: None) -> Callable[..., Item]:
    """Saves an entry once more from its newest revision, without publishing."""

    def save(item: Item, *args: Any, **front: str) -> Item:
        return save_entry(document(*args, **front), item=item, base_revision=now(item).revision)

    return save


@pytest.fixture
def refile(db: None) -> Callable[[Item, bytes], Item]:
    """Files a text as a sync does that found it in the item's file."""

    def run(item: Item, data: bytes) -> Item:
        state = standing.of(item)
        new = standing.read(state.kind, documents.parse(data), state.path)
        [result] = writer.write([filing.file(state, new)], author=Author(), origin=Revision.Origin.FILES)
        return result.item

    return run


@pytest.fixture
def contested(entry: Callable[..., Item], edited: Callable[..., Item], refile: Callable[[Item, bytes], Item]) -> Item:
    """An entry whose file was changed in the same sentence as its draft."""
    item = entry(body="Old.")
    edited(item, body="Mine.")
    return refile(item, text(body="Theirs."))
