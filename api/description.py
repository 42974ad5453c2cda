"""What the schema says about the addresses."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view

from api import paging, shapes
from api.problems import MEDIA_TYPE

_READ = [200, 304]
_REFUSALS = {
    400: "An unknown, repeated or mistaken query parameter, or a request that cannot be read.",
    404: "There is nothing here.",
    405: "The method is not allowed; `Allow` names those that are.",
    406: "`Accept` leaves out every format there is here.",
    410: "It was deleted.",
    412: "What is published is not what `If-Match` or `If-Unmodified-Since` asks for.",
    500: "Something went wrong on our side.",
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
_PAGES = [
    OpenApiParameter(
        "page", {"type": "integer", "minimum": 1, "default": 1}, description="From 1; past the end is a 404."
    ),
    OpenApiParameter(
        "pageSize",
        {"type": "integer", "minimum": 1, "maximum": paging.LARGEST_SIZE, "default": paging.DEFAULT_SIZE},
        description="Results of one page.",
    ),
]
_MOVED = {301: OpenApiResponse(description="It has another slug now, or this one is spelled differently.")}


def _read(
    operation: str,
    summary: str,
    text: str,
    answer: dict[Any, Any],
    refusals: tuple[int, ...],
    parameters: list[OpenApiParameter],
    tag: str,
) -> Callable[..., Any]:
    problems = {
        (status, MEDIA_TYPE): OpenApiResponse(shapes.Problem, description=_REFUSALS[status])
        for status in (400, *refusals, 412, 500)
    }
    return extend_schema(
        operation_id=operation,
        summary=summary,
        description=text,
        tags=[tag],
        auth=[],
        parameters=[*parameters, *_CONDITIONS],
        responses={**answer, 304: OpenApiResponse(description="It is what the client has."), **problems},
    )


root = _read("root", "The addresses of the API", "", {200: shapes.Addresses}, (406,), [], "about")


def _list(plural: str, shape: Any) -> Callable[..., Any]:
    return extend_schema_view(
        get=_read(
            f"list_{plural}",
            f"Published {plural}, by title",
            "",
            {200: shape},
            (404, 406),
            [*_PAGES, _MODIFIED],
            plural,
        )
    )


def _item(kind: str, plural: str, shape: Any) -> Callable[..., Any]:
    return extend_schema_view(
        get=_read(
            f"get_{kind}",
            f"One published {kind}",
            "",
            {200: shape, **_MOVED},
            (404, 406, 410),
            [_MODIFIED, _LOCATION],
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
            (404, 410),
            [_MODIFIED, _LOCATION],
            plural,
        )
    )


entry_list = _list("entries", shapes.EntryPage)
entry_detail = _item("entry", "entries", shapes.Entry)
entry_markdown = _file("entry", "entries")
book_list = _list("books", shapes.BookPage)
book_detail = _item("book", "books", shapes.Book)
book_markdown = _file("book", "books")
