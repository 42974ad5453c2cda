"""Who may open and change what."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from publishing.models import Item
from tests.admin.browsing import read_form
from tests.admin.conftest import Page

NOBODY: tuple[str, ...] = ()
VIEWER = ("view_entry",)
WRITER = ("view_entry", "change_entry", "add_entry")


def entering(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


@pytest.fixture
def addresses(generative_ai: Item) -> dict[str, str]:
    entry = f"/admin/glossary/entry/{generative_ai.pk}"
    return {
        "list": "/admin/glossary/entry/",
        "add": "/admin/glossary/entry/add/",
        "change": f"{entry}/change/",
        "history": f"{entry}/history/",
        "compare": f"{entry}/compare/",
        "changes": f"{entry}/changes/",
        "download": f"{entry}/download/",
        "rename": f"{entry}/rename/",
        "delete": f"{entry}/delete/",
        "lookup": "/admin/glossary/entry/lookup/?q=gen",
    }


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        (NOBODY, set()),
        (VIEWER, {"list", "change", "history", "compare", "changes", "download", "lookup"}),
        (WRITER, {"list", "change", "history", "compare", "changes", "download", "lookup", "add"}),
        (
            (*WRITER, "publish_entry"),
            {"list", "change", "history", "compare", "changes", "download", "rename", "lookup", "add"},
        ),
        (
            ("delete_entry", "view_entry"),
            {"list", "change", "history", "compare", "changes", "download", "lookup", "delete"},
        ),
    ],
)
def test_each_page_asks_for_its_permission(
    person: Callable[..., User], addresses: dict[str, str], permissions: tuple[str, ...], allowed: set[str]
) -> None:
    client = entering(person("bob", *permissions))
    answers = {name: client.get(address).status_code for name, address in addresses.items()}
    assert answers == {name: 200 if name in allowed else 403 for name in addresses}


def test_without_login_pages_lead_to_the_login_and_requests_in_the_background_are_refused(
    addresses: dict[str, str],
) -> None:
    client = entering(None)
    answers = {name: client.get(address).status_code for name, address in addresses.items()}
    assert answers == {**dict.fromkeys(addresses, 302), "lookup": 401}


def test_who_is_no_member_of_the_staff_does_not_get_in(person: Callable[..., User], addresses: dict[str, str]) -> None:
    client = entering(person("bob", *WRITER, is_staff=False))
    assert client.get(addresses["change"]).status_code == 302
    assert client.get(addresses["lookup"]).status_code == 401


def test_who_may_only_look_cannot_save(
    person: Callable[..., User], generative_ai: Item, page: Page, addresses: dict[str, str]
) -> None:
    form = page.open(generative_ai)
    form["title"] = "Other"
    client = entering(person("bob", *VIEWER))
    for button in ("_save", "_publish"):
        assert client.post(addresses["change"], {**form.data, button: "1"}).status_code == 403
    assert client.post(addresses["delete"], {"base_revision": "1"}).status_code == 403
    assert client.post(addresses["add"], form.data).status_code == 403
    shown = client.get(addresses["change"]).content.decode()
    assert "Your account may look at this" in shown
    assert 'name="_save"' not in shown
    assert 'name="_publish"' not in shown
    item = Item.objects.get()
    assert (item.revision, item.deleted_at) == (1, None)


def test_a_deleted_account_with_a_live_session_is_out(person: Callable[..., User], addresses: dict[str, str]) -> None:
    user = person("bob", *WRITER)
    client = entering(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(addresses["change"]).status_code == 302
    assert client.get(addresses["lookup"]).status_code == 401


class TestDeleting:
    def test_the_page_names_who_refers_to_it(
        self, make_entry: Callable[..., Item], generative_ai: Item, page: Page
    ) -> None:
        make_entry('---\ntitle: "Diffusion"\nslug: "diffusion"\nrelated: ["generative-ai"]\n---\n')
        shown = page.client.get(page.address(generative_ai).replace("change", "delete")).content.decode()
        assert "One item refers to it" in shown
        assert ">Diffusion</a>" in shown

    def test_it_goes_by_the_door(self, generative_ai: Item, page: Page, editor: User) -> None:
        address = page.address(generative_ai).replace("change", "delete")
        form: Any = read_form(page.client.get(address), "lemma-delete")
        response = page.client.post(address, form.data)
        assert response.status_code == 302
        item = Item.objects.get()
        assert item.deleted_at is not None
        assert item.updated_by == editor
        assert page.client.get(page.address(generative_ai)).status_code == 302

    def test_what_was_saved_in_the_meantime_is_not_deleted(self, generative_ai: Item, page: Page) -> None:
        address = page.address(generative_ai).replace("change", "delete")
        form = read_form(page.client.get(address), "lemma-delete")
        change = page.open(generative_ai)
        change["title"] = "Other"
        page.send(generative_ai, change)
        page.client.post(address, form.data)
        assert Item.objects.get().deleted_at is None


def test_texts_cannot_run_anything_on_the_pages(make_entry: Callable[..., Item], page: Page) -> None:
    evil = "<script>alert(1)</script>"
    item = make_entry(
        f'---\ntitle: "{evil}"\nslug: "evil"\ncategory: "{evil}"\ndifficulty: "{evil}"\ntags: ["{evil}"]\n'
        f'aliases: ["{evil}"]\nrelated: ["{evil}"]\nstatus: "{evil}"\nlastUpdated: "{evil}"\nextra: "{evil}"\n'
        f'externalLinks:\n  - url: "https://a.example/"\n    title: "{evil}"\n    type: "{evil}"\n---\n\n'
        f"{evil}\n\n# {evil}\n{evil}\n",
        message=evil,
        publish=True,
    )
    form = page.address(item)
    for address in (
        form,
        form.replace("change", "delete"),
        form.replace("change", "history"),
        "/admin/glossary/entry/",
    ):
        shown = page.client.get(address).content.decode()
        assert "alert(1)" in shown
        assert evil not in shown
