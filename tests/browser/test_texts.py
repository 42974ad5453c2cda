"""What the scripts say is looked up in the catalogue of the page's language."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from tests.browser.conftest import Visit

pytestmark = pytest.mark.usefixtures("sample")

SOURCES = Path(__file__).resolve().parent.parent.parent / "frontend" / "src"
# In place of a catalogue: it marks whatever goes through it.
MARKED = """
    window.gettext = (text) => `«${text}»`;
    window.ngettext = (one, several, count) => `«${count === 1 ? one : several}»`;
"""
# What our scripts made, and what people read or hear of it.
SAID = """() => [...document.querySelectorAll(
    ".lemma-toolbar, .lemma-toolbar *, .lemma-chip button, .lemma-item *, .lemma-picker, .lemma-picker *"
)].flatMap((element) => [
    ...["title", "aria-label", "placeholder"].map((name) => element.getAttribute(name)),
    element.children.length || element.matches(".material-symbols-outlined") ? "" : element.textContent,
]).map((text) => (text ?? "").trim()).filter((text) => /[a-z]{3}/i.test(text))"""


def test_everything_that_the_form_says_is_in_the_catalogue(visit: Callable[..., Visit]) -> None:
    ada = visit()
    ada.context.add_init_script(MARKED)
    ada.log_in()
    page = ada.open_entry("Generative AI")
    page.get_by_role("textbox", name="Brief Definition", exact=True).click()
    page.keyboard.press("Control+k")
    page.locator(".lemma-picker").wait_for()
    said = page.evaluate(SAID)
    assert len(said) > 40
    # Names of fields come from the page, and are translated there.
    named = re.compile(r"(Key Concepts|Common Applications|Prerequisites) \d+")
    assert [text for text in said if "«" not in text and not named.fullmatch(text)] == []


def test_a_page_in_another_language_asks_for_its_catalogue(visit: Callable[..., Visit], settings: Settings) -> None:
    settings.LANGUAGE_CODE = "de"
    ada = visit()
    ada.log_in()
    with ada.page.expect_response("**/admin/texts.js") as answer:
        page = ada.go("/admin/glossary/entry/")
    assert answer.value.ok
    expect(page.locator(".lemma-title").first).to_be_visible()


def test_no_sentence_is_outside_the_catalogue() -> None:
    """Said aloud, shown as a title, or complained of: a plain string there is one that was forgotten."""
    bare = re.compile(
        r"""(?:say|complain|tell|Error)\(["`][A-Za-z]|(?:title|placeholder|"aria-label"): ["`][A-Za-z$]"""
    )
    found = [
        f"{file.name}:{number}: {line.strip()}"
        for file in sorted(SOURCES.glob("*.js"))
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []
