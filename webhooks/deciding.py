"""What follows from an attempt: delivered, once more at some time, given up, or the endpoint switched off. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from webhooks.models import Delivery, Endpoint

# So long a message is tried, and so long an endpoint may fail.
PATIENCE = timedelta(days=1)
_FIRST, _GROWTH = 5.0, 1.5
_LONGEST = 3600.0
# No server keeps us waiting for longer than this.
_LONGEST_ASKED = PATIENCE.total_seconds()
_GONE = 410

# Gives a number from 0 to 1.
Chance = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Came:
    """What came of an attempt. reason: empty if it got through."""

    reason: str
    status: int | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    state: Delivery.State
    # When it is tried again, and until when the endpoint is left alone.
    due_at: datetime | None = None
    rest_until: datetime | None = None
    # Why the endpoint is switched off.
    off: str = ""


def wait(failures: int, chance: Chance) -> float:
    """Seconds after so many failures in a row: 5, 7.5, 11 … an hour, a quarter more or less. That is about a third of
    the time since the first one.

    By chance, so that those who failed together do not come back together.
    """
    # Beyond that the power only makes a number that nobody can hold.
    grown = _FIRST * _GROWTH ** min(max(failures, 1) - 1, 20)
    return min(grown, _LONGEST) * (0.75 + chance() / 2)


def decide(
    delivery: Delivery, endpoint: Endpoint, tried_since: datetime | None, came: Came, now: datetime, chance: Chance
) -> Decision:
    """All as it was before the attempt.

    Args:
        tried_since: when the first of the messages that wait for this endpoint was first tried.

    | it came | and | message | endpoint |
    |---|---|---|---|
    | 2xx | | delivered | well again |
    | 410 | | waits | switched off |
    | anything else | | waits, longer each time, or as long as Retry-After says | rests, longer each time |
    | | endpoint failing for a day, and a message that waits, this or another, tried for a day | waits | switched off |
    | | message tried for a day, others got through | failed | rests |
    | whatever, to a test | | delivered or failed | as it was |

    That the endpoint fails for a day is not enough: of one whose only message was given up, and that had nothing to
    hear for a week, a week is over since something failed, but nobody has tried for a day.
    """
    if delivery.item_id is None:
        return Decision(Delivery.State.FAILED if came.reason else Delivery.State.DELIVERED)
    if not came.reason:
        return Decision(Delivery.State.DELIVERED)
    if came.status == _GONE:
        return Decision(Delivery.State.WAITING, due_at=now, off=Endpoint.Off.GONE)
    rest = wait(endpoint.failures + 1, chance)
    again = wait(delivery.attempts + 1, chance)
    if came.retry_after is not None:
        asked = min(came.retry_after, _LONGEST_ASKED)
        rest, again = max(rest, asked), max(again, asked)
    rest_until = now + timedelta(seconds=rest)
    if _is_over(endpoint.failing_since, now) and _is_over(tried_since, now):
        return Decision(Delivery.State.WAITING, due_at=now, off=Endpoint.Off.FAILING)
    if _is_over(delivery.first_attempt_at, now):
        return Decision(Delivery.State.FAILED, rest_until=rest_until)
    return Decision(Delivery.State.WAITING, now + timedelta(seconds=again), rest_until)


def _is_over(since: datetime | None, now: datetime) -> bool:
    """Whether our patience has lasted since then."""
    return now - (since or now) >= PATIENCE
