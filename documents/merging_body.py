"""The body, merged section by section."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .conflicts import ABSENT, Ledger
from .errors import DocumentError
from .identity import identities, new_sections, sections
from .merging_text import merge_lines, merge_prose, same_blocks
from .naming import ORDER, PREAMBLE, Id, section_names
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
        read = Sections(self.text, "\n")
        return [("", read.preamble), *zip(read, read.texts(), strict=True)] == self.expected


def merge_body(three: Three[Parts | None], ledger: Ledger) -> Body:
    """The merged body. What cannot be written without disturbing its neighbours becomes a conflict.

    Raises:
        DocumentError: section.text for choices that cannot be written.
    """
    merge = _Merge(three)
    body = merge.attempt(ledger, lambda _: True)
    if body.reads_as_expected():
        return body
    if ledger.resolving:
        raise DocumentError(
            "section.text",
            "The text would open a section of its own or run into the next one.",
            hint="Close code fences and HTML blocks, and write headings of the second level or below.",
        )
    harmful = merge.harmful()
    body = merge.attempt(ledger, lambda field: field not in harmful)
    if body.reads_as_expected():
        return body
    merge.attempt(ledger, lambda _: False)
    return merge.ours()


# Whether a field may take what theirs changed.
Allows = Callable[[str], bool]


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
        # Fields in which the last attempt took something of theirs, or would have.
        self._changed: list[str] = []

    def attempt(self, ledger: Ledger, allows: Allows) -> Body:
        """The body, and its conflicts in the ledger; those of an earlier attempt are forgotten."""
        for field in [ORDER, PREAMBLE, *self._names.values()]:
            ledger.conflicts.pop(field, None)
            ledger.conflicts.pop(f"{field}.heading", None)
        self._changed = []
        preamble = self._text(
            PREAMBLE, self._parts.map(lambda parts: (parts and parts.preamble) or ABSENT), ledger, allows
        )
        merged: dict[Id, Section] = {}
        for each, name in self._names.items():
            section = self._section(name, Three(*(side.get(each) for side in self._sections)), ledger, allows)
            if section is not None:
                merged[each] = section
        order = self._order(merged, ledger, allows)
        return self._written("" if preamble is ABSENT else preamble, [merged[each] for each in order])

    def harmful(self) -> set[str]:
        """The changed fields that cannot be written even by themselves."""
        fields = list(self._changed)
        if len(fields) > _MOST_TRIALS:
            return set(fields)
        return {field for field in fields if not self._alone(field).reads_as_expected()}

    def _alone(self, field: str) -> Body:
        """Ours with theirs' change of one field."""
        return self.attempt(Ledger(), lambda each: each == field)

    def ours(self) -> Body:
        """Our own body as it stands."""
        parts = self._parts.ours
        assert parts is not None
        return Body(parts.body, [("", parts.preamble), *((each.heading, each.text) for each in parts.sections)])

    def _text(self, field: str, three: Three[Any], ledger: Ledger, allows: Allows, clash: bool = False) -> Any:
        """The merged text, or ABSENT. clash: that it is a conflict even if the texts can be merged."""
        if ledger.has_choice(field):
            chosen = ledger.decide(field, three)
            return chosen if chosen is ABSENT else _clean(str(chosen))
        merged = merge_text(three)
        if merged is None or clash:
            return ledger.decide(field, three)
        if merged != three.ours:
            self._changed.append(field)
            if not allows(field):
                return ledger.decide(field, three)
        return merged

    def _section(self, name: str, three: Three[Section | None], ledger: Ledger, allows: Allows) -> Section | None:
        headings = three.map(lambda side: ABSENT if side is None else side.heading)
        texts = three.map(lambda side: ABSENT if side is None else side.text)
        # Whoever gave a section a new heading did not mean it to go.
        text = self._text(name, texts, ledger, allows, clash=_gone_and_changed(headings))
        heading = self._heading(f"{name}.heading", headings, ledger, allows)
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

    def _heading(self, field: str, three: Three[Any], ledger: Ledger, allows: Allows) -> Any:
        """The merged heading; ABSENT where it does not matter, because the section goes."""
        if three.base is not ABSENT and len(set(three)) == 3:
            return ledger.decide(field, three)
        merged = pick(three)
        if merged != three.ours and ABSENT not in three:
            self._changed.append(field)
            if not allows(field):
                return ledger.decide(field, three)
        return merged

    def _order(self, merged: dict[Id, Section], ledger: Ledger, allows: Allows) -> list[Id]:
        in_order = merged_order(self._ids, merged)
        names = self._ids.map(lambda ids: [self._names[each] for each in ids])
        if ledger.has_choice(ORDER):
            places = {name: at for at, name in enumerate(ledger.decide(ORDER, names))}
            chosen = sorted(
                (each for each in merged if self._names[each] in places), key=lambda each: places[self._names[each]]
            )
            return merged_order(Three([], chosen, in_order), merged)
        ours = [each for each in self._ids.ours if each in merged]
        known = set(ours)
        if moves_clash(self._ids):
            ledger.decide(ORDER, names)
        elif [each for each in in_order if each in known] != ours:
            self._changed.append(ORDER)
            if not allows(ORDER):
                ledger.decide(ORDER, names)
                return merged_order(Three([], ours, in_order), merged)
        return in_order

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
    merged = _merged_items(texts)
    if merged is not None or not texts.base:
        return merged
    merged = merge_prose(texts)
    if merged is None and _same_content(texts.base, texts.ours):
        return texts.theirs
    if merged is None and _same_content(texts.base, texts.theirs):
        return texts.ours
    return merged


def _same_content(a: str, b: str) -> bool:
    items = flat_items(a)
    return same_blocks(a, b) or (items is not None and items == flat_items(b))


def _merged_items(three: Three[str]) -> str | None:
    """Flat lists merged as ordered sets of items; None where one of the three is none."""
    items = three.map(flat_items)
    if None in items:
        return None
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
    return max(dict.fromkeys(found), key=found.count, default=default)


def _clean(text: str) -> str:
    """A text that was typed: "\\n" line ends, no blank lines around it."""
    rows = to_lf(text).split("\n")
    while rows and not rows[0].strip(" \t"):
        del rows[0]
    while rows and not rows[-1].strip(" \t"):
        del rows[-1]
    return "\n".join(rows)
