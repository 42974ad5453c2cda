"""Opaque marks in addresses: where a reader is. Nothing in them is secret; whatever they say is a value in a query."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date
from typing import Any

import orjson

from api.problems import ApiError, field_error

_LONGEST = 4000


def encode(*parts: Any) -> str:
    return urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def decode(name: str, text: str, *types: type) -> list[Any]:
    """The parts, each of its type: str, int, or date for an ISO text or None.

    Raises:
        ApiError: 400 for anything that `encode` did not make.
    """
    try:
        if len(text) > _LONGEST or not text.isascii():
            raise refused(name)
        parts = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        raise refused(name) from None
    if not isinstance(parts, list) or len(parts) != len(types) or encode(*parts) != text:
        raise refused(name)
    if not all(_fits(part, type_) for part, type_ in zip(parts, types, strict=True)):
        raise refused(name)
    return parts


def _fits(part: Any, type_: type) -> bool:
    if type_ is date:
        # Dates are ISO texts in here, and None.
        return part is None or (isinstance(part, str) and _is_day(part))
    if type_ is int:
        # A boolean is an int to Python; beyond the numbers of a database it would not be compared but break.
        return type(part) is int and 0 <= part < 2**62
    return isinstance(part, str) and "\0" not in part


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def refused(name: str) -> ApiError:
    message = f'This is no "{name}" that was given here.'
    hint = f"Take {name} from an answer as it is, or leave it out to begin again."
    return ApiError(400, "cursor.invalid", f"{message} {hint}", [field_error(name, message, hint)])
