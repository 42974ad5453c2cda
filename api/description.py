"""What the schema says about the addresses."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_view,
)

from api import expanding, filters, listing, paging, selecting, shapes
from api.exporting import Format
from api.problems import MEDIA_TYPE

_READ = [200, 304]
# Without anything, or with a token where the operator demands one or drafts are asked for.
_ANYBODY: list[Any] = [{}, {"token": []}]
_REFUSALS = {
    400: "An unknown, repeated or mistaken query parameter, or a request that cannot be read.",
    401: "A token is needed, or the one given is not valid.",
    403: "The token lacks a scope, or its account the right.",
    404: "There is nothing here.",
    405: "The method is not allowed; `Allow` names those that are.",
    406: "`Accept` leaves out every format there is here.",
    410: "It was deleted; of a cursor: it is too old, and the reader has to begin again.",
    413: "The request is too large.",
    415: "The request is in a format that is not taken here.",
    412: "What is published is not what `If-Match` or `If-Unmodified-Since` asks for.",
    429: "Too often; `Retry-After` says how many seconds to wait.",
    500: "Something went wrong on our side.",
    503: "It has to be made first, and that takes too long for a request.",
}


def _header(name: str, text: str, answers: list[int], type_: Any = str) -> OpenApiParameter:
    return OpenApiParameter(name, type_, OpenApiParameter.HEADER, response=answers, description=text)


_CONDITIONS = [
    OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="An `ETag` that is there already."),
    OpenApiParameter("If-Modified-Since", str, OpenApiParameter.HEADER, description="Without `If-None-Match` only."),
    _header("ETag", "Strong; another one for every representation.", _READ),
    _header("Cache-Control", "How long the answer may be kept.", _READ),
]
_MODIFIED = _header("Last-Modified", "When it was published; of a list, when anything last was.", _READ)
_LOCATION = _header("Location", "The address to use from now on.", [301])
_PAGE_SIZE = OpenApiParameter(
    "pageSize",
    {"type": "integer", "minimum": 1, "maximum": paging.LARGEST_SIZE, "default": paging.DEFAULT_SIZE},
    description="Results of one page.",
)
_PAGE = OpenApiParameter(
    "page",
    {"type": "integer", "minimum": 1, "maximum": 999_999_999},
    description="A page by its number, from 1; past the end is a 404.",
)
_CURSOR = OpenApiParameter(
    "cursor",
    str,
    description="Where to go on, from `next` or `previous`. Costs the same however far it is, and what is published "
    "or deleted meanwhile makes nothing come twice or never. Empty: from the start.",
)
_MOVED = {301: OpenApiResponse(description="It has another slug now, or this one is spelled differently.")}
_KIND = OpenApiParameter("kind", str, enum=["entry", "book"], description="Only these.")

_LINKED: dict[Any, Any] = {
    (200, "application/ld+json"): OpenApiResponse(OpenApiTypes.OBJECT, description="Linked data, if `Accept` asks."),
    (200, "text/turtle"): OpenApiResponse(OpenApiTypes.STR, description="Linked data, if `Accept` asks."),
}
_DRAFT = OpenApiParameter(
    "draft",
    str,
    enum=["true", "false"],
    description="The working copy, as editors see it; with a token that may read drafts. Kept by no cache.",
)

_FILTERS = {
    "category": "Any of these, separated by commas.",
    "difficulty": "Any of these, separated by commas.",
    "tagAny": "Any of these tags, separated by commas.",
    "related": "Entries that name one of these slugs as related.",
    "requires": "Entries that require one of these slugs.",
    "broader": "Entries below one of these slugs.",
    "book": "Entries that recommend one of these books.",
    "status": "published, deprecated, or another word of the files.",
    "initial": "The first letter of the title; # for none.",
    "author": "Any of these authors.",
    "topic": "Books about one of these entries.",
    "has": "Only what has something in all of these fields or sections, by their names in the detail answer.",
    "lacks": "Only what has nothing in any of these.",
    "updatedSince": "lastUpdated on this day or later.",
    "updatedBefore": "lastUpdated before this day.",
    "slugIn": "Only these slugs.",
}
_DAYS = ("updatedSince", "updatedBefore")


def _filters(*kinds: str) -> list[OpenApiParameter]:
    found = []
    for name in filters.allowed(*kinds):
        if name == "tag":
            found.append(
                OpenApiParameter(
                    "tag",
                    {"type": "array", "items": {"type": "string"}, "maxItems": 100},
                    explode=True,
                    style="form",
                    description="Repeated: all of them.",
                )
            )
        else:
            type_ = OpenApiTypes.DATE if name in _DAYS else OpenApiTypes.STR
            found.append(OpenApiParameter(name, type_, description=_FILTERS[name]))
    return found


def _choice(name: str, allowed: tuple[str, ...], text: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=f"{text} Separated by commas: {', '.join(allowed)}.")


def _selection(kind: str) -> list[OpenApiParameter]:
    return [
        _choice("fields", selecting.allowed(kind), "Only these fields; `*` for all that are stored."),
        _choice("expand", expanding.allowed(kind), "References as objects in place of slugs, and who refers here."),
        OpenApiParameter(
            "autolink",
            str,
            enum=["true", "false"],
            description="The first mention of another entry in `html`, and in `sections.html`, is a link to it: "
            '`<a href="…" class="autolink" data-slug="…">`.',
        ),
    ]


_ORDERING = _choice(
    "ordering",
    tuple(f"{sign}{name}" for name in listing.ORDERINGS for sign in ("", "-")),
    "By title, unless asked. What has no date comes before all dates.",
)


def _read(
    operation: str,
    summary: str,
    text: str,
    answer: dict[Any, Any],
    refusals: tuple[int, ...],
    parameters: list[OpenApiParameter],
    tag: str,
) -> Callable[..., Any]:
    return extend_schema(
        operation_id=operation,
        summary=summary,
        description=text,
        tags=[tag],
        auth=_ANYBODY,
        parameters=[*parameters, *_CONDITIONS],
        responses={
            **answer,
            304: OpenApiResponse(description="It is what the client has."),
            **_problems(400, 401, *refusals, 412, 429, 500),
        },
    )


def _problems(*statuses: int) -> dict[Any, Any]:
    return {(status, MEDIA_TYPE): OpenApiResponse(shapes.Problem, description=_REFUSALS[status]) for status in statuses}


root = _read(
    "root",
    "The addresses of the API",
    "As linked data, if `Accept` asks: the whole glossary.",
    {(200, "application/json"): shapes.Addresses, **_LINKED},
    (406,),
    [_header("Link", "Where the feed and linked data are.", [200])],
    "about",
)


def _list(kind: str, plural: str, shape: Any) -> Callable[..., Any]:
    return extend_schema_view(
        get=_read(
            f"list_{plural}",
            f"Published {plural}",
            "Follow `next` to read all of them.",
            {200: shape},
            (403, 404, 406),
            [*_filters(kind), _ORDERING, *_selection(kind), _PAGE, _PAGE_SIZE, _CURSOR, _DRAFT, _MODIFIED],
            plural,
        )
    )


def _item(kind: str, plural: str, shape: Any) -> Callable[..., Any]:
    return extend_schema_view(
        get=_read(
            f"get_{kind}",
            f"One published {kind}",
            "",
            {(200, "application/json"): shape, **_LINKED, **_MOVED},
            (403, 404, 406, 410),
            [*_selection(kind), _DRAFT, _MODIFIED, _LOCATION],
            plural,
        )
    )


def _file(kind: str, plural: str) -> Callable[..., Any]:
    answer: dict[Any, Any] = {
        (200, "text/markdown"): OpenApiResponse(OpenApiTypes.STR, description="Byte for byte."),
        **_MOVED,
    }
    return extend_schema_view(
        get=_read(
            f"get_{kind}_file",
            f"The file of one published {kind}",
            "",
            answer,
            (403, 404, 410),
            [_DRAFT, _MODIFIED, _LOCATION],
            plural,
        )
    )


def _linked(kind: str, plural: str, syntax: str, media_type: str, type_: Any) -> Callable[..., Any]:
    answer: dict[Any, Any] = {(200, media_type): OpenApiResponse(type_, description="Linked data."), **_MOVED}
    return extend_schema_view(
        get=_read(
            f"get_{kind}_{syntax}",
            f"One published {kind} as linked data",
            "schema.org and SKOS, with what it names that is published.",
            answer,
            (404, 410),
            [_MODIFIED, _LOCATION],
            plural,
        )
    )


def _simple(operation: str, summary: str, text: str, answer: Any, tag: str, *parameters: Any, also: Any = ()) -> Any:
    return _read(operation, summary, text, answer, (406, *also), [*parameters, _MODIFIED], tag)


def _lines(text: str) -> dict[Any, Any]:
    return {(200, "application/x-ndjson"): OpenApiResponse(OpenApiTypes.STR, description=text)}


entry_list = _list("entry", "entries", shapes.EntryPage)
entry_detail = _item("entry", "entries", shapes.Entry)
entry_markdown = _file("entry", "entries")
entry_path = extend_schema_view(
    get=_read(
        "get_entry_path",
        "What to read before an entry",
        "All that the entry requires, directly or not, in an order in which everything comes after what it requires "
        "itself; of those that may come next, the easiest. Only a cycle has no such order: it is named in `cycles`.",
        {200: shapes.LearningPath, **_MOVED},
        (404, 406, 410),
        [_MODIFIED, _LOCATION],
        "entries",
    )
)
book_list = _list("book", "books", shapes.BookPage)
book_detail = _item("book", "books", shapes.Book)
book_markdown = _file("book", "books")
entry_jsonld = _linked("entry", "entries", "jsonld", "application/ld+json", OpenApiTypes.OBJECT)
entry_turtle = _linked("entry", "entries", "turtle", "text/turtle", OpenApiTypes.STR)
book_jsonld = _linked("book", "books", "jsonld", "application/ld+json", OpenApiTypes.OBJECT)
book_turtle = _linked("book", "books", "turtle", "text/turtle", OpenApiTypes.STR)

search = extend_schema_view(
    get=_simple(
        "search",
        "Search entries and books",
        "All words have to be found; the last may be unfinished, and words in quotes stand together. What nothing has "
        "is taken for a typing mistake. Titles come first, then aliases, slugs, tags and texts. At most the best 500.",
        {200: shapes.SearchPage},
        "finding",
        OpenApiParameter("q", {"type": "string", "maxLength": 200}, required=True, description="What to look for."),
        _KIND,
        *_filters("entry", "book"),
        _PAGE,
        _PAGE_SIZE,
        also=(404,),
    )
)
lookup = extend_schema_view(
    get=_simple(
        "lookup",
        "The entry of a name",
        "By title, alias or slug, else by a slug it had before, else by a title without what stands behind it in "
        "parentheses; letter case and English plurals do not count. Deprecated entries come last among several.",
        {200: shapes.Entry, 300: OpenApiResponse(shapes.Choices, description="Several entries have the name.")},
        "finding",
        OpenApiParameter("name", {"type": "string", "maxLength": 300}, required=True, description="The name."),
        *_selection("entry"),
        also=(404,),
    )
)
annotate = extend_schema_view(
    get=_simple(
        "annotate",
        "Names of entries in a text",
        "The longest name at each place, for links; in the plural or singular too. Short names in capitals are found "
        "in capitals alone.",
        {200: shapes.Matches},
        "finding",
        OpenApiParameter("text", {"type": "string", "maxLength": 100_000}, required=True, description="The text."),
        OpenApiParameter("offsets", str, enum=["codePoints", "utf16"], description="JavaScript counts in utf16."),
        OpenApiParameter("once", str, enum=["true", "false"], description="Only the first place of each entry."),
        OpenApiParameter("exclude", str, description="Slugs that are not to be found, separated by commas."),
    ),
    post=extend_schema(
        operation_id="annotate_long",
        summary="Names of entries in a long text",
        description="As by GET. The text is kept nowhere.",
        tags=["finding"],
        auth=_ANYBODY,
        request=shapes.AnnotateRequest,
        responses={200: shapes.Matches, **_problems(400, 401, 406, 413, 415, 429, 500)},
    ),
)
facets = extend_schema_view(
    get=_simple(
        "facets",
        "What there is to filter by, with counts",
        "Of all that is published, or of what a filter leaves.",
        {200: PolymorphicProxySerializer("Facets", [shapes.EntryFacets, shapes.BookFacets], None)},
        "finding",
        OpenApiParameter("kind", str, enum=["entry", "book"], default="entry", description="Of which items."),
        *_filters("entry", "book"),
    )
)
categories = extend_schema_view(
    get=_simple("categories", "Categories, with counts", "", {200: shapes.Vocabulary}, "finding")
)
tags = extend_schema_view(get=_simple("tags", "Tags, with counts", "", {200: shapes.Vocabulary}, "finding"))
graph = extend_schema_view(
    get=_simple("graph", "How entries and books refer to each other", "", {200: shapes.Graph}, "copying")
)
health = extend_schema_view(
    get=_read(
        "health",
        "What is wrong with what is published",
        "Findings of the content checks, the errors first, with numbers by code and a score. What somebody dismissed "
        "is left out.",
        {200: shapes.Health},
        (404, 406, 503),
        [
            OpenApiParameter("severity", str, enum=["error", "warning", "hint"]),
            OpenApiParameter("code", str, description="Such as related.dangling."),
            _PAGE,
            OpenApiParameter(
                "pageSize",
                {"type": "integer", "minimum": 1, "maximum": paging.LARGEST_SIZE, "default": paging.LARGEST_SIZE},
                description="Findings of one page.",
            ),
        ],
        "finding",
    )
)
changes = extend_schema_view(
    get=_simple(
        "changes",
        "What was published, renamed, unpublished and deleted since",
        "Without `since` first all that is published comes, then what changed meanwhile. Keep `nextCursor`, and ask "
        "again with it whenever you like; do as the lines say, in their order, and you have a copy.",
        {200: shapes.ChangePage},
        "copying",
        OpenApiParameter("since", str, description="The `nextCursor` of an earlier answer."),
        OpenApiParameter(
            "pageSize",
            {"type": "integer", "minimum": 1, "maximum": paging.LARGEST_SIZE, "default": paging.LARGEST_SIZE},
            description="Lines of one page.",
        ),
        also=(410,),
    )
)
export = extend_schema_view(
    get=_read(
        "export",
        "Everything that is published",
        "One JSON object a line: `kind`, and the fields of the detail answer.",
        _lines("One item a line."),
        (),
        [
            _KIND,
            _choice(
                "fields", tuple(dict.fromkeys([*selecting.allowed("entry"), *selecting.allowed("book")])), "Only these."
            ),
            _MODIFIED,
        ],
        "copying",
    )
)
chunks = extend_schema_view(
    get=_read(
        "chunks",
        "The sections of all entries, for retrieval",
        "One JSON object a line: `id` (stable), `entry` (its slug), `title`, `heading`, `key`, `text`, `sha256` of the "
        "text, `url` to cite. With `since` only what changed, and `{id, entry, deleted: true}` for what is gone. The "
        "last line is `{nextCursor}`; `Link` has the address of the next request.",
        _lines("One section a line."),
        (410,),
        [OpenApiParameter("since", str, description="The `nextCursor` of an earlier answer."), _MODIFIED],
        "copying",
    )
)


def format_(what: Format) -> Callable[..., Any]:
    type_: Any = {"type": ["array", "object"]} if what.media_type.endswith("json") else OpenApiTypes.STR
    answer: dict[Any, Any] = {(200, what.media_type): OpenApiResponse(type_, description="All of it.")}
    return extend_schema_view(get=_read(f"export_{what.address}", what.says, "", answer, (), [_MODIFIED], "exporting"))


def _file_of(
    operation: str, summary: str, media_type: str, text: str = "", also: Any = (), *parameters: OpenApiParameter
) -> Callable[..., Any]:
    answer: dict[Any, Any] = {(200, media_type): OpenApiResponse(OpenApiTypes.STR, description="The file.")}
    return extend_schema_view(get=_read(operation, summary, text, answer, also, [*parameters, _MODIFIED], "crawling"))


feed = _file_of("feed", "What was published last, as an Atom feed", "application/atom+xml")
sitemap = _file_of(
    "sitemap", "The site map", "application/xml", "Beyond 50,000 pages an index of several, by their numbers."
)
sitemap_part = _file_of(
    "sitemap_part",
    "A part of the site map",
    "application/xml",
    "",
    (404,),
    OpenApiParameter("number", {"type": "integer", "minimum": 1}, OpenApiParameter.PATH, description="From 1."),
)
llms = _file_of("llms", "What there is, for language models", "text/markdown", "As llmstxt.org has it.")
llms_full = _file_of("llms_full", "All entries in one file, for language models", "text/markdown")
robots = extend_schema_view(
    get=_read(
        "robots",
        "What crawlers are asked to leave alone",
        "",
        {(200, "text/plain"): OpenApiResponse(OpenApiTypes.STR, description="The file.")},
        (),
        [],
        "crawling",
    )
)
