"""What a person may choose, and what is refused."""

import datetime
import json
from typing import Any

import pytest

from documents import Conflict, DocumentError, Edited, Merge, limits, merge, parse

BASE = """---
title: "Black box"
tags: [a, b]
lastUpdated: 2025-01-10
externalLinks:
  - title: "One"
    url: "https://example.org/1"
---

# Brief Definition
Text.

# Notes
A note.
"""


def merged(ours: str, theirs: str, base: str | None = BASE) -> Merge:
    return merge(parse(base.encode()) if base is not None else None, parse(ours.encode()), parse(theirs.encode()))


def changed(*pairs: tuple[str, str]) -> str:
    text = BASE
    for old, new in pairs:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


TITLES = merged(changed(("Black box", "Ours")), changed(("Black box", "Theirs"), ("[a, b]", "[a, b, c]")))
NOTES = merged(changed(("# Notes\nA note.\n", "")), changed(("A note.", "Their note.")))


@pytest.mark.parametrize(
    ("choice", "title"),
    [("base", "Black box"), ("ours", "Ours"), ("theirs", "Theirs"), (Edited("Both: no"), "Both: no")],
)
def test_a_chosen_value_stands_beside_what_was_merged(choice: Any, title: str) -> None:
    document = TITLES.resolved({"title": choice})
    assert document["title"] == title
    assert document["tags"] == ["a", "b", "c"]
    assert bytes(parse(bytes(document))) == bytes(document)


def test_a_chosen_value_costs_one_line() -> None:
    before, after = bytes(TITLES.document).split(b"\n"), bytes(TITLES.resolved({"title": "theirs"})).split(b"\n")
    assert [line for line in after if line not in before] == [b'title: "Theirs"']


@pytest.mark.parametrize(
    ("choice", "text"),
    [
        ("base", "A note."),
        ("ours", None),
        ("theirs", "Their note."),
        (Edited("\r\nMine.\r\n"), "Mine."),
        (Edited(None), None),
    ],
)
def test_a_removed_section_comes_back_or_stays_away(choice: Any, text: str | None) -> None:
    assert [conflict.field for conflict in NOTES.conflicts] == ["section:Notes"]
    document = NOTES.resolved({"section:Notes": choice})
    assert document.sections.get("Notes") == text
    assert document.sections["Brief Definition"] == "Text."


def test_a_removed_key_comes_back_where_it_stood() -> None:
    result = merged(changed(("tags: [a, b]\n", "")), changed(("[a, b]", "[a, b, c]")))
    assert "tags" not in result.document
    assert list(result.resolved({"tags": "theirs"})) == ["title", "tags", "lastUpdated", "externalLinks"]
    assert "tags" not in result.resolved({"tags": Edited(None)})


def test_a_link_that_one_side_removed_can_be_kept() -> None:
    link = '  - title: "One"\n    url: "https://example.org/1"\n'
    result = merged(changed((f"externalLinks:\n{link}", "externalLinks: []\n")), changed(('"One"', '"First"')))
    [conflict] = result.conflicts
    assert conflict.field == "externalLinks[https://example.org/1]"
    assert conflict.ours is None
    assert result.document["externalLinks"] == []
    assert result.resolved({conflict.field: "theirs"})["externalLinks"] == [conflict.theirs]


def test_the_order_of_sections_can_be_chosen() -> None:
    base = "---\ntitle: x\n---\n\n# A\n1\n\n# B\n2\n\n# C\n3\n"
    ours, theirs = base.replace("A", "-").replace("C", "A").replace("-", "C"), base
    ours = "---\ntitle: x\n---\n\n# C\n3\n\n# A\n1\n\n# B\n2\n"
    theirs = "---\ntitle: x\n---\n\n# A\n1\n\n# C\n3\n\n# B\n2\n\n# D\n4\n"
    result = merged(ours, theirs, base)
    assert [conflict.field for conflict in result.conflicts] == ["sections"]
    assert list(result.document.sections) == ["C", "A", "B", "D"]
    assert list(result.resolved({"sections": "theirs"}).sections) == ["A", "C", "B", "D"]
    assert list(result.resolved({"sections": "base"}).sections) == ["A", "B", "D", "C"]
    chosen = Edited(["section:B", "section:A", "section:C", "section:D"])
    assert list(result.resolved({"sections": chosen}).sections) == ["B", "A", "C", "D"]


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ({}, "merge.undecided"),
        ({"title": "theirs", "tags": "ours"}, "merge.unknown-field"),
        ({"title": "mine"}, "merge.choice"),
        ({"title": Edited("\x00")}, "encoding.control"),
        ({"title": Edited(object())}, "edit.type"),
    ],
)
def test_a_choice_that_settles_nothing_is_refused(choices: Any, code: str) -> None:
    with pytest.raises(DocumentError) as refusal:
        TITLES.resolved(choices)
    assert refusal.value.code == code
    assert refusal.value.hint


