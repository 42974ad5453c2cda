"""Numbered pages."""

from typing import NamedTuple
from urllib.parse import urlencode

from api import parameters
from api.problems import MISSING_CACHE, ApiError

PARAMETERS = ("page", "pageSize")
DEFAULT_SIZE = 20
LARGEST_SIZE = 100


class Page(NamedTuple):
    number: int
    size: int

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size

    def check(self, count: int) -> None:
        """Raises ApiError, 404, for a page past the end. The first page of nothing is an empty page."""
        last = max(1, -(-count // self.size))
        if self.number > last:
            there_are = "There is only 1 page" if last == 1 else f"There are {last} pages"
            raise ApiError(404, "page.not_found", f"{there_are} of {self.size}.", cache=MISSING_CACHE)

    def next(self, address: str, values: dict[str, str], count: int) -> str | None:
        return _link(address, values, self.number + 1) if self.start + self.size < count else None

    def previous(self, address: str, values: dict[str, str]) -> str | None:
        return _link(address, values, self.number - 1) if self.number > 1 else None


def page_of(values: dict[str, str]) -> Page:
    """Raises ApiError, 400, for what is no page."""
    return Page(
        parameters.number(values, "page", default=1),
        parameters.number(values, "pageSize", default=DEFAULT_SIZE, largest=LARGEST_SIZE),
    )


def _link(address: str, values: dict[str, str], number: int) -> str:
    # The first page has one address, whether a reader came back to it or began with it.
    query = {name: value for name, value in values.items() if name != "page"}
    if number > 1:
        query["page"] = str(number)
    return f"{address}?{urlencode(query)}" if query else address
