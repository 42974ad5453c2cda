"""Sessions in the database that end when nobody uses them, and after a while whether somebody does or not.

Django's own end so long after they were last written to, which happens now and then and says nothing of either.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.db import DatabaseError, router, transaction
from django.utils import timezone

# When somebody signed in, in seconds.
SINCE = "lemma_since"
# Written down only so often, so that a request is seldom a write.
_EVERY = timedelta(minutes=5)


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        kept = self._get_session_from_db()  # type: ignore[attr-defined]
        if kept is None:
            return {}
        found: dict[str, Any] = self.decode(kept.session_data)
        end = _end(found)
        if end - kept.expire_date >= _EVERY:
            # Here, since models are not there yet when settings name this module.
            from django.contrib.sessions.models import Session

            using = router.db_for_write(Session, instance=kept)
            try:
                # The date alone: what another request puts into the session meanwhile stays.
                with transaction.atomic(using=using):
                    Session.objects.using(using).filter(pk=kept.pk).update(expire_date=end)
            except DatabaseError:
                # Full, or read-only for now. Whoever reads goes on reading.
                pass
        return found

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        made = super().create_model_instance(data)
        made.expire_date = _end(data)
        return made


def _end(data: dict[str, Any]) -> datetime:
    now = timezone.now()
    end = now + timedelta(hours=settings.LEMMA_IDLE_HOURS)
    if SINCE in data:
        signed_in = datetime.fromtimestamp(data[SINCE], now.tzinfo)
        end = min(end, signed_in + timedelta(seconds=settings.SESSION_COOKIE_AGE))
    return end
