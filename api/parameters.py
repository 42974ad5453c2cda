"""Query parameters. One that we do not know is refused: ignoring it would answer another question than was asked."""

import re
from collections.abc import Collection

from django.http import QueryDict

from api.problems import ApiError, field_error

# Nine digits: no page of any glossary, and far from what a database takes for a number.
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_SHOWN = 60


def read(query: QueryDict, allowed: Collection[str] = ()) -> dict[str, str]:
    """The parameters of a query, each given at most once.

    Raises:
        ApiError: 400, naming every unknown or repeated one and those that are allowed.
    """
    hint = f"Allowed: {', '.join(allowed)}." if allowed else "This address takes no parameters."
    unknown = [
        field_error(_cut(name), f'There is no parameter "{_cut(name)}".', hint) for name in query if name not in allowed
    ]
    if unknown:
        raise ApiError(400, "parameter.unknown", f"{unknown[0]['message']} {hint}", unknown)
    repeated = [
        field_error(name, f'"{name}" is given {len(values)} times.', "Give it once.")
        for name, values in query.lists()
        if len(values) > 1
    ]
    if repeated:
        raise ApiError(400, "parameter.repeated", f"{repeated[0]['message']} Give it once.", repeated)
    return {name: str(query[name]) for name in query}


def number(values: dict[str, str], name: str, default: int, largest: int | None = None) -> int:
    """A whole number from 1.

    Raises:
        ApiError: 400 for anything else, and above `largest`.
    """
    text = values.get(name)
    if text is None:
        return default
    if _NUMBER.fullmatch(text) and (largest is None or int(text) <= largest):
        return int(text)
    wanted = "a whole number from 1" if largest is None else f"a whole number from 1 to {largest}"
    message = f'"{name}" must be {wanted}, but it is "{_cut(text)}".'
    hint = f"Write {name}={default}, or leave it out for {default}."
    raise ApiError(400, "parameter.invalid", f"{message} {hint}", [field_error(name, message, hint)])


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
