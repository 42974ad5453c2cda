"""Who wrote what, and what the product said to it. Each write has a word of its own, by which it is found again."""

import random
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

_WORD = re.compile(r"zq[a-z]{12}")


class Outcome(Enum):
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    # Nobody said anything, or that it cannot be done now: it may have been done.
    UNKNOWN = "unknown"


class State(Enum):
    """How an item stands of which one person alone decides."""

    NOT_THERE = "not there"
    DRAFT = "draft"
    PUBLISHED = "published"
    DELETED = "deleted"


@dataclass
class Write:
    """A new text of a field, of which that person alone writes, unless others are named in `contested`.

    is_published: readers see it. by_file: it came through a file, so it is owed once a sync has ended.
    """

    slug: str
    field: str
    word: str
    by: str
    outcome: Outcome = Outcome.UNKNOWN
    is_published: bool = False
    by_file: bool = False
    contested: bool = False


@dataclass
class Step:
    """Somebody makes, publishes, withdraws or deletes an item of their own."""

    slug: str
    to: State
    outcome: Outcome = Outcome.UNKNOWN


@dataclass
class Ledger:
    """In the order in which each person wrote; no field and no item has two who are not contested."""

    writes: list[Write] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def write(self, slug: str, field: str, word: str, by: str, **more: Any) -> Write:
        """Written down before it is sent: what nobody wrote down must not turn up."""
        made = Write(slug, field, word, by, **more)
        with self._lock:
            self.writes.append(made)
        return made

    def step(self, slug: str, to: State) -> Step:
        made = Step(slug, to)
        with self._lock:
            self.steps.append(made)
        return made

    def count(self, outcome: Outcome) -> int:
        outcomes = [write.outcome for write in self.writes] + [step.outcome for step in self.steps]
        return outcomes.count(outcome)


def make_word(rng: random.Random) -> str:
    return "zq" + "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=12))


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def naps(seconds: float, nap: float = 0.05) -> Iterator[None]:
    """Sleeps again and again for so many seconds of its own. A machine that stood still meanwhile took none of them."""
    for _ in range(int(seconds / nap)):
        yield
        time.sleep(nap)
