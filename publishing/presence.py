"""Who else has the form of an item open. Each page says every few seconds that it is still there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from publishing.authors import Author
from publishing.models import Item, Presence

# How often a page says so, and how long it counts as there after it last did: two may get lost on the way.
EVERY = timedelta(seconds=15)
GONE = EVERY * 3


@dataclass(frozen=True, slots=True)
class Person:
    """is_editing: they have typed something that is not saved yet."""

    name: str
    is_editing: bool


def arrive(user: Any, item: Item, window: str, *, is_editing: bool) -> None:
    """Says that somebody is at the form of an item, and forgets those who left without a word."""
    now = timezone.now()
    Presence.objects.update_or_create(
        user=user, window=window, defaults={"item": item, "is_editing": is_editing, "seen_at": now}
    )
    Presence.objects.filter(seen_at__lt=now - GONE).delete()


def leave(user: Any, window: str) -> None:
    Presence.objects.filter(user=user, window=window).delete()


def others(user: Any, item: Item) -> list[Person]:
    """The other people who are at the form now, by name."""
    found = Presence.objects.filter(item=item, seen_at__gte=timezone.now() - GONE).exclude(user=user)
    return _people(found.select_related("user"))


def _people(found: Iterable[Presence]) -> list[Person]:
    editing: dict[str, bool] = {}
    for presence in found:
        name = Author.of(presence.user).name
        editing[name] = editing.get(name, False) or presence.is_editing
    return [Person(name, editing[name]) for name in sorted(editing)]
