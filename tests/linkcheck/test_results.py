"""Reading what is known of addresses."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from glossary.linkcheck import results
from glossary.linkcheck.models import CheckedLink
from glossary.linkcheck.verdicts import Verdict

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)


def known(address: str, verdict: Verdict = Verdict.OK, **others: Any) -> None:
    times = {"verdict_at": NOW, "checked_at": NOW, "due_at": NOW}
    CheckedLink.objects.create(
        key=results.key(address), address=address, host="example.org", verdict=verdict, **times, **others
    )


def test_an_address_that_was_never_checked_is_left_out() -> None:
    known("https://example.org/a")
    assert list(results.read(["https://example.org/a", "https://example.org/b"])) == ["https://example.org/a"]


def test_a_place_on_a_page_is_as_its_page() -> None:
    known("https://example.org/a", Verdict.MOVED, moved_to="https://example.org/b")
    result = results.read(["https://example.org/a#part"])["https://example.org/a#part"]
    assert (result.verdict, result.moved_to) == (Verdict.MOVED, "https://example.org/b#part")


def test_the_new_address_keeps_the_place_that_its_server_names() -> None:
    known("https://example.org/a", Verdict.MOVED, moved_to="https://example.org/b#new")
    assert results.read(["https://example.org/a#old"])["https://example.org/a#old"].moved_to.endswith("/b#new")


@pytest.mark.parametrize(
    ("address", "moved_to", "is_offered"),
    [
        ("https://example.org/a", "https://example.org/b", True),
        ("https://example.org/", "https://www.example.org/", True),
        ("https://example.org/a", "https://example.org/", False),
        ("https://example.org/a", "https://example.org", False),
        ("https://example.org/a#part", "https://example.org/", False),
        ("https://example.org/a", "https://example.org/#/a", True),
        ("https://example.org/a", "https://example.org/?page=a", True),
    ],
)
def test_the_front_page_is_not_offered_for_another_page(address: str, moved_to: str, is_offered: bool) -> None:
    known(address, Verdict.MOVED, moved_to=moved_to)
    assert results.read([address])[address].is_offered is is_offered


def test_a_thousand_addresses_take_two_queries(django_assert_num_queries: Callable[[int], Any]) -> None:
    with django_assert_num_queries(2):
        assert results.read(f"https://example.org/{number}" for number in range(1000)) == {}
