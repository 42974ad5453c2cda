"""How often somebody may ask. Rates are settings; without one nothing is counted.

Counts are kept in the cache: by each process for itself, unless `CACHE_URL` names one that they share.
"""

from typing import Any

from django.conf import settings
from rest_framework.exceptions import Throttled
from rest_framework.throttling import SimpleRateThrottle


class _Rate(SimpleRateThrottle):
    scope: str

    def get_rate(self) -> str | None:
        # Read at each request and not at the first, so that it is the setting of the day.
        return settings.LEMMA_RATES[self.scope] or None

    def get_cache_key(self, request: Any, view: Any) -> str:
        # Never from anything that a client can change from one request to the next.
        token, user = getattr(request, "auth", None), getattr(request, "user", None)
        who = token.pk if token else user.pk if user is not None and user.is_authenticated else None
        return f"api:{self.scope}:{who or self.get_ident(request)}"


class AnonymousRate(_Rate):
    scope = "anonymous"


class TokenRate(_Rate):
    scope = "token"


class WriteRate(_Rate):
    scope = "write"


def check(rate: _Rate, request: Any) -> None:
    """Raises Throttled, which says how long to wait."""
    if not rate.allow_request(request, None):  # type: ignore[arg-type]
        raise Throttled(rate.wait())
