"""Hypothesis makes the edits that people make, to a file whose values and sections are known."""

import copy
import datetime
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from tests.documents import oracle
from tests.documents.drawing import HEADINGS, HOSTILE_TEXTS, NAMES, NEW_KEYS, ODD_TEXTS, TRICKY, WORDS, Maker
from tests.documents.edits import Edit
from tests.documents.oracle import KNOWN_HEADINGS, State

Path = tuple[Any, ...]

# The second reader strips more blanks from an item than Markdown asks for.
ITEMS = [text for text in [*WORDS, *TRICKY] if text.strip() == text.strip(" \t")]

# How often each kind is drawn where it is possible.
KINDS = {
    "change items": 24,
    "change section": 5,
    "remove section": 19,
    "rename section": 18,
    "change scalar": 4,
    "change kind": 11,
    "add item": 19,
    "remove item": 21,
    "reorder items": 30,
    "change item": 25,
    "change nested key": 29,
    "add key": 15,
    "remove key": 14,
    "add section": 17,
    "move section": 33,
    "change preamble": 10,
}


class Edits:
    """One edit of a file whose state is known."""

    def __init__(self, maker: Maker, state: State) -> None:
        self.maker, self.state = maker, state
        self.leaves = [path for path, value in _walk(state.values) if not isinstance(value, list | dict)]
        self.lists = [path for path, value in _walk(state.values) if isinstance(value, list)]
        self.maps = [path for path, value in _walk(state.values) if isinstance(value, dict)]

    def one(self) -> tuple[str, Edit]:
        impossible = self._impossible()
        possible = {kind: weight for kind, weight in KINDS.items() if kind not in impossible}
        at = self.maker.number(sum(possible.values()))
        for kind, weight in possible.items():
            if at < weight:
                return kind, getattr(self, "_" + kind.replace(" ", "_"))()
            at -= weight
        raise AssertionError

    def _impossible(self) -> set[str]:
        sections = len(self.state.sections)
        needs = {
            "change scalar": bool(self.leaves),
            "change kind": bool(self.state.values),
            "add item": bool(self.lists),
            "remove item": any(self._at(path) for path in self.lists),
            "reorder items": any(len(self._at(path)) > 1 for path in self.lists),
            "change item": any(self._at(path) for path in self.lists),
            "change nested key": bool(self.maps),
            "remove key": bool(self.state.values),
            "change section": sections > 0,
            "remove section": sections > 0,
            "rename section": sections > 0,
            "move section": sections > 1,
            "change items": bool(self._list_sections()),
        }
        return {kind for kind, met in needs.items() if not met}

    def _at(self, path: Path) -> Any:
        value: Any = self.state.values
        for part in path:
            value = value[part]
        return value

    def _put(self, path: Path, value: Any) -> Edit:
        """The edit that sets what lies at a path: a new value of its top-level key."""
        for at in range(len(path) - 1, 0, -1):
            parent = copy.copy(self._at(path[:at]))
            parent[path[at]] = value
            value = parent
        return {"op": "set", "key": path[0], "value": value}

    def scalar(self) -> Any:
        kind = self.maker.weighted(text=75, number=8, null=5, flag=4, date=8)
        if kind == "text":
            return self.maker.text()
        if kind == "number":
            return self.maker.pick([0, 7, -1, 1984, 10**20, 1.5, -0.25, 1e300, 1e-7, float("inf"), 100.0])
        if kind == "date":
            moment = datetime.datetime(2025, 1, 28, 10, 30)  # noqa: DTZ001
            return self.maker.pick([moment.date(), moment, moment.replace(tzinfo=datetime.UTC, microsecond=120)])
        return None if kind == "null" else self.maker.chance(50)

    def item(self, items: list[Any]) -> Any:
        """One that could join the others."""
        if any(isinstance(item, dict) for item in items) or self.maker.chance(5):
            names = ["title", "url", "type", "größe"][: 1 + self.maker.number(4)]
            return {name: self.scalar() for name in names}
        return [self.scalar()] if self.maker.chance(4) else self.scalar()

    def value(self) -> Any:
        kind = self.maker.weighted(scalar=40, list=30, links=15, map=15)
        if kind == "scalar":
            return self.scalar()
        if kind == "list":
            return [self.item([]) for _ in range(self.maker.number(4))]
        if kind == "map":
            return {name: self.scalar() for name in NEW_KEYS[: self.maker.number(4)]}
        return [self.item([{}]) for _ in range(1 + self.maker.number(2))]

    def text(self) -> str:
        kind = self.maker.weighted(prose=70, odd=22, hostile=8)
        if kind == "prose":
            return "\n".join(self.maker.prose())
        return self.maker.pick(ODD_TEXTS if kind == "odd" else HOSTILE_TEXTS)

    def _change_scalar(self) -> Edit:
        return self._put(self.maker.pick(self.leaves), self.scalar())

    def _change_kind(self) -> Edit:
        paths = [path for path, _ in _walk(self.state.values)]
        return self._put(self.maker.pick(paths), self.value())

    def _add_item(self) -> Edit:
        path = self.maker.pick(self.lists)
        items = list(self._at(path))
        for _ in range(1 + self.maker.number(2)):
            items.insert(self.maker.number(len(items) + 1), self.item(items))
        return self._put(path, items)

    def _remove_item(self) -> Edit:
        path = self.maker.pick([path for path in self.lists if self._at(path)])
        items = list(self._at(path))
        for _ in range(1 + self.maker.number(2)):
            if items:
                del items[self.maker.number(len(items))]
        return self._put(path, items)

    def _reorder_items(self) -> Edit:
        path = self.maker.pick([path for path in self.lists if len(self._at(path)) > 1])
        items = list(self._at(path))
        return self._put(path, self.maker.draw(st.permutations(items)))

    def _change_item(self) -> Edit:
        path = self.maker.pick([path for path in self.lists if self._at(path)])
        items = list(self._at(path))
        items[self.maker.number(len(items))] = self.item(items)
        return self._put(path, items)

    def _change_nested_key(self) -> Edit:
        path = self.maker.pick(self.maps)
        value = dict(self._at(path))
        kind = self.maker.weighted(change=40, add=35, remove=25)
        if kind == "change" and value:
            value[self.maker.pick(list(value))] = self.scalar()
        elif kind == "remove" and value:
            del value[self.maker.pick(list(value))]
        else:
            value[self.maker.pick(["difficulty", "note", *NEW_KEYS])] = self.scalar()
        return self._put(path, value)

    def _add_key(self) -> Edit:
        return {"op": "set", "key": self.maker.pick([*NAMES, *NEW_KEYS]), "value": self.value()}

    def _remove_key(self) -> Edit:
        return {"op": "delete", "key": self.maker.pick(list(self.state.values))}

    def _change_section(self) -> Edit:
        at = self.maker.number(len(self.state.sections))
        return {"op": "section-at", "index": at, "text": self.text()}

    def _add_section(self) -> Edit:
        headings = [heading for heading, _ in self.state.sections]
        heading = self.maker.pick([*KNOWN_HEADINGS, *HEADINGS, "New", "Neu ü"])
        if self.maker.chance(40) and headings.count(heading) == 0:
            return {"op": "section", "heading": heading, "text": self.text()}
        return {
            "op": "insert-section",
            "index": self.maker.number(len(headings) + 1),
            "heading": heading,
            "text": self.text(),
        }

    def _remove_section(self) -> Edit:
        return {"op": "delete-section-at", "index": self.maker.number(len(self.state.sections))}

    def _rename_section(self) -> Edit:
        at = self.maker.number(len(self.state.sections))
        return {
            "op": "rename-section",
            "position": at,
            "heading": self.maker.pick([*KNOWN_HEADINGS, *HEADINGS, "a #", "x"]),
        }

    def _move_section(self) -> Edit:
        count = len(self.state.sections)
        return {"op": "move-section", "from": self.maker.number(count), "to": self.maker.number(count)}

    def _list_sections(self) -> list[tuple[str, list[str]]]:
        """Sections that are one flat list and can be named."""
        headings = [heading.casefold() for heading, _ in self.state.sections]
        return [
            (heading, oracle.items_in(text) or [])
            for heading, text in self.state.sections
            if headings.count(heading.casefold()) == 1 and (not text or oracle.items_in(text) is not None)
        ]

    def _change_items(self) -> Edit:
        heading, items = self.maker.pick(self._list_sections())
        items = list(self.maker.draw(st.permutations(items))) if self.maker.chance(25) else list(items)
        if items and self.maker.chance(40):
            del items[self.maker.number(len(items))]
        if self.maker.chance(60):
            items.insert(self.maker.number(len(items) + 1), self.maker.pick(ITEMS))
        return {"op": "set-items", "heading": heading, "items": items}

    def _change_preamble(self) -> Edit:
        return {"op": "preamble", "text": self.text()}


def _walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value below, with the keys and indexes that lead to it."""
    if path:
        yield path, value
    if isinstance(value, list | dict):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for part, item in parts:
            yield from _walk(item, (*path, part))


@st.composite
def edits(draw: Callable[[st.SearchStrategy[Any]], Any], state: State) -> tuple[str, Edit]:
    """An edit that somebody could make to a file in this state, and its kind."""
    return Edits(Maker(draw), state).one()
