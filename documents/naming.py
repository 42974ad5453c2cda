"""What merges and differences call the fields of a document."""

import json
import re
from collections.abc import Hashable, Sequence
from typing import Any

from .front_matter import ORDER as KEYS
from .parts import Section

# Where a thing was first seen, and its index there.
Id = tuple[str, int]

# What names a map in a list, strongest first.
NAMES = ("url", "title", "slug", "id", "name")

PREAMBLE = "preamble"
# The order of the sections.
ORDER = "sections"
# The whole file.
WHOLE = "text"

_USUAL = {key.casefold(): key for key in KEYS}
_PLAIN = re.compile(r"[^\W\d][\w -]*")


def top(key: str) -> str:
    """The field of a key of the front matter: in its usual spelling, in quotes where that means something else."""
    key = _USUAL.get(key.casefold(), key)
    return json.dumps(key, ensure_ascii=False) if key in (PREAMBLE, ORDER, WHOLE) else _key(key)


def inner(field: str, key: Hashable) -> str:
    """The field of a key in a map: `extra.colour`."""
    return f"{field}.{_key(key)}"


def _key(key: Hashable) -> str:
    if not isinstance(key, str):
        return repr(key) if isinstance(key, int | float) else f"<{key}>"
    return key if _PLAIN.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def item_names(lists: Sequence[tuple[Sequence[Id], Sequence[Any]]]) -> dict[Id, str]:
    """What field names call the items of lists: `https://…`, a title, or `#3`; each by a name of its own."""
    found: dict[Id, list[Any]] = {}
    for ids, things in lists:
        for each, item in zip(ids, things, strict=True):
            found.setdefault(each, []).append(item)
    # What was in the base is called as it was there; what two sides added, by what they agree on.
    return _distinct({each: _label(same[:1] if each[0] == "base" else same, each) for each, same in found.items()})


def section_names(lists: Sequence[tuple[Sequence[Id], Sequence[Section]]]) -> dict[Id, str]:
    """What fields sections are: `section:Notes`, and for the second of that heading `section:Notes (2)`."""
    found: dict[Id, str] = {}
    for ids, things in lists:
        for each, section in zip(ids, things, strict=True):
            found.setdefault(each, f"section:{section.heading}")
    return _distinct(found)


def heading_of(section: str) -> str:
    """The field of a section's heading: `heading:Notes`."""
    return "heading:" + section.removeprefix("section:")


def _label(same: list[Any], each: Id) -> str:
    if not all(isinstance(item, dict) for item in same):
        return str(same[0])
    for name in NAMES:
        values = [item.get(name) for item in same]
        if isinstance(values[0], str) and values[0] and values.count(values[0]) == len(values):
            return values[0]
    return f"#{each[1] + 1}"


def _distinct(names: dict[Id, str]) -> dict[Id, str]:
    result: dict[Id, str] = {}
    counts: dict[str, int] = {}
    taken: set[str] = set()
    for each, wanted in names.items():
        name = wanted
        while name in taken:
            counts[wanted] = counts.get(wanted, 1) + 1
            name = f"{wanted} ({counts[wanted]})"
        taken.add(name)
        result[each] = name
    return result
