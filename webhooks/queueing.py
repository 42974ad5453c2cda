"""From the change feed into deliveries, one step after the other. The feed is the queue; only its head is copied."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q

from publishing.models import Change, FeedCounter
from webhooks import choosing
from webhooks.models import Delivery, Endpoint

_SOME = 100
# So many wait at most before the next ones are made. An endpoint that is down for long costs no more than that.
_BACKLOG = 200


def fill(now: datetime) -> bool:
    """Makes the next deliveries of every endpoint that lags behind the feed. Whether there were changes to look at."""
    counter = FeedCounter.objects.first()
    if counter is None:
        return False
    waiting = Count("deliveries", filter=Q(deliveries__state=Delivery.State.WAITING))
    lagging = Endpoint.objects.filter(off="", position__lt=counter.position).annotate(waiting=waiting)
    # Every one of them gets its turn, so no `any`, which would stop at the first.
    return sum([_step(endpoint, counter.epoch, now) for endpoint in lagging if endpoint.waiting < _BACKLOG]) > 0


def _step(endpoint: Endpoint, epoch: str, now: datetime) -> bool:
    changes = list(
        Change.objects.filter(position__gt=endpoint.position, locale=settings.LEMMA_LOCALE).order_by("position")[:_SOME]
    )
    if not changes:
        return False
    deliveries = [
        Delivery(
            endpoint=endpoint,
            item_id=change.item_id,
            position=change.position,
            message=f"chg_{epoch}_{change.position}",
            event=f"{change.kind}.{change.action}",
            slug=change.slug,
            due_at=now,
            created_at=now,
        )
        for change in choosing.wanted(endpoint, changes)
    ]
    with transaction.atomic():
        # Another worker may have made them, or somebody moved the position or switched it off.
        ours = Endpoint.objects.filter(pk=endpoint.pk, off="", position=endpoint.position)
        if ours.update(position=changes[-1].position):
            Delivery.objects.bulk_create(deliveries)
    return True
