"""How reports look in a terminal, and in a pipe."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from publishing.problems import Problem
from sync.reports import LABELS, Report

_SHOWN = 20


@contextmanager
def progress(label: str, total: Callable[[], int]) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, and nothing elsewhere; only there is `total` asked for. Gives the function that moves it."""
    console = Console(file=sys.stderr)
    if not console.is_terminal:
        yield lambda number: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(label, total=total())
        yield lambda number: bar.advance(task, number)


def print_json(out: OutputWrapper, report: Report) -> None:
    out.write(json.dumps(report.as_json(), ensure_ascii=False, indent=2))


def print_problems(out: OutputWrapper, errors: OutputWrapper, report: Report, *, all_of_them: bool) -> None:
    """Errors in full; warnings, of which real glossaries have hundreds, in part."""
    for problem in report.errors:
        _print_problem(errors, problem)
    warnings = report.warnings
    shown = warnings if all_of_them else warnings[:_SHOWN]
    for problem in shown:
        _print_problem(out, problem)
    if len(shown) < len(warnings):
        out.write(f"… and {len(warnings) - len(shown)} more warnings; --verbosity 2 shows them all.")


def _print_problem(out: OutputWrapper, problem: Problem) -> None:
    where = ":".join(str(part) for part in (problem.path, problem.line, problem.column) if part)
    out.write(f"{where}: {problem.code}: {problem.message}")
    if problem.hint:
        out.write(f"    {problem.hint}")


def print_table(out: OutputWrapper, report: Report) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for column in report.columns:
        table.add_column(column, justify="right")
    for kind, row in report.counts.items():
        table.add_row(LABELS[kind], *(str(row[column]) for column in report.columns))
    stream: Any = out._out
    Console(file=stream, highlight=False).print(table)
