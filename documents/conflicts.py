"""Conflicts by name, and the choices that settle them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .errors import DocumentError
from .plain import plain
from .three import Three


class Absent:
    """What is not there. None cannot say so: a file may hold a null."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that both sides changed, or that one changed and the other removed.

    field: `title`, `extra.colour`, `tags` (its order), `externalLinks[https://…]` (a link as a whole),
        `externalLinks[https://…].description`, `preamble`, `section:Key Concepts` (its text, or whether it is there),
        `section:Notes (2)` (the second of that heading), `heading:Key Concepts`, `sections` (their order, a list of
        such names), `text` (the whole file). No two conflicts of a merge have the same. The same whoever merges.
    base, ours, theirs: values, or texts of sections; None where there is none.
    """

    field: str
    base: Any
    ours: Any
    theirs: Any

    def as_json(self) -> dict[str, Any]:
        """Strings, numbers, lists and maps alone; dates in ISO form."""
        sides = {"base": self.base, "ours": self.ours, "theirs": self.theirs}
        return {"field": self.field, **{side: plain(value) for side, value in sides.items()}}


@dataclass(frozen=True, slots=True)
class Edited:
    """A choice that is none of the sides: a value, or the text of a section. None removes the field."""

    value: Any


# "base", "ours", "theirs" or Edited(value).
Choice = str | Edited


class Ledger:
    """Collects the conflicts of one merge; where a choice has been made, gives what was chosen."""

    def __init__(self, choices: Mapping[str, Choice] | None = None) -> None:
        self._choices = choices or {}
        # With choices, a person waits for just this result: what cannot be written is an error, not one more conflict.
        self.resolving = choices is not None
        self.conflicts: dict[str, Conflict] = {}

    def has_choice(self, field: str) -> bool:
        return field in self._choices

    def decide(self, field: str, three: Three[Any]) -> Any:
        """The value chosen for the field, or ABSENT; ours, and a conflict, where nothing has been chosen."""
        choice = self._choices.get(field)
        if choice is None:
            shown = (None if value is ABSENT else value for value in three)
            self.conflicts[field] = Conflict(field, *shown)
            return three.ours
        if isinstance(choice, Edited):
            return ABSENT if choice.value is None else choice.value
        return getattr(three, choice)

    def force(self, field: str, three: Three[Any], reason: DocumentError) -> None:
        """Makes one conflict of the whole field, because the merged value cannot be written.

        Raises:
            DocumentError: the reason itself, where it was choices that led to it.
        """
        if self.resolving:
            raise reason
        for name in [name for name in self.conflicts if name.startswith((f"{field}.", f"{field}["))]:
            del self.conflicts[name]
        self.decide(field, three)


def check_choices(choices: Mapping[str, Choice], conflicts: list[Conflict]) -> None:
    """Raises DocumentError: merge.unknown-field, merge.choice, merge.undecided."""
    fields = [conflict.field for conflict in conflicts]
    for field, choice in choices.items():
        if field not in fields:
            known = f"Choose for {', '.join(fields)}." if fields else "Nothing is left to choose."
            raise DocumentError("merge.unknown-field", f'There is no conflict in "{field}".', hint=known)
        if not isinstance(choice, Edited) and choice not in Three._fields:
            message = f'"{choice}" is no choice for "{field}".'
            raise DocumentError("merge.choice", message, hint='Choose "base", "ours", "theirs" or Edited(value).')
    missing = [field for field in fields if field not in choices]
    if missing:
        raise DocumentError("merge.undecided", f"Nothing is chosen for {', '.join(missing)}.", hint="Choose for each.")
