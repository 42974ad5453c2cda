"""Which column is which field, and what a row of them says. Pure: values in, terms out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from publishing.problems import Problem, Severity
from sync.places import SyncError

TEXTS = (
    "slug",
    "title",
    "category",
    "difficulty",
    "status",
    "replacedBy",
    "lastUpdated",
    "briefDefinition",
    "detailedExplanation",
)
LISTS = ("tags", "aliases", "related", "requires", "broader", "recommendedBooks")
LIST_SECTIONS = ("keyConcepts", "commonApplications", "prerequisites")
FIELDS = (*TEXTS, *LISTS, *LIST_SECTIONS)
# Between the members of a list in one cell, as the export has it.
SEPARATOR = "|"
# Columns of the export that say nothing of an entry's own text, or too little to be read back.
_KNOWN_ELSEWHERE = frozenset(["page", "externallinks", "url", "markdownurl", "version", "publishedat", "kind"])
_BY_KEY = {name.casefold(): name for name in FIELDS}

Value = str | list[str]


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    separator: str = SEPARATOR


@dataclass(frozen=True, slots=True)
class Fields:
    """fields: field to column; None where the columns are called as the fields are."""

    fields: Mapping[str, Column] | None = None
    defaults: Mapping[str, Value] = field(default_factory=dict)
    separator: str = SEPARATOR
    delimiter: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """line: of the file, 0 where it has none. place: what else names it, such as an address."""

    line: int
    values: Mapping[str, Any]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    row: Row
    values: dict[str, Value]

    @property
    def title(self) -> str:
        return str(self.values.get("title", ""))


def read(name: str, text: str) -> Fields:
    """A mapping file.

    Raises:
        SyncError: naming file, line where there is one, and key.
    """
    try:
        said = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{name}, line {mark.line + 1}" if mark else name
        raise SyncError(f"{place}: this is no YAML: {getattr(error, 'problem', None) or error}.") from error
    if not isinstance(said, dict):
        raise SyncError(f"{name}: it must be a map with fields, defaults, separator or delimiter.")
    _only(name, "", said, ("fields", "defaults", "separator", "delimiter"))
    separator = _text(name, "separator", said.get("separator", SEPARATOR))
    fields = said.get("fields")
    if fields is not None and not isinstance(fields, dict):
        raise SyncError(f"{name}: fields must map each field to a column, such as title: Term.")
    _only(name, "fields.", fields or {}, FIELDS)
    columns = {}
    for key, value in (fields or {}).items():
        if isinstance(value, dict):
            _only(name, f"fields.{key}.", value, ("column", "separator"))
            own = _text(name, f"fields.{key}.separator", value.get("separator", separator))
            columns[key] = Column(_text(name, f"fields.{key}.column", value.get("column")), own)
        else:
            columns[key] = Column(_text(name, f"fields.{key}", value), separator)
    defaults = said.get("defaults") or {}
    if not isinstance(defaults, dict):
        raise SyncError(f"{name}: defaults must map fields to values.")
    _only(name, "defaults.", defaults, FIELDS)
    values: dict[str, Value] = {
        key: _members(value, separator) if key in LISTS + LIST_SECTIONS else _text(name, f"defaults.{key}", value)
        for key, value in defaults.items()
    }
    delimiter = str(said.get("delimiter", ""))
    if len(delimiter) > 1:
        raise SyncError(f"{name}: delimiter must be one character, such as ;.")
    return Fields(columns if fields is not None else None, values, separator, delimiter)


def _only(name: str, start: str, said: Mapping[Any, Any], allowed: Sequence[str]) -> None:
    for key in said:
        if key not in allowed:
            raise SyncError(f'{name}: there is no "{start}{key}". Known are {", ".join(allowed)}.')


def _text(name: str, key: str, value: Any) -> str:
    if not isinstance(value, str | int | float) or not str(value):
        raise SyncError(f"{name}: {key} must be a text.")
    return str(value)


def unread(mapping: Fields, columns: Sequence[str], path: str) -> list[Problem]:
    """Columns that nothing is read from, and mapped ones that are not there."""
    if mapping.fields is not None:
        missing = [(key, column.name) for key, column in mapping.fields.items() if column.name not in columns]
        hint = f"There are {', '.join(columns)}."
        return [
            Problem("terms.no-column", f'There is no column "{column}".', hint, path=path, field=key)
            for key, column in missing
        ]
    left = [name for name in columns if name.casefold() not in _BY_KEY and name.casefold() not in _KNOWN_ELSEWHERE]
    if not left:
        return []
    message = f"Not read: {', '.join(left)}."
    hint = "A mapping file says which field they are: --mapping FILE."
    return [Problem("terms.unread", message, hint, Severity.WARNING, path=path)]


def term(mapping: Fields, row: Row) -> tuple[Term, list[Problem]]:
    """What a row says. Empty cells say nothing."""
    problems = []
    values: dict[str, Value] = {}
    for key, column, separator in _columns(mapping, row):
        given = row.values.get(column)
        if given in (None, "", []):
            continue
        if "\0" in (given if isinstance(given, str) else "".join(map(str, given)) if isinstance(given, list) else ""):
            problems.append(Problem("terms.control", f'"{column}" holds a NUL character.', line=row.line, field=key))
            continue
        if key in LISTS + LIST_SECTIONS:
            if members := _members(given, separator):
                values[key] = members
        elif isinstance(given, str | int | float) and not isinstance(given, bool):
            if text := str(given).strip():
                values[key] = text
        else:
            message = f'"{column}" must be a text.'
            problems.append(Problem("terms.type", message, line=row.line, field=key))
    for key, value in mapping.defaults.items():
        values.setdefault(key, value)
    return Term(row, values), problems


def _columns(mapping: Fields, row: Row) -> list[tuple[str, str, str]]:
    """Field, column, separator."""
    if mapping.fields is not None:
        return [(key, column.name, column.separator) for key, column in mapping.fields.items()]
    return [(_BY_KEY[name.casefold()], name, mapping.separator) for name in row.values if name.casefold() in _BY_KEY]


def _members(value: Any, separator: str) -> list[str]:
    each = value if isinstance(value, list) else str(value).split(separator)
    return list(dict.fromkeys(text for one in each if (text := " ".join(str(one).split()))))
