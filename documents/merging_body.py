"""The body, merged section by section."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from .conflicts import ABSENT, Ledger
from .errors import DocumentError
from .identity import match_by
from .merging_text import merge_lines, merge_prose
from .ordering import merged_order, moves_clash
from .parts import Parts, Section
from .sections import Sections
from .text import to_lf

# Above so many changed sections it is not found out which of them cannot be written.
_MOST_TRIALS = 30
_ORDER = "sections"
_PREAMBLE = "preamble"


@dataclass(slots=True)
class Body:
    """text: without its last line end, "\\n" between lines. expected: headings and texts, the preamble first."""

    text: str
    expected: list[tuple[str, str]]


@dataclass(slots=True)
class _Side:
    """One document's sections by identity, in its order."""

    parts: Parts | None
    ids: list[Hashable]
    sections: dict[Hashable, Section]


def merge_body(base: Parts | None, ours: Parts, theirs: Parts, ledger: Ledger) -> Body:
    """The merged body. What cannot be written without disturbing its neighbours becomes a conflict."""
    merge = _Merge(base, ours, theirs, ledger)
    body = merge.attempt(frozenset())
    if _reads_as_expected(body):
        return body
    if ledger.resolving:
        raise _refusal()
    forced = frozenset(field for field in merge.changed if not _reads_as_expected(merge.alone(field)))
    body = merge.attempt(forced)
    if _reads_as_expected(body):
        return body
    merge.attempt(frozenset(merge.changed))
    return merge.ours()


def _reads_as_expected(body: Body) -> bool:
    try:
        read = Sections(body.text, "\n")
    except DocumentError:
        return False
    return [("", read.preamble), *zip(read, read.texts(), strict=True)] == body.expected


def _refusal() -> DocumentError:
    return DocumentError(
        "section.text",
        "The text would open a section of its own or run into the next one.",
        hint="Close code fences and HTML blocks, and write headings of the second level or below.",
    )


