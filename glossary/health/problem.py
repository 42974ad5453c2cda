"""A finding about content is data with a stable code; report, page and API show the same one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    # Worth a look. Hints do not count in the score.
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Fix:
    """The edit that would mend a finding, as data: what to do, in the text of which item, with which values.

    `item` may be another item than the one the finding is about.
    """

    action: str
    item: int
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong where, and what to do about it.

    `item` is the key of the item, `path` its file from the content root, `line` counts from 1 (0: the file as a whole).
    `field` is the front-matter key or section heading beside which a form shows it, or "".
    """

    code: str
    severity: Severity
    item: int
    path: str
    line: int
    message: str
    hint: str = ""
    fix: Fix | None = None
    field: str = ""
    # What in the field is meant, such as a slug or an address; "" where a text can have but one such finding.
    value: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.code}: {self.message} {self.hint}".rstrip()

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "severity": self.severity.value,
            "path": self.path,
            "line": self.line,
            "field": self.field,
            "value": self.value,
            "message": self.message,
            "hint": self.hint,
            "fix": {"action": self.fix.action, **self.fix.values} if self.fix else None,
        }
