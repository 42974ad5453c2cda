"""A published item, as the writers of formats are given it."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Named(NamedTuple):
    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class Item:
    """`said` is the detail answer. `leads`: by field, what it names and what is published, in the order of its file.
    `coming`: by field, what names it. `day` is its lastUpdated as an ISO date, "" without one.
    """

    kind: str
    slug: str
    title: str
    day: str
    said: dict[str, Any]
    leads: dict[str, list[Named]] = field(default_factory=dict)
    coming: dict[str, list[Named]] = field(default_factory=dict)

    def to(self, name: str) -> list[Named]:
        return self.leads.get(name, [])

    def back(self, name: str) -> list[Named]:
        return self.coming.get(name, [])
