"""Which of the published items are meant: query parameters as conditions over the published row, called p."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.http import QueryDict

from api import parameters
from publishing import names
from publishing.models import Facet, FacetCount

FACETS = Facet._meta.db_table
COUNTS = FacetCount._meta.db_table

_COMMON = ("has", "lacks", "updatedSince", "updatedBefore", "slugIn")
# Parameter to facet; several values separated by commas mean any of them.
_ANY_OF = {
    "entry": {
        "category": "category",
        "difficulty": "difficulty",
        "tagAny": "tag",
        "related": "related",
        "requires": "requires",
        "broader": "broader",
        "book": "book",
        "status": "status",
        "initial": "initial",
    },
    "book": {
        "author": "author",
        "topic": "topic",
        "difficulty": "difficulty",
        "status": "status",
        "initial": "initial",
    },
}
# No item has two values of these, so their counts can be added.
_EXCLUSIVE = frozenset(["category", "difficulty", "initial"])
REPEATABLE = ("tag",)


def allowed(*kinds: str) -> tuple[str, ...]:
    """The parameters for items of these kinds."""
    own = {name: None for kind in kinds for name in _ANY_OF[kind]}
    return (*own, *(REPEATABLE if "entry" in kinds else ()), *_COMMON)


class Choice(NamedTuple):
    """Items that have one of the values, which are in the form of `Facet.value`."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    choices: list[Choice] = field(default_factory=list)
    has: list[str] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)
    since: date | None = None
    before: date | None = None
    slugs: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self != Filter()

    def counted(self) -> tuple[str, tuple[str, ...]] | None:
        """The counts that add up to the number of items, as (facet, values); None if the items have to be counted."""
        if not self:
            return "", ("",)
        parts = len(self.choices) + len(self.has)
        if parts != 1 or self.lacks or self.since or self.before or self.slugs:
            return None
        if self.has:
            return "has", tuple(self.has)
        [choice] = self.choices
        return choice if len(choice.values) == 1 or choice.name in _EXCLUSIVE else None

    def conditions(self, kind: str | None = None, *, but: Choice | None = None) -> tuple[list[str], list[Any]]:
        """SQL and its parameters, without one of the choices. kind: where it is known already."""
        pairs = list(self._conditions(kind, but))
        return [condition for condition, _ in pairs], [value for _, values in pairs for value in values]

    def _conditions(self, kind: str | None, but: Choice | None) -> Iterator[tuple[str, Sequence[Any]]]:
        of_kind, kinds = ("p.kind", ()) if kind is None else ("%s", (kind,))
        for choice in self.choices:
            if choice is not but:
                yield (
                    # The sort key says nothing that the item does not, but leads the index to the one place to look at.
                    f"EXISTS (SELECT 1 FROM {FACETS} f WHERE f.kind = {of_kind} AND f.name = %s "  # noqa: S608
                    f"AND f.value {_among(choice.values)} AND f.sort_key = p.sort_key AND f.item_id = p.item_id)",
                    (*kinds, choice.name, *choice.values),
                )
        position = "strpos" if connection.vendor == "postgresql" else "instr"
        for name in self.has:
            yield f"{position}(p.present, %s) > 0", (f"|{name}|",)
        for name in self.lacks:
            yield f"{position}(p.present, %s) = 0", (f"|{name}|",)
        if self.since:
            yield "p.last_updated >= %s", (self.since.isoformat(),)
        if self.before:
            yield "p.last_updated < %s", (self.before.isoformat(),)
        if self.slugs:
            yield f"p.slug_key {_among(self.slugs)}", self.slugs


def read(query: QueryDict, values: dict[str, str], *kinds: str) -> Filter:
    """query: for what is repeated; values: what `parameters.read` gave.

    Raises:
        ApiError: 400 for a value that cannot be meant. One that only nothing has is answered with nothing.
    """
    facets = {name: facet for kind in kinds for name, facet in _ANY_OF[kind].items()}
    choices = [
        Choice(facet, tuple(dict.fromkeys(names.key(word) for word in parameters.words(values, name))))
        for name, facet in facets.items()
        if name in values
    ]
    if "tag" in values:
        tags = [tag.strip() for tag in query.getlist("tag")]
        if not all(tags):
            raise parameters.invalid("tag", '"tag" has an empty value.', "Leave tag out, or name one.")
        choices += [Choice("tag", (key,)) for key in dict.fromkeys(map(names.key, tags))]
    return Filter(
        choices=choices,
        has=[name.replace("|", "") for name in parameters.words(values, "has")],
        lacks=[name.replace("|", "") for name in parameters.words(values, "lacks")],
        since=parameters.day(values, "updatedSince"),
        before=parameters.day(values, "updatedBefore"),
        slugs=list(dict.fromkeys(map(names.key, parameters.words(values, "slugIn")))),
    )


def _among(values: Sequence[Any]) -> str:
    return "= %s" if len(values) == 1 else f"IN ({', '.join(['%s'] * len(values))})"
