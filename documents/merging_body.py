"""The body, merged section by section."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from .conflicts import ABSENT, Ledger
from .errors import DocumentError
from .identity import identities, new_sections, sections
from .merging_text import merge_lines, merge_prose, same_blocks
from .naming import ORDER, PREAMBLE, Id, heading_of, section_names
from .ordering import merged_order, moves_clash
from .parts import Parts, Section
from .sections import Sections, flat_items
from .text import to_lf
from .three import Three, pick, pick_known

# With more changed sections it is not found out which of them cannot be written.
_MOST_TRIALS = 30


@dataclass(slots=True)
class Body:
    """text: without its last line end. expected: how it must read, ("", preamble) and pairs of heading and text."""

    text: str
    expected: list[tuple[str, str]]

    def reads_as_expected(self) -> bool:
        return self.is_read_in(Sections(self.text, "\n"))

    def is_read_in(self, sections: Sections) -> bool:
        found = [("", sections.preamble), *zip(sections, sections.texts(), strict=True)]
        return found == self.expected


def merge_body(three: Three[Parts | None], ledger: Ledger) -> Body | None:
    """The merged body. What cannot be written without disturbing its neighbours becomes a conflict.

    Returns:
        None where no body can be written that keeps apart what both sides changed.

    Raises:
        DocumentError: section.text for choices that cannot be written.
    """
    merge = _Merge(three)
    if ledger.resolving:
        chosen = merge.attempt(ledger)
        if chosen.reads_as_expected():
            return chosen
        raise DocumentError(
            "section.text",
            "The text would open a section of its own or run into the next one.",
            hint="Close code fences and HTML blocks, and write headings of the second level or below.",
        )
    # Seen from both sides, so that the same fields conflict whoever merges.
    other = _Merge(Three(three.base, three.theirs, three.ours))
    body, opposite = merge.sound(ledger), other.sound(Ledger())
    if body and opposite:
        return body
    changed = {*merge.changed, *other.changed}
    if len(changed) <= _MOST_TRIALS:
        harmful = {*merge.harmful(merge.changed), *other.harmful(other.changed)}
        for forced in (harmful, changed):
            body, opposite = merge.sound(ledger, forced), other.sound(Ledger(), forced)
            if body and opposite:
                return body
    return None


class _Merge:
    def __init__(self, three: Three[Parts | None]) -> None:
        assert three.ours is not None
        self._parts = three
        lists = three.map(lambda parts: parts.sections if parts else [])
        self._ids = identities(lists, sections, new_sections)
        self._names = section_names(list(zip(self._ids, lists, strict=True)))
        self._sections = Three(
            *(dict(zip(ids, found, strict=True)) for ids, found in zip(self._ids, lists, strict=True))
        )
        headings = (heading_of(name) for name in self._names.values())
        self._fields = [PREAMBLE, *self._names.values(), *headings, ORDER]
        self._texts: dict[str, Any] = {}
        # Fields in which the last attempt took something of theirs.
        self.changed: list[str] = []

    def attempt(self, ledger: Ledger, forced: Collection[str] = (), only: str | None = None) -> Body:
        """The body, and its conflicts in the ledger; those of an earlier attempt are forgotten.

        forced: fields that are conflicts even if they can be merged. only: the one field that takes theirs' change.
        """
        for field in self._fields:
            ledger.conflicts.pop(field, None)
        self.changed = []
        self._ledger, self._forced, self._only = ledger, forced, only
        preamble = self._text(PREAMBLE, self._parts.map(lambda parts: (parts and parts.preamble) or ABSENT))
        merged: dict[Id, Section] = {}
        for each, name in self._names.items():
            section = self._section(name, Three(*(side.get(each) for side in self._sections)))
            if section is not None:
                merged[each] = section
        order = self._order(merged)
        return self._written("" if preamble is ABSENT else preamble, [merged[each] for each in order])

    def sound(self, ledger: Ledger, forced: Collection[str] = ()) -> Body | None:
        """The body if it can be written, and also if all its conflicts are settled as theirs."""
        body = self.attempt(ledger, forced)
        if not body.reads_as_expected():
            return None
        conflicts = [field for field in self._fields if field in ledger.conflicts]
        changed = self.changed
        sound = not conflicts or self.attempt(Ledger(dict.fromkeys(conflicts, "theirs"))).reads_as_expected()
        self.changed = changed
        return body if sound else None

    def harmful(self, fields: list[str]) -> set[str]:
        """Those of the changed fields that cannot be written even if nothing else of theirs is taken."""
        return {field for field in fields if not self.attempt(Ledger(), only=field).reads_as_expected()}

    def _settled(self, field: str, three: Three[Any], merged: Any) -> Any:
        """What a field that can be merged becomes, in this attempt."""
        if field in self._forced and not three.base == three.ours == three.theirs:
            return self._ledger.decide(field, three)
        if merged == three.ours:
            return merged
        self.changed.append(field)
        return merged if self._only in (None, field) else three.ours

    def _text(self, field: str, three: Three[Any], clash: bool = False) -> Any:
        """The merged text, or ABSENT. clash: that it is a conflict even if the texts can be merged."""
        if self._ledger.has_choice(field):
            chosen = self._ledger.decide(field, three)
            return chosen if chosen is ABSENT else _clean(str(chosen))
        if field not in self._texts:
            self._texts[field] = merge_text(three)
        merged = self._texts[field]
        if merged is None or clash:
            return self._ledger.decide(field, three)
        return self._settled(field, three, merged)

    def _section(self, name: str, three: Three[Section | None]) -> Section | None:
        headings = three.map(lambda side: ABSENT if side is None else side.heading)
        texts = three.map(lambda side: ABSENT if side is None else side.text)
        # Whoever gave a section a new heading did not mean it to go.
        text = self._text(name, texts, clash=_gone_and_changed(headings))
        heading = self._heading(heading_of(name), headings)
        if text is ABSENT:
            return None
        known = [side for side in (three.ours, three.theirs, three.base) if side is not None]
        if heading is ABSENT:
            heading = known[0].heading
        heads = [side.head for side in known if side.heading == heading] or [f"# {heading}".rstrip()]
        head = pick_known(three.map(lambda side: side.head if side else None))
        gap = pick_known(three.map(lambda side: side.gap or None if side else None)) if text else None
        tail = pick_known(three.map(lambda side: side.tail if side else None))
        return Section(heading, head if head in heads else heads[0], gap or "", text, tail)

    def _heading(self, field: str, three: Three[Any]) -> Any:
        """The merged heading; ABSENT where it does not matter, because the section goes."""
        if three.base is not ABSENT and len(set(three)) == 3:
            return self._ledger.decide(field, three)
        merged = pick(three)
        return merged if ABSENT in three else self._settled(field, three, merged)

    def _order(self, merged: dict[Id, Section]) -> list[Id]:
        in_order = merged_order(self._ids, merged)
        names = self._ids.map(lambda ids: [self._names[each] for each in ids])
        if self._ledger.has_choice(ORDER):
            places = {name: at for at, name in enumerate(self._ledger.decide(ORDER, names))}
            chosen = sorted(
                (each for each in merged if self._names[each] in places), key=lambda each: places[self._names[each]]
            )
            return merged_order(Three([], chosen, in_order), merged)
        if ORDER in self._forced or moves_clash(self._ids):
            self._ledger.decide(ORDER, names)
        stays = merged_order(Three([], self._ids.ours, in_order), merged)
        if stays == in_order:
            return in_order
        self.changed.append(ORDER)
        return in_order if self._only in (None, ORDER) and ORDER not in self._forced else stays

    def _written(self, preamble: str, found: list[Section]) -> Body:
        expected = [("", preamble), *((section.heading, section.text) for section in found)]
        if not preamble and not found:
            return Body("", expected)
        gap, tail = self._habits()
        lead = pick_known(self._parts.map(lambda parts: parts.lead if parts else None))
        text = ["\n" if lead is None else lead]
        if preamble:
            own = pick_known(self._parts.map(lambda parts: parts.preamble_tail if parts else None))
            text += [preamble, (own or tail) if found else ""]
        for section in found:
            text += [section.head, (section.gap or gap) + section.text if section.text else ""]
            if section is not found[-1]:
                text.append(tail if section.tail is None else section.tail)
        return Body("".join(text), expected)

    def _habits(self) -> tuple[str, str]:
        """The commonest gap below a heading and tail of a section; the seed's where there is none."""
        known = [section for parts in self._parts if parts for section in parts.sections if section.text]
        return (
            _commonest([section.gap for section in known if section.gap], "\n"),
            _commonest([section.tail for section in known if section.tail], "\n\n"),
        )


