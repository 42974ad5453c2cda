"""Writes down what came of an attempt, in one short transaction."""

import random
from datetime import datetime

from django.db import transaction
from django.db.models import Min

from webhooks.deciding import Chance, Decision, decide
from webhooks.models import Delivery, Endpoint
from webhooks.sending import Sent


def record(sent: Sent, now: datetime, chance: Chance = random.random) -> None:
    """The attempt in any case; what follows from it unless somebody else has taken the delivery over meanwhile."""
    ours = sent.attempt.delivery
    with transaction.atomic():
        # The endpoint first, as everybody does who locks both.
        endpoint = Endpoint.objects.select_for_update().filter(pk=ours.endpoint_id).first()
        if endpoint is None:
            # Somebody deleted it, and its deliveries with it.
            return
        delivery = Delivery.objects.select_for_update().filter(pk=ours.pk).first()
        if delivery is None:
            return
        sent.attempt.delivery = delivery
        sent.attempt.save()
        if delivery.lease != ours.lease:
            return
        decision = decide(delivery, endpoint, _tried_since(endpoint), sent.came, now, chance)
        _to_delivery(delivery, decision, sent, now)
        if delivery.item_id is not None:
            _to_endpoint(endpoint, decision, sent, now)


def give_back(delivery: Delivery, reason: str, now: datetime) -> None:
    """It could not even be tried: the endpoint is switched off, and it waits. A test has failed."""
    with transaction.atomic():
        Endpoint.objects.filter(pk=delivery.endpoint_id, off="").update(off=reason, off_at=now)
        ours = Delivery.objects.filter(pk=delivery.pk, lease=delivery.lease)
        if delivery.item_id is None:
            ours.update(state=Delivery.State.FAILED, reason=reason, lease="", leased_until=None, finished_at=now)
        else:
            ours.update(reason=reason, lease="", leased_until=None)


def _tried_since(endpoint: Endpoint) -> datetime | None:
    """Since when the one that waits longest is tried. It is asked for only where it may matter."""
    if endpoint.failing_since is None:
        return None
    waiting = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING).exclude(item=None)
    first: datetime | None = waiting.aggregate(first=Min("first_attempt_at"))["first"]
    return first


def _to_delivery(delivery: Delivery, decision: Decision, sent: Sent, now: datetime) -> None:
    delivery.state = decision.state
    delivery.attempts += 1
    delivery.first_attempt_at = delivery.first_attempt_at or sent.attempt.at
    delivery.due_at = decision.due_at or delivery.due_at
    delivery.lease, delivery.leased_until = "", None
    delivery.status, delivery.reason = sent.came.status, sent.came.reason
    delivery.finished_at = None if decision.state == Delivery.State.WAITING else now
    delivery.save()


def _to_endpoint(endpoint: Endpoint, decision: Decision, sent: Sent, now: datetime) -> None:
    if sent.came.reason:
        endpoint.failures += 1
        endpoint.failing_since = endpoint.failing_since or sent.attempt.at
        endpoint.rest_until = decision.rest_until
        if decision.off and not endpoint.off:
            endpoint.off, endpoint.off_at = decision.off, now
    else:
        endpoint.failures, endpoint.failing_since, endpoint.rest_until = 0, None, None
        endpoint.delivered_at = now
    fields = ["failures", "failing_since", "rest_until", "off", "off_at", "delivered_at"]
    endpoint.save(update_fields=fields)
