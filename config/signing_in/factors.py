"""Second factors of accounts: whether there is one, and that there is none any more."""

from typing import Any

from allauth.mfa.models import Authenticator

from config.accounts import end_sessions, name_of
from publishing.auditing.models import Event
from publishing.auditing.recording import record

_CODES = Authenticator.Type.RECOVERY_CODES


def has_one(user: Any) -> bool:
    """Recovery codes alone are none: they stand in for one that is lost."""
    return bool(Authenticator.objects.filter(user_id=user.pk).exclude(type=_CODES).exists())


def is_last(authenticator: Authenticator) -> bool:
    others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
    return not others.exclude(type=_CODES).exists()


def remove_all(user: Any, *, by: Any = None, request: Any = None) -> list[str]:
    """Of somebody who lost them: takes them away, ends the account's sessions and writes it down; gives their names."""
    found = list(Authenticator.objects.filter(user_id=user.pk).order_by("pk"))
    names = [name_of(one) for one in found]
    if not names:
        return []
    Authenticator.objects.filter(pk__in=[one.pk for one in found]).delete()
    end_sessions(user)
    record(Event.Action.FACTOR_REMOVED, by=by, target=user, detail=", ".join(names), request=request)
    return names