def _gone_and_changed(three: Three[Any]) -> bool:
    """Whether one side removed what the other changed."""
    return three.base is not ABSENT and ABSENT in three and len(set(three)) == 3


def merge_text(three: Three[Any]) -> Any:
    """The merged text, ABSENT, or None for a conflict. Each of the three is a text or ABSENT."""
    if three.ours in (three.base, three.theirs) or three.theirs == three.base:
        return pick(three)
    if three.ours is ABSENT or three.theirs is ABSENT:
        # Other marks of a list or blank lines between paragraphs are no reason to keep what the other side removed.
        left = three.theirs if three.ours is ABSENT else three.ours
        return ABSENT if three.base is not ABSENT and _same_content(three.base, left) else None
    texts: Three[str] = three._replace(base="" if three.base is ABSENT else three.base)
    if None not in texts.map(flat_items):
        return _merged_items(texts)
    merged = merge_prose(texts) if texts.base else None
    if merged is None and _same_content(texts.base, texts.ours):
        return texts.theirs
    if merged is None and _same_content(texts.base, texts.theirs):
        return texts.ours
    return merged


def _same_content(a: str, b: str) -> bool:
    items = flat_items(a)
    return same_blocks(a, b) or (items is not None and items == flat_items(b))


def _merged_items(three: Three[str]) -> str | None:
    """Flat lists merged as ordered sets of items; None where both sides moved one item to different places."""
    items = three.map(flat_items)
    ids = items.map(lambda found: _numbered(found or []))
    if moves_clash(ids):
        return None
    base, ours, theirs = (set(found) for found in ids)
    wanted = [name for name, _ in merged_order(ids, (ours & theirs) | (ours - base) | (theirs - base))]
    merged = merge_lines(three, keep_both=True)
    if merged is not None and flat_items(merged) == wanted:
        return merged
    # Whoever left the items as they were has changed only how they are written.
    carrier = three.theirs if items.theirs == items.base else three.ours
    holder = Sections(f"# List\n{carrier}\n", "\n")
    try:
        holder.set_items(0, wanted)
    except DocumentError:
        return None
    return holder[0]


def _numbered(items: list[str]) -> list[tuple[str, int]]:
    """Each item with how often it stood before, so that none is there twice."""
    counts: dict[str, int] = {}
    result = []
    for item in items:
        counts[item] = counts.get(item, 0) + 1
        result.append((item, counts[item]))
    return result


def _commonest(found: list[str], default: str) -> str:
    return Counter(found).most_common(1)[0][0] if found else default


def _clean(text: str) -> str:
    """A text that was typed: "\\n" line ends, no blank lines around it."""
    rows = to_lf(text).split("\n")
    while rows and not rows[0].strip(" \t"):
        del rows[0]
    while rows and not rows[-1].strip(" \t"):
        del rows[-1]
    return "\n".join(rows)
