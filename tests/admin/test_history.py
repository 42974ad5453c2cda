"""What was saved when, what changed between, and the way back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from documents import parse
from glossary.editing import save_entry
from publishing.models import Item, Revision
from tests.admin.browsing import read_form

TEXT = b"""---
title: "Black box"
slug: "black-box"
tags: ["opacity"]
---

# Brief Definition
A system seen from outside.

# Key Concepts
- input
"""


def save(item: Item, *changes: tuple[bytes, bytes], **options: Any) -> Item:
    item = Item.objects.get(pk=item.pk)
    data = bytes(item.working.data)
    for old, new in changes:
        assert old in data
        data = data.replace(old, new)
    return save_entry(parse(data), item=item, base_revision=item.revision, **options)


def text_of(item: Item) -> bytes:
    return bytes(Item.objects.get(pk=item.pk).working.data)


@pytest.fixture
def item(make_entry: Callable[..., Item], editor: User) -> Item:
    """Published as its first revision; in the second title, prose and a tag are others."""
    item = make_entry(TEXT, publish=True, author=editor, message="First words")
    return save(
        item, (b"Black box", b"White box"), (b"from outside", b"from inside"), (b'["opacity"]', b'["opacity", "new"]')
    )


def address(item: Item, page: str) -> str:
    return f"/admin/glossary/entry/{item.pk}/{page}/"


def shown(client: Client, item: Item, page: str) -> str:
    response = client.get(address(item, page.partition("?")[0]) + page[len(page.partition("?")[0]) :])
    assert response.status_code == 200
    return response.content.decode()


def test_every_revision_stands_in_the_history(client: Client, item: Item) -> None:
    page = shown(client, item, "history")
    rows = page.partition("<tbody>")[2].split("<tr>")[1:]
    assert len(rows) == 2
    newest, first = rows
    assert "Newest" in newest
    assert "Published" not in newest
    for word in ("Published", "Ada Lovelace", "Admin", "First words"):
        assert word in first


def test_a_long_history_goes_on_on_another_page(client: Client, item: Item) -> None:
    row = Revision.objects.get(item=item, number=2)
    Revision.objects.bulk_create(
        Revision(
            item=item, number=number, slug=row.slug, document=row.document, origin="api", created_at=row.created_at
        )
        for number in range(3, 151)
    )
    assert "First words" not in shown(client, item, "history")
    assert "First words" in client.get(address(item, "history") + "?page=2").content.decode()


def test_two_revisions_are_compared_by_words(client: Client, item: Item) -> None:
    page = client.get(address(item, "compare") + "?from=1").content.decode()
    assert "<del>Black</del><ins>White</ins> box" in page
    assert "A system seen from <del>outside</del><ins>inside</ins>." in page
    assert "<ins>new</ins>" in page
    assert "Key Concepts" not in page


def test_the_two_texts_stand_side_by_side(client: Client, item: Item) -> None:
    page = client.get(address(item, "compare") + "?from=1&to=2&view=sides").content.decode()
    assert "<del>Black</del> box" in page
    assert "<ins>White</ins> box" in page


@pytest.mark.parametrize("query", ["?from=7", "?from=1&to=9", "?from=0"])
def test_a_revision_that_never_was_leads_back_to_the_history(client: Client, item: Item, query: str) -> None:
    response = client.get(address(item, "compare") + query, follow=True)
    if query == "?from=0":
        assert "<del>Black</del>" in response.content.decode()
    else:
        assert response.redirect_chain == [(address(item, "history"), 302)]


def test_the_whole_text_is_restored_with_one_click(client: Client, item: Item) -> None:
    form = read_form(client.get(address(item, "compare") + "?from=1"), "lemma-restore")
    answer = client.post(address(item, "restore"), form.data, follow=True)
    assert "The whole text is again as in revision 1." in answer.content.decode()
    assert text_of(item) == TEXT
    newest = Revision.objects.get(item=item, number=3)
    assert (newest.message, newest.author_name) == ("Restored revision 1", "Ada Lovelace")


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("title", b"White box", b"Black box"),
        ("tags", b'["opacity", "new"]', b'["opacity"]'),
        ("section:Brief Definition", b"from inside", b"from outside"),
    ],
)
def test_one_part_is_restored_alone(client: Client, item: Item, part: str, old: bytes, new: bytes) -> None:
    before = text_of(item)
    response = client.get(address(item, "compare") + "?from=1")
    assert f'name="part" value="{part}"' in response.content.decode()
    form = read_form(response, "lemma-restore")
    client.post(address(item, "restore"), {**form.data, "part": part})
    assert text_of(item) == before.replace(old, new)
    assert Revision.objects.get(item=item, number=3).message.endswith("of revision 1")


def test_parts_are_not_offered_between_two_old_texts(client: Client, item: Item) -> None:
    save(item, (b"White box", b"Grey box"))
    page = client.get(address(item, "compare") + "?from=1&to=2").content.decode()
    assert "Restore revision 1" in page
    assert 'name="part"' not in page


def test_nothing_is_restored_over_what_was_saved_in_the_meantime(client: Client, item: Item) -> None:
    form = read_form(client.get(address(item, "compare") + "?from=1"), "lemma-restore")
    save(item, (b"White box", b"Grey box"))
    answers = [
        client.post(address(item, "restore"), {**form.data, **more}, follow=True) for more in ({}, {"part": "title"})
    ]
    assert all("Nothing was restored" in answer.content.decode() for answer in answers)
    assert b"Grey box" in text_of(item)


def test_a_crafted_part_restores_nothing(client: Client, item: Item) -> None:
    form = read_form(client.get(address(item, "compare") + "?from=1"), "lemma-restore")
    for part in ("unknown", "section:Unknown", '"broken', "slug"):
        answer = client.post(address(item, "restore"), {**form.data, "part": part}, follow=True)
        assert "Nothing was restored" in answer.content.decode()
    assert Item.objects.get(pk=item.pk).revision == 2


def test_who_may_only_look_restores_nothing(person: Callable[..., User], item: Item, client: Client) -> None:
    form = read_form(client.get(address(item, "compare") + "?from=1"), "lemma-restore")
    viewer = Client()
    viewer.force_login(person("bob", "view_entry"))
    page = viewer.get(address(item, "compare") + "?from=1").content.decode()
    assert "<ins>White</ins>" in page
    assert "lemma-restore" not in page
    assert viewer.post(address(item, "restore"), form.data).status_code == 403
    nobody = Client()
    nobody.force_login(person("eve"))
    assert nobody.get(address(item, "compare")).status_code == 403
    assert Client().get(address(item, "compare")).status_code == 302


def test_texts_run_nothing_in_a_comparison(client: Client, make_entry: Callable[..., Item]) -> None:
    evil = b"<script>alert(1)</script>"
    item = make_entry(TEXT)
    save(item, (b"Black box", evil), (b"from outside", evil), (b"opacity", evil), message=evil.decode())
    for page in ("history/", "compare/", "compare/?view=sides"):
        found = client.get(f"/admin/glossary/entry/{item.pk}/{page}").content
        assert b"alert(1)" in found
        assert evil not in found
