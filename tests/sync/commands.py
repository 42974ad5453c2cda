"""The commands as a person at a terminal sees them: options in; exit code, output and files out."""

import json
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command

# What every summary counts, whatever else it counts.
COUNTED = ("new", "changed", "unchanged", "removed", "bad")


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """Of a run with --json, whose output is one JSON object and nothing else."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    def counts(self, kind: str = "entries") -> dict[str, int]:
        """What is not zero in the row of a kind."""
        row = self.report["counts"].get(kind, {})
        return {name: row[name] for name in COUNTED if row.get(name)}

    def problems(self, severity: str = "error") -> list[dict[str, Any]]:
        return [problem for problem in self.report["problems"] if problem["severity"] == severity]

    def codes(self) -> list[tuple[str, str]]:
        """(path, code) of every error."""
        return [(problem["path"], problem["code"]) for problem in self.problems()]

    @property
    def everything(self) -> str:
        return f"exit code {self.code}\n{self.out}\n{self.err}"


def run(name: str, *arguments: Any, out: StringIO | None = None, **options: Any) -> Outcome:
    """A command in this process, which sees the database of the test. Other exceptions than CommandError are faults."""
    out, err = out or StringIO(), StringIO()
    code = 0
    try:
        call_command(name, *map(str, arguments), stdout=out, stderr=err, **options)
    except CommandError as error:
        code = error.returncode
        err.write(f"CommandError: {error}\n")
    return Outcome(code, out.getvalue(), err.getvalue())


def import_content(*arguments: Any, **options: Any) -> Outcome:
    return run("import_content", *arguments, **options)


def export_content(*arguments: Any, **options: Any) -> Outcome:
    return run("export_content", *arguments, **options)


def imported(*arguments: Any) -> Outcome:
    """An import with --json that has to succeed."""
    outcome = import_content(*arguments, "--json")
    assert outcome.code == 0, outcome.everything
    return outcome


def exported(*arguments: Any) -> Outcome:
    """An export with --json that has to succeed."""
    outcome = export_content(*arguments, "--json")
    assert outcome.code == 0, outcome.everything
    return outcome
