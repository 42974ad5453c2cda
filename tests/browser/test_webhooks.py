"""A webhook made, tried and looked at in a browser."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from documents import parse
from glossary.editing import save_entry
from tests.browser.conftest import Visit
from tests.browser.test_accessibility import AXE, findings
from tests.webhooks.receiving import Answer, Receiver
from webhooks.models import Delivery, Endpoint
from webhooks.working import Worker

LIST = "/admin/webhooks/endpoint/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_webhook_is_made_tried_and_looked_at(visit: Callable[..., Visit], settings: Settings, scheme: Any) -> None:
    settings.LEMMA_WEBHOOK_NETWORKS = ["127.0.0.1/32"]
    ada = visit(color_scheme=scheme)
    ada.context.add_init_script(path=AXE)
    ada.log_in()
    found: list[str] = []
    with Receiver() as receiver:
        receiver.answer = lambda received: Answer(500 if received.event[1] else 200, {}, b"<b>It is broken.</b>")
        page = ada.go(f"{LIST}add/")
        page.get_by_role("textbox", name="Name").fill("The site")
        page.get_by_role("textbox", name="Address").fill(receiver.address)
        page.get_by_label("Entry", exact=True).check()
        found += findings(page, "form")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("whsec_")).to_be_visible()
        expect(page.get_by_text("Nobody delivers")).to_be_visible()
        page.get_by_role("button", name="Send a test event").click()
        save_entry(parse(b"---\ntitle: Black box\nslug: black-box\n---\n"), publish=True)
        Worker(hands=1).once()
        page = ada.go(f"{LIST}{Endpoint.objects.get().pk}/show/")
        expect(page.get_by_text("Failing")).to_be_visible()
        expect(page.get_by_role("link", name="Delivered")).to_be_visible()
        found += findings(page, "webhook")
        page.get_by_role("link", name="Waiting").click()
        expect(page.get_by_text("It answered 500.")).to_be_visible()
        expect(page.get_by_text("<b>It is broken.</b>")).to_be_visible()
        found += findings(page, "delivery")
    for name, address in {"list": LIST, "deliveries": "/admin/webhooks/delivery/"}.items():
        page = ada.go(address)
        found += findings(page, name)
    assert found == [], "\n".join(found)


def test_on_a_phone_nothing_is_wider_than_the_screen(visit: Callable[..., Visit], settings: Settings) -> None:
    settings.LEMMA_WEBHOOK_NETWORKS = ["127.0.0.1/32"]
    ada = visit()
    ada.page.set_viewport_size({"width": 390, "height": 844})
    ada.log_in()
    with Receiver() as receiver:
        page = ada.go(f"{LIST}add/")
        page.get_by_role("textbox", name="Name").fill("The site with a long name that does not fit into one line")
        page.get_by_role("textbox", name="Address").fill(f"{receiver.address}/{'long' * 40}")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("button", name="Send a test event").click()
        Worker(hands=1).once()
    addresses = [
        LIST,
        f"{LIST}{Endpoint.objects.get().pk}/show/",
        f"/admin/webhooks/delivery/{Delivery.objects.get().pk}/change/",
    ]
    for address in addresses:
        page = ada.go(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
