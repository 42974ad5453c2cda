"""What books look like as rows: a projection of their documents."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

import documents
from books.editing import delete_book, save_book
from books.models import Book
from publishing.models import Item, Reference

pytestmark = pytest.mark.django_db

FULL = """---
title: "The big book"
slug: "big-book"
authors: ["Grace Hopper", "Ada Lovelace"]
publishYear: 1990
isbn: "0-387-31073-8"
topics: ["white-box", "black-box"]
previousSlugs: ["large-book"]
rating: 4.5
---

It is big.
"""


def save(text: str = FULL, **options: Any) -> Item:
    return save_book(documents.parse(text.encode()), publish=True, **options)


def test_every_column_says_what_the_document_says() -> None:
    book = save().book
    assert (book.slug, book.title, str(book)) == ("big-book", "The big book", "The big book")
    assert book.authors == ["Grace Hopper", "Ada Lovelace"]
    assert (book.publish_year, book.isbn, book.isbn13) == (1990, "0-387-31073-8", "9780387310732")
    assert (book.pages, book.language, book.status) == (None, "", "published")
    assert (book.body, book.extra) == ("It is big.", {"rating": 4.5})


def test_topics_keep_the_order_of_the_file_and_may_dangle() -> None:
    item = save()
    topics = item.references.filter(field="topics")
    assert list(topics.values_list("slug", "target_kind")) == [("white-box", "entry"), ("black-box", "entry")]
    assert list(item.references.dangling()) == list(topics)


def test_a_change_of_the_document_is_a_change_of_the_row() -> None:
    item = save()
    save(FULL.replace('"white-box", ', "").replace("1990", "1991"), item=item, base_revision=item.revision)
    assert Book.objects.get().publish_year == 1991
    assert [reference.slug for reference in Reference.objects.all()] == ["black-box"]


def test_a_deleted_book_leaves_its_identity_and_no_projection() -> None:
    item = save()
    delete_book(item, base_revision=item.revision)
    assert not Book.objects.exists()
    assert not Reference.objects.exists()
    assert Item.objects.get().deleted_at is not None


def test_the_database_refuses_a_book_older_than_print() -> None:
    save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Book.objects.update(publish_year=1449)


def test_reading_books_with_everything_takes_the_same_queries_for_one_as_for_thirty(
    django_assert_num_queries: Any,
) -> None:
    def read_all() -> int:
        return sum(
            len([reference.exists for reference in book.item.references.all()])
            + len(book.item.previous_slugs.all())
            + len(book.title)
            for book in Book.objects.with_everything()
        )

    save()
    with django_assert_num_queries(3):
        assert read_all()
    for number in range(29):
        save(FULL.replace("big-book", f"book-{number}"))
    with django_assert_num_queries(3):
        assert read_all()
