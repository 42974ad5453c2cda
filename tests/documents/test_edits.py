"""Every case in fixtures/documents/edits: an edit gives exactly the bytes that are expected, and keeps the laws."""

from pathlib import Path

from documents import parse
from tests.documents import laws
from tests.documents.edits import perform, read_edits
from tests.documents.files import EDITS, each


@each(EDITS)
def test_an_edit_gives_exactly_these_bytes(path: Path):
    document = parse((path / "before.md").read_bytes())
    for edit in read_edits(path / "edit.json"):
        perform(document, edit)
    assert bytes(document).decode() == (path / "after.md").read_bytes().decode()


@each(EDITS)
def test_an_edit_keeps_the_laws(path: Path):
    data = (path / "before.md").read_bytes()
    for edit in read_edits(path / "edit.json"):
        outcome = laws.check(data, edit)
        assert outcome.violations == []
        assert outcome.after is not None, outcome.refusal
        data = outcome.after
    assert data == (path / "after.md").read_bytes()


def test_each_case_has_its_three_files_and_changes_something():
    for path in EDITS:
        assert sorted(file.name for file in path.iterdir()) == ["after.md", "before.md", "edit.json"], path.name
        assert (path / "before.md").read_bytes() != (path / "after.md").read_bytes(), path.name
    assert len(EDITS) >= 60
