"""What a message says, made when it is sent."""

from datetime import UTC, datetime
from typing import Any

import orjson

from publishing.models import Change, Published
from webhooks.models import Delivery

TEST = "test"


def body(delivery: Delivery) -> bytes:
    """JSON. Sent again, it says the same, except for `item`: that is null once a later message of the item has it."""
    if delivery.item_id is None:
        data: dict[str, Any] = {"message": "Lemma reaches you."}
        return _dumped(delivery.event, delivery.created_at, data)
    change = Change.objects.select_related("item").get(pk=delivery.position)
    data = {
        "position": change.position,
        "id": str(change.item.uuid),
        "kind": change.kind,
        "action": change.action,
        "slug": change.slug,
        "previousSlug": change.previous_slug or None,
    }
    if delivery.endpoint.with_item:
        # The row is there as long as nothing else was published of the item since.
        payload = Published.objects.filter(pk=change.position).values_list("payload", flat=True).first()
        data["item"] = None if payload is None else orjson.Fragment(bytes(payload))
    return _dumped(delivery.event, change.created_at, data)


def _dumped(event: str, at: datetime, data: dict[str, Any]) -> bytes:
    stamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return orjson.dumps({"type": event, "timestamp": stamp, "data": data})
