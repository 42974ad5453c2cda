"""The graph in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from documents import parse
from glossary.editing import save_entry
from publishing.models import Item
from tests.browser.conftest import SAMPLE, Visit

pytestmark = pytest.mark.usefixtures("sample")


def test_a_click_on_a_point_opens_it(visit: Callable[..., Visit]) -> None:
    ada = visit()
    ada.log_in()
    page = ada.go("/admin/")
    page.get_by_role("link", name="hub Graph").click()
    expect(page.locator("#lemma-graph canvas").first).to_be_visible()
    item = Item.objects.get(slug="embedding")
    place = page.evaluate(
        "key => document.querySelector('#lemma-graph').graph.$id(key).renderedPosition()",
        str(item.pk),
    )
    page.locator("#lemma-graph").click(position=place)
    page.wait_for_url(f"**/entry/{item.pk}/change/")
    page.get_by_role("link", name="Graph", exact=True).click()
    expect(page.get_by_role("heading", name="Around “Embedding”")).to_be_visible()
    page.get_by_role("link", name="2 steps").click()
    row = page.get_by_role("rowheader", name="Embedding", exact=True)
    expect(row).to_be_visible()


def test_a_learning_path_is_drawn_from_left_to_right(visit: Callable[..., Visit]) -> None:
    for name in ("machine-learning", "deep-learning", "attention-mechanism", "transformer", "large-language-model"):
        data = (SAMPLE / "terms" / f"{name}.md").read_bytes()
        save_entry(parse(data), path=f"{name}.md", publish=True)
    item = Item.objects.get(slug="large-language-model")
    ada = visit()
    ada.log_in()
    page = ada.go(f"/admin/glossary/entry/{item.pk}/graph/")
    page.get_by_role("link", name="Learning path").click()
    expect(page.get_by_role("heading", name="Before “Large Language Model”")).to_be_visible()
    expect(page.locator("#lemma-graph canvas").first).to_be_visible()
    places = page.evaluate(
        "() => document.querySelector('#lemma-graph').graph.edges()"
        ".map((edge) => [edge.source().position('x'), edge.target().position('x')])"
    )
    assert places
    assert all(source < target for source, target in places)
    page.get_by_role("rowheader", name="Neural Networks").get_by_role("link").click()
    page.wait_for_url("**/change/")
