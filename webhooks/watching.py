"""How the webhooks are, for who watches the machine."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from webhooks import managing
from webhooks.models import Delivery, Endpoint, Heartbeat


@dataclass(frozen=True, slots=True)
class Standing:
    # Messages that were made and did not get through yet.
    waiting: int
    # Changes of the feed that the last of those that are on has not come to.
    behind: int
    # Endpoints that were switched off by what came of them.
    off: int
    # When a worker was last seen.
    seen_at: datetime | None


def standing() -> Standing:
    """A few small questions."""
    last = Endpoint.objects.filter(off="").aggregate(last=Min("position"))["last"]
    return Standing(
        waiting=Delivery.objects.filter(state=Delivery.State.WAITING).count(),
        behind=0 if last is None else max(managing.newest() - last, 0),
        off=Endpoint.objects.exclude(off__in=["", Endpoint.Off.BY_HAND]).count(),
        seen_at=Heartbeat.objects.values_list("at", flat=True).first(),
    )
