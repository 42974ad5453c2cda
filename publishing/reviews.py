"""Asking for a text to be published, and the answer. `publishing.approving` says yes."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from publishing.authors import Author
from publishing.errors import NotAllowed, StaleRevision
from publishing.models import Item, Review

_LONGEST = 5000


def submit(item: Item, note: str, *, base_revision: int | None = None, author: Any = None) -> Review:
    """Asks that the saved text be published. A new question takes the place of one that waits.

    Raises:
        StaleRevision: the item was edited since `base_revision`, or deleted.
        NotAllowed: readers have this text already.
    """
    who = Author.of(author)
    with transaction.atomic():
        now = Item.objects.select_for_update().get(pk=item.pk)
        if now.deleted_at or base_revision not in (None, now.revision):
            raise StaleRevision(now, base_revision)
        if not now.has_unpublished_changes and hasattr(now, "published"):
            raise NotAllowed(f'Readers have this text of "{now.title}" already.')
        end([now.pk])
        return Review.objects.create(
            item=now,
            revision=now.revision,
            note=note.strip()[:_LONGEST],
            author_id=who.user,
            author_name=who.name,
            created_at=timezone.now(),
        )


def answer(review: Review, state: Review.State, comment: str, *, author: Any) -> None:
    """Writes the answer to a question that waits.

    Raises:
        NotAllowed: it was answered already.
    """
    waiting = Review.objects.filter(pk=review.pk, state=Review.State.WAITING)
    if not waiting.update(
        state=state,
        comment=comment.strip()[:_LONGEST],
        answered_by_name=Author.of(author).name,
        answered_at=timezone.now(),
    ):
        raise NotAllowed(f'Somebody answered for "{review.item.title}" already, or it was taken back.')


def send_back(review: Review, comment: str, *, author: Any) -> None:
    """With what is still to be done.

    Raises:
        NotAllowed: it was answered already, or there is no comment.
    """
    if not comment.strip():
        raise NotAllowed("Write what is still to be done, so that it can be.")
    answer(review, Review.State.RETURNED, comment, author=author)


def end(items: Sequence[Any]) -> None:
    """What was asked for these items, by key, needs no answer any more."""
    waiting = Review.objects.filter(item__in=items, state=Review.State.WAITING)
    waiting.update(state=Review.State.ENDED, answered_at=timezone.now())


def last(item: Item) -> Review | None:
    """The question that waits, or the one that was sent back and not asked again."""
    found = Review.objects.filter(item=item).order_by("-pk").first()
    return found if found and found.state in (Review.State.WAITING, Review.State.RETURNED) else None
