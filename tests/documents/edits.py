"""Edits as data: what `edit.json` holds, what Hypothesis draws and what the laws judge.

An edit is a map with an `op`; `perform` does it to a document through the public interface, `expected` does it to
plain values, so that the two can be compared.
"""

import copy
import datetime
import json
from pathlib import Path
from typing import Any

from tests.documents.oracle import KNOWN_HEADINGS, State, with_lf

Edit = dict[str, Any]


def decoded(value: Any) -> Any:
    """JSON to values: `{"$date": "2025-01-28"}` and `{"$datetime": "…"}` stand for what JSON cannot say."""
    if isinstance(value, list):
        return [decoded(item) for item in value]
    if isinstance(value, dict):
        if set(value) == {"$date"}:
            return datetime.date.fromisoformat(value["$date"])
        if set(value) == {"$datetime"}:
            return datetime.datetime.fromisoformat(value["$datetime"])
        return {key: decoded(item) for key, item in value.items()}
    return value


def read_edits(path: Path) -> list[Edit]:
    """The operations of an `edit.json`."""
    return [
        {name: decoded(value) for name, value in operation.items()}
        for operation in json.loads(path.read_text(encoding="utf-8"))
    ]


def perform(document: Any, edit: Edit) -> None:
    """Do the edit to a `documents.Document`."""
    match edit["op"]:
        case "set":
            document[edit["key"]] = copy.deepcopy(edit["value"])
        case "delete":
            del document[edit["key"]]
        case "section":
            document.sections[edit["heading"]] = edit["text"]
        case "section-at":
            document.sections[edit["index"]] = edit["text"]
        case "delete-section":
            del document.sections[edit["heading"]]
        case "delete-section-at":
            del document.sections[edit["index"]]
        case "insert-section":
            document.sections.insert(edit["index"], edit["heading"], edit["text"])
        case "append-section":
            document.sections.append(edit["heading"], edit["text"])
        case "rename-section":
            document.sections.rename(edit["position"], edit["heading"])
        case "move-section":
            document.sections.move(edit["from"], edit["to"])
        case "set-items":
            document.sections.set_items(edit["heading"], list(edit["items"]))
        case "preamble":
            document.preamble = edit["text"]
        case unknown:
            raise ValueError(f"unknown operation {unknown!r}")


def spelling(values: dict[Any, Any], key: str) -> str:
    """The key as the file spells it."""
    for present in values:
        if isinstance(present, str) and present.casefold() == key.casefold():
            return present
    return key


def position_of(state: State, heading: str) -> int | None:
    for index, (name, _) in enumerate(state.sections):
        if name == heading:
            return index
    return None


def expected(state: State, edit: Edit) -> State:
    """The state after the edit. A section that is new by name is appended; `laws` judges where it may stand."""
    after = copy.deepcopy(state)
    sections = after.sections
    text = _trimmed(edit["text"]) if "text" in edit else ""
    match edit["op"]:
        case "set":
            after.values[spelling(after.values, edit["key"])] = copy.deepcopy(edit["value"])
        case "delete":
            del after.values[spelling(after.values, edit["key"])]
        case "section":
            index = position_of(state, edit["heading"])
            if index is None:
                sections.append((edit["heading"], text))
            else:
                sections[index] = (edit["heading"], text)
        case "section-at":
            sections[edit["index"]] = (sections[edit["index"]][0], text)
        case "delete-section":
            del sections[_found(state, edit["heading"])]
        case "delete-section-at":
            del sections[edit["index"]]
        case "insert-section":
            sections.insert(edit["index"], (edit["heading"], text))
        case "append-section":
            sections.append((edit["heading"], text))
        case "rename-section":
            sections[edit["position"]] = (edit["heading"], sections[edit["position"]][1])
        case "move-section":
            sections.insert(edit["to"], sections.pop(edit["from"]))
        case "preamble":
            after.preamble = text
        case "set-items":
            pass  # the text is the implementation's; laws compare the items
        case unknown:
            raise ValueError(f"unknown operation {unknown!r}")
    return after


def seed_order_kept(headings: list[str], heading: str) -> bool:
    """Whether `heading` stands where the seed would have it, provided that the others do."""
    known = [name for name in headings if name in KNOWN_HEADINGS]
    others = [name for name in known if name != heading]
    if heading not in KNOWN_HEADINGS:
        return headings[-1] == heading
    if sorted(others, key=KNOWN_HEADINGS.index) != others:
        return True
    return sorted(known, key=KNOWN_HEADINGS.index) == known


def _found(state: State, heading: str) -> int:
    index = position_of(state, heading)
    if index is None:
        raise KeyError(heading)
    return index


def _trimmed(text: str) -> str:
    lines = with_lf(text).split("\n")
    while lines and not lines[-1].strip(" \t"):
        lines.pop()
    while lines and not lines[0].strip(" \t"):
        lines.pop(0)
    return "\n".join(lines)
