"""Views of lists that people keep for themselves."""

from typing import Any

from django.http import QueryDict

from publishing.errors import NotAllowed
from publishing.models import SavedView

MOST = 30
_LONGEST = 1000
# What belongs to one visit and not to a view.
_PASSING = {"p", "_changelist_filters", "e"}


def normal(query: str) -> str:
    """A query in one order and without the page, so that two that mean the same are the same."""
    pairs = [
        (name, value) for name, values in QueryDict(query).lists() for value in values if value and name not in _PASSING
    ]
    found = QueryDict(mutable=True)
    for name, value in sorted(pairs):
        found.appendlist(name, value)
    return found.urlencode()


def of(owner: Any, kind: str) -> list[SavedView]:
    return list(SavedView.objects.filter(owner=owner, kind=kind))


def keep(owner: Any, kind: str, name: str, query: str) -> SavedView:
    """Under a name that is used already it takes that one's place.

    Raises:
        NotAllowed: there is no name, no query, or too much of either.
    """
    name, query = " ".join(name.split())[:60], normal(query)
    if not name:
        raise NotAllowed("Give the view a name.")
    if not query or len(query) > _LONGEST:
        raise NotAllowed("Choose a filter or search for something first.")
    others = SavedView.objects.filter(owner=owner, kind=kind).exclude(name=name)
    if others.count() >= MOST:
        raise NotAllowed(f"You have {MOST} views already. Forget one first.")
    view, _ = SavedView.objects.update_or_create(owner=owner, kind=kind, name=name, defaults={"query": query})
    return view


def forget(owner: Any, key: int) -> None:
    """One of one's own; another one's stays."""
    SavedView.objects.filter(owner=owner, pk=key).delete()
