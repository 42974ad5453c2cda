"""Law 1 on every file we have, and what is read from it against a second reader."""

from pathlib import Path

import pytest

from documents import parse
from tests.documents import laws, oracle
from tests.documents.files import CONTENT, CORPUS, SEED_FILES, VALID, each, needs_shared
from tests.documents.oracle import Node


@each([*VALID, *CONTENT])
def test_nothing_changes_by_itself(path: Path):
    assert laws.law1(path.read_bytes()) == []


@each([*VALID, *CONTENT])
def test_values_sections_and_places_are_those_a_second_reader_finds(path: Path):
    assert _differences(path) == []


@needs_shared
@pytest.mark.parametrize("path", SEED_FILES, ids=lambda path: path.name)
def test_the_seed_is_read_without_a_change(path: Path):
    assert laws.law1(path.read_bytes()) == []
    assert _differences(path) == []


@needs_shared
def test_real_files_are_read_without_a_change():
    assert len(CORPUS) > 100
    assert [problem for path in CORPUS for problem in laws.law1(path.read_bytes())] == []


@needs_shared
def test_values_sections_and_places_of_real_files_are_those_a_second_reader_finds():
    assert [f"{path.name}: {problem}" for path in CORPUS for problem in _differences(path)] == []


def _differences(path: Path) -> list[str]:
    """What `documents` and the oracle do not agree on."""
    data = path.read_bytes()
    document, state = parse(data), oracle.state_of(data)
    found = []
    if not oracle.same(document.values, state.values) or list(document.values) != list(state.values):
        found.append(f"values {document.values!r} instead of {state.values!r}")
    if document.preamble != state.preamble:
        found.append(f"preamble {document.preamble!r} instead of {state.preamble!r}")
    sections = [(heading, document.sections[index]) for index, heading in enumerate(document.sections)]
    if sections != state.sections:
        found.append(f"sections {sections!r} instead of {state.sections!r}")
    for index, section in enumerate(oracle.sections_of(data)):
        if document.section_line(index) != section.start + 1:
            found.append(f"section {index} in line {document.section_line(index)} instead of {section.start + 1}")
        items, wanted = document.sections.items_of(index), oracle.items_in(document.sections[index])
        if items != wanted:
            found.append(f"items {items!r} instead of {wanted!r}")
    root = oracle.tree(data)
    if root is not None:
        found += _misplaced(document, root, ())
    return found


def _misplaced(document, node: Node, path: tuple) -> list[str]:
    """Values whose line and column are not those of the oracle's node."""
    found = []
    if path:
        place, wanted = document.position(*path), (node.first + 1, node.column + 1)
        # An empty value has no text; where it begins is a matter of taste.
        if place != wanted and node.value != "":
            found.append(f"{path} at {place} instead of {wanted}")
    for index, item in enumerate(node.items):
        found += _misplaced(document, item, (*path, index))
    for key, _, value in node.entries:
        found += _misplaced(document, value, (*path, key))
    return found
