"""What is different between two documents, named as in a merge."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .document import Document
from .identity import items as counterparts
from .identity import sections as section_counterparts
from .matching import longest_increasing, match
from .naming import PREAMBLE, heading_of, inner, item_names, section_names, top
from .parts import Parts, Section, take_apart
from .plain import plain
from .reading import same
from .sections import flat_items
from .words import Segment, compare

_LINE_ENDS = {"\n": "LF", "\r\n": "CRLF", "\r": "CR", None: "mixed"}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    field: `title`, `tags`, `externalLinks[https://…].description`, `section:Key Concepts`, `preamble`, ….
    kind: "added", "removed", "changed", "moved", or "formatted" where only the writing of a value is different.
    of: "field", "item" (of a list or a list section; its field is the list), "section" or "property" (`lineEnds`,
        `byteOrderMark`, `lastNewline`, `keyOrder`, `comments`, `formatting`).
    before, after: values or texts; None where there is none.
    segments: words that stayed, went and came, where two texts are compared.
    """

    field: str
    kind: str
    of: str = "field"
    before: Any = None
    after: Any = None
    segments: Sequence[Segment] = ()

    def as_json(self) -> dict[str, Any]:
        """Strings, numbers, lists and maps alone; dates in ISO form."""
        return {
            "field": self.field,
            "kind": self.kind,
            "of": self.of,
            "before": plain(self.before),
            "after": plain(self.after),
            "segments": [{"kind": each.kind, "text": each.text} for each in self.segments],
        }

    def __str__(self) -> str:
        """A line for a terminal: `title: "A" -> "B"`."""
        if self.segments:
            marks = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}
            return f"{self.field} {self.kind}: " + "".join(marks[each.kind].format(each.text) for each in self.segments)
        shown = [repr(plain(each)) for each in (self.before, self.after) if each is not None]
        return f"{self.field} {self.kind}" + (": " if shown else "") + " -> ".join(shown)


@dataclass(frozen=True, slots=True)
class Diff:
    """All differences, in the order of the document. False if the two are the same to the byte."""

    changes: list[Change]

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    @property
    def fields(self) -> list[str]:
        """Names of the fields whose content is different, each once."""
        content = (each.field for each in self.changes if each.of != "property" and each.kind != "formatted")
        return list(dict.fromkeys(content))

    @property
    def only_formatting(self) -> bool:
        """Whether there are differences, but none of content."""
        return bool(self.changes) and not self.fields

    def as_json(self) -> list[dict[str, Any]]:
        return [change.as_json() for change in self.changes]


def diff(a: Document, b: Document) -> Diff:
    """What was done to `a` to make `b`."""
    if bytes(a) == bytes(b):
        return Diff([])
    old, new = take_apart(a), take_apart(b)
    changes = [*_front(old, new), *_body(old, new), *_properties(old, new)]
    return Diff(changes or [Change("formatting", "changed", "property")])


# --- front matter ---


def _front(old: Parts, new: Parts) -> Iterator[Change]:
    before = {name.casefold(): (name, value) for name, value in old.document.values.items()}
    after = {name.casefold(): (name, value) for name, value in new.document.values.items()}
    for key in {**before, **after}:
        name = top((before.get(key) or after[key])[0])
        if key not in after:
            yield Change(name, "removed", before=before[key][1])
        elif key not in before:
            yield Change(name, "added", after=after[key][1])
        elif not same(before[key][1], after[key][1]):
            yield from _value(name, before[key][1], after[key][1])
        elif old.units is not None and new.units is not None and old.units[key].own != new.units[key].own:
            yield Change(name, "formatted")


def _value(name: str, before: Any, after: Any) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            own = inner(name, key)
            if key not in after:
                yield Change(own, "removed", before=before[key])
            elif key not in before:
                yield Change(own, "added", after=after[key])
            elif not same(before[key], after[key]):
                yield from _value(own, before[key], after[key])
    elif isinstance(before, list) and isinstance(after, list):
        if any(isinstance(item, dict) for item in [*before, *after]):
            yield from _maps(name, before, after)
        else:
            yield from _items(name, before, after)
    else:
        yield _text(name, "field", before, after)


def _text(name: str, of: str, before: Any, after: Any) -> Change:
    words = compare(before, after) if isinstance(before, str) and isinstance(after, str) else []
    return Change(name, "changed", of, before, after, words)


