"""Sections that are lists, edited as lists."""

import difflib
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from documents import parse
from glossary.editing import save_entry
from publishing.models import Item
from tests.browser.conftest import Visit

pytestmark = pytest.mark.usefixtures("sample")


@pytest.fixture
def ada(visit: Callable[..., Visit]) -> Visit:
    ada = visit()
    ada.log_in()
    ada.open_entry("Generative AI")
    return ada


def text(slug: str = "generative-ai") -> str:
    return bytes(Item.objects.get(kind="entry", slug=slug).working.data).decode()


def items(slug: str = "generative-ai") -> list[str]:
    return parse(text(slug).encode()).sections.items_of("Key Concepts") or []


def line(ada: Visit, number: int) -> Locator:
    return ada.page.get_by_role("textbox", name=f"Key Concepts {number}", exact=True)


def changed(before: str, after: str) -> list[str]:
    """The lines that were taken out and put in."""
    found = difflib.ndiff(before.split("\n"), after.split("\n"))
    return [row for row in found if row.startswith(("- ", "+ "))]


def test_one_changed_item_changes_its_line_alone(ada: Visit) -> None:
    before, concepts = text(), items()
    line(ada, 2).fill("Another idea")
    ada.save()
    assert items() == [concepts[0], "Another idea", *concepts[2:]]
    assert changed(before, text()) == [f"- - {concepts[1]}", "+ - Another idea"]


def test_what_is_typed_and_taken_back_leaves_the_file_alone(ada: Visit) -> None:
    before, concepts = text(), items()
    line(ada, 1).fill("x")
    line(ada, 1).fill(concepts[0])
    ada.save()
    assert text() == before


def test_enter_adds_an_item_and_backspace_takes_out_an_empty_one(ada: Visit) -> None:
    page, before, concepts = ada.page, text(), items()
    line(ada, 1).press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("Second")
    page.keyboard.press("Enter")
    page.keyboard.press("Backspace")
    page.keyboard.type(" thought")
    ada.save()
    assert items() == [concepts[0], "Second thought", *concepts[1:]]
    assert changed(before, text()) == ["+ - Second thought"]


def test_enter_in_the_middle_cuts_an_item_in_two(ada: Visit) -> None:
    line(ada, 1).fill("One two")
    for _ in range(4):
        ada.page.keyboard.press("ArrowLeft")
    ada.page.keyboard.press("Enter")
    expect(line(ada, 1)).to_have_value("One")
    expect(line(ada, 2)).to_have_value("two")


def test_several_pasted_lines_become_items(ada: Visit) -> None:
    concepts = items()
    line(ada, len(concepts)).press("End")
    ada.page.keyboard.press("Enter")
    ada.page.keyboard.insert_text("- one\n- two\n\n* three")
    ada.save()
    assert items() == [*concepts, "one", "two", "three"]


def test_items_are_sorted_by_keys_and_by_dragging(ada: Visit) -> None:
    concepts = items()
    line(ada, 1).press("Alt+ArrowDown")
    expect(line(ada, 2)).to_have_value(concepts[0])
    expect(line(ada, 2)).to_be_focused()
    handle = ada.page.get_by_role("button", name="Move Key Concepts 3 with")
    handle.press("Alt+ArrowUp")
    expect(line(ada, 2)).to_have_value(concepts[2])
    expected = [concepts[1], concepts[2], concepts[0], *concepts[3:]]
    ada.page.get_by_role("button", name=f"Move Key Concepts {len(concepts)} with").drag_to(line(ada, 1))
    expect(line(ada, 1)).to_have_value(concepts[-1])
    ada.save()
    assert items() == [concepts[-1], *expected[:-1]]


def test_the_switch_to_markdown_and_back_keeps_everything(ada: Visit) -> None:
    before, concepts = text(), items()
    section = ada.page.locator("#section-keyConcepts")
    section.get_by_role("button", name="Markdown").click()
    box = ada.page.get_by_role("textbox", name="Key Concepts", exact=True)
    expect(box).to_contain_text(concepts[0])
    section.get_by_role("button", name="List", exact=True).last.click()
    expect(line(ada, 1)).to_have_value(concepts[0])
    ada.save()
    assert text() == before


def test_what_is_more_than_a_list_stays_markdown(ada: Visit) -> None:
    save_entry(
        parse(b"---\ntitle: Nested\nslug: nested\n---\n\n# Key Concepts\n- one\n  - deep\n\n# Prerequisites\nNone.\n")
    )
    page = ada.open_entry("Nested")
    section = page.locator("#section-keyConcepts")
    expect(section.locator(".cm-editor")).to_be_visible()
    section.get_by_role("button", name="List", exact=True).last.click()
    expect(section.get_by_role("alert")).to_contain_text("more than a plain list")
    ada.save()
    assert "- one\n  - deep" in text("nested")


def test_a_line_that_means_more_than_an_item_is_pointed_out(ada: Visit) -> None:
    section = ada.page.locator("#section-keyConcepts")
    line(ada, 1).fill("# A heading")
    expect(section.get_by_role("status")).to_contain_text("means more than an item")
    line(ada, 1).fill("No heading")
    expect(section.get_by_role("status")).to_be_hidden()


def test_unsaved_items_are_kept_and_come_back(ada: Visit) -> None:
    line(ada, 1).fill("Not saved")
    expect(ada.page.get_by_text("Kept at")).to_be_visible()
    ada.page.close()
    ada.page = ada.open_page()
    ada.open_entry("Generative AI")
    ada.page.get_by_role("link", name="Take it").click()
    expect(line(ada, 1)).to_have_value("Not saved")


def test_two_brackets_link_another_entry_in_an_item(ada: Visit) -> None:
    page, concepts = ada.page, items()
    line(ada, 1).press("End")
    page.keyboard.type(", as in [[neural")
    expect(page.get_by_role("option", name="Neural Networks", exact=False).first).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.type(" too")
    linked = re.compile(r", as in \[Neural Networks?\]\(neural-networks\.md\) too$")
    expect(line(ada, 1)).to_have_value(linked)
    expect(line(ada, 1)).to_be_focused()
    ada.save()
    assert linked.search(items()[0])
    assert items()[1:] == concepts[1:]


def test_a_word_of_an_item_becomes_a_link_by_ctrl_k_and_is_taken_back(ada: Visit) -> None:
    page, concepts = ada.page, items()
    line(ada, 1).fill("About vectors")
    line(ada, 1).press("End")
    page.keyboard.press("Control+Shift+ArrowLeft")
    page.keyboard.press("Control+k")
    search = page.get_by_role("combobox", name="Link to")
    expect(search).to_have_value("vectors")
    search.fill("embedd")
    page.locator(".lemma-picker [role=option]").first.wait_for()
    search.press("Enter")
    expect(line(ada, 1)).to_have_value("About [vectors](embedding.md)")
    page.keyboard.press("Control+z")
    expect(line(ada, 1)).to_have_value("About vectors")
    ada.save()
    assert items() == ["About vectors", *concepts[1:]]


@pytest.mark.parametrize(("typed", "leaving", "left"), [("[[net", "Escape", "[[net"), ("[[1]]", None, "[[1]]")])
def test_brackets_of_an_item_that_mean_no_entry_stay_as_they_were_typed(
    ada: Visit, typed: str, leaving: str | None, left: str
) -> None:
    line(ada, 1).fill("")
    ada.page.keyboard.type(typed)
    if leaving:
        ada.page.keyboard.press(leaving)
    expect(line(ada, 1)).to_have_value(left)
    expect(line(ada, 1)).to_be_focused()
