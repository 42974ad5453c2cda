"""From draft to reader, by the pages of the admin."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from documents import parse
from glossary.editing import save_entry
from publishing import due, schedule
from publishing.models import Item, Published, Revision, Schedule
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


def act(client: Client, item: Item, do: str, **more: str) -> str:
    """Presses one of the buttons beside the form."""
    form = read_form(client.get(f"/admin/glossary/entry/{item.pk}/change/"), "lemma-act")
    answer = client.post(f"/admin/glossary/entry/{item.pk}/act/", {**form.data, "do": do, **more}, follow=True)
    return answer.content.decode()


def typed(at: datetime) -> str:
    """As a browser sends a day and time."""
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


TOMORROW = timezone.now() + timedelta(days=1)


class TestTakingBack:
    def test_it_is_taken_from_the_readers_and_comes_back(self, client: Client, page: Page, published: Item) -> None:
        assert "Readers do not see" in act(client, published, "unpublish")
        assert not Published.objects.exists()
        assert 'status: "draft"' in text_of(published)
        page.send(published, page.open(published), "_publish")
        assert Published.objects.exists()

    def test_unpublished_edits_are_discarded_and_stay_in_the_history(self, client: Client, edited: Item) -> None:
        assert "as it was published" in act(client, edited, "discard")
        assert text_of(edited) == TEXT
        assert b"inside" in bytes(Revision.objects.get(item=edited, number=2).document.data)

    def test_what_was_saved_in_the_meantime_is_not_discarded(self, client: Client, edited: Item) -> None:
        form = read_form(client.get(Page.address(edited)), "lemma-act")
        save_entry(parse(TEXT.replace("outside", "above").encode()), item=edited, base_revision=2)
        for do in ("discard", "unpublish"):
            answer = client.post(f"/admin/glossary/entry/{edited.pk}/act/", {**form.data, "do": do}, follow=True)
            assert "in the meantime" in answer.content.decode()
        assert "above" in text_of(edited)
        assert Published.objects.exists()

    def test_what_was_never_published_has_nothing_to_go_back_to(
        self, client: Client, make_entry: Callable[..., Item]
    ) -> None:
        item = make_entry(TEXT)
        for do in ("discard", "unpublish"):
            assert "never published" in act(client, item, do)

    def test_who_may_only_look_does_nothing(self, person: Callable[..., User], edited: Item) -> None:
        viewer = Client()
        viewer.force_login(person("bob", "view_entry"))
        for do in ("discard", "unpublish", "unpublish_at", "cancel_publish"):
            response = viewer.post(f"/admin/glossary/entry/{edited.pk}/act/", {"base_revision": "2", "do": do})
            assert response.status_code == 403
        assert Item.objects.get().has_unpublished_changes

    def test_who_may_not_publish_does_not_call_off_what_is_scheduled(
        self, person: Callable[..., User], edited: Item
    ) -> None:
        writer = Client()
        writer.force_login(person("bob", "view_entry", "change_entry"))
        schedule.publish_at(edited, timezone.now() + timedelta(days=1))
        sent = {"base_revision": "2", "do": "discard"}
        assert writer.post(f"/admin/glossary/entry/{edited.pk}/act/", sent).status_code == 403
        assert Schedule.objects.get().state == Schedule.State.WAITING
        schedule.cancel(edited, Schedule.Action.PUBLISH)
        assert writer.post(f"/admin/glossary/entry/{edited.pk}/act/", sent).status_code == 302
        assert not Item.objects.get().has_unpublished_changes


class TestScheduling:
    def schedule(self, page: Page, item: Item, at: str, **changes: str) -> str:
        form = page.open(item)
        for name, value in changes.items():
            form[name] = value
        form["schedule_at"] = at
        response = page.client.post(page.address(item), {**form.data, "_schedule": "1"}, follow=True)
        return response.content.decode()

    def test_what_is_typed_is_saved_and_published_at_its_time(self, page: Page, published: Item) -> None:
        shown = self.schedule(page, published, typed(TOMORROW), title="White box")
        assert "Revision 2 will be published" in shown
        assert Published.objects.get().title == "Black box"
        assert [outcome.error for outcome in due.run(TOMORROW + timedelta(minutes=1))] == [""]
        assert Published.objects.get().title == "White box"
        assert f'lastUpdated: "{TOMORROW.date()}"' in text_of(published)

    def test_what_is_saved_afterwards_is_said_to_be_no_part_of_it(self, page: Page, published: Item) -> None:
        self.schedule(page, published, typed(TOMORROW), title="White box")
        form = page.open(published)
        form["title"] = "Grey box"
        page.send(published, form)
        assert "What was saved since is not part of it." in page.client.get(page.address(published)).content.decode()
        list(due.run(TOMORROW + timedelta(minutes=1)))
        assert Published.objects.get().title == "White box"

    @pytest.mark.parametrize(
        ("at", "reason"), [("", "Choose a day"), ("soon", "Choose a day"), ("2001-01-01T10:00", "has passed")]
    )
    def test_without_a_time_to_come_nothing_is_saved_and_nothing_is_lost(
        self, page: Page, published: Item, at: str, reason: str
    ) -> None:
        shown = self.schedule(page, published, at, title="White box")
        assert reason in shown
        assert 'value="White box"' in shown
        assert Item.objects.get().revision == 1
        assert not Schedule.objects.exists()

    def test_it_is_called_off(self, page: Page, published: Item) -> None:
        self.schedule(page, published, typed(TOMORROW), title="White box")
        assert "will not be published by itself" in act(page.client, published, "cancel_publish")
        assert list(due.run(TOMORROW + timedelta(minutes=1))) == []

    def test_it_is_taken_from_the_readers_at_its_time(self, client: Client, published: Item) -> None:
        assert "It will be taken from the readers" in act(client, published, "unpublish_at", at=typed(TOMORROW))
        assert "has passed" in act(client, published, "unpublish_at", at="2001-01-01T10:00")
        list(due.run(TOMORROW + timedelta(minutes=1)))
        assert not Published.objects.exists()

    def test_a_schedule_that_failed_says_why_until_it_is_done(self, page: Page, published: Item) -> None:
        self.schedule(page, published, typed(TOMORROW), title="White box")
        Schedule.objects.update(state=Schedule.State.FAILED, error="The disk was full.")
        assert "The disk was full." in page.client.get(page.address(published)).content.decode()
        page.send(published, page.open(published), "_publish")
        assert "The disk was full." not in page.client.get(page.address(published)).content.decode()


class TestCopies:
    def test_a_copy_is_a_draft_with_a_name_of_its_own(self, client: Client, published: Item) -> None:
        for slug in ("black-box-copy", "black-box-copy-2"):
            client.post(f"/admin/glossary/entry/{published.pk}/duplicate/")
            copy = Item.objects.get(slug=slug)
            assert copy.filed_id is None
            names = TEXT.replace('"Black box"', '"Black box (copy)"').replace('"black-box"', f'"{slug}"')
            assert text_of(copy) == names
        assert text_of(published) == TEXT

    def test_who_may_not_add_makes_no_copy(self, person: Callable[..., User], published: Item) -> None:
        writer = Client()
        writer.force_login(person("bob", "view_entry", "change_entry"))
        assert writer.post(f"/admin/glossary/entry/{published.pk}/duplicate/").status_code == 403

    def test_the_saved_text_is_downloaded_to_the_byte(self, client: Client, edited: Item) -> None:
        response = client.get(f"/admin/glossary/entry/{edited.pk}/download/")
        assert response.content.decode() == text_of(edited)
        assert response.headers["Content-Disposition"] == 'attachment; filename="black-box.md"'
        assert response.headers["Content-Type"].startswith("text/markdown")
