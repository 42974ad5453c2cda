"""Two people changed the same fields: what each wrote, and which of it is to stay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from documents import Choice, Edited, Merge
from documents.words import Segment, compare
from publishing.admin.wording import field_label, value_text
from publishing.models import Item


@dataclass(frozen=True, slots=True)
class Side:
    """One side's version. segments: what it took out of the text before and put into it."""

    text: str
    segments: Sequence[Segment]
    exists: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One field that both sides changed.

    number: its place in the form. base: as it was before; None where there was nothing.
    chosen: "ours", "theirs", "base", "edited" or nothing, so far. is_editable: whether a third text can be typed.
    """

    number: int
    field: str
    label: str
    ours: Side
    theirs: Side
    base: Side | None
    chosen: str
    edited: str
    is_editable: bool


class Settling:
    """The questions of one merge, and the answers as a form sent them.

    seen: the item as the other side saved it. In the merge, ours is what is saved and theirs what was typed here.
    """

    def __init__(self, seen: Item, merge: Merge, posted: Mapping[str, str], labels: Mapping[str, str]):
        self.seen = seen
        self.merge = merge
        answers = _answers(posted)
        self.questions = []
        for number, conflict in enumerate(merge.conflicts):
            chosen, edited = answers.get(conflict.field, ("", value_text(conflict.theirs)))
            if chosen == "base" and conflict.base is None:
                chosen = ""
            self.questions.append(
                Question(
                    number,
                    conflict.field,
                    field_label(conflict.field, labels),
                    _side(conflict.base, conflict.ours),
                    _side(conflict.base, conflict.theirs),
                    _side(conflict.base, conflict.base) if conflict.base is not None else None,
                    chosen,
                    edited,
                    _is_editable(conflict.ours) and _is_editable(conflict.theirs),
                )
            )

    @property
    def is_answered(self) -> bool:
        return all(question.chosen for question in self.questions)

    @property
    def choices(self) -> dict[str, Choice]:
        found: dict[str, Choice] = {}
        for question, conflict in zip(self.questions, self.merge.conflicts, strict=True):
            if question.chosen == "edited":
                found[question.field] = Edited(_typed(question.edited, like=conflict.theirs or conflict.ours))
            else:
                found[question.field] = question.chosen
        return found


def _answers(posted: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    found = {}
    for name, field in posted.items():
        prefix, _, part = name.rpartition("-")
        if part == "field" and prefix.startswith("settle-"):
            chosen = posted.get(prefix, "")
            text = posted.get(f"{prefix}-text", "").replace("\r\n", "\n")
            found[field] = (chosen if chosen in ("ours", "theirs", "base", "edited") else "", text)
    return found


def _side(base: Any, value: Any) -> Side:
    before, after = value_text(base), value_text(value)
    return Side(after, compare(before, after), value is not None)


def _is_editable(value: Any) -> bool:
    return (
        value is None or isinstance(value, str) or (isinstance(value, list) and all(isinstance(x, str) for x in value))
    )


def _typed(text: str, *, like: Any) -> Any:
    if isinstance(like, list):
        return [line for each in text.split("\n") if (line := each.strip())] or None
    return text if text.strip() else None
