"""What two versions of an entry are said to differ in."""

import json

import pytest

from documents import Change, Segment, diff, parse

BASE = """---
title: "Black box"
category: "Fundamentals"
tags: ["opacity", "trust", "audit"]
lastUpdated: 2025-01-10
review:
  by: "Ada"
  round: 1
externalLinks:
  - title: "One"
    url: "https://example.org/1"
    description: "A first look"
  - title: "Two"
    url: "https://example.org/2"
---

Before all.

# Brief Definition
A system of which only input and output are known.

# Key Concepts
- Input and output
- Hidden mechanism
- Trust

# Notes
One.

# Notes
Two.
"""


SECOND = '  - title: "Two"\n    url: "https://example.org/2"\n'
KEYS = ('title: "Black box"\n', 'category: "Fundamentals"\n')


def changes(*pairs: tuple[str, str], base: str = BASE) -> list[Change]:
    text = base
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return list(diff(parse(base.encode()), parse(text.encode())))


def change(*pair: str) -> Change:
    [found] = changes((pair[0], pair[1]))
    return found


def test_equal_documents_do_not_differ() -> None:
    found = diff(parse(BASE.encode()), parse(BASE.encode()))
    assert not found
    assert found.changes == []


def test_a_changed_value_is_shown_by_words() -> None:
    found = change('"Black box"', '"White box"')
    assert (found.field, found.kind, found.of) == ("title", "changed", "field")
    assert (found.before, found.after) == ("Black box", "White box")
    assert list(found.segments) == [Segment("delete", "Black"), Segment("insert", "White"), Segment("equal", " box")]
    assert str(found) == "title changed: [-Black-]{+White+} box"


@pytest.mark.parametrize(
    ("old", "new", "field", "kind", "of"),
    [
        ('category: "Fundamentals"\n', "", "category", "removed", "field"),
        ("tags: [", 'aliases: ["opaque box"]\ntags: [', "aliases", "added", "field"),
        ("2025-01-10", "2025-02-10", "lastUpdated", "changed", "field"),
        ("2025-01-10", '"2025-01-10"', "lastUpdated", "changed", "field"),
        ('"audit"]', '"audit", "new"]', "tags", "added", "item"),
        ('"opacity", ', "", "tags", "removed", "item"),
        ('"audit"', '"audits"', "tags", "changed", "item"),
        ('["opacity", "trust", "audit"]', '["audit", "opacity", "trust"]', "tags", "moved", "item"),
        ('by: "Ada"', 'by: "Grace"', "review.by", "changed", "field"),
        ("  round: 1\n", "", "review.round", "removed", "field"),
        ("  round: 1\n", "  round: 1\n  done: true\n", "review.done", "added", "field"),
        ("A first look", "A look", "externalLinks[https://example.org/1].description", "changed", "field"),
        ("example.org/2", "example.org/3", "externalLinks[https://example.org/2].url", "changed", "field"),
        (SECOND, "", "externalLinks[https://example.org/2]", "removed", "item"),
        ("Before all.", "Before everything.", "preamble", "changed", "field"),
        ("Before all.\n\n", "", "preamble", "removed", "field"),
        ("only input", "just input", "section:Brief Definition", "changed", "section"),
        ("- Trust\n", "- Trust\n- Audit\n", "section:Key Concepts", "added", "item"),
        ("- Hidden mechanism\n", "", "section:Key Concepts", "removed", "item"),
        ("- Hidden mechanism\n", "- A hidden mechanism\n", "section:Key Concepts", "changed", "item"),
        ("# Key Concepts\n", "# Core Ideas\n", "heading:Key Concepts", "changed", "section"),
        ("Two.\n", "Three.\n", "section:Notes (2)", "changed", "section"),
        ("\n# Notes\nTwo.\n", "", "section:Notes (2)", "removed", "section"),
        ("Two.\n", "Two.\n\n# More\nText.\n", "section:More", "added", "section"),
        ('title: "Black box"', "title: 'Black box'", "title", "formatted", "field"),
        ('["opacity", "trust", "audit"]', "[opacity, trust, audit]", "tags", "formatted", "field"),
        ("# Key Concepts\n", "# Key Concepts\n\n", "section:Key Concepts", "formatted", "section"),
        ("tags: [", "# a comment\ntags: [", "comments", "changed", "property"),
        (KEYS[0] + KEYS[1], KEYS[1] + KEYS[0], "keyOrder", "changed", "property"),
        ("---\n\nBefore", "---\n\n\nBefore", "formatting", "changed", "property"),
    ],
)  # fmt: skip
def test_one_edit_is_one_change(old: str, new: str, field: str, kind: str, of: str) -> None:
    found = changes((old, new))
    assert [(each.field, each.kind, each.of) for each in found] == [(field, kind, of)]


def test_a_section_that_moves_is_moved_and_nothing_else() -> None:
    text = "# Key Concepts\n- Input and output\n- Hidden mechanism\n- Trust\n\n"
    definition = "# Brief Definition\nA system of which only input and output are known.\n\n"
    [found] = changes((definition + text, text + definition))
    assert (found.kind, found.of) == ("moved", "section")
    assert found.field in ("section:Key Concepts", "section:Brief Definition")


@pytest.mark.parametrize(
    ("after", "field", "was", "now"),
    [
        (BASE.replace("\n", "\r\n"), "lineEnds", "LF", "CRLF"),
        ("\ufeff" + BASE, "byteOrderMark", False, True),
        (BASE.removesuffix("\n"), "lastNewline", True, False),
        (BASE.replace("\n", "\r\n", 3), "lineEnds", "LF", "mixed"),
    ],
)
def test_what_is_no_content_is_a_property(after: str, field: str, was: object, now: object) -> None:
    found = diff(parse(BASE.encode()), parse(after.encode()))
    assert [(each.field, each.before, each.after) for each in found] == [(field, was, now)]
    assert found.fields == []
    assert found.only_formatting


def test_fields_are_named_once_and_without_form() -> None:
    after = BASE.replace('"opacity", "trust"', '"new", "newer"').replace('"Black box"', "'Black box'")
    found = diff(parse(BASE.encode()), parse(after.encode()))
    assert found.fields == ["tags"]
    assert not found.only_formatting


def test_a_difference_is_plain_data() -> None:
    after = BASE.replace("2025-01-10", "2025-02-10").replace("only input", "just input")
    found = json.loads(json.dumps(diff(parse(BASE.encode()), parse(after.encode())).as_json()))
    assert found[0] == {
        "field": "lastUpdated",
        "kind": "changed",
        "of": "field",
        "before": "2025-01-10",
        "after": "2025-02-10",
        "segments": [],
    }
    assert {"kind": "delete", "text": "only"} in found[1]["segments"]
