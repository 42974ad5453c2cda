"""The tools. What they may see is the published state alone, by the same questions as the API; none of them writes.

Their docstrings and the descriptions of their arguments are what an assistant reads.
"""

import html
import re
from collections.abc import Callable
from datetime import UTC
from functools import wraps
from typing import Annotated, Any, Literal, ParamSpec, TypeVar, cast

import orjson
from django.conf import settings
from django.http import QueryDict
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from api import (
    counting,
    expanding,
    feed,
    filters,
    listing,
    paging,
    parameters,
    paths,
    published,
    resources,
    state,
)
from api.assistants import shapes
from api.problems import ApiError
from api.resources import BOOKS, ENTRIES
from glossary.search import naming, searching

P = ParamSpec("P")
R = TypeVar("R")

# As many characters of sections as an assistant can take in one go.
LONGEST = 60_000
_MOST = 50
_RELATIONS = ("related", "requires", "broader", "replacedBy", "recommendedBooks", "referredBy")
_NEAREST = 5
_MARKS = re.compile(r"</?mark>")

Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=300,
        description="A slug, or any name of the term: its title, an alias or acronym, a slug it had before.",
    ),
]
Limit = Annotated[int, Field(ge=1, le=_MOST, description="How many at most.")]
_Word = Annotated[str, Field(max_length=300)]
Category = Annotated[_Word | None, Field(description="Only of this category; `vocabulary` names all.")]
Difficulty = Annotated[_Word | None, Field(description="beginner, intermediate or advanced.")]
Tags = Annotated[list[_Word] | None, Field(max_length=20, description="Only what has all of these tags.")]


