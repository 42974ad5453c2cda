"""What the database of a Lemma holds, as JSON. Which one the environment says: `python -m tests.chaos.looking`."""

import json
import sys
from hashlib import sha256


def main() -> None:
    import django

    django.setup()
    from publishing.models import Change, Conflict, FeedCounter, Item, Published, Revision
    from tests.sync import agreement

    revisions: dict[int, list[str]] = {}
    for key, data in Revision.objects.values_list("item", "document__data"):
        revisions.setdefault(key, []).append(bytes(data).decode())
    conflicts: dict[int, list[str]] = {}
    for conflict in Conflict.objects.filter(resolved_at=None).select_related("base", "ours", "theirs"):
        sides = [conflict.ours, conflict.theirs]
        conflicts.setdefault(conflict.item_id, []).extend(bytes(side.data).decode() for side in sides if side)
    published: dict[int, tuple[int | None, str | None]] = {
        key: (position, bytes(data).decode())
        for key, position, data in Published.objects.values_list("item", "id", "file__data")
    }
    items = []
    for item in Item.objects.select_related("working", "filed"):
        position, shown = published.get(item.pk, (None, None))
        items.append(
            {
                "slug": item.slug,
                "uuid": str(item.uuid),
                "is_deleted": item.deleted_at is not None,
                "working": bytes(item.working.data).decode(),
                "filed": bytes(item.filed.data).decode() if item.filed else None,
                "published": shown,
                "position": position,
                "revisions": revisions.get(item.pk, []),
                "conflicts": conflicts.get(item.pk, []),
            }
        )
    changes = Change.objects.order_by("position").values_list("position", "item__uuid", "action", "slug")
    unsound = []
    try:
        agreement.assert_sound()
    except AssertionError as error:
        unsound.append(str(error))
    counter = FeedCounter.objects.first()
    json.dump(
        {
            "items": items,
            "changes": [[position, str(uuid), action, slug] for position, uuid, action, slug in changes],
            "counter": counter.position if counter else 0,
            "unsound": unsound,
            # All that a sync could change, in a few letters.
            "state": sha256(repr(agreement.state()).encode()).hexdigest(),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