def _items(name: str, before: list[Any], after: list[Any]) -> Iterator[Change]:
    """Lists of plain values."""
    found = match(before, after)
    living = {each.old for each in found}
    yield from (Change(name, "removed", "item", before=item) for at, item in enumerate(before) if at not in living)
    for each, item in zip(found, after, strict=True):
        if each.old is None:
            yield Change(name, "added", "item", after=item)
        elif each.changed:
            yield _text(name, "item", before[each.old], item)
        elif not each.stays:
            yield Change(name, "moved", "item", item, item)


def _maps(name: str, before: list[Any], after: list[Any]) -> Iterator[Change]:
    """Lists of maps, such as links: each is followed by its url or title."""
    found = counterparts(after, before)
    living = set(found)
    names = _numbered(item_names, before)
    for at, item in enumerate(before):
        if at not in living:
            yield Change(f"{name}[{names[at]}]", "removed", "item", before=item)
    moved = _moved(found)
    new_names = _numbered(item_names, after)
    for position, (index, item) in enumerate(zip(found, after, strict=True)):
        if index is None:
            yield Change(f"{name}[{new_names[position]}]", "added", "item", after=item)
            continue
        if index in moved:
            yield Change(f"{name}[{names[index]}]", "moved", "item", before[index], item)
        if not same(before[index], item):
            yield from _value(f"{name}[{names[index]}]", before[index], item)


def _numbered(namer: Any, things: Sequence[Any]) -> list[str]:
    """A name for each of one list."""
    ids = [("", index) for index in range(len(things))]
    return list(namer([(ids, things)]).values())


def _moved(found: Sequence[int | None]) -> set[int]:
    known = [index for index in found if index is not None]
    return set(known) - longest_increasing(known)


# --- body ---


def _body(old: Parts, new: Parts) -> Iterator[Change]:
    yield from _prose(PREAMBLE, "field", old.preamble, new.preamble)
    found = section_counterparts(new.sections, old.sections)
    living = set(found)
    names = _numbered(section_names, old.sections)
    for at, section in enumerate(old.sections):
        if at not in living:
            yield Change(names[at], "removed", "section", before=section.text)
    moved = _moved(found)
    new_names = _numbered(section_names, new.sections)
    for position, (index, section) in enumerate(zip(found, new.sections, strict=True)):
        if index is None:
            yield Change(new_names[position], "added", "section", after=section.text)
            continue
        before = old.sections[index]
        if index in moved:
            yield Change(names[index], "moved", "section")
        if before.heading != section.heading:
            yield _text(heading_of(names[index]), "section", before.heading, section.heading)
        yield from _section(names[index], before, section)


def _section(name: str, before: Section, after: Section) -> Iterator[Change]:
    items, new_items = flat_items(before.text), flat_items(after.text)
    if before.text == after.text:
        if before.heading == after.heading and before.head + before.gap != after.head + after.gap:
            yield Change(name, "formatted", "section")
    elif items is None or new_items is None:
        yield from _prose(name, "section", before.text, after.text)
    elif items == new_items:
        yield Change(name, "formatted", "section")
    else:
        yield from _items(name, items, new_items)


def _prose(name: str, of: str, before: str, after: str) -> Iterator[Change]:
    if before != after:
        kind = "changed" if before and after else "added" if after else "removed"
        yield Change(name, kind, of, before or None, after or None, compare(before, after))


# --- what is no content ---


def _properties(old: Parts, new: Parts) -> Iterator[Change]:
    if old.newline != new.newline:
        yield Change("lineEnds", "changed", "property", _LINE_ENDS[old.newline], _LINE_ENDS[new.newline])
    if old.bom != new.bom:
        yield Change("byteOrderMark", "changed", "property", bool(old.bom), bool(new.bom))
    if bool(old.ending) != bool(new.ending):
        yield Change("lastNewline", "changed", "property", bool(old.ending), bool(new.ending))
    if old.units is None or new.units is None:
        return
    common = [key for key in old.units if key in new.units]
    if common != [key for key in new.units if key in old.units]:
        yield Change("keyOrder", "changed", "property", common, [key for key in new.units if key in old.units])
    if _comments(old) != _comments(new):
        yield Change("comments", "changed", "property", _comments(old), _comments(new))


def _comments(parts: Parts) -> str:
    """Comments on lines of their own, in their order."""
    leads = [unit.lead for unit in (parts.units or {}).values()]
    rows = "".join([parts.prefix, *leads, parts.tail]).split("\n")
    return "\n".join(row.strip() for row in rows if row.strip())
