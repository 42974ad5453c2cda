"""A real browser, a real server, a real database."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from books.editing import save_book
from documents import parse
from glossary.editing import save_entry
from tests.operations.codes import known

SAMPLE = Path(__file__).resolve().parent.parent.parent / "fixtures" / "content"
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
_LOCAL = ("127.0.0.1", "localhost")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright runs an event loop in this thread, and Django would refuse to touch the database there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "There is no Chromium. On Debian: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS.split())
        yield browser
        browser.close()


class Kept:
    """The database as it was at a moment, to be had again in a few milliseconds: a copy in memory.

    Emptying all tables and filling them takes a hundred times as long. Only SQLite can do it.
    """

    def __init__(self) -> None:
        self._copy = sqlite3.connect(":memory:", check_same_thread=False)
        connection.ensure_connection()
        connection.connection.backup(self._copy)

    def restore(self) -> None:
        connection.ensure_connection()
        self._copy.backup(connection.connection)


@pytest.fixture(scope="session")
def kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Kept]]:
    """nothing: after the migrations. account: with one account. sample: with some of the sample glossary, published."""
    assert connection.vendor == "sqlite", "The tests of the browser run on SQLite: leave DATABASE_URL away."
    with django_db_blocker.unblock():
        found = {"nothing": Kept()}
        User.objects.create_superuser("ada", "ada@example.org", "secret", first_name="Ada", last_name="Lovelace")
        found["account"] = Kept()
        for name in ("generative-ai", "artificial-intelligence", "neural-networks", "embedding"):
            save_entry(parse((SAMPLE / "terms" / f"{name}.md").read_bytes()), path=f"{name}.md", publish=True)
        save_book(parse((SAMPLE / "books" / "deep-learning.md").read_bytes()), path="deep-learning.md", publish=True)
        found["sample"] = Kept()
        found["nothing"].restore()
        # Open until all are done: the server may still be answering a window that its test has closed.
        yield found


@pytest.fixture
def transactional_db(request: pytest.FixtureRequest, kept: dict[str, Kept]) -> Iterator[None]:
    """In place of pytest-django's: server and test see what the other writes, and the next test sees none of it."""
    cache.clear()
    kept["sample" if "sample" in request.fixturenames else "account"].restore()
    yield
    kept["nothing"].restore()


@pytest.fixture
def editor(transactional_db: None) -> User:
    return User.objects.get(username="ada")


@pytest.fixture
def sample(transactional_db: None) -> None:
    """Asks for a part of the sample glossary."""


class Visit:
    """What one person does in a window of their own, and what went wrong in it."""

    def __init__(self, context: BrowserContext, address: str):
        self.context = context
        self.address = address
        self.errors: list[str] = []
        self.foreign: list[str] = []
        # Asked for and not answered yet, by window: one that is closed hears of no answer any more.
        self.waiting: dict[Page, set[Request]] = {}
        context.on("page", self._watch)
        context.on("request", self._note_request)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        self.page: Page = self.open_page()

    def open_page(self) -> Page:
        page = self.context.new_page()
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        # A text that ran would ask something.
        page.on("dialog", self._note_dialog)
        page.set_default_timeout(10_000)
        return page

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def settle(self, page: Page) -> None:
        """Waits until scripts have run and everything is there. Playwright's own waits half a second longer."""
        page.wait_for_load_state()
        quiet, rounds = 0, 0
        while quiet < 3:
            page.wait_for_timeout(20)
            quiet, rounds = 0 if any(self.waiting.values()) else quiet + 1, rounds + 1
            assert rounds < 1000, f"No answer to {[one.url for each in self.waiting.values() for one in each]}"

    def log_in(self, name: str = "ada", *, is_known: bool = False) -> None:
        """As after the login, which `log_in_by_hand` goes through."""
        client = Client()
        client.force_login(User.objects.get(username=name))
        if is_known:
            known(client)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        self.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.address}])

    def log_in_by_hand(self, name: str = "ada") -> None:
        page = self.go("/admin/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill("secret")
        page.get_by_role("button", name="Log in", exact=True).click()
        page.wait_for_url("**/admin/")

    def open_entry(self, title: str) -> Page:
        page = self.go("/admin/glossary/entry/")
        page.get_by_role("link", name=title, exact=True).click()
        page.locator(".cm-editor").first.wait_for()
        return page

    def write(self, section: str, text: str) -> None:
        """Replaces the text of a section by typing."""
        box = self.page.get_by_role("textbox", name=section, exact=True)
        box.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def save(self, button: str = "Save draft") -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button, exact=True).last.click()

    def _note_dialog(self, dialog: Dialog) -> None:
        self.errors.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _watch(self, page: Page) -> None:
        waiting = self.waiting[page] = set()
        # Not the methods of the set themselves, to which Playwright cannot attach what it needs.
        page.on("request", lambda request: waiting.add(request))
        page.on("requestfinished", lambda request: waiting.discard(request))
        page.on("requestfailed", lambda request: waiting.discard(request))
        page.on("close", self._forget)

    def _forget(self, page: Page) -> None:
        self.waiting.pop(page, None)

    def _note_request(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in _LOCAL and not request.url.startswith(("data:", "blob:")):
            self.foreign.append(request.url)


@pytest.fixture
def visit(browser: Browser, live_server, editor: User) -> Iterator[Callable[..., Visit]]:
    """Opens a window; at the end no window may have seen an error or asked another host for anything."""
    visits: list[Visit] = []

    def start(**options) -> Visit:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}} | options)
        visits.append(Visit(context, live_server.url))
        return visits[-1]

    yield start
    for each in visits:
        each.context.close()
    assert [error for each in visits for error in each.errors] == []
    assert [address for each in visits for address in each.foreign] == []
