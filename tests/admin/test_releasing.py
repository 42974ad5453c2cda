"""From draft to reader, by the pages of the admin."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from documents import parse
from glossary.editing import save_entry
from publishing.models import Item, Published
from tests.admin.browsing import read_form
from tests.admin.conftest import Page

TEXT = """---
title: "Black box"
slug: "black-box"
lastUpdated: "2025-01-28"
---

# Brief Definition
A system seen from outside.
"""


def text_of(item: Item) -> str:
    return bytes(Item.objects.get(pk=item.pk).working.data).decode()


@pytest.fixture
def published(make_entry: Callable[..., Item]) -> Item:
    return make_entry(TEXT, publish=True)


@pytest.fixture
def edited(published: Item) -> Item:
    return save_entry(parse(TEXT.replace("outside", "inside").encode()), item=published, base_revision=1)


class TestWhatWillChange:
    def test_it_is_saved_and_shown_with_one_click(self, page: Page, published: Item) -> None:
        form = page.open(published)
        form["title"] = "White box"
        response = page.client.post(page.address(published), {**form.data, "_review": "1"}, follow=True)
        assert response.redirect_chain == [(f"/admin/glossary/entry/{published.pk}/changes/", 302)]
        shown = response.content.decode()
        assert "<del>Black</del><ins>White</ins> box" in shown
        assert "A system seen" not in shown
        assert Published.objects.get().title == "Black box"

    def test_the_form_leads_to_it_where_something_would_change(self, page: Page, published: Item) -> None:
        link = f"/admin/glossary/entry/{published.pk}/changes/"
        assert link not in page.client.get(page.address(published)).content.decode()
        save_entry(parse(TEXT.replace("outside", "inside").encode()), item=published, base_revision=1)
        assert link in page.client.get(page.address(published)).content.decode()

    def test_all_of_a_new_entry_is_new_without_its_mark(self, client: Client, make_entry: Callable[..., Item]) -> None:
        item = make_entry(TEXT.replace("lastUpdated", "status: draft\nlastUpdated"))
        shown = client.get(f"/admin/glossary/entry/{item.pk}/changes/").content.decode()
        assert "All of this is new to them" in shown
        assert "<ins>A system seen from outside.</ins>" in shown
        assert "<ins>draft</ins>" not in shown

    def test_nothing_is_offered_where_nothing_changes(self, client: Client, published: Item) -> None:
        shown = client.get(f"/admin/glossary/entry/{published.pk}/changes/").content.decode()
        assert "Readers see this text already" in shown
        assert ">Publish</button>" not in shown

    @pytest.mark.parametrize("stamp", [True, False])
    def test_it_is_published_from_there(self, client: Client, edited: Item, stamp: bool) -> None:
        address = f"/admin/glossary/entry/{edited.pk}/changes/"
        form = read_form(client.get(address), "lemma-publish")
        if not stamp:
            del form["_stamp"]
        client.post(address.replace("changes", "publish"), form.data)
        item = Item.objects.get()
        assert item.filed_id == item.working_id
        assert "seen from inside" in text_of(item)
        assert ("2025-01-28" in text_of(item)) is not stamp

    def test_what_was_saved_since_is_not_published_unseen(self, client: Client, edited: Item) -> None:
        address = f"/admin/glossary/entry/{edited.pk}/changes/"
        form = read_form(client.get(address), "lemma-publish")
        save_entry(parse(TEXT.replace("outside", "above").encode()), item=edited, base_revision=2)
        answer = client.post(address.replace("changes", "publish"), form.data, follow=True)
        assert "in the meantime" in answer.content.decode()
        assert Item.objects.get().has_unpublished_changes

    def test_who_may_only_look_does_not_publish(self, person: Callable[..., User], edited: Item) -> None:
        viewer = Client()
        viewer.force_login(person("bob", "view_entry"))
        address = f"/admin/glossary/entry/{edited.pk}/"
        shown = viewer.get(f"{address}changes/").content.decode()
        assert "<ins>inside</ins>" in shown
        assert ">Publish</button>" not in shown
        assert viewer.post(f"{address}publish/", {"base_revision": "2"}).status_code == 403
