"""Links from one entry to another, made while writing."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Route, expect

from documents.links import find
from publishing import renaming
from publishing.models import Item
from tests.browser.conftest import Visit

pytestmark = pytest.mark.usefixtures("sample")


@pytest.fixture
def ada(visit: Callable[..., Visit]) -> Visit:
    ada = visit()
    ada.log_in()
    ada.open_entry("Generative AI")
    ada.write("Brief Definition", "See ")
    return ada


def field(ada: Visit) -> Locator:
    return ada.page.locator("#section-briefDefinition textarea").first


def picker(ada: Visit) -> Locator:
    return ada.page.get_by_role("combobox", name="Link to")


def test_two_brackets_find_an_entry_and_link_its_file(ada: Visit) -> None:
    page = ada.page
    page.keyboard.type("[[neural")
    expect(page.get_by_role("option", name=re.compile("Neural Network"))).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.type(" for more.")
    expect(field(ada)).to_have_value(re.compile(r"^See \[Neural Networks?\]\(neural-networks\.md\) for more\.$"))


def test_what_is_linked_follows_when_it_is_renamed(ada: Visit) -> None:
    page = ada.page
    page.keyboard.type("[[neural")
    page.get_by_role("option", name=re.compile("Neural Network")).click()
    ada.save()
    renaming.rename(Item.objects.get(slug="neural-networks"), "nets")
    section = bytes(Item.objects.get(slug="generative-ai").working.data).decode().split("# Detailed")[0]
    assert "nets.md" in [link.address for link in find(section)]


def test_a_selected_word_becomes_the_text_of_the_link(ada: Visit) -> None:
    page = ada.page
    page.keyboard.type("vectors")
    page.keyboard.press("Control+Shift+ArrowLeft")
    page.keyboard.press("Control+k")
    expect(picker(ada)).to_have_value("vectors")
    picker(ada).fill("embedd")
    expect(page.get_by_role("option", name=re.compile("^Embedding"))).to_be_visible()
    page.keyboard.press("Enter")
    expect(field(ada)).to_have_value("See [vectors](embedding.md)")


def test_a_book_is_linked_from_the_folder_of_the_entry(ada: Visit) -> None:
    ada.page.keyboard.type("[[deep l")
    ada.page.get_by_role("option", name=re.compile("Deep Learning.*deep-learning")).click()
    expect(field(ada)).to_have_value(re.compile(r"^See \[Deep Learning\]\(\.\./books/deep-learning\.md\)$"))


def test_an_entry_that_is_not_written_yet_can_be_linked(ada: Visit) -> None:
    ada.page.keyboard.type("[[Brand new thing")
    ada.page.get_by_role("option", name=re.compile("not written yet")).click()
    expect(field(ada)).to_have_value("See [Brand new thing](brand-new-thing.md)")


def test_an_address_of_the_web_is_linked_as_it_is(ada: Visit) -> None:
    ada.page.keyboard.press("Control+k")
    picker(ada).fill("https://example.org/a_(b)")
    picker(ada).press("Enter")
    # The text of the link is what is to be typed next.
    ada.page.keyboard.type("this")
    expect(field(ada)).to_have_value("See [this](https://example.org/a_%28b%29)")


@pytest.mark.parametrize(("typed", "key", "left"), [("[[net", "Escape", "See [[net"), ("[[1]]", None, "See [[1]]")])
def test_brackets_that_mean_no_entry_stay_as_they_were_typed(
    ada: Visit, typed: str, key: str | None, left: str
) -> None:
    ada.page.keyboard.type(typed)
    if key:
        ada.page.keyboard.press(key)
    ada.page.keyboard.type("!")
    expect(field(ada)).to_have_value(left + "!")


def test_a_late_answer_is_not_taken_for_the_right_one(ada: Visit) -> None:
    def slowly(route: Route) -> None:
        if "q=gen" in route.request.url:
            time.sleep(0.6)
        route.continue_()

    page = ada.page
    page.route("**/lookup/**", slowly)
    page.keyboard.type("[[")
    picker(ada).fill("gen")
    page.wait_for_timeout(200)
    picker(ada).fill("embedd")
    # At once: what is shown still belongs to what was typed before.
    page.keyboard.press("Enter")
    expect(field(ada)).to_have_value("See [Embedding](embedding.md)")