class _Merge:
    def __init__(self, base: Parts | None, ours: Parts, theirs: Parts, ledger: Ledger) -> None:
        self._ledger = ledger
        self._base, self._ours, self._theirs = _identified(base, ours, theirs)
        self._names = _names(self._base, self._ours, self._theirs)
        # Fields in which the last attempt took something of theirs.
        self.changed: list[str] = []

    def attempt(self, forced: frozenset[str]) -> Body:
        """forced: fields that become conflicts if theirs changed them."""
        for field in [_ORDER, _PREAMBLE, *self._names.values()]:
            self._ledger.conflicts.pop(field, None)
            self._ledger.conflicts.pop(f"{field}.heading", None)
        self.changed = []
        return self._build(lambda field: field not in forced, self._ledger)

    def alone(self, field: str) -> Body:
        """Ours with theirs' change of one field."""
        if len(self.changed) > _MOST_TRIALS:
            return Body("", [("", "never")])
        changed = self.changed
        body = self._build(lambda each: each == field, Ledger())
        self.changed = changed
        return body

    def ours(self) -> Body:
        """Our own body as it stands."""
        parts = self._ours.parts
        assert parts is not None
        text = parts.body
        return Body(text, [("", parts.preamble), *((section.heading, section.text) for section in parts.sections)])

    def _build(self, allows: Any, ledger: Ledger) -> Body:
        preamble = self._text(
            _PREAMBLE, *(_preamble(side) for side in (self._base, self._ours, self._theirs)), allows, ledger
        )
        merged: dict[Hashable, Section] = {}
        for each, name in self._names.items():
            section = self._section(each, name, allows, ledger)
            if section is not None:
                merged[each] = section
        order = self._order(merged, allows, ledger)
        return self._written("" if preamble is ABSENT else preamble, [merged[each] for each in order])

    def _text(self, field: str, base: Any, ours: Any, theirs: Any, allows: Any, ledger: Ledger) -> Any:
        """A text, or ABSENT."""
        if ledger.has_choice(field):
            chosen = ledger.decide(field, base, ours, theirs)
            return chosen if chosen is ABSENT else _clean(chosen)
        merged = _merged_text(base, ours, theirs)
        if merged is None:
            return ledger.decide(field, base, ours, theirs)
        if merged != ours:
            self.changed.append(field)
            if not allows(field):
                return ledger.decide(field, base, ours, theirs)
        return merged

    def _section(self, each: Hashable, name: str, allows: Any, ledger: Ledger) -> Section | None:
        base, ours, theirs = (side.sections.get(each) for side in (self._base, self._ours, self._theirs))
        text = self._text(
            name, *(ABSENT if side is None else side.text for side in (base, ours, theirs)), allows, ledger
        )
        if text is ABSENT:
            return None
        known = [side for side in (ours, theirs, base) if side is not None]
        ours, theirs = ours or known[0], theirs or known[0]
        base = base or theirs
        heading, head = ours.heading, _pick(base.head, ours.head, theirs.head)
        if base.heading != ours.heading != theirs.heading != base.heading:
            heading = ledger.decide(f"{name}.heading", base.heading, ours.heading, theirs.heading)
            head = next((side.head for side in known if side.heading == heading), f"# {heading}")
        else:
            heading = _pick(base.heading, ours.heading, theirs.heading)
            if heading != next(side.heading for side in known if side.head == head):
                head = next(side.head for side in known if side.heading == heading)
        return Section(
            heading,
            head,
            _pick(base.gap, ours.gap, theirs.gap) if text else "",
            text,
            _pick_known(base.tail, ours.tail, theirs.tail),
        )

    def _order(self, merged: dict[Hashable, Section], allows: Any, ledger: Ledger) -> list[Hashable]:
        orders = [side.ids for side in (self._base, self._ours, self._theirs)]
        in_order = merged_order(*orders, merged.keys())
        named = [[self._names[each] for each in ids] for ids in orders]
        if ledger.has_choice(_ORDER):
            wanted = ledger.decide(_ORDER, *named)
            places = {name: index for index, name in enumerate(wanted)}
            chosen = [each for each in self._names if self._names[each] in places]
            chosen.sort(key=lambda each: places[self._names[each]])
            return merged_order((), chosen, in_order, merged.keys())
        if moves_clash(*orders):
            ledger.decide(_ORDER, *named)
        ours_kept = [each for each in orders[1] if each in merged]
        if [each for each in in_order if each in set(ours_kept)] != ours_kept:
            self.changed.append(_ORDER)
            if not allows(_ORDER):
                ledger.decide(_ORDER, *named)
                return merged_order((), orders[1], in_order, merged.keys())
        return in_order

    def _written(self, preamble: str, sections: list[Section]) -> Body:
        sides = [side.parts for side in (self._base, self._ours, self._theirs) if side.parts is not None]
        base, ours, theirs = (side.parts for side in (self._base, self._ours, self._theirs))
        assert ours is not None
        assert theirs is not None
        expected = [("", preamble), *((section.heading, section.text) for section in sections)]
        if not preamble and not sections:
            return Body(
                _pick_known(base and base.lead, ours.lead, theirs.lead) or "" if ours.lead == "" else "", expected
            )
        lead = _pick_known(base.lead if base else None, ours.lead, theirs.lead)
        gap, tail = _usual(sides)
        text = lead if lead is not None else "\n"
        if preamble:
            own = _pick_known(base.preamble_tail if base else None, ours.preamble_tail, theirs.preamble_tail)
            text += preamble + ((own or tail) if sections else "")
        for number, section in enumerate(sections):
            text += section.head
            if section.text:
                text += (section.gap or gap) + section.text
            if number < len(sections) - 1:
                text += section.tail if section.tail is not None else tail
        return Body(text, expected)


def _merged_text(base: Any, ours: Any, theirs: Any) -> Any:
    """The merged text, ABSENT, or None for a conflict."""
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    if ours is ABSENT or theirs is ABSENT:
        return None
    merged = _merged_items("" if base is ABSENT else base, ours, theirs)
    if merged is not None or base is ABSENT or base == "":
        return merged
    return merge_prose(base, ours, theirs)


def _merged_items(base: str, ours: str, theirs: str) -> str | None:
    """Flat lists merged as ordered sets of items; None where one of the three is none."""
    items = [_items(text) for text in (base, ours, theirs)]
    if any(found is None for found in items):
        return None
    old, mine, other = (found or [] for found in items)
    ids = [_occurrences(found) for found in (old, mine, other)]
    if moves_clash(*ids):
        return None
    # A plain item has no value but its text, so what one removed and the other changed is the other's new item.
    removed = set(ids[0]) - (set(ids[1]) & set(ids[2]))
    kept = (set(ids[1]) | set(ids[2])) - removed
    wanted = [name for name, _ in merged_order(*ids, kept)]
    merged = merge_lines(base, ours, theirs, keep_both=True)
    if merged is not None and _items(merged) == wanted:
        return merged
    # Whoever left the items as they were has changed only how they are written.
    carrier = theirs if other == old else ours
    holder = Sections("# x\n" + carrier + "\n", "\n")
    try:
        holder.set_items(0, wanted)
    except DocumentError:
        return None
    return holder[0]