@pytest.mark.parametrize("text", ["# Another section", "text\n===", "Text.\n\n# More"])
def test_a_typed_text_that_would_open_a_section_is_refused(text: str) -> None:
    with pytest.raises(DocumentError) as refusal:
        NOTES.resolved({"section:Notes": Edited(text)})
    assert refusal.value.code == "section.text"


def test_a_merge_without_conflicts_needs_no_choice() -> None:
    result = merged(changed(("Black box", "Ours")), changed(("[a, b]", "[a]")))
    assert bytes(result.resolved({})) == bytes(result.document)


def test_conflicts_are_plain_data() -> None:
    ours, theirs = changed(("2025-01-10", "soon")), changed(("lastUpdated: 2025-01-10\n", ""))
    [conflict] = merged(ours, theirs).conflicts
    assert conflict == Conflict("lastUpdated", datetime.date(2025, 1, 10), "soon", None)
    assert json.loads(json.dumps(conflict.as_json())) == {
        "field": "lastUpdated",
        "base": "2025-01-10",
        "ours": "soon",
        "theirs": None,
    }


def test_the_document_of_a_merge_is_nobody_elses() -> None:
    ours = parse(BASE.encode())
    result = merge(ours, ours, ours)
    result.document["title"] = "Changed"
    assert ours["title"] == "Black box"


def test_what_becomes_of_a_side_later_changes_no_merge() -> None:
    ours, theirs = parse(changed(("Black box", "Ours")).encode()), parse(changed(("Black box", "Theirs")).encode())
    result = merge(None, ours, theirs)
    theirs["title"] = "Changed"
    assert result.theirs["title"] == "Theirs"
    assert result.resolved({"title": "theirs"})["title"] == "Theirs"
    assert result.base is None


# --- what the documents layer refuses becomes a conflict ---


def test_two_lists_too_long_to_stand_together_are_a_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "NODES", 200)

    def added(side: str) -> str:
        return changed(
            ("[a, b]", f"[a, b, {', '.join(f'{side}{number}' for number in range(120))}]"), ("Text.", f"{side}.")
        )

    result = merged(
        added("o"), changed(("[a, b]", added("t").split("tags: ")[1].split("\n")[0]), ("Black box", "Theirs"))
    )
    assert [conflict.field for conflict in result.conflicts] == ["tags"]
    assert len(result.document["tags"]) == 122
    assert result.document["title"] == "Theirs"
    assert result.resolved({"tags": "theirs"})["tags"][-1] == "t119"


def test_texts_that_cannot_stand_in_one_file_are_a_conflict_of_the_whole() -> None:
    def grown(key: str) -> str:
        return changed(
            ("tags: [a, b]\n", f"tags: [a, b]\n{key}:\n" + "".join(f"  k{number}: 1\n" for number in range(600)))
        )

    ours, theirs = grown("one"), grown("two")
    result = merged(ours, theirs)
    assert [conflict.field for conflict in result.conflicts] == ["text"]
    assert bytes(result.document).decode() == ours
    assert bytes(result.resolved({"text": "theirs"})).decode() == theirs
    assert bytes(result.resolved({"text": "base"})).decode() == BASE
    assert bytes(result.resolved({"text": Edited(BASE)})).decode() == BASE
    with pytest.raises(DocumentError):
        result.resolved({"text": Edited("no front matter")})


def test_halves_of_a_conflict_marker_do_not_make_a_whole_one() -> None:
    ours, theirs = changed(("Text.", "Text.\n\n<<<<<<< ours")), changed(("A note.", "A note.\n\n>>>>>>> theirs"))
    result = merged(ours, theirs)
    assert [conflict.field for conflict in result.conflicts] == ["text"]
    assert bytes(result.document).decode() == ours


def test_a_front_matter_in_braces_merges_by_values() -> None:
    base = '---\n{title: "A", tags: [a], deep: {x: 1, y: 2}}\n---\n'
    result = merged(base.replace("x: 1", "x: 3"), base.replace("y: 2", "y: 4").replace('"A"', '"B"'), base)
    assert result.conflicts == []
    assert bytes(result.document).decode() == '---\n{title: "B", tags: [a], deep: {x: 3, y: 4}}\n---\n'


def test_a_front_matter_that_one_side_put_in_braces_keeps_the_values_of_both() -> None:
    base = "---\ntitle: A\nlevel: 1\n---\n"
    braces = "---\n{title: A, level: 1}\n---\n"
    for ours, theirs in ((braces, base.replace("A", "B")), (base.replace("A", "B"), braces)):
        result = merged(ours, theirs, base)
        assert result.conflicts == []
        assert bytes(result.document).decode() == "---\n{title: B, level: 1}\n---\n"
