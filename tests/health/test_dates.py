"""What depends on when a text was written here."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from documents import parse
from glossary.editing import save_entry
from glossary.health import facts, loading, report
from glossary.health.snapshot import Rules, Snapshot

pytestmark = pytest.mark.django_db


def text(body: str, day: str, tags: str = "[]") -> bytes:
    front = f'title: "Alpha"\nslug: "alpha"\nlastUpdated: "{day}"\ntags: {tags}'
    return f"---\n{front}\n---\n\n# Brief Definition\n\n{body}\n".encode()


def codes() -> set[str]:
    return {one.code for one in report.problems(loading.snapshot())}


@pytest.mark.parametrize(
    ("body", "day", "tags", "is_behind"),
    [
        ("Another.", "2020-01-01", "[]", True),
        # No word of the text has changed.
        ("One.", "2020-01-01", '["x"]', False),
        ("Another.", "today", "[]", False),
    ],
)
def test_a_day_before_the_last_change_of_the_text_is_behind(body: str, day: str, tags: str, is_behind: bool) -> None:
    item = save_entry(parse(text("One.", "2020-01-01")))
    assert "date.behind" not in codes(), "nobody knows when a text was written that came as it is"
    day = timezone.localdate().isoformat() if day == "today" else day
    save_entry(parse(text(body, day, tags)), item=item, base_revision=item.revision)
    assert ("date.behind" in codes()) is is_behind


def test_tomorrow_is_in_the_future_and_today_is_not() -> None:
    item = save_entry(parse(text("One.", timezone.localdate().isoformat())))
    assert "date.future" not in codes()
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    save_entry(parse(text("One.", tomorrow)), item=item, base_revision=item.revision)
    assert "date.future" in codes()


@pytest.mark.parametrize(
    ("category", "day", "is_stale"),
    [
        ("Theory", "2023-11-24", True),
        ("Theory", "2023-11-25", False),
        ("Tools", "2025-11-24", True),
        ("tools", "2025-11-24", True),
        ("Tools", "2025-11-25", False),
    ],
)
def test_an_entry_is_stale_after_the_months_of_its_category(category: str, day: str, is_stale: bool) -> None:
    text = f'---\ntitle: "A"\ncategory: "{category}"\nlastUpdated: "{day}"\n---\n'
    rules = Rules(date(2026, 11, 24), 36, {"tools": 12})
    found = report.problems(Snapshot([facts.of("entry", 1, "a.md", text.encode())], rules))
    assert any(one.code == "date.stale" for one in found) is is_stale
