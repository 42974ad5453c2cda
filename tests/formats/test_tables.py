"""CSV that comes back as it was, and that no spreadsheet works out."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.tables import COLUMNS, safe, table
from tests.formats.making import SITE, book, entry, link, texts, words


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@given(title=words, prose=texts, listed=st.lists(words, max_size=3))
def test_any_entry_is_one_row_with_what_it_says(title: str, prose: str, listed: list[str]) -> None:
    item = entry(title, briefDefinition=prose, tags=listed, keyConcepts=None)
    [row] = read("".join(table("entry", [item], SITE)))
    assert list(row) == [*COLUMNS["entry"], "page"]
    assert row["title"].removeprefix("'") == title.removeprefix("'")
    assert row["briefDefinition"].removeprefix("'") == prose.removeprefix("'")
    assert row["tags"].removeprefix("'") == "|".join(listed).removeprefix("'")
    assert row["keyConcepts"] == ""
    assert row["page"] == "https://glossary.example/entries/black-box"


@given(text=texts)
def test_no_cell_begins_as_a_formula_does(text: str) -> None:
    found = safe(text)
    assert not found.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not found.startswith(("\t", "\r", "\n"))
    assert found in (text, f"'{text}")


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_formulas_are_text(text: str) -> None:
    [row] = read("".join(table("book", [book(text, authors=[text])], SITE)))
    assert row["title"] == row["authors"] == f"'{text}"


def test_numbers_and_links_are_plain() -> None:
    [row] = read("".join(table("book", [book(publishYear=1990, pages=120)], SITE)))
    assert (row["publishYear"], row["pages"], row["isbn"]) == ("1990", "120", "")
    item = entry(externalLinks=[link("https://a.example/"), link("https://b.example/")])
    [row] = read("".join(table("entry", [item], SITE)))
    assert row["externalLinks"] == "https://a.example/|https://b.example/"
