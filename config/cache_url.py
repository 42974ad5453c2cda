"""CACHE_URL read into what Django wants."""

from typing import Any

import environ

_REDIS = ("redis://", "rediss://")
# Before the names of keys, so that a Redis may have other tenants.
_PREFIX = "lemma"


def read_cache_url(url: str) -> dict[str, Any]:
    """The entry of `CACHES`. Without a URL each process has a cache of its own."""
    found: dict[str, Any] = dict(environ.Env.cache_url_config(url or "locmemcache://"))
    if not url.startswith(_REDIS):
        return found
    return {"KEY_PREFIX": _PREFIX, **found, "BACKEND": "config.redis_cache.ForgivingRedisCache"}
