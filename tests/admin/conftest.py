from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.cache import cache
from django.test import Client

import documents
from books.editing import save_book
from config.roles import EDITOR
from glossary.editing import save_entry
from publishing import kinds, writer
from publishing.authors import Author
from publishing.models import Item, Revision
from publishing.problems import InvalidDocument
from tests.admin.browsing import Form, read_form

SAMPLE = Path(__file__).resolve().parent.parent.parent / "fixtures" / "content"


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """An account that may enter the admin, with the permissions named as in `change_entry`."""

    def make(name: str, *permissions: str, is_staff: bool = True, **options: Any) -> User:
        user = User.objects.create_user(name, password="secret", is_staff=is_staff, **options)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        return user

    return make


@pytest.fixture
def editor(person: Callable[..., User]) -> User:
    names = [
        f"{verb}_{model}" for verb in ("add", "change", "delete", "view", "publish") for model in ("entry", "book")
    ]
    return person("ada", *names, "view_category", "view_tag", first_name="Ada", last_name="Lovelace")


@pytest.fixture
def client(editor: User) -> Client:
    client = Client()
    client.force_login(editor)
    return client


@pytest.fixture
def editors_browser(person: Callable[..., User]) -> Client:
    """A browser in which somebody with the role of an editor is logged in."""
    user = person("ed")
    user.groups.set([Group.objects.get(name=EDITOR)])
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def make_entry(db: None) -> Callable[..., Item]:
    """Saves an entry from its text."""

    def make(text: str | bytes, path: str = "", **options: Any) -> Item:
        data = text.encode() if isinstance(text, str) else text
        return save_entry(documents.parse(data), path=path, **options)

    return make


@pytest.fixture
def file_entry(db: None) -> Callable[..., Item]:
    """Takes an entry from a file, as an import does: old slugs may be unusual."""

    def take(file: Path) -> Item:
        data = file.read_bytes()
        reading = kinds.get("entry").read(documents.parse(data), file.name)
        if reading.record is None:
            raise InvalidDocument(reading.problems)
        write = writer.Write("entry", data, reading.record, path=file.name, publish=True)
        [result] = writer.write([write], author=Author.of(None), origin=Revision.Origin.FILES)
        return result.item

    return take


@pytest.fixture
def make_book(db: None) -> Callable[..., Item]:
    def make(text: str | bytes, path: str = "", **options: Any) -> Item:
        data = text.encode() if isinstance(text, str) else text
        return save_book(documents.parse(data), path=path, **options)

    return make


@pytest.fixture
def generative_ai(make_entry: Callable[..., Item]) -> Item:
    return make_entry((SAMPLE / "terms" / "generative-ai.md").read_bytes(), "generative-ai.md", publish=True)


@pytest.fixture
def page(client: Client) -> "Page":
    return Page(client)


class Page:
    """The form of an item, opened and sent as a browser does."""

    def __init__(self, client: Client):
        self.client = client

    @staticmethod
    def address(item: Item) -> str:
        app = {"entry": "glossary", "book": "books"}[item.kind]
        return f"/admin/{app}/{item.kind}/{item.pk}/change/"

    def open(self, where: Item | str) -> Form:
        return read_form(self.client.get(where if isinstance(where, str) else self.address(where)))

    def send(self, where: Item | str, form: Form, button: str = "_save") -> Any:
        address = where if isinstance(where, str) else self.address(where)
        return self.client.post(address, {**form.data, button: "1"})
