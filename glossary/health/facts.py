"""What the checks need to know of one text. Pure: bytes in, plain values out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from documents import Document, DocumentError, parse
from glossary import sections
from glossary.health import body
from publishing import kinds, names
from publishing.problems import Problem as Remark

_NOWHERE = range(0)


@dataclass(slots=True)
class Facts:
    """One text. `item` is the key of its item; `lines` has the line of each front-matter key, in the usual spelling."""

    item: int
    kind: str
    # From the content root, such as terms/black-box.md.
    path: str
    slug: str
    title: str
    status: str = "published"
    category: str = ""
    rank: int = 0
    difficulty: str = ""
    last_updated: str = ""
    tags: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    previous_slugs: list[str] = field(default_factory=list)
    # [field, kind, slug, line] of every slug in the front matter.
    targets: list[Any] = field(default_factory=list)
    brief: str = ""
    brief_line: int = 0
    # [heading, key, whether there is text, line] of each section.
    sections: list[Any] = field(default_factory=list)
    preamble_line: int = 0
    # (level, text, line), (address, line) and (text, line) in the body.
    headings: list[Any] = field(default_factory=list)
    links: list[Any] = field(default_factory=list)
    prose: list[Any] = field(default_factory=list)
    # [address, line] of the external links of the front matter.
    urls: list[Any] = field(default_factory=list)
    # [type, difficulty, line] of the same.
    link_labels: list[Any] = field(default_factory=list)
    isbn: str = ""
    # Addresses of cover and store.
    isbn_places: list[Any] = field(default_factory=list)
    # [key, line] of what the format does not know.
    unknown_keys: list[Any] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    # [code, message, hint, severity, line, field] of what reading the text had to say.
    remarks: list[Any] = field(default_factory=list)

    @property
    def slug_key(self) -> str:
        return names.key(self.slug)

    @property
    def is_readable(self) -> bool:
        """Whether it could be taken into a database at all."""
        return bool(self.title)

    def line(self, name: str) -> int:
        return self.lines.get(name, 0)

    def slugs(self, name: str) -> list[str]:
        return [slug for each, _, slug, _ in self.targets if each == name]


def of(kind: str, item: int, path: str, data: bytes) -> Facts:
    """path: below the kind's folder, "" for an item without a file."""
    shown = f"{kinds.get(kind).folder}/{path}" if path else ""
    try:
        document = parse(data, path)
    except DocumentError as error:
        facts = Facts(item, kind, shown, names.slug_from_path(path), "")
        facts.remarks.append([error.code, error.message, error.hint, "error", error.line, ""])
        return facts
    reading = kinds.get(kind).read(document, path)
    record = reading.record
    if record is None:
        # What can be said of its references and its text is said all the same, under the name it would have.
        slug = document.get("slug")
        facts = Facts(item, kind, shown, slug if isinstance(slug, str) else names.slug_from_path(path), "")
    else:
        facts = Facts(item, kind, shown or record.slug, record.slug, record.title, record.status.value)
        _take(facts, record)
    facts.remarks = [_remark(each) for each in reading.problems]
    known = _spellings(kind)
    lines = document.lines()
    facts.lines = dict(lines)
    for key, at in lines.items():
        if spelled := known.get(key.casefold()):
            facts.lines[spelled] = at
            facts.keys.append(spelled)
        else:
            facts.unknown_keys.append([key, at])
    above = data[: len(data) - len(document.body.encode())].decode().split("\n")
    spans = _spans(facts.lines, len(above) + 1)
    if record is not None:
        facts.targets = [
            [target.field, target.kind, target.slug, _line_of(above, spans.get(target.field, _NOWHERE), target.slug)]
            for target in record.targets
        ]
    _take_links(facts, document, above, spans.get("externalLinks", _NOWHERE))
    _take_body(facts, document, len(above) - 1)
    return facts


@cache
def _spellings(kind: str) -> dict[str, str]:
    """The usual one of each key that the kind knows."""
    return {key.casefold(): key for key in kinds.get(kind).keys}


def _remark(problem: Remark) -> list[Any]:
    return [problem.code, problem.message, problem.hint, problem.severity.value, problem.line, problem.field]


def _take(facts: Facts, record: Any) -> None:
    facts.rank = record.difficulty_rank
    facts.difficulty = record.difficulty
    facts.last_updated = record.last_updated.isoformat() if record.last_updated else ""
    facts.previous_slugs = record.previous_slugs
    if facts.kind == "entry":
        facts.category = record.category
        facts.tags = record.tags
        facts.aliases = record.aliases
        facts.brief = record.brief_definition
    else:
        facts.isbn = record.isbn13


def _spans(lines: Mapping[str, int], stop: int) -> dict[str, range]:
    """The lines of each key, up to where the next one begins."""
    starts = sorted(set(lines.values()))
    following = dict(zip(starts, (*starts[1:], stop), strict=False))
    return {name: range(at, following[at]) for name, at in lines.items()}


def _line_of(above: Sequence[str], span: range, text: str) -> int:
    """On which of these lines a text stands; the first if it is written in some other way."""
    for line in span:
        if text in above[line - 1]:
            return line
    return span.start


def _take_links(facts: Facts, document: Document, above: Sequence[str], span: range) -> None:
    value = document.get("externalLinks") if facts.kind == "entry" else None
    for link in value if isinstance(value, list) else []:
        if not isinstance(link, dict):
            continue
        spelled = {str(key).casefold(): key for key in link}
        url = link.get(spelled.get("url"))
        if isinstance(url, str) and url:
            # In the order of the file, so that the second of two equal ones is found behind the first.
            span = range(_line_of(above, span, url), span.stop)
            facts.urls.append([url, span.start])
        labels = [link.get(spelled.get(name)) for name in ("type", "difficulty")]
        facts.link_labels.append([*(one if isinstance(one, str) else "" for one in labels), span.start])
    if facts.kind == "book":
        for name in ("coverImage", "url"):
            if isinstance(address := document.get(name), str) and address:
                facts.isbn_places.append([name, address, facts.line(name)])


def _take_body(facts: Facts, document: Document, above: int) -> None:
    text = document.body
    facts.headings, facts.links, facts.prose = body.read(text, above)
    if facts.kind != "entry":
        return
    tops = [line for level, _, line in facts.headings if level == 1]
    for number, (heading, said) in enumerate(zip(document.sections, document.sections.texts(), strict=True)):
        # A heading in a quote or a list is one to the parser, but makes no section.
        line = document.section_line(number) if len(tops) != len(document.sections) else tops[number]
        key = sections.key_of(heading)
        facts.sections.append([heading, key, bool(said.strip()), line])
        if key == "briefDefinition" and not facts.brief_line:
            facts.brief_line = line
    if document.preamble.strip():
        facts.preamble_line = above + 1 + text[: len(text) - len(text.lstrip())].count("\n")
