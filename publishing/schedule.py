"""What is to be published or unpublished later. `publishing.due` carries it out."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from publishing import standing
from publishing.authors import Author
from publishing.errors import NotAllowed, NotFiled, StaleRevision
from publishing.models import Item, Revision, Schedule


def publish_at(
    item: Item,
    at: datetime,
    *,
    revision: int | None = None,
    author: Any = None,
    set_last_updated: date | None = None,
) -> Schedule:
    """Schedules a revision, by default the newest, to be published. It takes the place of an earlier schedule.

    What is edited afterwards stays unpublished; what the file says by then is merged into the revision.

    Args:
        at: aware.
        set_last_updated: written into the published text.

    Raises:
        StaleRevision: the item was deleted, or has no such revision.
    """
    now = standing.of(item)
    chosen = Revision.objects.filter(item=now.item, number=revision or now.revision).first()
    if chosen is None:
        raise StaleRevision(now.item, revision)
    return _add(
        Schedule(
            item=now.item,
            action=Schedule.Action.PUBLISH,
            at=at,
            revision=chosen,
            filed_id=now.item.filed_id,
            last_updated=set_last_updated,
        ),
        author,
    )


def unpublish_at(item: Item, at: datetime, *, author: Any = None) -> Schedule:
    """Schedules an item to be taken from the readers. It takes the place of an earlier schedule.

    Raises:
        StaleRevision: the item was deleted.
        NotFiled: it was never published, and is not going to be.
    """
    now = standing.of(item)
    waiting = Schedule.objects.filter(item=now.item, state=Schedule.State.WAITING, action=Schedule.Action.PUBLISH)
    if now.filed is None and not waiting.exists():
        raise NotFiled(now.item)
    return _add(Schedule(item=now.item, action=Schedule.Action.UNPUBLISH, at=at, filed_id=now.item.filed_id), author)


def cancel(item: Item, *actions: Schedule.Action) -> int:
    """Calls off what waits, of all actions or of these. Returns how many there were."""
    return cancel_all([item.pk], actions or list(Schedule.Action))


def cancel_all(items: Sequence[Any], actions: Sequence[Schedule.Action]) -> int:
    """The same for many items, by key."""
    waiting = Schedule.objects.filter(item__in=items, state=Schedule.State.WAITING, action__in=actions)
    return waiting.update(state=Schedule.State.CANCELLED, finished_at=timezone.now())


def _add(new: Schedule, author: Any) -> Schedule:
    if not timezone.is_aware(new.at):
        raise NotAllowed("The time has no time zone.")
    new.author_id = Author.of(author).user
    new.created_at = timezone.now()
    with transaction.atomic():
        # The lock on the item keeps two people from scheduling it at the same moment.
        Item.objects.select_for_update().get(pk=new.item_id)
        cancel(new.item, Schedule.Action(new.action))
        new.save()
    return new
