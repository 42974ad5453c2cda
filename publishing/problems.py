"""A problem is data with a stable code; page, API and command print the same one."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong where, and what to do about it.

    `line` and `column` count from 1; 0 means the file as a whole. `field` is a front-matter key, a section heading
    or "".
    """

    code: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    path: str = ""
    line: int = 0
    column: int = 0
    field: str = ""

    def at(self, path: str) -> "Problem":
        return replace(self, path=path)

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part)
        text = f"{self.code}: {self.message}"
        if place:
            text = f"{place}: {text}"
        return f"{text} {self.hint}".rstrip()


class InvalidDocument(ValueError):
    """A document that no door accepts, with every reason."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))
