"""The one way into the audit log."""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from publishing.auditing.models import Event

_log = logging.getLogger("lemma.audit")
# As often as this one looks whether something is old enough to go.
_EVERY = 100


def record(
    action: Event.Action, *, by: Any = None, target: object = "", detail: str = "", request: HttpRequest | None = None
) -> None:
    """
    Args:
        by: the account that did it; None for a command, or for somebody without one.
        target: what it was done to, as people call it.
        request: where it came from.
    """
    known = by is not None and by.is_authenticated
    event = Event.objects.create(
        at=timezone.now(),
        action=action,
        actor_id=by.pk if known else None,
        actor_name=by.get_username()[:300] if known else "",
        target=str(target)[:300],
        detail=detail,
        address=str(request.META.get("REMOTE_ADDR", ""))[:45] if request else "",
    )
    # Also where whoever can write to the database cannot change it.
    _log.info(
        "%s: %s %s", event.actor_name or "–", event.action, event.target,
        extra={"actor": event.actor_name, "action": event.action, "target": event.target, "detail": event.detail,
               "client": event.address},
    )  # fmt: skip
    if event.pk % _EVERY == 0:
        Event.objects.filter(at__lt=event.at - timedelta(days=settings.LEMMA_AUDIT_DAYS)).delete()
