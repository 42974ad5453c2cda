"""JSON that can mean one thing only."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rest_framework.parsers import BaseParser

from api.problems import ApiError, field_error

_DEEPEST = 32
# A lone surrogate is no text: it would be saved, and break every answer that shows it.
_UNTEXT = re.compile("[\0\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    """Raises ApiError: 413 for too much, 400 for what is no JSON, or JSON that readers understand differently."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return loads(read(stream, parser_context))


def read(stream: Any, parser_context: Mapping[str, Any] | None = None) -> bytes:
    """The body, if it is not too large."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    data: bytes = stream.read(limit + 1)
    if len(data) > limit:
        request = (parser_context or {}).get("request")
        told = request.META.get("CONTENT_LENGTH", "") if request else ""
        size = f"{int(told):,}" if told.isdecimal() else f"more than {limit:,}"
        message, hint = f"The request has {size} bytes, and {limit:,} are allowed.", "Send less at a time."
        raise ApiError(413, "request.too_large", f"{message} {hint}", [field_error("", message, hint)])
    return data


def loads(data: bytes) -> Any:
    """Raises ApiError, 400."""
    try:
        value = json.loads(
            data.decode(), object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        raise _refusal(f"Byte {error.start} is no UTF-8.", "Send JSON in UTF-8.") from None
    except json.JSONDecodeError as error:
        raise _refusal(f"It breaks at column {error.colno}: {error.msg}.", "", line=error.lineno) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise _refusal(str(error), "") from None
    _check(value, 0)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f'The key "{twice[:60]}" stands twice in one object.')
    return found


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON.")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"The number {text[:60]} is too large.")
    return number


def _check(value: Any, depth: int) -> None:
    if depth > _DEEPEST:
        raise _too_deep()
    if isinstance(value, str):
        if _UNTEXT.search(value):
            raise _refusal("A text holds a NUL character or a lone surrogate.", "Leave it out.")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check(name, depth + 1)
            _check(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth + 1)


def _too_deep() -> ApiError:
    return _refusal(f"It is nested more than {_DEEPEST} deep.", "")


def _refusal(message: str, hint: str, line: int | None = None) -> ApiError:
    detail = f"The request is no JSON that can be taken. {message} {hint}".strip()
    return ApiError(400, "json.invalid", detail, [field_error("", message, hint, line)])


class MarkdownParser(BaseParser):
    """The bytes of a content file, as they are."""

    media_type = "text/markdown"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return read(stream, parser_context)
