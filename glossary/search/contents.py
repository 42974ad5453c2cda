"""What a published payload gives search to find. Pure: a payload in, texts out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from glossary.search import words
from glossary.search.models import Name
from glossary.search.plain import plain

# More is not read by anybody in a list of hits, and PostgreSQL indexes at most 1 MB of one row.
_TEXT_LIMIT = 100_000
_NAME_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Contents:
    title: str
    slug: str
    aliases: list[str]
    previous_slugs: list[str]
    tags: list[str]
    text: str

    def labels(self) -> str:
        """The form of `SearchItem.labels`.

        >>> Contents("Black box", "black-box", ["Opaque"], [], ["trust"], "").labels()
        '\\n black box\\n\\x1e\\n opaque\\n\\x1e\\n black box\\n\\x1e\\n trust\\n'
        """
        groups = ([self.title], self.aliases, [self.slug], self.tags)
        return "\x1e".join("".join(f"\n {' '.join(words.keys(name))}" for name in group) + "\n" for group in groups)

    def names(self) -> Iterator[tuple[str, str, int]]:
        """(key, label, source); of two names that are looked up alike, the first."""
        sources = (
            (Name.Source.TITLE, [self.title]),
            (Name.Source.SLUG, [self.slug]),
            (Name.Source.ALIAS, self.aliases),
            (Name.Source.PREVIOUS, self.previous_slugs),
        )
        seen = set()
        for source, labels in sources:
            for label in labels:
                key = words.name_key(label)[:_NAME_LIMIT]
                if key and key not in seen:
                    seen.add(key)
                    yield key, label[:_NAME_LIMIT], int(source)


def contents(payload: dict[str, Any]) -> Contents:
    """Of an entry or a book, whichever the payload is."""
    return Contents(
        title=payload["title"],
        slug=payload["slug"],
        aliases=payload.get("aliases", []),
        previous_slugs=payload["previousSlugs"],
        tags=payload.get("tags", []),
        text="\n".join(filter(None, _texts(payload)))[:_TEXT_LIMIT],
    )


def _texts(payload: dict[str, Any]) -> Iterator[str]:
    for name in ("subtitle", "publisher", "isbn13"):
        yield payload.get(name) or ""
    yield ", ".join([*payload.get("authors", []), *payload.get("editors", [])])
    for name in ("description", "preamble", "body"):
        yield plain(payload.get(name) or "")
    for section in payload.get("sections", []):
        # Nobody looks for a heading that every entry has.
        if section["key"] not in _USUAL:
            yield section["heading"]
        yield plain(section["markdown"])
    for link in payload.get("externalLinks", []):
        yield link["title"]
        yield link["description"]


_USUAL = frozenset(["briefDefinition", "detailedExplanation", "keyConcepts", "commonApplications", "prerequisites"])