def _items(text: str) -> list[str] | None:
    if not text:
        return []
    return Sections("# x\n" + text + "\n", "\n").items_of(0)


def _occurrences(items: list[str]) -> list[tuple[str, int]]:
    seen: dict[str, int] = {}
    result = []
    for item in items:
        seen[item] = seen.get(item, 0) + 1
        result.append((item, seen[item]))
    return result


def _identified(base: Parts | None, ours: Parts, theirs: Parts) -> tuple[_Side, _Side, _Side]:
    old = base.sections if base else []
    base_ids: list[Hashable] = [("base", index) for index in range(len(old))]
    sides = []
    for name, sections in (("ours", ours.sections), ("theirs", theirs.sections)):
        keys = [
            _heading_and_text,
            _heading,
            lambda section: section.heading.casefold(),
            lambda section: section.text or None,
        ]
        found = match_by(keys, sections, old)
        sides.append([(name, index) if at is None else base_ids[at] for index, at in enumerate(found)])
    ours_ids, theirs_ids = sides
    new_ours = [index for index, each in enumerate(ours_ids) if each[0] == "ours"]
    new_theirs = [index for index, each in enumerate(theirs_ids) if each[0] == "theirs"]
    paired = match_by(
        [_heading_and_text, _heading],
        [theirs.sections[index] for index in new_theirs],
        [ours.sections[index] for index in new_ours],
    )
    for index, at in zip(new_theirs, paired, strict=True):
        if at is not None:
            theirs_ids[index] = ours_ids[new_ours[at]]
    return (
        _Side(base, base_ids, dict(zip(base_ids, old, strict=True))),
        _Side(ours, list(ours_ids), dict(zip(ours_ids, ours.sections, strict=True))),
        _Side(theirs, list(theirs_ids), dict(zip(theirs_ids, theirs.sections, strict=True))),
    )


def _heading_and_text(section: Section) -> Hashable:
    return section.heading, section.text


def _heading(section: Section) -> Hashable:
    return (section.heading,)


def _names(*sides: _Side) -> dict[Hashable, str]:
    """What fields the sections are; the second of a heading is `section:Notes (2)`."""
    result: dict[Hashable, str] = {}
    counts: dict[str, int] = {}
    taken: set[str] = set()
    for side in sides:
        for each in side.ids:
            if each in result:
                continue
            heading = name = f"section:{side.sections[each].heading}"
            while name in taken:
                counts[heading] = counts.get(heading, 1) + 1
                name = f"{heading} ({counts[heading]})"
            taken.add(name)
            result[each] = name
    return result


def _preamble(side: _Side) -> Any:
    return ABSENT if side.parts is None else side.parts.preamble or ABSENT


def _usual(sides: Iterable[Parts]) -> tuple[str, str]:
    """The commonest gap below a heading and tail of a section; the seed's where there is none."""
    gaps: dict[str, int] = {}
    tails: dict[str, int] = {}
    for side in sides:
        for section in side.sections:
            if section.gap:
                gaps[section.gap] = gaps.get(section.gap, 0) + 1
            if section.tail is not None and section.text:
                tails[section.tail] = tails.get(section.tail, 0) + 1
    return max(gaps, key=lambda gap: gaps[gap], default="\n"), max(tails, key=lambda tail: tails[tail], default="\n\n")


def _pick(base: str, ours: str, theirs: str) -> str:
    """Three ways for what is no content: ours where both changed it."""
    return theirs if ours == base else ours


def _pick_known(base: str | None, ours: str | None, theirs: str | None) -> str | None:
    """The same where a side may have nothing to say."""
    if ours is None or theirs is None or base is None:
        return next((each for each in (ours, theirs, base) if each is not None), None)
    return _pick(base, ours, theirs)


def _clean(text: str) -> str:
    rows = to_lf(str(text)).split("\n")
    while rows and not rows[0].strip(" \t"):
        del rows[0]
    while rows and not rows[-1].strip(" \t"):
        del rows[-1]
    return "\n".join(rows)
