"""Rows of a file: CSV, JSON lines or a JSON list, Turtle or JSON-LD."""

import csv
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

from publishing.problems import Problem
from sync.places import SyncError
from sync.terms.mapping import Fields, Row

LARGEST = 50_000_000
_SHAPES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".json": "list",
    ".ttl": "turtle",
    ".jsonld": "json-ld",
}
# What the export puts an apostrophe before.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


class Rows(NamedTuple):
    columns: list[str]
    rows: list[Row]
    problems: list[Problem]


def read(file: Path, mapping: Fields, locale: str) -> Rows:
    """
    Raises:
        SyncError: the file as a whole cannot be read.
    """
    shape = _SHAPES.get(file.suffix.lower())
    if shape is None:
        raise SyncError(f"{file}: the name must end in {', '.join(_SHAPES)}, which says what is in it.")
    try:
        if file.stat().st_size > LARGEST:
            raise SyncError(f"{file} has more than {LARGEST // 1_000_000} MB. Split it.")
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SyncError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SyncError(f"{file} is not in UTF-8 (byte {error.start}). Save it as UTF-8.") from error
    if shape == "csv":
        return table(text, file.name, mapping.delimiter or ("\t" if file.suffix.lower() == ".tsv" else ""))
    if shape == "lines":
        return lines(text, file.name)
    if shape == "list":
        return listed(text, file.name)
    # Only here, because nobody else needs a reader of RDF.
    from sync.terms import graphs

    return graphs.rows(text, shape, file.name, locale)


def table(text: str, name: str, delimiter: str = "") -> Rows:
    """CSV with a line of names. Without a delimiter it is the one of , ; and tab that the first line has most."""
    delimiter = delimiter or max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    problems: list[Problem] = []
    columns: list[str] = []
    line = 1
    try:
        for cells in reader:
            start, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = [cell.strip() for cell in cells]
                if twice := [cell for cell in columns if columns.count(cell) > 1]:
                    raise SyncError(f'{name}, line {start}: the column "{twice[0]}" is there twice.')
                continue
            if len(cells) > len(columns):
                message = f"There are {len(cells)} cells for {len(columns)} columns."
                hint = f'A cell with a "{delimiter}" in it needs quotes.'
                problems.append(Problem("terms.cells", message, hint, path=name, line=start))
                continue
            rows.append(Row(start, {key: _plain(cell) for key, cell in zip(columns, cells, strict=False)}))
    except csv.Error as error:
        raise SyncError(f"{name}, line {line}: this is no CSV: {error}.") from error
    if not columns:
        raise SyncError(f"{name} is empty. The first line has the names of the columns.")
    return Rows(columns, rows, problems)


def _plain(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from working it out.

    >>> _plain("'=1+1"), _plain("'tis")
    ('=1+1', "'tis")
    """
    rest = cell[1:]
    guarded = cell.startswith("'") and (rest.startswith(_FORMULA) or rest.lstrip().startswith(_FORMULA))
    return rest if guarded else cell


def lines(text: str, name: str) -> Rows:
    """One JSON object a line."""
    rows: list[Row] = []
    problems: list[Problem] = []
    for number, each in enumerate(text.split("\n"), 1):
        if not each.strip():
            continue
        try:
            value = json.loads(each)
        except (ValueError, RecursionError) as error:
            problems.append(Problem("terms.json", f"This is no JSON: {error}.", path=name, line=number))
            continue
        _take(value, number, name, rows, problems)
    return Rows(_names(rows), rows, problems)


def listed(text: str, name: str) -> Rows:
    """A JSON list of objects."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SyncError(f"{name} is no JSON: {error}.") from error
    if not isinstance(values, list):
        raise SyncError(f"{name} must be a list of objects. One object a line belongs into a .jsonl file.")
    rows: list[Row] = []
    problems: list[Problem] = []
    for number, value in enumerate(values, 1):
        _take(value, 0, name, rows, problems, place=f"item {number}")
    return Rows(_names(rows), rows, problems)


def _take(value: Any, line: int, name: str, rows: list[Row], problems: list[Problem], place: str = "") -> None:
    if not isinstance(value, dict):
        problems.append(Problem("terms.json", f"{place} is no object.".strip(), path=name, line=line))
    elif value.get("kind", "entry") == "entry":
        # The export of everything has books too.
        rows.append(Row(line, value, place))


def _names(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row.values))
