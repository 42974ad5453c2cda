"""A writer asks, an editor answers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from config.roles import EDITOR, VIEWER, WRITER
from publishing import lifecycle
from publishing.models import Item, Published, Review, Revision
from tests.admin.browsing import read_form
from tests.admin.conftest import Page


def member(person: Callable[..., User], role: str, **options: Any) -> Client:
    user = person(role.lower(), **options)
    user.groups.set([Group.objects.get(name=role)])
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def writer(person: Callable[..., User]) -> Client:
    return member(person, WRITER, first_name="Wanda", last_name="Writer")


@pytest.fixture
def reviewer(person: Callable[..., User]) -> Client:
    return member(person, EDITOR, first_name="Ed", last_name="Editor")


def address(item: Item, page: str) -> str:
    return f"/admin/glossary/entry/{item.pk}/{page}/"


def shown(client: Client, item: Item, page: str) -> str:
    return client.get(address(item, page)).content.decode()


@pytest.fixture
def asked(writer: Client, generative_ai: Item) -> Item:
    """The writer has changed the title and asked."""
    page = Page(writer)
    form = page.open(generative_ai)
    form["title"] = "Better title"
    form["note"] = "The old one was <b>wrong</b>."
    page.send(generative_ai, form, "_submit")
    return Item.objects.get(pk=generative_ai.pk)


def answer(client: Client, item: Item, do: str, **more: str) -> str:
    form = read_form(client.get(address(item, "changes")), "lemma-review")
    return client.post(address(item, "review"), {**form.data, "do": do, **more}, follow=True).content.decode()


def test_a_question_stands_on_the_form_beside_the_changes_and_in_the_list(
    asked: Item, writer: Client, reviewer: Client
) -> None:
    for client, page in ((writer, "change"), (reviewer, "change"), (reviewer, "changes")):
        text = shown(client, asked, page)
        assert "Wanda Writer asks for it to be published" in text
        assert "The old one was &lt;b&gt;wrong&lt;/b&gt;." in text
    for query in ("", "?show=review"):
        page = reviewer.get(f"/admin/glossary/entry/{query}").content.decode()
        assert f'href="{asked.pk}/changes/">In review</a>' in page
    assert Published.objects.get().title != "Better title"


def test_an_editor_approves_with_a_comment(asked: Item, reviewer: Client) -> None:
    page = answer(reviewer, asked, "approve", comment="Well put.")
    assert "is approved and published" in page
    assert Published.objects.get().title == "Better title"
    review = Review.objects.get()
    assert (review.state, review.comment, review.answered_by_name) == ("approved", "Well put.", "Ed Editor")
    assert Revision.objects.filter(item=asked, message="Well put.").count() == 1
    assert "asks for it to be published" not in shown(reviewer, asked, "change")


def test_an_editor_sends_it_back_with_what_is_to_be_done(asked: Item, reviewer: Client, writer: Client) -> None:
    assert "Write what is still to be done" in answer(reviewer, asked, "return", comment=" ")
    assert "is sent back to Wanda Writer" in answer(reviewer, asked, "return", comment="Name a source.")
    page = shown(writer, asked, "change")
    assert "Ed Editor sent it back" in page
    assert "Name a source." in page
    assert Published.objects.get().title != "Better title"
    # Asked anew, it waits again.
    sheet = Page(writer)
    sheet.send(asked, sheet.open(asked), "_submit")
    assert [review.state for review in Review.objects.order_by("pk")] == ["returned", "waiting"]


def test_the_writer_takes_it_back(asked: Item, writer: Client) -> None:
    page = writer.post(address(asked, "review"), {"do": "withdraw"}, follow=True).content.decode()
    assert "It waits for nobody any more." in page
    assert Review.objects.get().state == "ended"


def test_another_writer_does_not_take_it_back(asked: Item, person: Callable[..., User]) -> None:
    other = person("other")
    other.groups.set([Group.objects.get(name=WRITER)])
    client = Client()
    client.force_login(other)
    assert client.post(address(asked, "review"), {"do": "withdraw"}).status_code == 403


def test_a_writer_cannot_approve(asked: Item, writer: Client) -> None:
    for do in ("approve", "return"):
        form = {"do": do, "comment": "Me too.", "base_revision": str(asked.revision)}
        assert writer.post(address(asked, "review"), form).status_code == 403
    assert "lemma-review" in shown(writer, asked, "changes")
    assert "Approve and publish" not in shown(writer, asked, "changes")
    assert Review.objects.get().state == "waiting"


def test_what_was_saved_after_the_editor_looked_is_not_approved(asked: Item, reviewer: Client, writer: Client) -> None:
    form = read_form(reviewer.get(address(asked, "changes")), "lemma-review")
    sheet = Page(writer)
    again = sheet.open(asked)
    again["title"] = "Sneaky title"
    sheet.send(asked, again)
    page = reviewer.post(address(asked, "review"), {**form.data, "do": "approve"}, follow=True).content.decode()
    assert "Somebody saved it in the meantime" in page
    assert Published.objects.get().title not in ("Better title", "Sneaky title")
    assert Review.objects.get().state == "waiting"
    assert "It was saved again since." in shown(reviewer, asked, "changes")


@pytest.mark.parametrize("way", ["publish", "discard_draft"])
def test_published_or_discarded_in_another_way_it_waits_no_more(asked: Item, way: str) -> None:
    getattr(lifecycle, way)(asked)
    assert Review.objects.get().state == "ended"


def test_two_editors_answer_once(asked: Item, reviewer: Client) -> None:
    form = read_form(reviewer.get(address(asked, "changes")), "lemma-review")
    answer(reviewer, asked, "return", comment="Name a source.")
    reviewer.post(address(asked, "review"), {**form.data, "do": "approve"})
    assert Review.objects.get().state == "returned"
    assert Published.objects.get().title != "Better title"


def test_what_readers_have_already_cannot_be_submitted(generative_ai: Item, writer: Client) -> None:
    sheet = Page(writer)
    answer = sheet.send(generative_ai, sheet.open(generative_ai), "_submit")
    page = writer.get(answer["Location"]).content.decode()
    assert "not submitted" in page
    assert not Review.objects.exists()


def test_only_who_writes_and_does_not_publish_is_offered_to_submit(
    generative_ai: Item, writer: Client, reviewer: Client, person: Callable[..., User]
) -> None:
    assert 'name="_submit"' in shown(writer, generative_ai, "change")
    assert 'name="_submit"' not in shown(reviewer, generative_ai, "change")
    assert 'name="_submit"' not in shown(member(person, VIEWER), generative_ai, "change")
