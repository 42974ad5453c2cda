"""Files with nasty names and neighbours through each door."""

from pathlib import Path

import pytest
from django.test import Client

import documents
from glossary.editing import save_entry
from tests.api.test_writing import Program
from tests.nasty import doors
from tests.nasty.table import FOLDERS, Folder, front

pytestmark = pytest.mark.django_db
each = pytest.mark.parametrize("folder", FOLDERS, ids=str)


@each
def test_as_files(folder: Folder, root: Path) -> None:
    doors.file_folder(folder, root)


@each
def test_through_the_api(folder: Folder, program: Program) -> None:
    doors.api_folder(folder, program)


@each
def test_in_the_admin(folder: Folder, editors_browser: Client) -> None:
    doors.admin_folder(folder, editors_browser)


# What an item's file is called, and what a new one is. In a folder they lie beside each other: those are above.
TWINS = {
    "17 letter case": ("case.md", "Case.md"),
    "17 letter case of a folder": ("ml/case.md", "ML/case.md"),
    "17 accents in two spellings": ("\u00e4.md", "a\u0308.md"),
}
twins = pytest.mark.parametrize("name", TWINS)


@twins
def test_beside_an_item_through_the_api(name: str, program: Program) -> None:
    there, new = TWINS[name]
    save_entry(documents.parse(doors.GOOD_TEXT), path=there)
    answer = program.send("post", "/api/v1/import/", {"files": [{"path": f"terms/{new}", "content": front().decode()}]})
    [error] = doors.refusal(answer)
    assert (error["path"], error["field"]) == (f"terms/{new}", "path")
    assert there in error["message"]
    assert doors.written() == ["good"]


@twins
def test_beside_an_item_in_the_admin(name: str, editors_browser: Client) -> None:
    there, new = TWINS[name]
    save_entry(documents.parse(doors.GOOD_TEXT), path=there)
    archive = doors.zipped({f"terms/{new}": front(), "terms/other.md": front(slug='slug: "other"')})
    page = doors.carried_out(editors_browser, {"all.zip": archive}, there=["good"])
    assert f"{new} and {there} are one file" in dict(doors.reasons_in(page))[f"terms/{new} left out"]
    assert doors.written() == ["good", "other"]
