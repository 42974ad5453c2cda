"""Conflicts by name, and the choices that settle them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .errors import DocumentError


class _Absent:
    """What is not there. None cannot say so: a file may hold a null."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()

SIDES = ("base", "ours", "theirs")


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that both sides changed, or that one changed and the other removed.

    field: `title`, `tags`, `externalLinks[https://…].description`, `section:Key Concepts`, `preamble`, ….
    base, ours, theirs: values, or texts of sections; None where there is none.
    """

    field: str
    base: Any
    ours: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class Edited:
    """A choice that is none of the sides: a value, or the text of a section. None removes the field."""

    value: Any


# "base", "ours", "theirs" or Edited(value).
Choice = str | Edited


class Ledger:
    """Collects the conflicts of one merge; where a choice has been made, gives what was chosen.

    forced: fields that are conflicts even though they could be merged, because the result could not be written.
    """

    def __init__(self, choices: Mapping[str, Choice] | None = None) -> None:
        self._choices = choices or {}
        self.resolving = choices is not None
        self.conflicts: dict[str, Conflict] = {}

    def has_choice(self, field: str) -> bool:
        return field in self._choices

    def decide(self, field: str, base: Any, ours: Any, theirs: Any) -> Any:
        """The value chosen for the field; ours, and a conflict, where nothing has been chosen."""
        choice = self._choices.get(field)
        if choice is None:
            self.conflicts[field] = Conflict(field, _shown(base), _shown(ours), _shown(theirs))
            return ours
        if isinstance(choice, Edited):
            return ABSENT if choice.value is None else choice.value
        return {"base": base, "ours": ours, "theirs": theirs}[choice]

    def force(self, field: str, base: Any, ours: Any, theirs: Any, reason: DocumentError) -> None:
        """Makes a conflict of the whole field, because the documents layer refused what was merged.

        Raises:
            DocumentError: the reason itself, where it was choices that led to it.
        """
        if self.resolving:
            raise reason
        for name in [name for name in self.conflicts if name.startswith((f"{field}.", f"{field}["))]:
            del self.conflicts[name]
        self.decide(field, base, ours, theirs)


def check_choices(choices: Mapping[str, Choice], conflicts: list[Conflict]) -> None:
    """Raises DocumentError: merge.unknown-field, merge.undecided, merge.choice."""
    fields = [conflict.field for conflict in conflicts]
    for field, choice in choices.items():
        if field not in fields:
            raise DocumentError(
                "merge.unknown-field", f'There is no conflict in "{field}".', hint=f"Choose for: {', '.join(fields)}."
            )
        if not isinstance(choice, Edited) and choice not in SIDES:
            raise DocumentError(
                "merge.choice",
                f'"{choice}" is no choice for "{field}".',
                hint='Choose "base", "ours", "theirs" or Edited(value).',
            )
    missing = [field for field in fields if field not in choices]
    if missing:
        raise DocumentError("merge.undecided", f"Nothing is chosen for {', '.join(missing)}.", hint="Choose for each.")


def _shown(value: Any) -> Any:
    return None if value is ABSENT else value
