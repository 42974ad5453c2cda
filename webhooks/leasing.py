"""Who sends what. A delivery is leased, and not locked, while it is sent: a worker that dies holds nothing for long."""

from datetime import datetime, timedelta
from secrets import token_hex

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from webhooks.models import Delivery

# Longer than any attempt takes; see `sending.TIMEOUTS`.
LEASE = timedelta(seconds=90)
# So many at once for one endpoint, so that a slow one does not keep all hands busy.
_AT_ONCE = 3


def take(now: datetime) -> Delivery | None:
    """The next delivery that is due, ours until its lease ends; None if nothing is.

    In order for each item of an endpoint: one that waits holds up the later ones. An endpoint that fails gets one
    request at a time. On PostgreSQL workers pass over each other's rows; on SQLite one takes after the other.
    """
    waiting = Delivery.objects.filter(endpoint=OuterRef("endpoint"), state=Delivery.State.WAITING)
    earlier = waiting.filter(item=OuterRef("item"), pk__lt=OuterRef("pk"))
    under_way = waiting.filter(leased_until__gt=now).order_by("pk")
    is_free = Q(leased_until=None) | Q(leased_until__lte=now)
    is_test = Q(item=None)
    is_well = Q(endpoint__failures=0) | ~Exists(under_way)
    may_be_asked = Q(endpoint__off="") & (Q(endpoint__rest_until=None) | Q(endpoint__rest_until__lte=now)) & is_well
    due = (
        Delivery.objects.filter(is_free, is_test | may_be_asked, state=Delivery.State.WAITING, due_at__lte=now)
        .exclude(Exists(earlier))
        .exclude(Exists(under_way[_AT_ONCE - 1 : _AT_ONCE]))
        .order_by("due_at", "pk")
    )
    if not due.exists():
        # Without a transaction, which on SQLite would keep writers waiting, again and again for nothing.
        return None
    with transaction.atomic():
        delivery = due.select_for_update(skip_locked=True, of=("self",)).select_related("endpoint").first()
        if delivery is None:
            return None
        delivery.lease, delivery.leased_until = token_hex(16), now + LEASE
        delivery.save(update_fields=["lease", "leased_until"])
    return delivery
