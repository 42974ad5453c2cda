"""What the tools answer. Their descriptions are read by assistants, as part of the schema."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

Slug = Annotated[str, Field(description="Names an item in every tool.")]
Markdown = Annotated[str, Field(description="Markdown; empty where there is none.")]
Address = Annotated[str | None, Field(description="To cite; null unless the server was started with --url.")]


class Entry(TypedDict):
    """A term in a list."""

    slug: Slug
    title: str
    category: str | None
    difficulty: str | None
    tags: list[str]
    aliases: Annotated[list[str], Field(description="Other names of the term.")]
    status: Annotated[str, Field(description="published, or deprecated: then see replacedBy of the whole entry.")]
    briefDefinition: Markdown
    url: Address


class Hit(TypedDict):
    kind: Annotated[str, Field(description="entry or book.")]
    slug: Slug
    title: str
    matchedLabel: Annotated[str | None, Field(description="The title, alias, slug or tag that matched; else null.")]
    snippet: Annotated[str, Field(description="The text around what matched.")]
    briefDefinition: Annotated[str, Field(description="Of a book its description.")]
    url: Address


class SearchResult(TypedDict):
    query: str
    correctedQuery: Annotated[str | None, Field(description="What was searched instead of a typing mistake.")]
    total: Annotated[int, Field(description="How many match; an estimate where approximate is true.")]
    approximate: bool
    results: list[Hit]


class Section(TypedDict):
    heading: str
    markdown: str


class Link(TypedDict):
    title: str
    url: str
    description: str


class Reference(TypedDict):
    kind: Annotated[str, Field(description="entry or book.")]
    slug: Slug
    title: Annotated[str | None, Field(description="null of what is not published.")]
    exists: Annotated[bool, Field(description="Whether it is published.")]
    briefDefinition: Annotated[str, Field(description="Of a book its description.")]
    url: Address


class WholeEntry(Entry):
    """A term with everything that is said of it."""

    replacedBy: Annotated[str | None, Field(description="The slug of the entry to use instead of a deprecated one.")]
    lastUpdated: str | None
    sections: Annotated[list[Section], Field(description="In the order of the entry; the first may have no heading.")]
    truncated: Annotated[bool, Field(description="Whether sections end early, because the entry is very long.")]
    externalLinks: list[Link]
    related: list[str]
    requires: Annotated[list[str], Field(description="Entries to read first.")]
    broader: Annotated[list[str], Field(description="More general entries.")]
    recommendedBooks: list[str]
    version: int
    publishedAt: str


class EntryList(TypedDict):
    total: int
    entries: list[Entry]
    nextCursor: Annotated[str | None, Field(description="Ask again with it for more; null at the end.")]


class Relations(TypedDict):
    slug: Slug
    title: str
    related: list[Reference]
    requires: Annotated[list[Reference], Field(description="Entries to read first.")]
    broader: Annotated[list[Reference], Field(description="More general entries.")]
    replacedBy: Reference | None
    recommendedBooks: list[Reference]
    referredBy: Annotated[list[Reference], Field(description="Entries and books that refer here, in whatever way.")]


class Step(TypedDict):
    slug: Slug
    title: str
    difficulty: str | None
    briefDefinition: Markdown
    level: Annotated[int, Field(description="Steps of one level can be read in any order.")]
    requires: Annotated[list[str], Field(description="Those of the other steps that it builds on.")]
    url: Address


class Missing(TypedDict):
    slug: str
    requiredBy: list[str]


class Path(TypedDict):
    slug: Slug
    title: str
    steps: Annotated[list[Step], Field(description="In the order to read them, before the entry itself.")]
    cycles: Annotated[list[list[str]], Field(description="Entries that require each other.")]
    missing: Annotated[list[Missing], Field(description="Required, but not published.")]


class Change(TypedDict):
    id: Annotated[str, Field(description="Of the item, whatever its slug.")]
    kind: Annotated[str, Field(description="entry or book.")]
    action: Annotated[str, Field(description="published, renamed, unpublished or deleted.")]
    slug: str
    previousSlug: str | None
    title: Annotated[str | None, Field(description="null of what is gone, and where a later change follows.")]
    changedAt: str


class Changes(TypedDict):
    changes: list[Change]
    nextCursor: Annotated[str, Field(description="The `since` of the next call, now or another day.")]
    more: Annotated[bool, Field(description="Whether there is more already.")]


class Value(TypedDict):
    label: str
    count: int


class Vocabulary(TypedDict):
    entries: Annotated[int, Field(description="How many are published.")]
    books: int
    categories: list[Value]
    difficulties: list[Value]
    tags: list[Value]
