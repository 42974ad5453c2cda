"""How old an entry says it is, and how old it is."""

from collections.abc import Iterator
from datetime import MAXYEAR, date, timedelta

from glossary.health.checks.made import error, hint, warning
from glossary.health.facts import Facts
from glossary.health.problem import Fix, Problem
from glossary.health.snapshot import Rules, Snapshot
from publishing import names


def in_future(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A day that has not come."""
    if facts.last_updated and date.fromisoformat(facts.last_updated) > snapshot.rules.today:
        message = f'"lastUpdated" is {facts.last_updated}, which is in the future.'
        fix = Fix("date", facts.item, {"new": snapshot.rules.today.isoformat()})
        line = facts.line("lastUpdated")
        yield error("date.future", facts, line, message, "Write the day of the last change.", fix, "lastUpdated")


def behind(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A day before the one on which the text was changed here."""
    changed = snapshot.edited.get(facts.item)
    if facts.last_updated and changed and date.fromisoformat(facts.last_updated) < changed:
        message = f'"lastUpdated" is {facts.last_updated}, but the text was changed on {changed.isoformat()}.'
        fix = Fix("date", facts.item, {"new": changed.isoformat()})
        line = facts.line("lastUpdated")
        yield warning("date.behind", facts, line, message, f'Write "{changed.isoformat()}".', fix, "lastUpdated")


def stale(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """An entry nobody looked at for long."""
    if facts.kind != "entry" or not facts.last_updated or facts.status != "published":
        return
    allowed = _allowed(facts, snapshot.rules)
    months = _months(date.fromisoformat(facts.last_updated), snapshot.rules.today)
    if allowed and months >= allowed:
        message = f"The entry was last updated {months} months ago."
        advice = f"Read it again; {facts.category or 'entries'} should be looked at every {allowed} months."
        yield hint("date.stale", facts, facts.line("lastUpdated"), message, advice, None, "lastUpdated")


def due(facts: Facts, rules: Rules) -> date | None:
    """The first day after today on which `in_future` or `stale` says something else of the same text."""
    if not facts.last_updated:
        return None
    then = date.fromisoformat(facts.last_updated)
    if then > rules.today:
        # The day that would be written instead is another tomorrow.
        return rules.today + timedelta(days=1)
    allowed = _allowed(facts, rules)
    if facts.kind != "entry" or facts.status != "published" or not allowed:
        return None
    return _after(then, max(allowed, _months(then, rules.today) + 1))


def _allowed(facts: Facts, rules: Rules) -> int:
    return rules.months.get(names.key(facts.category), rules.stale_months)


def _months(then: date, today: date) -> int:
    return (today.year - then.year) * 12 + today.month - then.month - (today.day < then.day)


def _after(then: date, months: int) -> date | None:
    """The first day on which so many months are over; a 31st is over on the 1st where there is none."""
    year, month = divmod(then.month - 1 + months, 12)
    year += then.year
    if year > MAXYEAR:
        return None
    try:
        return date(year, month + 1, then.day)
    except ValueError:
        return date(year, month + 2, 1)