def _answering(tool: Callable[P, R]) -> Callable[P, R]:
    """Refusals of the API as errors that the assistant reads."""

    @wraps(tool)
    def answer(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return tool(*args, **kwargs)
        except ApiError as error:
            raise ToolError(str(error.detail)) from error

    return answer


class Tools:
    """url: where the server is reached, if answers shall say where items are."""

    def __init__(self, url: str = "") -> None:
        self._url = url.rstrip("/")

    @property
    def all(self) -> tuple[Callable[..., Any], ...]:
        return (
            self.search,
            self.get_entry,
            self.list_entries,
            self.related,
            self.learning_path,
            self.changes,
            self.vocabulary,
        )

    @_answering
    def search(
        self,
        query: Annotated[str, Field(min_length=1, max_length=200, description="Words, or a question in a few words.")],
        kind: Annotated[Literal["entry", "book"] | None, Field(description="Only entries, or only books.")] = None,
        category: Category = None,
        difficulty: Difficulty = None,
        tags: Tags = None,
        limit: Limit = 10,
    ) -> shapes.SearchResult:
        """Searches the published glossary, entries and books. All words have to be found; typing mistakes are forgiven.
        The best come first. Use get_entry for the whole text of one.
        """
        asked = _query(category=category, difficulty=difficulty, tag=tags)
        values = parameters.read(asked, filters.allowed("entry", "book"), filters.REPEATABLE)
        conditions, given = filters.read(asked, values, "entry", "book").conditions()
        if kind:
            conditions, given = [*conditions, "s.kind = %s"], [*given, kind]
        found = searching.search(_plain(query), searching.Scope(settings.LEMMA_LOCALE, conditions, given), size=limit)
        return {
            "query": query,
            "correctedQuery": found.corrected,
            "total": found.count,
            "approximate": found.approximate,
            "results": [
                {
                    "kind": hit.kind,
                    "slug": hit.summary["slug"],
                    "title": hit.summary["title"],
                    "matchedLabel": hit.matched_label,
                    "snippet": html.unescape(_MARKS.sub("", hit.snippet)),
                    "briefDefinition": hit.summary.get("briefDefinition") or hit.summary.get("description") or "",
                    "url": self._address(hit.kind, hit.summary["slug"]),
                }
                for hit in found.hits
            ],
        }

    @_answering
    def get_entry(self, name: Name) -> shapes.WholeEntry:
        """The whole entry of a term: definition, explanation, all sections, links, and what it refers to."""
        found = _found(name)
        said = orjson.loads(found.payload)
        sections, truncated = _within(LONGEST, said)
        return {
            **self._entry(said),
            "replacedBy": said["replacedBy"],
            "lastUpdated": said["lastUpdated"],
            "sections": sections,
            "truncated": truncated,
            "externalLinks": [
                {"title": link["title"], "url": link["url"], "description": link["description"]}
                for link in said["externalLinks"]
            ],
            "related": said["related"],
            "requires": said["requires"],
            "broader": said["broader"],
            "recommendedBooks": said["recommendedBooks"],
            "version": said["version"],
            "publishedAt": said["publishedAt"],
        }

    @_answering
    def list_entries(
        self,
        category: Category = None,
        difficulty: Difficulty = None,
        tags: Tags = None,
        initial: Annotated[str | None, Field(max_length=10, description="The first letter of the title.")] = None,
        updated_since: Annotated[str | None, Field(max_length=10, description="A day, as in 2025-01-28.")] = None,
        ordering: Annotated[
            Literal["title", "-lastUpdated", "difficulty", "-publishedAt"], Field(description="- for the last first.")
        ] = "title",
        limit: Limit = 20,
        cursor: Annotated[
            str | None, Field(max_length=4000, description="nextCursor of an earlier answer, with the same arguments.")
        ] = None,
    ) -> shapes.EntryList:
        """Lists published entries with their brief definitions, a page at a time."""
        asked = _query(
            category=category,
            difficulty=difficulty,
            tag=tags,
            initial=initial,
            updatedSince=updated_since,
            ordering=ordering,
            pageSize=str(limit),
            cursor=cursor,
        )
        allowed = (*filters.allowed(ENTRIES.kind), "ordering", *paging.PARAMETERS)
        values = parameters.read(asked, allowed, filters.REPEATABLE)
        order = listing.order_of(values)
        window = paging.window_of(asked, values, order.types)
        page = listing.read(ENTRIES.kind, filters.read(asked, values, ENTRIES.kind), order, window, full=False)
        following = paging.cursor(asked, False, page.rows[-1].place) if page.after and page.rows else None
        return {
            "total": page.total,
            "entries": [self._entry(orjson.loads(row.body)) for row in page.rows],
            "nextCursor": following,
        }

    @_answering
    def related(self, name: Name) -> shapes.Relations:
        """What an entry refers to and what refers to it, by kind of relation, with brief definitions."""
        said = orjson.loads(_found(name).payload)
        expanding.expand([said], ENTRIES.kind, _RELATIONS, {ENTRIES.kind: "", BOOKS.kind: ""})

        def reference(one: dict[str, Any]) -> shapes.Reference:
            return {**one, "url": self._address(one["kind"], one["slug"]) if one["exists"] else None}  # type: ignore[typeddict-item]

        found: dict[str, Any] = {
            name: [reference(one) for one in said[name]] for name in _RELATIONS if name != "replacedBy"
        }
        found["replacedBy"] = reference(said["replacedBy"]) if said["replacedBy"] else None
        return cast(shapes.Relations, {"slug": said["slug"], "title": said["title"], **found})

    @_answering
    def learning_path(self, name: Name) -> shapes.Path:
        """What to read before an entry, in order: all that it requires, each after what it builds on."""
        slug = _found(name).slug
        body = paths.body(slug, "")
        if body is None:
            raise _unknown(name)
        path = orjson.loads(body)
        for step in path["steps"]:
            step["url"] = self._address(ENTRIES.kind, step["slug"])
        return cast(shapes.Path, {name: path[name] for name in shapes.Path.__annotations__})

    @_answering
    def changes(
        self,
        since: Annotated[
            str | None, Field(max_length=4000, description="nextCursor of an earlier answer; else from the start.")
        ] = None,
        limit: Limit = 20,
    ) -> shapes.Changes:
        """What was published, renamed, unpublished and deleted, in order. Without `since`, all from the start."""
        page = feed.read(feed.since_of(since, state.read()), limit)
        return {
            "changes": [
                {
                    "id": line.uuid,
                    "kind": line.kind,
                    "action": line.action,
                    "slug": line.slug,
                    "previousSlug": line.previous_slug or None,
                    "title": orjson.loads(line.payload)["title"] if line.payload else None,
                    "changedAt": line.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
                }
                for line in page.lines
            ],
            "nextCursor": str(page.following),
            "more": page.more,
        }

    @_answering
    def vocabulary(self) -> shapes.Vocabulary:
        """What there is to filter by: all categories, difficulties and tags, with the number of entries of each."""
        found = counting.facets(ENTRIES.kind, ("", "category", "difficulty", "tag"), filters.Filter())
        books = counting.facets(BOOKS.kind, ("",), filters.Filter())

        def values(name: str) -> list[shapes.Value]:
            return [{"label": one["label"], "count": one["count"]} for one in found[name] if one["count"]]

        return {
            "entries": sum(one["count"] for one in found[""]),
            "books": sum(one["count"] for one in books[""]),
            "categories": values("category"),
            "difficulties": values("difficulty"),
            "tags": values("tag"),
        }

    def _entry(self, said: dict[str, Any]) -> shapes.Entry:
        return {
            "slug": said["slug"],
            "title": said["title"],
            "category": said["category"],
            "difficulty": said["difficulty"],
            "tags": said["tags"],
            "aliases": said["aliases"],
            "status": said["status"],
            "briefDefinition": said["briefDefinition"],
            "url": self._address(ENTRIES.kind, said["slug"]),
        }

    def _address(self, kind: str, slug: str) -> str | None:
        if not self._url:
            return None
        resource = ENTRIES if kind == ENTRIES.kind else BOOKS
        return resources.detail(self._url + resource.path(), slug)


def file_of(kind: str, slug: str) -> str | None:
    """The published file of an item; None where there is none."""
    found = published.file(kind, slug)
    return found.data.decode() if found else None


def _found(name: str) -> published.Detail:
    """The published entry that the name means.

    Raises:
        ToolError: none is, or several are.
    """
    if found := published.stated(ENTRIES.kind, name):
        return found
    named = naming.lookup(_plain(name), ENTRIES.kind, settings.LEMMA_LOCALE)
    if len(named) > 1:
        choices = ", ".join(f'"{one.title}" (slug {one.slug})' for one in named)
        raise ToolError(f'"{name}" is the name of several entries: {choices}. Ask again with the slug of one.')
    found = published.stated(ENTRIES.kind, named[0].slug) if named else None
    if found is None:
        raise _unknown(name)
    return found


def _unknown(name: str) -> ToolError:
    if published.was_deleted(ENTRIES.kind, name):
        return ToolError(f'The entry "{name}" was deleted.')
    scope = searching.Scope(settings.LEMMA_LOCALE, ["s.kind = %s"], [ENTRIES.kind])
    hits = searching.search(_plain(name)[:200], scope, size=_NEAREST).hits
    nearest = ", ".join(f'"{hit.summary["title"]}" (slug {hit.summary["slug"]})' for hit in hits)
    hint = f"The nearest are {nearest}." if nearest else "`search` finds entries by words of their texts."
    return ToolError(f'No entry is called "{name}". {hint}')


def _plain(text: str) -> str:
    # PostgreSQL takes no NUL in a text.
    return text.replace("\0", " ")


def _query(**given: str | list[str] | None) -> QueryDict:
    """As if it had been asked by HTTP, so that the same rules hold and the same words refuse."""
    query = QueryDict(mutable=True)
    for name, value in given.items():
        if value:
            query.setlist(name, value if isinstance(value, list) else [value])
    return query


def _within(most: int, said: dict[str, Any]) -> tuple[list[shapes.Section], bool]:
    """The sections with what stands before them, at most so many characters of them, and whether some are left out."""
    sections: list[shapes.Section] = []
    left = most
    for section in [{"heading": "", "markdown": said["preamble"]}, *said["sections"]]:
        text = section["markdown"]
        if not text and not section["heading"]:
            continue
        if len(text) > left:
            sections.append({"heading": section["heading"], "markdown": text[:left] + "…"})
            return sections, True
        left -= len(text)
        sections.append({"heading": section["heading"], "markdown": text})
    return sections, False
