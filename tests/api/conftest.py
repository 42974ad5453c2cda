"""A small cast, published through the real door."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client

import documents
from api.models import Token
from api.views import searching
from books.editing import save_book
from glossary.editing import delete_entry, save_entry
from publishing import kinds, writer
from publishing.authors import Author
from publishing.models import Change, Item, Published, Revision

BLACK_BOX = b"""---
title: "Black box"
slug: "black-box"
category: "Fundamentals"
difficulty: "beginner"
tags: ["opacity", "trust"]
aliases: ["Opaque model"]
related: ["white-box", "not-written-yet"]
recommendedBooks: ["the-big-book"]
previousSlugs: ["closed-box"]
lastUpdated: "2025-01-28"
externalLinks:
  - title: "Black box"
    url: "https://example.org/black-box"
    type: "article"
    stars: 5
reviewedBy: "Ada"
---

Before the first heading.

# Brief Definition

A system seen from outside.\r
# Key Concepts

- input
- output

# History

It is *old*: \xc3\xa9lectrique."""

BIG_BOOK = b"""---
title: "The big book"
authors: ["Ada Lovelace"]
publishYear: 1990
isbn: "0-387-31073-8"
pages: 120
url: "https://example.org/the-big-book"
rating: 4.5
---

It is big.
"""


@pytest.fixture
def client() -> Client:
    return Client(headers={"accept": "*/*"})


@pytest.fixture
def entry(db: None) -> Callable[..., Item]:
    """Saves and publishes an entry from its front matter."""

    def save(
        title: str, slug: str = "", *, front: str = "", path: str = "", publish: bool = True, **options: Any
    ) -> Item:
        slug = slug or title.lower().replace(" ", "-")
        text = f'---\ntitle: "{title}"\nslug: "{slug}"\n{front}\n---\n\n# Brief Definition\n\nWhat {title} is.\n'
        return save_entry(documents.parse(text.encode()), publish=publish, path=path or f"{slug}.md", **options)

    return save


@pytest.fixture
def again(entry: Callable[..., Item]) -> Callable[..., Item]:
    """Saves an entry once more, from its newest revision."""

    def save(item: Item, title: str, slug: str, **options: Any) -> Item:
        item = Item.objects.get(pk=item.pk)
        return entry(title, slug, item=item, base_revision=item.revision, **options)

    return save


@pytest.fixture
def delete() -> Callable[[Item], Item]:
    def remove(item: Item) -> Item:
        item = Item.objects.get(pk=item.pk)
        return delete_entry(item, base_revision=item.revision)

    return remove


@pytest.fixture
def unpublish() -> Callable[[Item], Item]:
    """As the import of a file does that is marked as a draft."""

    def withdraw(item: Item) -> Item:
        item = Item.objects.get(pk=item.pk)
        data = bytes(item.working.data).replace(b"---\n", b"---\nstatus: draft\n", 1)
        record = kinds.get(item.kind).read(documents.parse(data), item.path).record
        write = writer.Write(item.kind, data, record, item=item, base_revision=item.revision, publish=True)
        [result] = writer.write([write], author=Author.of(None), origin=Revision.Origin.FILES)
        return result.item

    return withdraw


@pytest.fixture
def an_hour_ago() -> Callable[[], None]:
    """Moves all that was published into the past. Within its second the date of an answer still moves."""

    def backdate() -> None:
        past = datetime.now(UTC) - timedelta(hours=1)
        Published.objects.update(published_at=past)
        Change.objects.update(created_at=past)

    return backdate


@pytest.fixture
def black_box(db: None) -> Item:
    return save_entry(documents.parse(BLACK_BOX), publish=True)


@pytest.fixture
def big_book(db: None) -> Item:
    return save_book(documents.parse(BIG_BOOK), publish=True)


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """An account with the permissions named as in `change_entry`, that may enter the admin."""

    def make(name: str, *permissions: str, **options: Any) -> User:
        user = User.objects.create_user(name, is_staff=True, **options)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        return user

    return make


@pytest.fixture
def token(person: Callable[..., User]) -> Callable[..., str]:
    """The text of a new token of a new account."""

    def make(*scopes: str, may: Iterable[str] = ()) -> str:
        user = person(f"owner-{User.objects.count()}", *may)
        return Token.objects.make(user, scopes, days=None)[1]

    return make


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()
    searching.ANSWERS.clear()
