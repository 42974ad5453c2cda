"""Finished answers that are dear to make, kept in the memory of this process.

An answer is right as long as the feed stands where it stood: nothing that readers see changes without a position. So
whoever keeps one asks for that before giving it again, and processes still share nothing but the database.
"""

from collections import OrderedDict
from threading import Lock
from time import monotonic
from typing import NamedTuple

from glossary.search.searching import Stand


class Answer(NamedTuple):
    stand: Stand
    body: bytes


class Answers:
    """The latest ones by address, at most `room` bytes of them, each for so many seconds.

    >>> answers = Answers(room=10, seconds=60)
    >>> answers.keep("/a", Answer(Stand(1, ""), b"12345"))
    >>> answers.keep("/b", Answer(Stand(1, ""), b"123456"))
    >>> answers.get("/a"), answers.get("/b").body
    (None, b'123456')
    """

    def __init__(self, room: int, seconds: float) -> None:
        self._room, self._seconds = room, seconds
        self._kept: OrderedDict[str, tuple[float, Answer]] = OrderedDict()
        self._taken = 0
        self._lock = Lock()

    def get(self, address: str) -> Answer | None:
        with self._lock:
            found = self._kept.get(address)
            if found is None:
                return None
            until, answer = found
            if until < monotonic():
                self._drop(address)
                return None
            self._kept.move_to_end(address)
            return answer

    def keep(self, address: str, answer: Answer) -> None:
        with self._lock:
            self._drop(address)
            if len(answer.body) > self._room:
                return
            self._kept[address] = monotonic() + self._seconds, answer
            self._taken += len(answer.body)
            while self._taken > self._room:
                self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._taken = 0

    def _drop(self, address: str) -> None:
        if dropped := self._kept.pop(address, None):
            self._taken -= len(dropped[1].body)
