"""What the schema says about writing."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view

from api import shapes
from api.problems import MEDIA_TYPE

_TOKEN: list[Any] = [{"token": []}]
_REFUSALS = {
    400: "Something in the request cannot be; `errors` names it by field. Nothing was written.",
    401: "A token is needed, or the one given is not valid.",
    403: "The token lacks a scope, or its account the right.",
    404: "There is nothing with that slug.",
    406: "`Accept` leaves out JSON.",
    409: "It contradicts what is there: a name that is taken, an edit of the same field, an open conflict.",
    410: "It was deleted; restoring brings it back.",
    412: "What is there is not what `If-Match` says, and the two cannot be merged.",
    413: "The request is too large.",
    415: "The request is in a format that is not taken here.",
    422: "The Idempotency-Key was sent with another request.",
    428: "`If-Match` is missing.",
    429: "Too often; `Retry-After` says how many seconds to wait.",
    500: "Something went wrong on our side.",
}
_PLURALS = {"entry": "entries", "book": "books"}
_DETAIL = {"entry": shapes.Entry, "book": shapes.Book}
_POST = {"entry": shapes.EntryPost, "book": shapes.BookPost}
_PUT = {"entry": shapes.EntryPut, "book": shapes.BookPut}
_PATCH = {"entry": shapes.EntryPatch, "book": shapes.BookPatch}
_EXAMPLES = {
    "entry": {
        "title": "Black box",
        "slug": "black-box",
        "category": "Fundamentals",
        "tags": ["opacity", "trust"],
        "related": ["white-box"],
        "briefDefinition": "A system of which one sees what goes in and what comes out.",
        "keyConcepts": ["Input", "Output"],
        "externalLinks": [{"title": "Black box", "url": "https://example.org/black-box", "type": "article"}],
    },
    "book": {
        "title": "The big book",
        "slug": "the-big-book",
        "authors": ["Ada Lovelace"],
        "publishYear": 1990,
        "topics": ["black-box"],
        "body": "It is big.",
    },
}
_FILE = '---\ntitle: "Black box"\nslug: "black-box"\n---\n\n# Brief Definition\n\nOne sees what comes out.\n'

_MESSAGE = OpenApiParameter("message", {"type": "string", "maxLength": 300}, description="Why; kept in the history.")
_PUBLISH = OpenApiParameter(
    "publish", str, enum=["true", "false"], description="Publish it at once, which needs the scope to."
)
_IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of what was edited. Who was overtaken is merged, field by field.",
)
_MAYBE_IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="Due unless the item was deleted."
)
_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="With the same key the same request is carried out once, and answered alike, for a day.",
)
_ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 201], description="For the next write.")
_LOCATION = OpenApiParameter("Location", str, OpenApiParameter.HEADER, response=[201], description="Of the new item.")


def _problems(*statuses: int) -> dict[Any, Any]:
    return {
        (status, MEDIA_TYPE): OpenApiResponse(
            shapes.EditConflict if status == 409 else shapes.Problem, description=_REFUSALS[status]
        )
        for status in (400, 401, 403, 406, 413, 415, 429, 500, *statuses)
    }


def _write(operation: str, summary: str, text: str, **options: Any) -> Callable[..., Any]:
    return extend_schema(operation_id=operation, summary=summary, description=text, auth=_TOKEN, **options)


def _request(shape: Any) -> dict[Any, Any]:
    return {"application/json": shape, "text/markdown": OpenApiTypes.STR}


def _examples(kind: str) -> list[OpenApiExample]:
    return [
        OpenApiExample("Fields", _EXAMPLES[kind], request_only=True, media_type="application/json"),
        OpenApiExample("File", _FILE, request_only=True, media_type="text/markdown"),
    ]


def creating(kind: str) -> Callable[..., Any]:
    return extend_schema_view(
        post=_write(
            f"create_{kind}",
            f"Make a new {kind}",
            "From its fields, in the style of the other files, or from the file itself. Readers see it once it is "
            "published. The slug is said, never made up.",
            tags=[_PLURALS[kind]],
            parameters=[_PUBLISH, _MESSAGE, _KEY, _ETAG, _LOCATION],
            request=_request(_POST[kind]),
            responses={201: _DETAIL[kind], **_problems(409, 422)},
            examples=_examples(kind),
        )
    )


def editing(kind: str) -> Callable[..., Any]:
    common: dict[str, Any] = {"tags": [_PLURALS[kind]]}
    return extend_schema_view(
        put=_write(
            f"replace_{kind}",
            f"Say all there is to say about {'an entry' if kind == 'entry' else 'a book'}",
            "In JSON what is left out is empty; what the API does not know stays. As `text/markdown` the file is taken "
            "as it is. The answer is the working copy; readers see it once it is published.",
            parameters=[_IF_MATCH, _PUBLISH, _MESSAGE, _ETAG],
            request=_request(_PUT[kind]),
            responses={200: _DETAIL[kind], **_problems(404, 409, 410, 412, 428)},
            examples=_examples(kind),
            **common,
        ),
        patch=_write(
            f"change_{kind}",
            f"Change some fields of {'an entry' if kind == 'entry' else 'a book'}",
            "What is left out stays, to the byte.",
            parameters=[_IF_MATCH, _PUBLISH, _MESSAGE, _ETAG],
            request={"application/json": _PATCH[kind]},
            responses={200: _DETAIL[kind], **_problems(404, 409, 410, 412, 428)},
            examples=[OpenApiExample("One field", {"difficulty": "advanced"}, request_only=True)],
            **common,
        ),
        delete=_write(
            f"delete_{kind}",
            f"Delete {'an entry' if kind == 'entry' else 'a book'}",
            "Its history stays, and restoring brings it back. What readers see needs the scope to publish.",
            parameters=[_IF_MATCH, _MESSAGE],
            responses={204: OpenApiResponse(description="It is deleted."), **_problems(404, 409, 410, 412, 428)},
            **common,
        ),
    )


_ACTIONS: dict[str, tuple[str, str, Any, dict[str, Any]]] = {
    "publish": (
        "Show {} to readers, as it is saved",
        "The mark of a draft is taken out.",
        shapes.PublishRequest,
        {"lastUpdated": "2026-01-28"},
    ),
    "unpublish": ("Take {} from the readers", "Its file says that it is a draft.", shapes.UnpublishRequest, {}),
    "rename": (
        "Give {} another slug",
        "Whatever refers to it is changed too, and the old slug leads to the new one.",
        shapes.RenameRequest,
        {"slug": "opaque-box"},
    ),
    "restore": (
        "Bring back an older text of {}",
        "Of a deleted one too, which needs no If-Match, since nobody can have edited it.",
        shapes.RestoreRequest,
        {"version": 3},
    ),
}


def action(name: str, kind: str) -> Callable[..., Any]:
    summary, text, shape, example = _ACTIONS[name]
    return extend_schema_view(
        post=_write(
            f"{name}_{kind}",
            summary.format("an entry" if kind == "entry" else "a book"),
            text,
            tags=[_PLURALS[kind]],
            parameters=[_MAYBE_IF_MATCH if name == "restore" else _IF_MATCH, _MESSAGE, _KEY, _ETAG],
            request={"application/json": shape},
            responses={200: _DETAIL[kind], **_problems(404, 409, 410, 412, 422, 428)},
            examples=[OpenApiExample("Example", example, request_only=True)],
        )
    )


importing = extend_schema_view(
    post=_write(
        "import_files",
        "Write many files at once",
        "All or none. A file that is there already says by its `etag` what it was made from, and is merged.",
        tags=["import"],
        parameters=[_MESSAGE, _KEY],
        request={"application/json": shapes.ImportRequest},
        responses={200: shapes.ImportAnswer, **_problems(409, 422)},
        examples=[
            OpenApiExample(
                "One new file",
                {"files": [{"path": "terms/black-box.md", "content": _FILE}], "dryRun": True},
                request_only=True,
            )
        ],
    )
)
