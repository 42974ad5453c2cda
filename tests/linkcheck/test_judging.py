"""What follows from one answer after another."""

from datetime import UTC, datetime, timedelta

import pytest

from glossary.linkcheck.following import Answer
from glossary.linkcheck.judging import Knowledge, judge
from glossary.linkcheck.verdicts import Verdict

DAY = timedelta(days=1)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def after(*answers: tuple[float, str | Answer]) -> Knowledge:
    """(days since the start, reason or whole answer)."""
    known: Knowledge | None = None
    for days, answer in answers:
        known = judge(known, Answer(answer) if isinstance(answer, str) else answer, START + days * DAY)
    assert known
    return known


@pytest.mark.parametrize("reason", ["http.404", "http.410", "dns"])
def test_a_page_is_broken_after_two_failures_a_day_apart(reason: str) -> None:
    assert after((0, reason)).verdict is Verdict.SUSPECT
    assert after((0, reason), (0.99, reason)).verdict is Verdict.SUSPECT
    assert after((0, reason), (1, reason)).verdict is Verdict.BROKEN
    assert after((0, reason), (0.5, reason), (0.9, reason), (1.1, reason)).failures == 4


@pytest.mark.parametrize(
    "reason",
    [
        *("http.401", "http.403", "http.429", "http.500", "http.503", "http.302", "timeout", "tls", "connect"),
        *("dns.failed", "protocol", "address.private", "redirect.loop", "redirect.long"),
    ],
)
def test_a_server_that_does_not_say_is_never_broken(reason: str) -> None:
    known = after(*((day, reason) for day in range(30)))
    assert (known.verdict, known.failures) == (Verdict.UNKNOWN, 0)


def test_what_is_unknown_neither_counts_nor_excuses() -> None:
    known = after((0, "http.404"), (1, "http.503"))
    assert (known.verdict, known.failures) == (Verdict.UNKNOWN, 1)
    assert after((0, "http.404"), (1, "http.503"), (2, "http.404")).verdict is Verdict.BROKEN


def test_a_page_that_is_back_starts_anew() -> None:
    known = after((0, "http.404"), (1, "http.404"), (2, ""))
    assert (known.verdict, known.failures, known.first_failure_at) == (Verdict.OK, 0, None)
    assert after((0, "http.404"), (1, ""), (2, "http.404")).verdict is Verdict.SUSPECT


def test_the_verdict_is_as_old_as_it_is() -> None:
    known = after((0, "http.404"), (1, "http.404"), (8, "http.404"))
    assert known.verdict_at == START + DAY
    assert (known.first_failure_at, known.last_failure_at) == (START, START + 8 * DAY)


def test_another_new_address_is_news() -> None:
    first, second = Answer("", 200, moved_to="https://a.example"), Answer("", 200, moved_to="https://b.example")
    assert after((0, first), (7, first)).verdict_at == START
    assert after((0, first), (7, second)).verdict_at == START + 7 * DAY


@pytest.mark.parametrize(
    ("answers", "days"),
    [
        ([(0, "")], 7),
        ([(0, Answer("", 200, moved_to="https://a.example"))], 7),
        ([(0, "http.404")], 1),
        ([(0, "http.404"), (0.4, "http.404")], 1),
        ([(0, "http.404"), (1, "http.404")], 8),
        ([(0, "http.403")], 1),
        ([(0, "http.403"), (1, "http.403")], 8),
        ([(0, Answer("http.429", 429, rest=3 * 86400))], 3),
        ([(0, Answer("http.429", 429, rest=60))], 1),
        ([(0, Answer("http.429", 429, rest=1e12))], 30),
    ],
)
def test_when_it_is_asked_again(answers: list[tuple[float, str | Answer]], days: float) -> None:
    assert after(*answers).due_at == START + days * DAY
