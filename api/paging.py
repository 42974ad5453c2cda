"""Pages of a list: after a place in its order, or by number."""

from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict

from api import cursors, parameters
from api.problems import MISSING_CACHE, ApiError

PARAMETERS = ("page", "pageSize", "cursor")
DEFAULT_SIZE = 20
LARGEST_SIZE = 100


class Place(NamedTuple):
    """A row's values in the columns of the order. `backward`: the page before it, else the one after it."""

    backward: bool
    values: tuple[Any, ...]


class Window(NamedTuple):
    """`number` only where a page was asked for by number. Without both it is the first page."""

    size: int
    number: int | None = None
    place: Place | None = None

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size if self.number else 0

    def check(self, count: int) -> None:
        """Raises ApiError, 404, for a number past the end. The first page of nothing is an empty page."""
        last = max(1, -(-count // self.size))
        if self.number and self.number > last:
            there_are = "There is only 1 page" if last == 1 else f"There are {last} pages"
            raise ApiError(404, "page.not_found", f"{there_are} of {self.size}.", cache=MISSING_CACHE)


def window_of(query: QueryDict, values: dict[str, str], types: tuple[type, ...]) -> Window:
    """types: those of the columns of the order.

    Raises:
        ApiError: 400 for what is no page, or a cursor of another list.
    """
    size = parameters.number(values, "pageSize", default=DEFAULT_SIZE, largest=LARGEST_SIZE)
    if "page" in values:
        if "cursor" in values:
            raise parameters.invalid("page", '"page" and "cursor" exclude each other.', "Give one of them.")
        return Window(size, number=parameters.number(values, "page", default=1))
    # An empty one is the start, so that a program can begin as it goes on.
    if text := values.get("cursor"):
        of, backward, *rest = cursors.decode("cursor", text, str, int, *types)
        if of != _fingerprint(query):
            raise cursors.refused("cursor")
        return Window(size, place=Place(backward == 1, tuple(rest)))
    return Window(size)


def cursor(query: QueryDict, backward: bool, values: tuple[Any, ...]) -> str:
    return cursors.encode(_fingerprint(query), int(backward), *values)


def link(address: str, query: QueryDict, **changes: str | None) -> str:
    """The address with a query in which some parameters are others, or none."""
    pairs = [(name, value) for name, values in query.lists() for value in values if name not in (*_POSITIONS, *changes)]
    pairs += [(name, value) for name, value in changes.items() if value is not None]
    return f"{address}?{urlencode(pairs)}" if pairs else address


_POSITIONS = ("page", "cursor")


def _fingerprint(query: QueryDict) -> str:
    """Of all that says which list it is and how it is ordered; the size of its pages may change on the way."""
    own = sorted((name, values) for name, values in query.lists() if name not in _OTHERS)
    return sha256(repr(own).encode()).hexdigest()[:8]


_OTHERS = ("page", "pageSize", "cursor", "fields", "expand")
