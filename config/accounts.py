"""Signing in and out: what is refused, what is written down, and how all sessions of an account end."""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from publishing.auditing.models import Event
from publishing.auditing.recording import record

# Signs in again after so many minutes.
LOCKED_MINUTES = 15


def listen() -> None:
    """To the signals of Django and axes; none of ours are among them."""
    user_logged_in.connect(_signed_in)
    user_logged_out.connect(_signed_out)
    user_login_failed.connect(_refused)
    user_locked_out.connect(_locked)


def address_of(request: HttpRequest) -> str:
    """For axes. What a proxy says of it is in there already; see `proxies`."""
    return str(request.META.get("REMOTE_ADDR", ""))


def locked_out(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
    """The answer to whoever tried too often."""
    response = render(request, "admin/locked_out.html", {"minutes": LOCKED_MINUTES}, status=429)
    response["Retry-After"] = str(LOCKED_MINUTES * 60)
    return response


def end_sessions(user: Any) -> int:
    """Ends every session of an account, on every device; gives their number. Tokens go on.

    The sessions are looked through, since their table does not know whose they are; there are as many as people.
    """
    wanted = str(user.pk)
    ours = [
        session.pk
        for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator(500)
        if session.get_decoded().get("_auth_user_id") == wanted
    ]
    Session.objects.filter(pk__in=ours).delete()
    return len(ours)


def _signed_in(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    record(Event.Action.SIGNED_IN, by=user, request=request)


def _signed_out(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None:
        record(Event.Action.SIGNED_OUT, by=user, request=request)


def _refused(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    record(Event.Action.REFUSED, target=_known(credentials.get("username")), request=request)


def _locked(request: HttpRequest, username: str, **kwargs: Any) -> None:
    record(Event.Action.LOCKED, target=_known(username), request=request)


def _known(name: Any) -> str:
    """Only names that there are: people type passwords into the wrong field."""
    people = get_user_model()
    there = (
        isinstance(name, str) and "\0" not in name and people.objects.filter(**{people.USERNAME_FIELD: name}).exists()
    )
    return str(name) if there else ""
