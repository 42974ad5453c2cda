"""Every file in fixtures/documents/invalid is refused with the code, the place and the remedy noted beside it."""

import json
import re
from pathlib import Path

import pytest

from documents import DocumentError, parse
from tests.documents.files import INVALID, each


@each(INVALID)
def test_a_bad_file_is_refused_with_place_and_remedy(path: Path):
    wanted = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    with pytest.raises(DocumentError) as caught:
        parse(path.read_bytes(), "terms/example.md")
    error = caught.value
    assert (error.code, error.line, error.column) == (wanted["code"], wanted["line"], wanted["column"])
    assert wanted["hint"] in error.hint
    assert error.path == "terms/example.md"
    assert re.fullmatch(r"terms/example\.md:\d+:\d+: [a-z.0-9-]+: .+\.\S* .+", str(error), re.DOTALL), str(error)


def test_there_are_cases_and_each_says_what_is_expected():
    assert len(INVALID) >= 60
    folder = INVALID[0].parent
    assert {path.stem for path in folder.glob("*.json")} == {path.stem for path in INVALID}
