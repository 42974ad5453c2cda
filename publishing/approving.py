"""Yes to a text that somebody asked to be published."""

from datetime import date
from typing import Any

from django.db import transaction

from publishing import lifecycle, reviews
from publishing.models import Item, Review


def approve(
    review: Review, comment: str, *, base_revision: int, author: Any, set_last_updated: date | None = None
) -> Item:
    """Publishes the text of that revision, with the comment in its history.

    Raises:
        NotAllowed: it was answered already.
        As `lifecycle.publish`.
    """
    with transaction.atomic():
        reviews.answer(review, Review.State.APPROVED, comment, author=author)
        return lifecycle.publish(
            review.item,
            base_revision=base_revision,
            author=author,
            message=comment.strip(),
            set_last_updated=set_last_updated,
        )
