"""Findings that are to stay: who said so, when and why."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone

from glossary.health.models import Dismissal, Finding
from publishing.authors import Author
from publishing.models import Item

_SOME = 500


class Dismissed:
    """What is dismissed in these items."""

    def __init__(self, items: Collection[int]):
        self._values: dict[tuple[int, str], set[str]] = {}
        wanted = list(items)
        for start in range(0, len(wanted), _SOME):
            rows = Dismissal.objects.filter(item__in=wanted[start : start + _SOME], lifted_at=None)
            for item, code, value in rows.order_by().values_list("item", "code", "value"):
                self._values.setdefault((item, code), set()).add(value)

    def covers(self, item: int, code: str, value: str) -> bool:
        values = self._values.get((item, code), ())
        return "" in values or value in values


@transaction.atomic
def dismiss(item: Item, code: str, value: str, reason: str, *, author: Any) -> Dismissal:
    """From now on such findings do not count. value: "" for all of the code in this item.

    Raises:
        ValueError: there is no reason.
    """
    if not reason.strip():
        raise ValueError("Say why it is to stay.")
    who = Author.of(author)
    row = Dismissal(item=item, code=code, value=value, reason=reason.strip()[:500], created_at=timezone.now())
    row.author_id, row.author_name = who.user, who.name
    row.save()
    _mark_again(row.item_id, code)
    return row


@transaction.atomic
def lift(dismissal: Dismissal, *, author: Any) -> None:
    """They count again. Who dismissed them, and why, stays on record."""
    dismissal.lifted_at, dismissal.lifted_by_name = timezone.now(), Author.of(author).name
    dismissal.save()
    _mark_again(dismissal.item_id, dismissal.code)


def _mark_again(item: int, code: str) -> None:
    dismissed = Dismissed([item])
    for row in Finding.objects.filter(item=item, code=code):
        row.is_dismissed = dismissed.covers(item, code, row.value)
        row.save(update_fields=["is_dismissed"])
