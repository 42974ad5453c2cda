"""What callers can rely on: the public face of a document."""

import copy

import pytest
import ruamel.yaml
import yaml

from documents import DocumentError, new_document, parse
from tests.documents.drawing import NEW_KEYS, TRICKY, TYPED, WORDS
from tests.documents.files import CONTENT, SEED_FILES, needs_shared

TEXT = b"""---
Title: "Black box"
version: 1.10
tags: ["models", "opacity"]
externalLinks:
  - title: "One"
    url: "https://example.org/1"
---

See *white box*.

# Brief Definition
A system.

# Key Concepts
- Input
- Output

# Key Concepts
more
"""


@pytest.fixture
def document():
    return parse(TEXT, "terms/black-box.md")


# --- front matter -----------------------------------------------------------------------------------------------


def test_keys_are_found_in_any_letter_case_and_keep_their_spelling(document):
    assert document["title"] == document["TITLE"] == "Black box"
    assert "title" in document
    document["title"] = "White box"
    assert list(document) == ["Title", "version", "tags", "externalLinks"]
    assert b'Title: "White box"\n' in bytes(document)


def test_an_absent_key_is_a_key_error_or_the_default(document):
    assert document.get("slug") is None
    assert document.get("slug", "black-box") == "black-box"
    assert "slug" not in document
    assert 7 not in document
    with pytest.raises(KeyError):
        document["slug"]
    with pytest.raises(KeyError):
        del document["slug"]
    assert bytes(document) == TEXT


def test_what_is_read_is_a_copy(document):
    document["tags"].append("more")
    document.values["externalLinks"][0]["title"] = "Changed"
    assert document["tags"] == ["models", "opacity"]
    assert document["externalLinks"][0]["title"] == "One"
    assert bytes(document) == TEXT


def test_what_is_set_is_a_copy(document):
    tags = ["a"]
    document["tags"] = tags
    tags.append("b")
    assert document["tags"] == ["a"]


def test_setting_what_is_there_changes_nothing(document):
    for key, value in document.values.items():
        document[key] = value
    for index in range(len(document.sections)):
        document.sections[index] = document.sections[index]
    document.preamble = document.preamble
    document.sections.move(1, 1)
    assert bytes(document) == TEXT


def test_a_place_is_line_and_column_in_the_file(document):
    assert document.position("title") == (2, 8)
    assert document.position("tags", 1) == (4, 18)
    assert document.position("externalLinks", 0, "url") == (7, 10)
    document["slug"] = "black-box"
    assert document.position("tags", 1) == (5, 18)
    for path in [("slug2",), ("externalLinks", 0, "type"), ("title", "x")]:
        with pytest.raises(KeyError):
            document.position(*path)
    with pytest.raises(IndexError):
        document.position("tags", 2)


def test_the_source_of_a_scalar_is_what_stands_there(document):
    assert document["version"] == 1.1
    assert document.source("version") == "1.10"
    assert document.source("tags") == ""


def test_a_copy_goes_its_own_way(document):
    other = document.copy()
    other["title"] = "White box"
    other.sections.append("New", "text")
    assert bytes(document) == TEXT
    assert bytes(other) != TEXT
    assert other.path == document.path


def test_a_refusal_names_file_line_column_key_and_remedy(document):
    with pytest.raises(DocumentError) as caught:
        document["tags"] = object()
    assert str(caught.value) == (
        'terms/black-box.md:4:7: edit.type: "tags": A front matter cannot hold a object. '
        "Use text, numbers, dates, lists and maps."
    )
    assert bytes(document) == TEXT


# --- body -------------------------------------------------------------------------------------------------------


def test_iterating_sections_gives_the_headings_in_order(document):
    assert list(document.sections) == ["Brief Definition", "Key Concepts", "Key Concepts"]
    assert len(document.sections) == 3
    assert "Key Concepts" in document.sections
    assert "key concepts" not in document.sections
    assert document.sections.texts() == ["A system.", "- Input\n- Output", "more"]
    assert document.preamble == "See *white box*."


def test_a_section_is_reached_by_its_heading_or_by_position(document):
    assert document.sections["Brief Definition"] == document.sections["brief definition"] == "A system."
    assert document.sections[0] == document.sections[-3] == "A system."
    assert document.sections.get("Prerequisites") is None
    assert document.sections.get("Prerequisites", "none") == "none"
    assert document.section_line(1) == 15
    for which, error in {"Prerequisites": KeyError, 3: IndexError, -4: IndexError}.items():
        with pytest.raises(error):
            document.sections[which]


def test_a_heading_that_stands_twice_has_to_be_named_by_position(document):
    with pytest.raises(DocumentError) as caught:
        document.sections["Key Concepts"]
    assert (caught.value.code, caught.value.line, caught.value.path) == ("section.ambiguous", 19, "terms/black-box.md")
    document.sections[2] = "other"
    assert document.sections.texts()[1:] == ["- Input\n- Output", "other"]


def test_a_list_section_gives_its_items_and_another_none(document):
    assert document.sections.items_of(1) == ["Input", "Output"]
    assert document.sections.items_of(0) is None
    with pytest.raises(DocumentError) as caught:
        document.sections.set_items("Brief Definition", ["a"])
    assert caught.value.code == "section.items"
    document.sections.set_items("Prerequisites", ["one", "two"])
    assert document.sections["Prerequisites"] == "- one\n- two"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("text\n\n# Heading", "section.text"),
        ("```\nopen", "section.text"),
        ("<!-- open", "section.text"),
        ("a\0b", "encoding.control"),
        ("<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs", "text.conflict-marker"),
    ],
)
def test_a_text_that_would_not_stay_in_its_section_is_refused(document, text, code):
    with pytest.raises(DocumentError) as caught:
        document.sections["Brief Definition"] = text
    assert (caught.value.code, caught.value.line, caught.value.column) == (code, 12, 1)
    assert caught.value.hint
    assert bytes(document) == TEXT


