"""What is typed and not saved, and who else is at the form."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from publishing import autosaving, presence
from publishing.models import Autosave, Item, Presence
from tests.admin.conftest import Page

ADD = "/admin/glossary/entry/add/"


def keep(page: Page, where: Item | str, **changed: str) -> Any:
    """Opens the form, types, and closes the window; gives the address at which the form is opened again."""
    form = page.open(where)
    for name, text in changed.items():
        form[name] = text
    address = page.address(where) if isinstance(where, Item) else where
    door = address.replace("/change/", "/autosave/").replace("/add/", "/autosave/")
    response = page.client.post(door, form.data)
    assert response.status_code == 200, response.content
    return f"{address}?take={Autosave.objects.latest('pk').pk}"


class TestAutosave:
    def test_a_closed_window_loses_nothing(self, generative_ai: Item, page: Page) -> None:
        take = keep(page, generative_ai, **{"body-0": "An hour of work."})
        assert "You have unsaved text of" in page.client.get(page.address(generative_ai)).content.decode()
        assert Item.objects.get().revision == 1
        form = page.open(take)
        assert form["body-0"] == "An hour of work."
        page.send(generative_ai, form)
        assert b"An hour of work." in bytes(Item.objects.get().working.data)
        assert not Autosave.objects.exists()

    def test_a_new_entry_is_kept_too(self, page: Page) -> None:
        take = keep(page, ADD, title="Never saved", **{"body-briefDefinition": "Some text."})
        assert "You have unsaved text for “Never saved”" in page.client.get(ADD).content.decode()
        form = page.open(take)
        assert (form["title"], form["body-briefDefinition"]) == ("Never saved", "Some text.")
        form["slug"] = "never-saved"
        page.send(ADD, form)
        assert Item.objects.get().title == "Never saved"
        assert not Autosave.objects.exists()

    def test_new_links_and_sections_come_back(self, generative_ai: Item, page: Page) -> None:
        count = page.open(generative_ai)["links-TOTAL_FORMS"]
        take = keep(
            page,
            generative_ai,
            **{
                "links-TOTAL_FORMS": str(int(count) + 1),
                f"links-{count}-url": "https://example.org/new",
                "body-new-0": "Long ago.",
                "body-new-0-heading": "History",
            },
        )
        page.send(generative_ai, page.open(take))
        text = bytes(Item.objects.get().working.data).decode()
        assert "https://example.org/new" in text
        assert "# History\nLong ago." in text

    def test_what_somebody_else_saved_in_between_is_kept_as_well(
        self, generative_ai: Item, page: Page, person: Callable[..., User]
    ) -> None:
        take = keep(page, generative_ai, **{"body-0": "Mine."})
        other = page.open(generative_ai)
        other["title"] = "Theirs"
        page.send(generative_ai, other)
        assert "both are put together" in page.client.get(take).content.decode()
        page.send(generative_ai, page.open(take))
        item = Item.objects.get()
        assert (item.title, item.revision) == ("Theirs", 3)
        assert b"Mine." in bytes(item.working.data)

    def test_the_same_field_changed_by_somebody_else_is_decided_by_a_person(
        self, generative_ai: Item, page: Page
    ) -> None:
        take = keep(page, generative_ai, title="Mine")
        other = page.open(generative_ai)
        other["title"] = "Theirs"
        page.send(generative_ai, other)
        response = page.send(generative_ai, page.open(take))
        assert "changed the same place while you were writing" in response.content.decode()
        assert Item.objects.get().title == "Theirs"
        assert Autosave.objects.count() == 1

    def test_two_windows_do_not_take_each_others_text(self, generative_ai: Item, page: Page) -> None:
        keep(page, generative_ai, title="First")
        keep(page, generative_ai, title="Second")
        assert [kept.title for kept in Autosave.objects.order_by("pk")] == ["First", "Second"]
        shown = page.client.get(page.address(generative_ai)).content.decode()
        newest, others = shown.split("Unsaved text of other windows")
        assert (newest.count(">Take it<"), others.count(">Take it<")) == (1, 1)

    def test_the_start_page_leads_to_it(self, generative_ai: Item, page: Page, person: Callable[..., User]) -> None:
        takes = [keep(page, generative_ai, title="Other"), keep(page, ADD, title="Never saved")]
        shown = page.client.get("/admin/").content.decode()
        for take in takes:
            assert f'href="{take}"' in shown
        assert "Never saved" in shown
        client = Client()
        client.force_login(person("bob", "view_entry", "change_entry"))
        assert "Never saved" not in client.get("/admin/").content.decode()

    def test_it_can_be_thrown_away(self, generative_ai: Item, page: Page) -> None:
        keep(page, generative_ai, title="Nonsense")
        assert "Throw it away" in page.client.get(page.address(generative_ai)).content.decode()
        key = Autosave.objects.get().pk
        response = page.client.post("/admin/glossary/entry/forget/", {"kept": key, "item": generative_ai.pk})
        assert response.headers["Location"] == page.address(generative_ai)
        assert not Autosave.objects.exists()

    def test_typing_back_what_was_there_leaves_nothing(self, generative_ai: Item, page: Page) -> None:
        keep(page, generative_ai, title="Other")
        window = Autosave.objects.get().window
        door = page.address(generative_ai).replace("change", "autosave")
        assert page.client.post(door, {"window": window, "_forget": "1"}).json() == {"at": None}
        assert not Autosave.objects.exists()

    def test_nobody_sees_what_somebody_else_has_not_saved(
        self, generative_ai: Item, page: Page, person: Callable[..., User]
    ) -> None:
        take = keep(page, generative_ai, title="Secret plan")
        client = Client()
        client.force_login(person("bob", "view_entry", "change_entry"))
        for address in (page.address(generative_ai), take):
            assert "Secret plan" not in client.get(address).content.decode()
        key = Autosave.objects.get().pk
        client.post("/admin/glossary/entry/forget/", {"kept": key, "item": generative_ai.pk})
        assert Autosave.objects.filter(pk=key).exists()

    def test_what_nobody_can_have_typed_is_kept_as_it_came(self, generative_ai: Item, page: Page) -> None:
        take = keep(page, generative_ai, title="NUL \0 and 🙂", **{"body-0": "a\0b\r\nc"})
        assert page.client.get(take).status_code == 200

    def test_only_the_newest_windows_are_kept(self, generative_ai: Item, page: Page) -> None:
        for number in range(autosaving.MOST + 2):
            keep(page, generative_ai, title=f"Text {number}")
        assert Autosave.objects.count() == autosaving.MOST
        assert not Autosave.objects.filter(title="Text 0").exists()

    @pytest.mark.parametrize("window", ["", "short", "x" * 41, "a b c d e f g", "../../../../"])
    def test_a_window_has_a_proper_name(self, generative_ai: Item, page: Page, window: str) -> None:
        door = page.address(generative_ai).replace("change", "autosave")
        assert page.client.post(door, {"window": window, "title": "x"}).status_code == 400

    def test_who_may_not_write_keeps_nothing(
        self, generative_ai: Item, page: Page, person: Callable[..., User]
    ) -> None:
        door = page.address(generative_ai).replace("change", "autosave")
        client = Client()
        assert client.post(door, {"window": "w" * 10}).status_code == 401
        client.force_login(person("bob", "view_entry"))
        assert client.post(door, {"window": "w" * 10}).status_code == 403
        assert client.post(ADD.replace("add", "autosave"), {"window": "w" * 10}).status_code == 403


def test_the_form_takes_as_many_queries_for_many_entries_as_for_few(
    generative_ai: Item, page: Page, make_entry: Callable[..., Item]
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert page.client.get(page.address(generative_ai)).status_code == 200
        return len(caught)

    count()
    before = count()
    for number in range(30):
        make_entry(f'---\ntitle: "Box {number}"\nslug: "box-{number}"\nrelated: ["generative-ai"]\n---\n')
    # Whoever opens a form first after a change has the findings made that it may concern.
    count()
    # Of which four are about findings.
    assert count() == before <= 18


class TestPresence:
    def pulse(self, client: Client, item: Item, window: str, **more: str) -> Any:
        address = Page.address(item).replace("change", "pulse")
        return client.post(address, {"window": window, **more}).json()

    @pytest.fixture
    def grace(self, person: Callable[..., User]) -> Client:
        client = Client()
        client.force_login(person("grace", "view_entry", "change_entry", first_name="Grace", last_name="Hopper"))
        return client

    def test_who_else_is_there_is_shown(self, generative_ai: Item, client: Client, grace: Client) -> None:
        assert self.pulse(client, generative_ai, "window-of-ada")["others"] == []
        assert self.pulse(grace, generative_ai, "window-of-grace")["others"] == ["Ada Lovelace has this open too"]
        self.pulse(client, generative_ai, "window-of-ada", editing="1")
        assert self.pulse(grace, generative_ai, "window-of-grace")["others"] == ["Ada Lovelace is editing this too"]

    def test_who_closes_the_window_is_gone(self, generative_ai: Item, client: Client, grace: Client) -> None:
        self.pulse(client, generative_ai, "window-of-ada")
        self.pulse(client, generative_ai, "window-of-ada", leave="1")
        assert self.pulse(grace, generative_ai, "window-of-grace")["others"] == []

    def test_who_does_not_say_goodbye_is_forgotten(self, generative_ai: Item, client: Client, grace: Client) -> None:
        self.pulse(client, generative_ai, "window-of-ada")
        Presence.objects.update(seen_at=timezone.now() - presence.GONE - timedelta(seconds=1))
        assert self.pulse(grace, generative_ai, "window-of-grace")["others"] == []
        assert Presence.objects.count() == 1

    def test_two_windows_of_one_person_are_one(self, generative_ai: Item, client: Client, grace: Client) -> None:
        self.pulse(client, generative_ai, "window-one-of-ada")
        self.pulse(client, generative_ai, "window-two-of-ada")
        assert len(self.pulse(grace, generative_ai, "window-of-grace")["others"]) == 1

    def test_it_says_who_saved_last(self, generative_ai: Item, page: Page, grace: Client) -> None:
        form = page.open(generative_ai)
        form["title"] = "Other"
        page.send(generative_ai, form)
        answer = self.pulse(grace, generative_ai, "window-of-grace")
        assert (answer["revision"], answer["saved"]["by"]) == (2, "Ada Lovelace")
