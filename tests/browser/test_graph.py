"""The graph in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from publishing.models import Item
from tests.browser.conftest import Visit

pytestmark = pytest.mark.usefixtures("sample")


def test_a_click_on_a_point_opens_it(visit: Callable[..., Visit]) -> None:
    ada = visit()
    ada.log_in()
    page = ada.page
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