@pytest.mark.parametrize("heading", ["two\nlines", "closed #", "a\x1b"])
def test_a_heading_that_would_read_differently_is_refused(document, heading):
    for edit in (lambda: document.sections.append(heading), lambda: document.sections.rename(0, heading)):
        with pytest.raises(DocumentError):
            edit()
    assert bytes(document) == TEXT


# --- new documents ----------------------------------------------------------------------------------------------


@needs_shared
def test_a_new_document_with_the_values_of_the_seed_is_the_seed():
    for path in SEED_FILES:
        seed = parse(path.read_bytes())
        sections = list(zip(seed.sections, seed.sections.texts(), strict=True))
        assert bytes(new_document(seed.values, sections, seed.preamble)).decode() == path.read_bytes().decode()


def test_a_new_document_reads_back_as_it_was_given():
    for path in CONTENT:
        given = parse(path.read_bytes())
        sections = list(zip(given.sections, given.sections.texts(), strict=True))
        made = new_document(given.values, sections, given.preamble)
        again = parse(bytes(made))
        assert again.values == given.values
        assert list(zip(again.sections, again.sections.texts(), strict=True)) == sections
        assert again.preamble == given.preamble


def test_a_new_document_needs_nothing():
    assert bytes(new_document({})) == b"---\n---"
    document = new_document({"title": "A"}, preamble="Text.")
    assert bytes(document) == b'---\ntitle: "A"\n---\n\nText.'


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"title": "A", "Title": "B"}, "yaml.duplicate-key"),
        ({"title": b"A"}, "edit.type"),
        ({"title": "x" * 300_000}, "limit.front-matter"),
        ({1: "A"}, "yaml.key"),
    ],
)
def test_a_new_document_that_no_file_may_hold_is_refused(values, code):
    with pytest.raises(DocumentError) as caught:
        new_document(copy.copy(values))
    assert caught.value.code == code


# --- what others read -------------------------------------------------------------------------------------------

STYLES = {
    "plain": "title: A\ntags: [a]\nlist:\n- a\n",
    "single": "title: 'A'\ntags: ['a']\nlist:\n- 'a'\n",
    "double": 'title: "A"\ntags: ["a"]\nlist:\n- "a"\n',
    "literal": "title: |\n  A\ntags: [a]\nlist:\n- |\n  a\n",
    "folded": "title: >\n  A\ntags: [a]\nlist:\n- >\n  a\n",
    "nothing": "",
}
READERS = {
    "PyYAML": lambda text: yaml.load(text, yaml.SafeLoader),
    "YAML 1.2": lambda text: ruamel.yaml.YAML(typ="safe", pure=True).load(text),
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("reader", READERS)
def test_every_text_is_read_as_this_text_by_readers_of_both_versions_of_yaml(style: str, reader: str):
    wrong = []
    for text in [*WORDS, *TRICKY, *TYPED, *NEW_KEYS]:
        document = parse(f"---\n{STYLES[style]}---\n".encode())
        document["title"] = text
        document["tags"] = ["a", text]
        document["list"] = [text, "a", {"key": text}]
        front = bytes(document).decode().removeprefix("---\n").rpartition("---")[0]
        if READERS[reader](front) != {"title": text, "tags": ["a", text], "list": [text, "a", {"key": text}]}:
            wrong.append(front)
    assert wrong == []


def test_a_new_document_takes_every_text_as_key_and_value():
    for text in [*WORDS, *TRICKY, *NEW_KEYS]:
        values = {
            "title": text,
            "tags": [text, text],
            "links": [{"title": text, "url": text}],
            f"{text}!": {text: text},
        }
        assert parse(bytes(new_document(values))).values == values


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("---\ntitle: A\n---\n\nOld.\n", "New.\n\n# One\n\nx", "---\ntitle: A\n---\n\nNew.\n\n# One\n\nx\n"),
        ("---\ntitle: A\n---\n\n\nOld.\n\n\n", "\n\nNew.\n", "---\ntitle: A\n---\n\n\nNew.\n\n\n"),
        ("---\r\ntitle: A\r\n---\r\nOld.", "a\nb", "---\r\ntitle: A\r\n---\r\na\r\nb"),
        ("---\ntitle: A\n---", "New.", "---\ntitle: A\n---\n\nNew."),
        ("---\ntitle: A\n---\n", "New.", "---\ntitle: A\n---\n\nNew.\n"),
        ("---\ntitle: A\n---\n\nOld.\n", "", "---\ntitle: A\n---\n"),
        ("---\ntitle: A\n---\n\na\r\nb\nc\n", "a\nx\nc", "---\ntitle: A\n---\n\na\r\nx\nc\n"),
    ],
)
def test_the_body_is_set_as_a_whole(before: str, text: str, after: str) -> None:
    document = parse(before.encode())
    document.body = text
    assert bytes(document).decode() == after
    document.body = text
    assert bytes(document).decode() == after


@pytest.mark.parametrize("text", ["\0", "<<<<<<< a\n=======\n>>>>>>> b\n"])
def test_a_body_that_cannot_be_leaves_the_old_one(text: str) -> None:
    document = parse(b"---\ntitle: A\n---\n\nOld.\n")
    with pytest.raises(DocumentError):
        document.body = text
    assert bytes(document) == b"---\ntitle: A\n---\n\nOld.\n"
