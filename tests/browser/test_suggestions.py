"""Suggestions in a real browser."""

from collections.abc import Callable

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

import documents
from glossary.editing import save_entry
from publishing.edits import listed
from publishing.models import Item
from tests.browser.conftest import Visit


@pytest.fixture
def forgotten(transactional_db: None) -> Item:
    """The sample, with an entry of which somebody forgot a relation."""
    call_command("import_content", verbosity=0)
    item = Item.objects.get(slug="transformer")
    document = documents.parse(bytes(item.working.data)).copy()
    document["related"] = [slug for slug in document["related"] if slug != "attention-mechanism"]
    return save_entry(document, item=item, base_revision=item.revision, publish=True)


def related() -> list[str]:
    return listed(documents.parse(bytes(Item.objects.get(slug="transformer").working.data)), "related")


def test_a_click_takes_a_suggestion(visit: Callable[..., Visit], forgotten: Item) -> None:
    assert "attention-mechanism" not in related()
    ada = visit()
    ada.log_in()
    page = ada.open_entry("Transformer")
    panel = page.get_by_role("region", name="Suggestions")
    panel.get_by_role("button", name="Add Attention Mechanism").click()
    chosen = page.locator(".lemma-chips").filter(has=page.locator("textarea[name=related]"))
    expect(chosen.get_by_role("link", name="Attention Mechanism")).to_be_visible()
    expect(panel.get_by_role("button", name="Add Attention Mechanism")).to_have_count(0)
    ada.save("Save draft")
    assert related()[-1] == "attention-mechanism"


def test_a_new_entry_that_is_there_already_is_said(visit: Callable[..., Visit], forgotten: Item) -> None:
    ada = visit()
    ada.log_in()
    page = ada.go("/admin/glossary/entry/add/")
    page.locator(".cm-editor").first.wait_for()
    page.locator("input[name=title]").fill("Word embeddings")
    panel = page.get_by_role("region", name="Suggestions")
    panel.get_by_role("button", name="Look again").click()
    expect(panel.get_by_role("link", name="Embedding")).to_be_visible()
    expect(panel).to_contain_text("It may be there already:")
