"""A window that is closed, a phone that is taken up later, and two people at one form."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from publishing.models import Autosave, Item
from tests.browser.conftest import Visit

pytestmark = pytest.mark.usefixtures("sample")
KEPT = re.compile("^Kept at")


@pytest.fixture
def ada(visit: Callable[..., Visit]) -> Visit:
    ada = visit()
    ada.log_in()
    return ada


def text(slug: str = "generative-ai") -> str:
    return bytes(Item.objects.get(kind="entry", slug=slug).working.data).decode()


def test_a_closed_tab_loses_nothing(ada: Visit, visit: Callable[..., Visit]) -> None:
    page = ada.open_entry("Generative AI")
    ada.write("Brief Definition", "An hour of work.")
    page.get_by_role("button", name="Add a link").click()
    page.keyboard.type("https://example.org/new")
    # At once: the page itself must see to it that the last words arrive.
    page.close()
    # Another device, where the same person logs in.
    phone = visit()
    phone.log_in()
    page = phone.open_entry("Generative AI")
    expect(page.get_by_text("You have unsaved text of")).to_be_visible()
    page.get_by_role("link", name="Take it").click()
    expect(page.get_by_role("textbox", name="Brief Definition", exact=True)).to_have_text("An hour of work.")
    expect(page.get_by_label("Address").last).to_have_value("https://example.org/new")
    phone.save()
    assert "An hour of work." in text()
    assert "https://example.org/new" in text()
    assert not Autosave.objects.exists()
    expect(page.get_by_text("You have unsaved text of")).to_have_count(0)


def test_a_new_entry_that_was_never_saved_comes_back(ada: Visit) -> None:
    page = ada.go("/admin/glossary/entry/add/")
    page.get_by_label("Title").first.fill("Almost lost")
    ada.write("Brief Definition", "But not quite.")
    expect(page.get_by_text(KEPT)).to_be_visible()
    page.close()
    ada.page = page = ada.open_page()
    ada.go("/admin/glossary/entry/add/")
    expect(page.get_by_text("You have unsaved text for “Almost lost”")).to_be_visible()
    page.get_by_role("link", name="Take it").click()
    expect(page.get_by_label("Slug")).to_have_value("almost-lost")
    ada.save()
    assert "But not quite." in text("almost-lost")


def test_unsaved_text_is_thrown_away_on_request(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    ada.write("Brief Definition", "Nonsense.")
    expect(page.get_by_text(KEPT)).to_be_visible()
    page.close()
    ada.page = page = ada.open_page()
    ada.open_entry("Generative AI")
    page.get_by_role("button", name="Throw it away").click()
    page.locator(".cm-editor").first.wait_for()
    expect(page.get_by_text("You have unsaved text of")).to_have_count(0)
    assert not Autosave.objects.exists()


def test_taking_back_what_was_typed_keeps_nothing(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    title = page.get_by_label("Title").first
    title.fill("Other")
    expect(page.get_by_text(KEPT)).to_be_visible()
    title.fill("Generative AI")
    expect(page.get_by_text(KEPT)).to_have_count(0)
    assert not Autosave.objects.exists()


def test_text_survives_the_end_of_the_session(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    Session.objects.all().delete()
    ada.write("Brief Definition", "Typed after the session ended.")
    expect(page.get_by_text("You are not logged in any more")).to_be_visible()
    other = ada.open_page()
    ada.page = other
    ada.log_in()
    ada.page = page
    page.keyboard.type(" And on.")
    expect(page.get_by_text(KEPT)).to_be_visible()
    ada.save()
    assert "Typed after the session ended. And on." in text()
    # The browser itself says that the server refused something.
    ada.errors = [error for error in ada.errors if "401" not in error]


def test_two_people_see_each_other_and_who_saved(ada: Visit, visit: Callable[..., Visit]) -> None:
    User.objects.create_superuser("grace", "", "secret", first_name="Grace", last_name="Hopper")
    grace = visit()
    grace.log_in("grace")
    grace.open_entry("Generative AI")
    page = ada.open_entry("Generative AI")
    expect(page.get_by_text("Grace Hopper has this open too")).to_be_visible()
    grace.write("Brief Definition", "Of Grace.")
    expect(page.get_by_text("Grace Hopper is editing this too")).to_be_visible(timeout=20_000)
    grace.save()
    expect(page.get_by_text("Grace Hopper saved at")).to_be_visible(timeout=20_000)
    page.get_by_label("Title").first.fill("GenAI")
    ada.save()
    assert "Of Grace." in text()
    assert Item.objects.get(slug="generative-ai").title == "GenAI"
