"""How often a host is asked, and how many at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

# So often in a row a host may fail to answer before the others that link to it wait for another day.
_PATIENCE = 3


class Resting(Exception):
    """The host is not asked again in this run."""


@dataclass(frozen=True, slots=True)
class Limits:
    """overall: requests at once; a host never gets two. gap: seconds between two requests to one host."""

    overall: int = 16
    gap: float = 1.0


class Pace:
    def __init__(self, limits: Limits) -> None:
        self._gap = limits.gap
        self._overall = asyncio.Semaphore(limits.overall)
        self._locks: dict[str, asyncio.Lock] = {}
        self._free_at: dict[str, float] = {}
        self._resting: set[str] = set()
        self._silent: Counter[str] = Counter()

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Waits until the host may be asked.

        Raises:
            Resting: it wants to be left alone.
        """
        loop = asyncio.get_running_loop()
        async with self._locks.setdefault(host, asyncio.Lock()):
            self._refuse(host)
            await asyncio.sleep(max(self._free_at.get(host, 0.0) - loop.time(), 0.0))
            # Only now, so that who waits for one host takes no place from those that go to others.
            async with self._overall:
                try:
                    yield
                finally:
                    self._free_at[host] = loop.time() + self._gap

    def rest(self, host: str) -> None:
        """It asked to be left alone."""
        self._resting.add(host)

    def noted(self, host: str, *, answered: bool) -> None:
        """A host that is down would cost each of its addresses the whole time of waiting."""
        self._silent[host] = 0 if answered else self._silent[host] + 1
        if self._silent[host] >= _PATIENCE:
            self.rest(host)

    def _refuse(self, host: str) -> None:
        if host in self._resting:
            raise Resting(host)
