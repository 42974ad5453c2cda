"""A writer asks and an editor answers, each in a browser."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from playwright.sync_api import expect

from config import roles
from publishing.models import Item
from tests.browser.conftest import Visit
from tests.browser.steps import Steps

pytestmark = pytest.mark.usefixtures("sample")


def member(name: str, role: str) -> None:
    # The tables are emptied after each of these tests, and the roles with them.
    roles.establish(apps)
    user = User.objects.create_user(name, password="secret", is_staff=True, first_name=name.capitalize())
    user.groups.set([Group.objects.get(name=role)])


def test_e8_a_colleagues_change_is_approved_with_a_comment_in_three_steps(visit: Callable[..., Visit]) -> None:
    member("wanda", roles.WRITER)
    member("ed", roles.EDITOR)
    wanda, ed = visit(), visit()
    wanda.log_in("wanda")
    page = wanda.open_entry("Generative AI")
    expect(page.get_by_role("button", name="Save and publish")).to_have_count(0)
    wanda.write("Brief Definition", "Models that make new things.")
    page.get_by_label("Note for the editor").fill("Shorter.")
    wanda.save("Save and submit")
    expect(page.get_by_text("waits for an editor")).to_be_visible()

    ed.log_in("ed")
    page, steps = ed.go("/admin/glossary/entry/?show=review"), Steps()
    steps.click(page.get_by_role("link", name="In review", exact=True).last)
    expect(page.get_by_text("Shorter.")).to_be_visible()
    expect(page.locator("ins").first).to_be_visible()
    steps.fill(page.get_by_label("Comment"), "Well put.")
    steps.click(page.get_by_role("button", name="Approve and publish"))
    expect(page.get_by_text("is approved and published")).to_be_visible()
    assert steps.count == 3
    item = Item.objects.get(slug="generative-ai")
    assert "Models that make new things." in bytes(item.published.payload).decode()
