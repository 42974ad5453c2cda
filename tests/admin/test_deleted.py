"""What was deleted can be found, read and brought back."""

from collections.abc import Callable

from django.test import Client

from books.editing import delete_book
from glossary.editing import delete_entry
from publishing import lifecycle
from publishing.models import Item
from tests.admin.conftest import Page

DELETED = "/admin/glossary/entry/deleted/"


def delete(item: Item) -> None:
    delete_entry(Item.objects.get(pk=item.pk), base_revision=Item.objects.get(pk=item.pk).revision)


def test_it_is_found_read_and_brought_back_with_its_history(client: Client, generative_ai: Item, page: Page) -> None:
    form = page.open(generative_ai)
    form["title"] = "GenAI"
    page.send(generative_ai, form)
    delete(generative_ai)
    assert "GenAI" in client.get(DELETED, {"q": "gena"}).content.decode()
    assert "GenAI" not in client.get(DELETED, {"q": "other"}).content.decode()
    assert "<h1>GenAI</h1>" in client.get(f"{DELETED}{generative_ai.pk}/").content.decode()
    response = client.post(DELETED, {"restore": generative_ai.pk})
    assert response["Location"] == page.address(generative_ai)
    item = Item.objects.get(pk=generative_ai.pk)
    assert (item.deleted_at, item.title) == (None, "GenAI")
    assert client.get(page.address(item)).status_code == 200
    assert "Revision" in client.get(page.address(item).replace("change", "history")).content.decode()
    assert item.revisions.count() == 2
    assert "Nothing was deleted." in client.get(DELETED).content.decode()


def test_readers_do_not_see_it_before_it_is_published_again(client: Client, generative_ai: Item) -> None:
    delete(generative_ai)
    client.post(DELETED, {"restore": generative_ai.pk})
    assert Client().get("/api/v1/entries/generative-ai/").status_code in (404, 410)
    lifecycle.publish(Item.objects.get(pk=generative_ai.pk))
    assert Client().get("/api/v1/entries/generative-ai/").status_code == 200


def test_a_slug_that_somebody_else_has_taken_is_named(
    client: Client, generative_ai: Item, make_entry: Callable[..., Item]
) -> None:
    delete(generative_ai)
    make_entry("---\ntitle: Newcomer\nslug: generative-ai\n---\n", "newcomer.md")
    response = client.post(DELETED, {"restore": generative_ai.pk}, follow=True)
    assert "belongs to &quot;Newcomer&quot;" in response.content.decode()
    assert Item.objects.get(pk=generative_ai.pk).deleted_at is not None


def test_what_was_not_deleted_is_not_there(client: Client, generative_ai: Item) -> None:
    assert client.get(f"{DELETED}{generative_ai.pk}/").status_code == 404
    client.post(DELETED, {"restore": generative_ai.pk})
    assert Item.objects.get().revision == 1


def test_a_book_is_not_among_the_entries(client: Client, make_book: Callable[..., Item]) -> None:
    book = make_book("---\ntitle: Boxes\nslug: boxes\nauthors: [x]\n---\n")
    delete_book(book, base_revision=1)
    assert "Boxes" not in client.get(DELETED).content.decode()
    assert "Boxes" in client.get("/admin/books/book/deleted/").content.decode()
