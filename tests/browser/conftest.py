"""A real browser, a real server, a real database."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request, sync_playwright

from books.editing import save_book
from documents import parse
from glossary.editing import save_entry

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


@pytest.fixture
def editor(transactional_db: None) -> User:
    return User.objects.create_superuser("ada", "ada@example.org", "secret", first_name="Ada", last_name="Lovelace")


@pytest.fixture
def sample(transactional_db: None) -> None:
    """A part of the sample glossary, published."""
    for name in ("generative-ai", "artificial-intelligence", "neural-networks", "embedding"):
        save_entry(parse((SAMPLE / "terms" / f"{name}.md").read_bytes()), path=f"{name}.md", publish=True)
    save_book(parse((SAMPLE / "books" / "deep-learning.md").read_bytes()), path="deep-learning.md", publish=True)


class Visit:
    """What one person does in a window of their own, and what went wrong in it."""

    def __init__(self, context: BrowserContext, address: str):
        self.context = context
        self.address = address
        self.errors: list[str] = []
        self.foreign: list[str] = []
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

    def log_in(self, name: str = "ada") -> None:
        page = self.go("/admin/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill("secret")
        page.get_by_role("button", name="Log in").click()
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

    def _note_request(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in _LOCAL and not request.url.startswith(("data:", "blob:")):
            self.foreign.append(request.url)


@pytest.fixture
def visit(browser: Browser, live_server, editor: User) -> Iterator[Callable[..., Visit]]:
    """Opens a window; at the end no window may have seen an error or asked another host for anything."""
    visits: list[Visit] = []

    def start(**options) -> Visit:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, **options)
        visits.append(Visit(context, live_server.url))
        return visits[-1]

    yield start
    for each in visits:
        each.context.close()
    assert [error for each in visits for error in each.errors] == []
    assert [address for each in visits for address in each.foreign] == []
