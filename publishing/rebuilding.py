"""After an upgrade: what readers get, made anew from the same texts by the new code."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import transaction

from documents import DocumentError, parse
from publishing import bulk, finding, storing
from publishing.models import Item, Published
from publishing.problems import InvalidDocument
from publishing.publish import PAYLOAD_VERSION
from publishing.rows import Publication
from publishing.standing import read


class Batch(NamedTuple):
    """`refused`: (item, why) of texts that the new code does not accept; readers keep what they have."""

    renewed: int
    refused: list[tuple[Item, str]]


def outdated() -> int:
    """How many payloads were made by older code."""
    return Published.objects.exclude(payload_version=PAYLOAD_VERSION).count()


def rebuild(size: int = 200) -> Iterator[Batch]:
    """Renews payloads, ETags and facets in short transactions, while the site serves and editors publish.

    No revision, no line in the feed, no new date: what the items say has not changed.
    """
    last = 0
    while True:
        old = Published.objects.exclude(payload_version=PAYLOAD_VERSION).filter(pk__gt=last).order_by("pk")
        some = list(old.select_related("item", "file")[:size])
        if not some:
            return
        last = some[-1].pk
        yield _renew(some)


def _renew(some: list[Published]) -> Batch:
    records: dict[int, Any] = {}
    refused = []
    for one in some:
        try:
            records[one.pk] = read(one.kind, parse(bytes(one.file.data), one.item.path), one.item.path).record
        except (DocumentError, InvalidDocument) as error:
            refused.append((one.item, str(error)))
    with transaction.atomic():
        # Whoever publishes holds the same lock; what was published in the meantime has another key.
        list(Item.objects.select_for_update().filter(pk__in=[one.item_id for one in some]).order_by("pk"))
        there = set(Published.objects.filter(pk__in=list(records)).values_list("pk", flat=True))
        renewed = [one for one in some if one.pk in there]
        # A position without a line in the feed: lists show other bytes now, and their ETags hang on the position.
        storing.take_positions(1)
        texts = [Publication(one.item, records[one.pk], one.file_id, one.revision) for one in renewed]
        rows = [storing.publication(text, one.pk, one.published_at) for text, one in zip(texts, renewed, strict=True)]
        found = [storing.findable(row, text) for row, text in zip(rows, texts, strict=True)]
        finding.replace([one.pk for one in renewed], found)
        bulk.update(Published, storing.PUBLISHED, rows)
    return Batch(len(renewed), refused)
