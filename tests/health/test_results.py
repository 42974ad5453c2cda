"""What a link check found out, as findings."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from glossary.health import facts, report
from glossary.health.problem import Problem
from glossary.health.snapshot import Rules, Snapshot
from glossary.linkcheck.results import Result
from glossary.linkcheck.verdicts import Verdict

PAGE = "https://example.org/a/page"
TEXT = f'---\ntitle: "Linking"\nexternalLinks:\n  - title: "A page"\n    url: "{PAGE}"\n---\n\nSee [it]({PAGE}).\n'
RESULT = Result(PAGE, Verdict.OK, "", 200, "", datetime(2026, 1, 1, tzinfo=UTC), 0, None)


def about_links(result: Result) -> list[Problem]:
    entry = facts.of("entry", 1, "linking.md", TEXT.encode())
    found = report.problems(Snapshot([entry], Rules(date(2026, 11, 24)), {}, {PAGE: result}))
    return [one for one in found if one.code.startswith("link.")]


@pytest.mark.parametrize("verdict", [Verdict.OK, Verdict.SUSPECT, Verdict.UNKNOWN])
def test_what_is_there_or_not_known_to_be_gone_is_no_finding(verdict: Verdict) -> None:
    assert about_links(replace(RESULT, verdict=verdict, reason="http.404", status=404)) == []


def test_a_page_that_is_gone_is_an_error_at_each_place() -> None:
    found = about_links(replace(RESULT, verdict=Verdict.BROKEN, reason="http.404", status=404))
    assert [(one.code, one.severity, one.line, one.field, one.fix) for one in found] == [
        ("link.broken", "error", 5, "externalLinks", None),
        ("link.broken", "error", 8, "", None),
    ]
    assert "http.404" in found[0].message


@pytest.mark.parametrize(
    ("moved_to", "is_offered"),
    [("https://example.org/another", True), ("https://example.org/", False), ("https://example.org/?from=a", True)],
)
def test_a_page_that_moved_is_offered_unless_it_leads_to_the_front_page(moved_to: str, is_offered: bool) -> None:
    found = about_links(replace(RESULT, verdict=Verdict.MOVED, moved_to=moved_to))
    assert [(one.code, one.severity, one.line) for one in found] == [
        ("link.moved", "warning", 5),
        ("link.moved", "warning", 8),
    ]
    assert [one.fix is not None for one in found] == [is_offered] * 2
