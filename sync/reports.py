"""What a sync, an import or an export did, or would do."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from publishing.problems import Problem, Severity

LABELS = {"entry": "entries", "book": "books", "picture": "pictures"}


class Exit(IntEnum):
    """How a command ends: folder and database are in step, something is wrong, or conflicts wait for a person."""

    IN_STEP = 0
    PROBLEMS = 1
    CONFLICTS = 2


@dataclass(slots=True)
class Report:
    """`counts`: per kind, what happened to how many; the columns depend on the command."""

    columns: tuple[str, ...]
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    # Path and what happens to it, in order; unchanged files are only counted.
    steps: list[tuple[str, str]] = field(default_factory=list)
    diffs: list[str] = field(default_factory=list)
    # Paths, as messages name them, with the names of the fields that both sides changed; none where one side is gone.
    conflicts: list[tuple[str, list[str]]] = field(default_factory=list)
    commits: list[str] = field(default_factory=list)
    # Why it stopped half-way, at git; what the report tells was done all the same.
    failure: str = ""
    # Whether the database or the folder is different now.
    written: bool = False

    def count(self, kind: str, column: str, number: int = 1) -> None:
        row = self.counts.setdefault(kind, dict.fromkeys(self.columns, 0))
        row[column] += number

    def total(self, column: str) -> int:
        return sum(row.get(column, 0) for row in self.counts.values())

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity is Severity.ERROR]

    @property
    def warnings(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity is Severity.WARNING]

    @property
    def exit(self) -> Exit:
        if self.errors or self.failure:
            return Exit.PROBLEMS
        return Exit.CONFLICTS if self.conflicts else Exit.IN_STEP

    def as_json(self) -> dict[str, Any]:
        return {
            "written": self.written,
            "counts": {LABELS[kind]: row for kind, row in self.counts.items()},
            "steps": [{"path": path, "step": step} for path, step in self.steps],
            "conflicts": [{"path": path, "fields": fields} for path, fields in self.conflicts],
            "commits": self.commits,
            "failure": self.failure,
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
