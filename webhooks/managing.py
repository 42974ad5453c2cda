"""What administrators do with webhooks. Nothing here asks the network: the worker does."""

from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from django.db import transaction
from django.utils import timezone

from publishing.models import Change, FeedCounter
from webhooks import signing
from webhooks.bodies import TEST
from webhooks.models import Delivery, Endpoint, Heartbeat

# So long the old secret is good beside a new one.
BOTH = timedelta(days=1)
# A worker that was not seen for so long is none.
_SILENT = timedelta(minutes=2)


def create(endpoint: Endpoint, *, by: Any = None) -> str:
    """Saves a new one, which is told of what happens from now on. Its secret, told this once."""
    endpoint.created_at, endpoint.created_by = timezone.now(), by
    endpoint.position = newest()
    text = _give_secret(endpoint)
    endpoint.save()
    return text


def renew_secret(endpoint: Endpoint) -> str:
    """A new secret, told this once. For a day requests are signed with the old one, too."""
    with transaction.atomic():
        endpoint = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        endpoint.previous_salt, endpoint.previous_until = "", None
        if signing.fingerprint(signing.secret(endpoint.salt)) == endpoint.fingerprint:
            endpoint.previous_salt, endpoint.previous_until = endpoint.salt, timezone.now() + BOTH
        text = _give_secret(endpoint)
        fields = ["salt", "fingerprint", "previous_salt", "previous_until"]
        endpoint.save(update_fields=fields)
    return text


def _give_secret(endpoint: Endpoint) -> str:
    endpoint.salt = signing.new_salt()
    text = signing.secret(endpoint.salt)
    endpoint.fingerprint = signing.fingerprint(text)
    return text


def switch_off(endpoint: Endpoint) -> None:
    """What waits goes on waiting, and what happens meanwhile is told when it is on again."""
    Endpoint.objects.filter(pk=endpoint.pk, off="").update(off=Endpoint.Off.BY_HAND, off_at=timezone.now())


def switch_on(endpoint: Endpoint) -> None:
    """From where it ended, with all patience. One that is on and rests is tried at once."""
    with transaction.atomic():
        Endpoint.objects.filter(pk=endpoint.pk).update(
            off="", off_at=None, failures=0, failing_since=None, rest_until=None
        )
        Delivery.objects.filter(endpoint=endpoint.pk, state=Delivery.State.WAITING).update(
            attempts=0, first_attempt_at=None, due_at=timezone.now()
        )


def replay(endpoint: Endpoint, position: int) -> None:
    """Tells it everything that happened after that position, told already or not. What waits is dropped: it comes again
    if it is later, and is not wanted if it is not.
    """
    with transaction.atomic():
        Endpoint.objects.filter(pk=endpoint.pk).update(position=min(position, newest()))
        Delivery.objects.filter(endpoint=endpoint.pk, state=Delivery.State.WAITING).exclude(item=None).delete()


def position_at(moment: datetime) -> int:
    """Of the last change before that."""
    before = Change.objects.filter(created_at__lt=moment).order_by("-position")
    return before.values_list("position", flat=True).first() or 0


def resend(delivery: Delivery) -> None:
    """Sends it again, under the same name. Nothing happens to one that waits."""
    Delivery.objects.filter(pk=delivery.pk).exclude(state=Delivery.State.WAITING).update(
        state=Delivery.State.WAITING, attempts=0, first_attempt_at=None, finished_at=None, due_at=timezone.now()
    )


def send_test(endpoint: Endpoint) -> Delivery:
    """A message that means nothing, tried once, also while it is off."""
    now = timezone.now()
    return Delivery.objects.create(
        endpoint=endpoint, message=f"test_{token_hex(8)}", event=TEST, due_at=now, created_at=now
    )


def delete(endpoint: Endpoint) -> None:
    """With its deliveries and attempts."""
    with transaction.atomic():
        # The endpoint first, as everybody does who locks both.
        Endpoint.objects.select_for_update().filter(pk=endpoint.pk).first()
        endpoint.delete()


def newest() -> int:
    """The position of the newest change."""
    return FeedCounter.objects.values_list("position", flat=True).first() or 0


def is_nobody_at_work() -> bool:
    """Whether there is somebody to tell, and no worker was seen of late."""
    seen = Heartbeat.objects.filter(at__gt=timezone.now() - _SILENT)
    return Endpoint.objects.filter(off="").exists() and not seen.exists()
