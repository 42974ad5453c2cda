"""A cache in Redis whose loss costs nobody an answer."""

import logging
import time
from collections.abc import Callable
from itertools import islice
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache

logger = logging.getLogger(__name__)

# A server on the same network answers within a millisecond. One that is cut off holds up a request for as long as this.
_OPTIONS = {"socket_connect_timeout": 0.5, "socket_timeout": 1.0}
# Seconds for which nobody is held up again.
PAUSE = 5.0
_BATCH = 1000
# When each server may be asked again: for all threads, each of which has a cache object of its own.
_away: dict[str, float] = {}


class ForgivingRedisCache(RedisCache):
    """While its server cannot be reached, it is like a cache that has forgotten everything and keeps nothing.

    What is kept there can be made again, and what is counted there are rates. So everybody gets an answer, and
    meanwhile nobody has to wait.
    """

    def __init__(self, server: Any, params: dict[str, Any]):
        super().__init__(server, {**params, "OPTIONS": {**_OPTIONS, **params.get("OPTIONS", {})}})
        self._name = str(server)

    def _ask(self, instead: Any, ask: Callable[..., Any], *args: Any, **options: Any) -> Any:
        from redis.exceptions import RedisError

        if time.monotonic() < _away.get(self._name, 0.0):
            return instead
        try:
            return ask(*args, **options)
        except RedisError as error:
            # Its text may name the address, and never the password.
            logger.warning(
                "The cache does not answer: %s. Until it does, nothing is kept and no rate is counted.", error
            )
            _away[self._name] = time.monotonic() + PAUSE
            return instead

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._ask(True, super().add, key, value, timeout, version))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._ask(default, super().get, key, default, version)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._ask(None, super().set, key, value, timeout, version)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._ask(False, super().touch, key, timeout, version))

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(self._ask(False, super().delete, key, version))

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        return dict(self._ask({}, super().get_many, keys, version))

    def has_key(self, key: str, version: int | None = None) -> bool:
        return bool(self._ask(False, super().has_key, key, version))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError: there is no such key, which is so while the server is away."""
        found = self._ask(None, super().incr, key, delta, version)
        if found is None:
            raise ValueError(f"Key '{key}' not found.")
        return int(found)

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> list[Any]:
        return list(self._ask(list(data), super().set_many, data, timeout, version))

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        self._ask(None, super().delete_many, keys, version)

    def clear(self) -> None:
        """Removes what is ours. Django's own empties the whole database, whoever else is in it."""
        self._ask(None, self._clear)

    def _clear(self) -> None:
        client = self._cache.get_client(None, write=True)
        keys = client.scan_iter(match=self.make_key("*"), count=_BATCH)
        while batch := list(islice(keys, _BATCH)):
            client.delete(*batch)
