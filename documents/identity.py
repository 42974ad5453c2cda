"""Which items of two lists are the same thing: equal ones, then links by url, then by title."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from .matching import freeze

# What names a map in a list, strongest first.
NAMES = ("url", "title", "slug", "id", "name")


def counterparts(items: Sequence[Any], others: Sequence[Any]) -> list[int | None]:
    """For each item the index of its counterpart among the others. Of several candidates the k-th matches the k-th."""
    keys: list[Callable[[Any], Hashable]] = [freeze]
    if any(isinstance(item, dict) for item in items):
        keys += [_named(name) for name in NAMES]
    return match_by(keys, items, others)


def match_by(
    keys: Sequence[Callable[[Any], Hashable]], items: Sequence[Any], others: Sequence[Any]
) -> list[int | None]:
    """Like `counterparts`, by the first key that two have in common; None is no key."""
    result: list[int | None] = [None] * len(items)
    free = [True] * len(others)
    for key in keys:
        waiting: dict[Hashable, deque[int]] = defaultdict(deque)
        for index, other in enumerate(others):
            if free[index]:
                waiting[key(other)].append(index)
        waiting.pop(None, None)
        for index, item in enumerate(items):
            if result[index] is None and waiting.get(key(item)):
                found = waiting[key(item)].popleft()
                result[index], free[found] = found, False
    return result


def label(item: Any, index: int) -> str:
    """How a field name calls an item of a list."""
    if isinstance(item, dict):
        for name in NAMES:
            if isinstance(item.get(name), str) and item[name]:
                return str(item[name])
        return f"#{index + 1}"
    return str(item)


def _named(name: str) -> Callable[[Any], Hashable]:
    def key(item: Any) -> Hashable:
        value = item.get(name) if isinstance(item, dict) else None
        return freeze(value) if value else None

    return key
