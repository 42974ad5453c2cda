"""Query parameters. One that we do not know is refused: ignoring it would answer another question than was asked."""

import re
from collections.abc import Collection, Iterable
from datetime import date

from django.http import QueryDict

from api.problems import ApiError, field_error

# Nine digits: no page of any glossary, and far from what a database takes for a number.
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
# Not the other notations that Python reads, such as 2025-W05-2.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHOWN = 60
# Of one parameter, repeated or separated by commas.
_MOST_VALUES = 100


def read(query: QueryDict, allowed: Collection[str] = (), repeatable: Collection[str] = ()) -> dict[str, str]:
    """The parameters of a query, each given at most once unless it is repeatable: of those see `query.getlist`.

    Raises:
        ApiError: 400, naming every unknown or repeated one and those that are allowed.
    """
    if not query:
        return {}
    hint = f"Allowed: {', '.join(allowed)}." if allowed else "This address takes no parameters."
    unknown = [
        field_error(_cut(name), f'There is no parameter "{_cut(name)}".', hint) for name in query if name not in allowed
    ]
    if unknown:
        raise ApiError(400, "parameter.unknown", f"{unknown[0]['message']} {hint}", unknown)
    repeated = [
        field_error(name, f'"{name}" is given {len(values)} times.', "Give it once.")
        for name, values in query.lists()
        if len(values) > 1 and name not in repeatable
    ]
    if repeated:
        raise ApiError(400, "parameter.repeated", f"{repeated[0]['message']} Give it once.", repeated)
    for name, values in query.lists():
        if len(values) > _MOST_VALUES:
            raise invalid(name, f'"{name}" is given {len(values)} times.', f"Give it at most {_MOST_VALUES} times.")
        if any("\0" in value for value in values):
            raise invalid(name, f'"{name}" holds a NUL character.', "Leave it out.")
    return {name: str(query[name]) for name in query}


def invalid(name: str, message: str, hint: str) -> ApiError:
    return ApiError(400, "parameter.invalid", f"{message} {hint}", [field_error(name, message, hint)])


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
    raise invalid(name, message, f"Write {name}={default}, or leave it out for {default}.")


def words(values: dict[str, str], name: str) -> list[str]:
    """What is separated by commas, without blanks around it.

    Raises:
        ApiError: 400 for an empty word, or for too many.
    """
    if name not in values:
        return []
    found = [word.strip() for word in values[name].split(",")]
    if not all(found):
        raise invalid(name, f'"{name}" has an empty value.', f"Leave {name} out, or write values with commas between.")
    if len(found) > _MOST_VALUES:
        raise invalid(name, f'"{name}" has {len(found)} values.', f"Give it at most {_MOST_VALUES}.")
    return list(dict.fromkeys(found))


def chosen(values: dict[str, str], name: str, allowed: Iterable[str]) -> list[str]:
    """As `words`, each one of those allowed.

    Raises:
        ApiError: 400, naming the others.
    """
    found = words(values, name)
    known = list(allowed)
    unknown = [word for word in found if word not in known]
    if unknown:
        hint = f"Allowed: {', '.join(known)}."
        errors = [field_error(name, f'"{name}" has no "{_cut(word)}".', hint) for word in unknown]
        raise ApiError(400, "parameter.invalid", f"{errors[0]['message']} {hint}", errors)
    return found


def one(values: dict[str, str], name: str, allowed: Iterable[str]) -> str | None:
    """Raises ApiError, 400, for anything but one of those allowed."""
    known = list(allowed)
    if name not in values or values[name] in known:
        return values.get(name)
    raise invalid(name, f'"{name}" has no "{_cut(values[name])}".', f"Allowed: {', '.join(known)}.")


def day(values: dict[str, str], name: str) -> date | None:
    """Raises ApiError, 400, for what is no ISO date."""
    text = values.get(name)
    if text is None:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise invalid(name, f'"{name}" must be a date, but it is "{_cut(text)}".', f"Write {name}=2025-01-28.")


def flag(values: dict[str, str], name: str) -> bool:
    """Raises ApiError, 400, for anything but true and false."""
    text = values.get(name, "false")
    if text not in ("true", "false"):
        raise invalid(name, f'"{name}" must be true or false, but it is "{_cut(text)}".', f"Write {name}=true.")
    return text == "true"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
