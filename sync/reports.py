"""What an import or an export did, or would do."""

from dataclasses import dataclass, field
from typing import Any

from publishing.problems import Problem, Severity

LABELS = {"entry": "entries", "book": "books"}


@dataclass(slots=True)
class Report:
    """`counts`: per kind, what happened to how many. `lines`: what a person should know, one sentence each."""

    columns: tuple[str, ...]
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    # Path and what happens to it, in order; unchanged files are only counted.
    steps: list[tuple[str, str]] = field(default_factory=list)
    diffs: list[str] = field(default_factory=list)
    # Whether the database or the folder is different now.
    written: bool = False

    def count(self, kind: str, column: str, number: int = 1) -> None:
        row = self.counts.setdefault(kind, dict.fromkeys(self.columns, 0))
        row[column] += number

    def total(self, column: str) -> int:
        return sum(row[column] for row in self.counts.values())

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity is Severity.ERROR]

    @property
    def warnings(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity is Severity.WARNING]

    def as_json(self) -> dict[str, Any]:
        return {
            "written": self.written,
            "counts": {LABELS[kind]: row for kind, row in self.counts.items()},
            "steps": [{"path": path, "step": step} for path, step in self.steps],
            "problems": [
                {
                    "severity": problem.severity.value,
                    "code": problem.code,
                    "message": problem.message,
                    "hint": problem.hint,
                    "path": problem.path,
                    "line": problem.line,
                    "column": problem.column,
                    "field": problem.field,
                }
                for problem in self.problems
            ],
            "skipped": [{"path": path, "reason": reason} for path, reason in self.skipped],
            "diffs": self.diffs,
        }
