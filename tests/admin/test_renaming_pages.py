"""Renaming and merging: first every text before and after, then one click."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from documents import parse
from glossary.editing import save_entry
from publishing.models import Item
from tests.admin.browsing import read_form


def entry(title: str, slug: str, front: str = "", body: str = "") -> str:
    return f'---\ntitle: "{title}"\nslug: "{slug}"\n{front}---\n\n# Brief Definition\n{body}\n'


LONG = "A long way before it. " * 20 + "See [the box](black-box.md). " + "And a long way after it. " * 20


@pytest.fixture
def box(make_entry: Callable[..., Item]) -> Item:
    return make_entry(entry("Black box", "black-box"), publish=True)


@pytest.fixture
def referrers(box: Item, make_entry: Callable[..., Item]) -> list[Item]:
    return [
        make_entry(
            entry(f"Term {number:02}", f"term-{number:02}", 'related: ["black-box"]\n', LONG if number == 0 else ""),
            publish=True,
        )
        for number in range(30)
    ]


def text_of(item: Item) -> str:
    return bytes(Item.objects.get(pk=item.pk).working.data).decode()


def page(item: Item, name: str) -> str:
    return f"/admin/glossary/entry/{item.pk}/{name}/"


def test_the_form_leads_to_it_once_the_slug_is_fixed(
    client: Client, box: Item, make_entry: Callable[..., Item]
) -> None:
    draft = make_entry(entry("Draft", "draft"))
    assert page(box, "rename") in client.get(page(box, "change")).content.decode()
    assert page(draft, "rename") not in client.get(page(draft, "change")).content.decode()


def test_a_slug_that_thirty_others_name_is_changed_after_a_preview(
    client: Client, box: Item, referrers: list[Item]
) -> None:
    before = [text_of(item) for item in [box, *referrers]]
    assert "lemma-plan" not in client.get(page(box, "rename")).content.decode()

    response = client.get(page(box, "rename"), {"to": "opaque-box"})
    preview = response.content.decode()
    assert "31 items change" in preview
    assert all(f">{item.title}</a>" in preview for item in referrers)
    assert "<del>black</del><ins>opaque</ins>" in preview
    assert "Earlier slugs" in preview
    assert preview.count("A long way before it.") < 10
    assert [text_of(item) for item in [box, *referrers]] == before

    answer = client.post(page(box, "rename"), read_form(response, "lemma-plan").data, follow=True)
    assert answer.redirect_chain == [(page(box, "change"), 302)]
    assert Item.objects.get(pk=box.pk).slug == "opaque-box"
    assert all('related: ["opaque-box"]' in text_of(item) for item in referrers)
    assert "[the box](opaque-box.md)" in text_of(referrers[0])
    assert 'previousSlugs: ["black-box"]' in text_of(box)


@pytest.mark.parametrize(
    ("slug", "reason"),
    [("Big Box", "lower-case"), ("black-box", "already"), ("term-00", "Term 00"), ("../x", "lower-case")],
)
def test_a_slug_that_cannot_be_is_refused_with_the_reason(
    client: Client, box: Item, referrers: list[Item], slug: str, reason: str
) -> None:
    shown = client.get(page(box, "rename"), {"to": slug}).content.decode()
    assert reason in shown.partition('id="id_to_error"')[2].partition("</p>")[0]
    assert "lemma-plan" not in shown


def test_what_nobody_has_seen_is_not_confirmed(client: Client, box: Item, referrers: list[Item]) -> None:
    form = read_form(client.get(page(box, "rename"), {"to": "opaque-box"}), "lemma-plan")
    late = parse(text_of(referrers[1]).replace("Term 01", "Term one").encode())
    save_entry(late, item=referrers[1], base_revision=1)
    shown = client.post(page(box, "rename"), form.data)
    assert "in the meantime" in shown.content.decode()
    assert Item.objects.get(pk=box.pk).slug == "black-box"
    client.post(page(box, "rename"), read_form(shown, "lemma-plan").data)
    assert Item.objects.get(pk=box.pk).slug == "opaque-box"


def test_both_texts_of_an_item_with_unpublished_edits_are_shown(
    client: Client, box: Item, referrers: list[Item]
) -> None:
    edited = parse(text_of(referrers[0]).replace("Term 00", "Term nought").encode())
    save_entry(edited, item=referrers[0], base_revision=1)
    shown = client.get(page(box, "rename"), {"to": "opaque-box"}).content.decode()
    assert shown.count("What readers see") == shown.count("Unpublished edits") == 1


def test_an_entry_is_merged_into_another_after_a_preview(
    client: Client, box: Item, referrers: list[Item], make_entry: Callable[..., Item]
) -> None:
    kept = make_entry(entry("Opaque box", "opaque-box"), publish=True)
    assert page(box, "merge") in client.get(page(box, "delete")).content.decode()
    response = client.get(page(box, "merge"), {"to": "opaque-box"})
    assert "31 items change" in response.content.decode()
    answer = client.post(page(box, "merge"), read_form(response, "lemma-plan").data, follow=True)
    assert answer.redirect_chain == [(page(kept, "change"), 302)]
    assert Item.objects.get(pk=box.pk).deleted_at is not None
    assert 'aliases: ["Black box"]' in text_of(kept)
    assert all('related: ["opaque-box"]' in text_of(item) for item in referrers)


@pytest.mark.parametrize(("slug", "reason"), [("nothing", "nothing with the slug"), ("black-box", "with itself")])
def test_a_merge_that_makes_no_sense_is_refused(client: Client, box: Item, slug: str, reason: str) -> None:
    shown = client.get(page(box, "merge"), {"to": slug}).content.decode()
    assert reason in shown
    assert "lemma-plan" not in shown


def test_each_page_asks_for_its_right(person: Callable[..., User], box: Item) -> None:
    for permissions, allowed in (
        (("view_entry",), set()),
        (("view_entry", "change_entry"), set()),
        (("view_entry", "publish_entry"), set()),
        (("view_entry", "change_entry", "publish_entry"), {"rename"}),
        (("view_entry", "change_entry", "delete_entry"), set()),
        (("view_entry", "change_entry", "publish_entry", "delete_entry"), {"rename", "merge"}),
    ):
        visitor = Client()
        visitor.force_login(person("-".join(permissions), *permissions))
        answers = {name: visitor.get(page(box, name)).status_code for name in ("rename", "merge")}
        assert answers == {name: 200 if name in allowed else 403 for name in answers}
        posts = {name: visitor.post(page(box, name), {"to": "x"}).status_code for name in answers}
        assert posts == answers
    assert Client().get(page(box, "rename")).status_code == 302
