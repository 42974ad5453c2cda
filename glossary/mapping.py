"""What an entry's document says, as values of the models' types."""

from dataclasses import dataclass, field
from typing import Any

from documents import Document
from glossary import links, sections
from glossary.links import Link
from publishing.kinds import Reading, Record, Target
from publishing.values import DIFFICULTIES, LABEL_LIMIT, Reader, difficulty_rank

KEYS = (
    "title",
    "slug",
    "category",
    "difficulty",
    "tags",
    "related",
    "recommendedBooks",
    "lastUpdated",
    "externalLinks",
    "aliases",
    "status",
    "draft",
    "replacedBy",
    "previousSlugs",
    "requires",
    "broader",
)
_KNOWN = {key.casefold(): key for key in KEYS}
# Lists of slugs, and the kind of what they name.
REFERENCES = {"related": "entry", "recommendedBooks": "book", "requires": "entry", "broader": "entry"}
_ALIAS_LIMIT = 300


@dataclass(slots=True, kw_only=True)
class EntryRecord(Record):
    category: str = ""
    difficulty: str = ""
    # What the file says; `status` and `last_updated` are what it means.
    status_label: str = ""
    last_updated_label: str = ""
    tags: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    preamble: str = ""
    # {heading, key, markdown} of every section, in the order of the file.
    sections: list[dict[str, str]] = field(default_factory=list)
    brief_definition: str = ""
    detailed_explanation: str = ""
    key_concepts: list[str] | None = None
    common_applications: list[str] | None = None
    prerequisites: list[str] | None = None
    # {heading, markdown} of the sections that have no field above.
    extra_sections: list[dict[str, str]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    def slugs(self, name: str) -> list[str]:
        """The slugs in one reference field."""
        return [target.slug for target in self.targets if target.field == name]


def read(document: Document, path: str = "") -> Reading:
    """path: below the entries folder; the slug of a document that names none."""
    reader = Reader(document, _KNOWN)
    status, status_label = reader.status()
    last_updated, last_updated_label = reader.date("lastUpdated")
    difficulty = reader.label("difficulty", DIFFICULTIES)
    record = EntryRecord(
        title=reader.title(),
        slug=reader.slug(path),
        status=status,
        status_label=status_label,
        last_updated=last_updated,
        last_updated_label=last_updated_label,
        category=reader.label("category"),
        difficulty=difficulty,
        difficulty_rank=difficulty_rank(difficulty),
        tags=reader.strings("tags", LABEL_LIMIT),
        aliases=reader.strings("aliases", _ALIAS_LIMIT),
        previous_slugs=reader.slugs("previousSlugs"),
        targets=_targets(reader),
        links=links.read(reader),
        extra=reader.extra,
    )
    if reader.has_errors():
        return Reading(None, reader.problems)
    _read_body(record, document)
    return Reading(record, reader.problems)


def _targets(reader: Reader) -> list[Target]:
    targets = [Target(name, kind, slug) for name, kind in REFERENCES.items() for slug in reader.slugs(name)]
    if successor := reader.reference("replacedBy"):
        targets.append(Target("replacedBy", "entry", successor))
    return targets


def _read_body(record: EntryRecord, document: Document) -> None:
    record.preamble = document.preamble.strip("\n")
    body = document.sections
    seen: set[str] = set()
    for position, (heading, text) in enumerate(zip(body, body.texts(), strict=True)):
        markdown = text.strip("\n")
        key = sections.key_of(heading)
        # Of two headings with one key the first is the field; the second is kept beside it.
        first = key not in seen
        unique = key if first else f"{key}-{position + 1}"
        seen.add(key)
        record.sections.append({"heading": heading, "key": unique, "markdown": markdown})
        if first and key in sections.TEXTS:
            setattr(record, sections.TEXTS[key], markdown)
        elif first and key in sections.LISTS:
            setattr(record, sections.LISTS[key], body.items_of(position))
        else:
            record.extra_sections.append({"heading": heading, "markdown": markdown})
