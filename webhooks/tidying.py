"""Forgets what was sent long ago."""

from datetime import datetime, timedelta

from webhooks.models import Attempt, Delivery

KEPT = timedelta(days=30)
_SOME = 500


def tidy(now: datetime) -> int:
    """Deliveries that ended long ago, with their attempts, some at a time. How many they were."""
    old = Delivery.objects.exclude(state=Delivery.State.WAITING).filter(finished_at__lt=now - KEPT)
    count = 0
    while keys := list(old.order_by("finished_at").values_list("pk", flat=True)[:_SOME]):
        Attempt.objects.filter(delivery__in=keys).delete()
        # Sent again by hand in this moment it stays, without its old attempts.
        count += Delivery.objects.filter(pk__in=keys).exclude(state=Delivery.State.WAITING).delete()[0]
    return count
