"""Findings about the text of one item."""

from functools import partial

from glossary.health.facts import Facts
from glossary.health.problem import Fix, Problem, Severity


def _made(
    severity: Severity,
    code: str,
    facts: Facts,
    line: int,
    message: str,
    advice: str = "",
    fix: Fix | None = None,
    field: str = "",
    value: str = "",
) -> Problem:
    return Problem(code, severity, facts.item, facts.path, line, message, advice, fix, field, value)


error = partial(_made, Severity.ERROR)
warning = partial(_made, Severity.WARNING)
hint = partial(_made, Severity.HINT)
