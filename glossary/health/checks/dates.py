"""How old an entry says it is, and how old it is."""

from collections.abc import Iterator
from datetime import date

from glossary.health.checks.made import error, hint, warning
from glossary.health.facts import Facts
from glossary.health.problem import Fix, Problem
from glossary.health.snapshot import Snapshot
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
    rules = snapshot.rules
    allowed = rules.months.get(names.key(facts.category), rules.stale_months)
    then = date.fromisoformat(facts.last_updated)
    months = (rules.today.year - then.year) * 12 + rules.today.month - then.month - (rules.today.day < then.day)
    if allowed and months >= allowed:
        message = f"The entry was last updated {months} months ago."
        advice = f"Read it again; {facts.category or 'entries'} should be looked at every {allowed} months."
        yield hint("date.stale", facts, facts.line("lastUpdated"), message, advice, None, "lastUpdated")
