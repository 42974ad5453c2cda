"""From what is known of an address, and one more answer, to what is known then. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from glossary.linkcheck.following import Answer
from glossary.linkcheck.verdicts import Verdict

# Only these say that the page is gone; a server that is down or does not like programs says nothing about its pages.
GONE = frozenset(["http.404", "http.410", "dns"])
# Between two failures that count as two.
APART = timedelta(days=1)
_AGAIN = timedelta(days=7)
_SOON = timedelta(days=1)
# Nobody is left alone for longer because he asked for it.
_LONGEST_REST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """As in `CheckedLink`."""

    verdict: Verdict
    verdict_at: datetime
    reason: str
    status: int | None
    moved_to: str
    failures: int
    first_failure_at: datetime | None
    last_failure_at: datetime | None
    checked_at: datetime
    due_at: datetime
    rest_until: datetime | None


def judge(before: Knowledge | None, answer: Answer, now: datetime) -> Knowledge:
    """
    | answer | failures in a row | verdict | due again |
    |---|---|---|---|
    | the page is there | 0 | ok, or moved | in a week |
    | gone (404, 410, no such host) | one more | suspect | when the first one is a day old |
    | gone, and the first time was a day ago or more | one more | broken | in a week |
    | anything else | as before: it neither counts nor excuses | unknown | tomorrow; the next times in a week |

    Never before the host wants to be asked again.
    """
    failures = before.failures if before else 0
    first, last = (before.first_failure_at, before.last_failure_at) if before else (None, None)
    if answer.reason in GONE:
        failures, first, last = failures + 1, first or now, now
        verdict = Verdict.BROKEN if now - first >= APART else Verdict.SUSPECT
        due = now + _AGAIN if verdict is Verdict.BROKEN else first + APART
    elif answer.reason:
        verdict = Verdict.UNKNOWN
        due = now + (_AGAIN if before and before.verdict is verdict else _SOON)
    else:
        failures, first, last = 0, None, None
        verdict = Verdict.MOVED if answer.moved_to else Verdict.OK
        due = now + _AGAIN
    rest = None if answer.rest is None else now + min(timedelta(seconds=answer.rest), _LONGEST_REST)
    is_same = before is not None and before.verdict is verdict and before.moved_to == answer.moved_to
    return Knowledge(
        verdict=verdict,
        verdict_at=before.verdict_at if before and is_same else now,
        reason=answer.reason,
        status=answer.status,
        moved_to=answer.moved_to,
        failures=failures,
        first_failure_at=first,
        last_failure_at=last,
        checked_at=now,
        due_at=max(due, rest) if rest else due,
        rest_until=rest,
    )
