"""Two texts of an item side by side, for people."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from documents import Change, Document, Segment, diff
from publishing.admin.wording import field_label, value_text
from publishing.restoring import NAMES, part_of

_KINDS = {
    "added": (_("Added"), "green"),
    "removed": (_("Taken out"), "red"),
    "changed": (_("Changed"), "amber"),
    "moved": (_("Moved"), "grey"),
    "formatted": (_("Written differently, with the same meaning"), "grey"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One difference. segments: both texts in one; before, after: the same on two sides."""

    label: str
    kind: Any
    tone: str
    segments: Sequence[Segment]

    @property
    def before(self) -> list[Segment]:
        return [segment for segment in self.segments if segment.kind != "insert"]

    @property
    def after(self) -> list[Segment]:
        return [segment for segment in self.segments if segment.kind != "delete"]


@dataclass(slots=True)
class Part:
    """The differences in one key or section. can_return: whether it can be taken back by itself."""

    name: str
    label: str
    rows: list[Row] = field(default_factory=list)
    can_return: bool = False


def compare(old: Document, new: Document, labels: Mapping[str, str]) -> list[Part]:
    """What was done to `old` to make `new`, by keys and sections, in their order."""
    return by_part(diff(old, new), labels)


def by_part(changes: Iterable[Change], labels: Mapping[str, str]) -> list[Part]:
    parts: dict[str, Part] = {}
    for change in changes:
        name = change.field if change.of == "property" else part_of(change.field)
        part = parts.setdefault(name, Part(name, field_label(name, labels)))
        kind, tone = _KINDS[change.kind]
        part.rows.append(Row(field_label(change.field, labels), kind, tone, _segments(change)))
        is_content = change.of != "property" and change.kind not in ("moved", "formatted")
        part.can_return = part.can_return or (is_content and name not in NAMES)
    return list(parts.values())


def shortened(parts: Iterable[Part], around: int = 80) -> list[Part]:
    """The same with so many characters of what stays before and after each change."""
    return [
        replace(part, rows=[replace(row, segments=_short(row.segments, around)) for row in part.rows]) for part in parts
    ]


def _short(segments: Sequence[Segment], around: int) -> list[Segment]:
    result = []
    for index, segment in enumerate(segments):
        text = segment.text
        head = text[:around] if index > 0 else ""
        tail = text[-around:] if index < len(segments) - 1 else ""
        if segment.kind == "equal" and len(text) > len(head) + len(tail) + 3 and (head or tail):
            segment = Segment("equal", f"{head} … {tail}")
        result.append(segment)
    return result


def _segments(change: Change) -> Sequence[Segment]:
    if change.segments and not _are_names(change):
        return change.segments
    before, after = value_text(change.before), value_text(change.after)
    if before == after:
        return [Segment("equal", before)] if before else []
    pair = [Segment("delete", before), Segment("equal", " " if before and after else ""), Segment("insert", after)]
    return [segment for segment in pair if segment.text]


def _are_names(change: Change) -> bool:
    """Slugs, tags and the like: each is one word to people, whatever it is made of."""
    return all(isinstance(text, str) and text and not re.search(r"\s", text) for text in (change.before, change.after))
