"""Every edit that a person could make to one file, worked out from what the second reader finds in it."""

import copy
import datetime
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.documents import oracle
from tests.documents.edits import Edit
from tests.documents.oracle import KNOWN_HEADINGS, State

NEW_KEY = "sweepNote"
NEW_HEADING = "Sweep notes"


class Case(NamedTuple):
    """One edit and the kind of it, for counting."""

    kind: str
    edit: Edit


def cases(data: bytes) -> Iterator[Case]:
    """The edits of a file: its title first, then each scalar, list, map, key and section."""
    state = oracle.state_of(data)
    title = next((key for key in state.values if isinstance(key, str) and key.casefold() == "title"), None)
    if title is not None:
        yield Case("title", {"op": "set", "key": title, "value": changed(state.values[title])})
    for key, value in state.values.items():
        for kind, edited in variations(value):
            yield Case(kind, {"op": "set", "key": key, "value": edited})
        yield Case("remove key", {"op": "delete", "key": key})
    yield Case("add key", {"op": "set", "key": NEW_KEY, "value": "Worth a look"})
    yield Case("add list key", {"op": "set", "key": NEW_KEY, "value": ["one", "two"]})
    yield Case("add links key", {"op": "set", "key": NEW_KEY, "value": [{"title": "A", "url": "https://a.example/"}]})
    yield from _bodies(state)


def _bodies(state: State) -> Iterator[Case]:
    count = len(state.sections)
    for index, (heading, text) in enumerate(state.sections):
        yield Case(
            "change section", {"op": "section-at", "index": index, "text": f"{text}\n\nOne more word.".lstrip("\n")}
        )
        yield Case("remove section", {"op": "delete-section-at", "index": index})
        yield Case("rename section", {"op": "rename-section", "position": index, "heading": f"{heading} again".strip()})
        items = oracle.items_in(text)
        if items and [name for name, _ in state.sections].count(heading) == 1:
            for edited in ([*items, "a new item"], items[1:], items[::-1]):
                yield Case("change items", {"op": "set-items", "heading": heading, "items": edited})
    if count > 1:
        yield Case("move section", {"op": "move-section", "from": 0, "to": count - 1})
    headings = [heading for heading, _ in state.sections]
    missing = [heading for heading in KNOWN_HEADINGS if heading not in headings]
    for heading in [*missing[:1], NEW_HEADING]:
        yield Case("add section", {"op": "section", "heading": heading, "text": "- one\n- two"})
    yield Case("insert section", {"op": "insert-section", "index": 0, "heading": NEW_HEADING, "text": "Some text."})
    yield Case("change preamble", {"op": "preamble", "text": f"{state.preamble}\n\nOne more word.".lstrip("\n")})
    if state.preamble:
        yield Case("change preamble", {"op": "preamble", "text": ""})


def variations(value: Any) -> Iterator[tuple[str, Any]]:
    """The value with one thing in it changed: each scalar, each list, each map, at any depth."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield "remove item", [*value[:index], *value[index + 1 :]]
            for kind, edited in variations(item):
                yield kind, [*value[:index], edited, *value[index + 1 :]]
        new = like(value)
        for place in sorted({0, len(value) // 2, len(value)}):
            yield "add item", [*value[:place], copy.deepcopy(new), *value[place:]]
        if len(value) > 1:
            yield "reorder items", value[::-1]
            yield "reorder items", [*value[1:], value[0]]
    elif isinstance(value, dict):
        for key, item in value.items():
            yield "remove nested key", {other: each for other, each in value.items() if other != key}
            for kind, edited in variations(item):
                yield kind, {**value, key: edited}
        yield "add nested key", {**value, NEW_KEY: "Worth a look"}
    else:
        yield "change scalar", changed(value)


def like(items: list[Any]) -> Any:
    """A new item that could join the others."""
    pattern = items[0] if items else "sweep"
    if isinstance(pattern, dict):
        return {key: f"sweep {number}" for number, key in enumerate(pattern)} or {"title": "sweep"}
    return "sweep"


def changed(value: Any) -> Any:
    """Another value of the same type; text where there was nothing."""
    if value is None or isinstance(value, list | dict):
        return "something"
    if isinstance(value, str):
        text = value.rstrip("\n")
        return f"{text} 2nd".lstrip(" ") + value[len(text) :]
    if isinstance(value, bool):
        return not value
    if isinstance(value, datetime.date):
        return value.replace(year=value.year - 1) if value.day < 29 else value.replace(day=28)
    if isinstance(value, float):
        return 2.5 if value != 2.5 else 3.5
    return value + 1
