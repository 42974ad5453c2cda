"""One field or section of an older text, put into a newer one."""

import difflib

import pytest

from documents import diff, parse
from publishing.restoring import part_of, with_part

OLD = b"""---
title: "Black box"
slug: "black-box"
tags: ["opacity", "trust"] # few
difficulty: "beginner"
lastUpdated: 2025-01-28
externalLinks:
  - title: "One"
    url: "https://one.example/"
---

Hello.

# Brief Definition
Seen from outside.

# History
Long.

# Key Concepts
- input
- output
"""


def lines_changed(before: bytes, after: bytes) -> list[str]:
    rows = difflib.unified_diff(before.decode().splitlines(), after.decode().splitlines(), n=0, lineterm="")
    return [row for row in rows if row[:1] in "+-" and not row.startswith(("+++", "---"))]


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        (b'"Black box"', b'"White box"', "title"),
        (b'["opacity", "trust"] # few', b'["trust"] # few', "tags"),
        (b'difficulty: "beginner"\n', b"", "difficulty"),
        (b"2025-01-28", b"2025-02-01", "lastUpdated"),
        (b'title: "One"', b'title: "Two"', "externalLinks"),
        (b"Hello.", b"Bye.", "preamble"),
        (b"Seen from outside.", b"Seen.\n\nAnd more.", "section:Brief Definition"),
        (b"- input\n", b"", "section:Key Concepts"),
        (b"# History\nLong.", b"# Past\nLong.", "section:History"),
        (b"# History\nLong.\n\n", b"", "section:History"),
        (b"# History\n", b"# Now\nNew.\n\n# History\n", "section:Now"),
    ],
)
def test_the_part_that_changed_comes_back_and_nothing_else_changes(old: bytes, new: bytes, part: str) -> None:
    before = parse(OLD)
    now = parse(OLD.replace(old, new).replace(b"slug:", b"# a note\nslug:"))
    assert part in {part_of(change.field) for change in diff(before, now) if change.of != "property"}
    restored = with_part(now, before, part)
    assert not diff(before, restored).fields
    assert lines_changed(OLD, bytes(restored))[0] == "+# a note"


def test_of_two_sections_with_one_heading_the_right_one_comes_back() -> None:
    before = parse(OLD + b"\n# History\nShort.\n")
    now = parse(bytes(before).replace(b"Short.", b"Shorter."))
    [change] = diff(before, now)
    assert part_of(change.field) == "section:History (2)"
    assert bytes(with_part(now, before, "section:History (2)")) == bytes(before)


@pytest.mark.parametrize("part", ["unknown", "section:Unknown", '"a.b"'])
def test_what_neither_text_has_is_refused(part: str) -> None:
    with pytest.raises(KeyError):
        with_part(parse(OLD), parse(OLD), part)


def test_keys_with_odd_names_are_told_apart() -> None:
    before = parse(b'---\ntitle: A\nslug: a\n"a.b": 1\n"preamble": 2\n---\n')
    now = parse(b'---\ntitle: A\nslug: a\n"a.b": 3\n"preamble": 4\n---\n')
    parts = [part_of(change.field) for change in diff(before, now)]
    assert parts == ['"a.b"', '"preamble"']
    for part in parts:
        now = with_part(now, before, part)
    assert bytes(now) == bytes(before)
