"""The registry of kinds, filled by `books` and `glossary` in `AppConfig.ready()`.

Publish, rename, merge and restore are written once, in this app, over documents and the functions given here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.conf import settings

from documents import Document
from publishing.models import Item
from publishing.problems import Problem


class Status(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    DEPRECATED = "deprecated"


@dataclass(frozen=True, slots=True)
class Target:
    """One slug in one reference field of a document, in the order of the document."""

    field: str
    kind: str
    slug: str


@dataclass(slots=True)
class Record:
    """What a document says, with the types of the models. Kinds add their own fields in a subclass."""

    title: str
    slug: str
    status: Status
    last_updated: date | None
    difficulty_rank: int = 0
    previous_slugs: list[str] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """`record` is None exactly when one of the problems is an error."""

    record: Any
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    # (document, path below the kind's folder or "") -> Reading. Pure; problems carry line and column, not the path.
    read: Callable[[Document, str], Reading]
    # Replaces the kind's own rows of these items, in a fixed number of queries: (item, record, whether the item is
    # new). The items are saved already.
    project: Callable[[Sequence[tuple[Item, Any, bool]]], None]
    # Removes those rows.
    erase: Callable[[Sequence[Item]], None]
    # The JSON object of the detail answer and of a row in a list, without version, publishedAt and addresses.
    payload: Callable[[Any], dict[str, Any]]
    summary: Callable[[Any], dict[str, Any]]
    # (facet name, value as it is compared, value as written) of what readers filter by.
    facets: Callable[[Any], list[tuple[str, str, str]]]
    # Names of the fields and sections that have something in them.
    present: Callable[[Any], list[str]]
    # Front-matter keys that hold slugs, one or a list, and the kind of what they name.
    references: Mapping[str, str]
    # The setting that names the folder of the kind's files.
    folder_setting: str
    # The front-matter key of a list of other names; empty where the kind has none.
    aliases: str = ""
    # All front-matter keys that the kind knows, in their usual spelling.
    keys: Sequence[str] = ()

    @property
    def folder(self) -> str:
        return str(getattr(settings, self.folder_setting)).strip("/")


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.name] = kind


def get(name: str) -> Kind:
    """Raises KeyError for a kind nobody registered."""
    return _kinds[name]


def names() -> list[str]:
    return list(_kinds)
