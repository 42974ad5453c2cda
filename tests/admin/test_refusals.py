"""What is refused stands where it belongs, and what was typed is still there."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from api.models import Token
from documents import parse
from glossary.editing import delete_entry, save_entry
from publishing.models import Item
from tests.admin.browsing import read_form
from tests.admin.conftest import Page
from tests.operations.codes import known


def errors_at(response: Any, name: str) -> str:
    """The messages beside a field."""
    page = response.content.decode()
    _, found, behind = page.partition(f'id="id_{name}_error">')
    return behind.partition("</ul>")[0] if found else ""


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", "", "required"),
        ("title", "x" * 301, "300"),
        ("links-0-url", "javascript:alert(1)", "https://"),
        ("links-0-url", "", "required"),
        ("links-0-url", "https://ada:secret@example.org/", "password"),
        ("body-1", "Text\n# A heading of the first level\n", "second level"),
        ("body-1", "```\nnever closed", "fence"),
        ("body-1", "A bell \x07 rings", "control character"),
        ("body-1", "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs", "merge"),
        ("tags", "a" * 101, "100"),
    ],
)
def test_a_refused_value_is_explained_at_its_field(
    generative_ai: Item, page: Page, field: str, value: str, message: str
) -> None:
    form = page.open(generative_ai)
    form[field] = value
    form["body-0"] = "Typed and not lost."
    response = page.send(generative_ai, form)
    assert response.status_code == 200
    assert message in errors_at(response, field)
    again = read_form(response)
    assert again["body-0"] == "Typed and not lost."
    assert again[field].replace("\r\n", "\n") == value
    assert Item.objects.get().revision == 1


def test_all_mistakes_are_shown_at_once(generative_ai: Item, page: Page) -> None:
    form = page.open(generative_ai)
    form["title"] = ""
    form["links-0-url"] = ""
    response = page.send(generative_ai, form)
    assert errors_at(response, "title")
    assert errors_at(response, "links-0-url")


def test_a_refused_link_is_marked_in_its_row_after_sorting(generative_ai: Item, page: Page) -> None:
    form = page.open(generative_ai)
    form["links-0-ORDER"] = "9"
    form["links-0-url"] = "ftp://example.org/"
    response = page.send(generative_ai, form)
    assert "https://" in errors_at(response, "links-0-url")
    assert not errors_at(response, "links-1-url")


@pytest.mark.parametrize("slug", ["", "Black Box", "../../etc/passwd", "-rf", "con", "a" * 201, "ä"])
def test_a_slug_that_a_new_entry_cannot_have_is_refused(page: Page, slug: str) -> None:
    form = page.open("/admin/glossary/entry/add/")
    form["title"], form["slug"] = "Black box", slug
    response = page.send("/admin/glossary/entry/add/", form)
    assert response.status_code == 200
    assert "lemma-field-slug lemma-wrong" in response.content.decode()
    assert not Item.objects.exists()


def test_a_slug_that_is_taken_is_named_with_its_owner(generative_ai: Item, page: Page) -> None:
    form = page.open("/admin/glossary/entry/add/")
    form["title"], form["slug"] = "Another", "generative-ai"
    response = page.send("/admin/glossary/entry/add/", form)
    assert "belongs to &quot;Generative AI&quot; already" in response.content.decode()


def test_the_slug_of_a_published_entry_cannot_be_changed_by_a_crafted_form(generative_ai: Item, page: Page) -> None:
    form = page.open(generative_ai)
    assert "slug" not in form
    form["slug"] = "other"
    page.send(generative_ai, form)
    assert Item.objects.get().slug == "generative-ai"


def test_a_form_without_its_revision_saves_nothing(generative_ai: Item, page: Page) -> None:
    for revision in ("", "99", "-1", "x"):
        form = page.open(generative_ai)
        form["title"] = "Other"
        form["base_revision"] = revision
        assert page.send(generative_ai, form).status_code == 302
    assert Item.objects.get().title == "Generative AI"


def test_links_that_did_not_arrive_are_not_taken_out(generative_ai: Item, page: Page) -> None:
    form = page.open(generative_ai)
    form["title"] = "Other"
    form["links-TOTAL_FORMS"] = "1"
    assert "did not arrive completely" in page.send(generative_ai, form).content.decode()
    del form["links-TOTAL_FORMS"]
    assert page.send(generative_ai, form).status_code == 200
    assert Item.objects.get().revision == 1


def test_a_crafted_number_of_links_is_refused(generative_ai: Item, page: Page) -> None:
    form = page.open(generative_ai)
    form["links-TOTAL_FORMS"] = "1000000"
    response = page.send(generative_ai, form)
    assert response.status_code == 200
    assert "1000 forms" in response.content.decode()


def test_a_post_without_its_token_is_refused(generative_ai: Item, editor: User, page: Page) -> None:
    form = page.open(generative_ai)
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    del form["csrfmiddlewaretoken"]
    assert client.post(page.address(generative_ai), {**form.data, "_save": "1"}).status_code == 403


class TestTwoEditors:
    @pytest.fixture
    def other(self, person: Callable[..., User]) -> User:
        return person("grace", "change_entry", first_name="Grace")

    def save_behind_the_back(self, item: Item, other: User, old: bytes, new: bytes) -> None:
        item = Item.objects.get(pk=item.pk)
        data = bytes(item.working.data)
        assert old in data
        save_entry(parse(data.replace(old, new)), item=item, base_revision=item.revision, author=other)

    def test_edits_of_different_fields_are_both_kept(self, generative_ai: Item, page: Page, other: User) -> None:
        form = page.open(generative_ai)
        form["difficulty"] = "advanced"
        self.save_behind_the_back(generative_ai, other, b'title: "Generative AI"', b'title: "GenAI"')
        response = page.client.post(page.address(generative_ai), {**form.data, "_save": "1"}, follow=True)
        assert "both changes are kept" in response.content.decode()
        text = bytes(Item.objects.get().working.data)
        assert b'title: "GenAI"' in text
        assert b'difficulty: "advanced"' in text

    def test_edits_of_the_same_field_are_shown_to_choose_from(
        self, generative_ai: Item, page: Page, other: User
    ) -> None:
        form = page.open(generative_ai)
        form["title"], form["difficulty"] = "Mine", "advanced"
        self.save_behind_the_back(generative_ai, other, b'title: "Generative AI"', b'title: "Theirs"')
        response = page.send(generative_ai, form)
        shown = response.content.decode()
        assert "Grace changed the same place while you were writing" in shown
        assert Item.objects.get().title == "Theirs"
        again = read_form(response)
        assert again["title"] == "Mine"
        assert again["settle-0-field"] == "title"
        again["settle-0"] = "theirs"
        assert page.send(generative_ai, again).status_code == 302
        item = Item.objects.get()
        assert (item.title, item.revision) == ("Mine", 3)
        assert b'difficulty: "advanced"' in bytes(item.working.data)

    @pytest.mark.parametrize(
        ("choice", "title"), [("ours", "Theirs"), ("base", "Generative AI"), ("edited", "Both of us")]
    )
    def test_the_other_text_the_one_before_or_a_third_one_can_be_chosen(
        self, generative_ai: Item, page: Page, other: User, choice: str, title: str
    ) -> None:
        form = page.open(generative_ai)
        form["title"] = "Mine"
        self.save_behind_the_back(generative_ai, other, b'title: "Generative AI"', b'title: "Theirs"')
        again = read_form(page.send(generative_ai, form))
        again["settle-0"], again["settle-0-text"] = choice, "Both of us"
        page.send(generative_ai, again)
        assert Item.objects.get().title == title

    def test_nothing_is_saved_while_a_choice_is_missing(self, generative_ai: Item, page: Page, other: User) -> None:
        form = page.open(generative_ai)
        form["title"] = "Mine"
        self.save_behind_the_back(generative_ai, other, b'title: "Generative AI"', b'title: "Theirs"')
        again = read_form(page.send(generative_ai, form))
        response = page.send(generative_ai, again)
        assert "choose for these" in response.content.decode()
        assert Item.objects.get().title == "Theirs"

    def test_a_third_change_in_between_is_asked_about_too(self, generative_ai: Item, page: Page, other: User) -> None:
        form = page.open(generative_ai)
        form["title"] = "Mine"
        self.save_behind_the_back(generative_ai, other, b'title: "Generative AI"', b'title: "Theirs"')
        again = read_form(page.send(generative_ai, form))
        again["settle-0"] = "theirs"
        self.save_behind_the_back(generative_ai, other, b'title: "Theirs"', b'title: "Theirs again"')
        response = page.send(generative_ai, again)
        assert response.status_code == 200
        assert "Theirs again" in response.content.decode()
        assert Item.objects.get().title == "Theirs again"

    def test_a_text_for_a_deleted_entry_is_shown_again(self, generative_ai: Item, page: Page, other: User) -> None:
        form = page.open(generative_ai)
        form["body-0"] = "An hour of work."
        delete_entry(generative_ai, base_revision=1, author=other)
        shown = page.send(generative_ai, form).content.decode()
        assert "It was deleted in the meantime" in shown
        assert "An hour of work." in shown


@pytest.mark.django_db
def test_an_action_for_rows_that_are_none_breaks_no_list(admin_client: Client) -> None:
    known(admin_client)
    lists = 0
    for model, pages in admin.site._registry.items():
        if model is Token:
            # Its key is a text, so that any text may be one.
            continue
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        request = admin_client.get(address).wsgi_request
        for action in pages.get_actions(request):
            lists += 1
            sent = {"action": action, "_selected_action": ["x", "9" * 30]}
            assert admin_client.post(address, sent).status_code == 400, (address, action)
    assert lists >= 15
