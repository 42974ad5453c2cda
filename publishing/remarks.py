"""What other apps have to say about an item, for its form to show beside the fields."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from publishing.models import Item


@dataclass(frozen=True, slots=True)
class Remark:
    """field: a front-matter key or the heading of a section. tone: as badges have it. address: where a POST does what
    the diff shows; both empty where only a person can mend it.
    """

    code: str
    tone: str
    field: str
    message: str
    hint: str
    address: str = ""
    diff: str = ""


Source = Callable[[Item], list[Remark]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Called in `AppConfig.ready()`."""
    _sources.append(source)


def of(item: Item) -> list[Remark]:
    return [remark for source in _sources for remark in source(item)]


def by_field(found: list[Remark], fields: Any) -> dict[str, list[Remark]]:
    """By the field beside which each is shown; under "" what has none of these."""
    placed: dict[str, list[Remark]] = {}
    for remark in found:
        placed.setdefault(remark.field if remark.field in fields else "", []).append(remark)
    return placed
