"""Signing in and out: what is refused, what is written down, and how all sessions of an account end."""

from collections.abc import Iterator
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from axes.signals import user_locked_out
from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from config.sessions import SINCE
from publishing.auditing.models import Event
from publishing.auditing.recording import record

# Signs in again after so many minutes.
LOCKED_MINUTES = 15
# From where a session was begun.
FROM = "lemma_from"
_AGENT_LIMIT = 300


def listen() -> None:
    """To the signals of Django, axes and allauth; none of ours are among them."""
    user_logged_in.connect(_signed_in)
    user_logged_out.connect(_signed_out)
    user_login_failed.connect(_refused)
    user_locked_out.connect(_locked)
    authenticator_added.connect(_factor_added)
    authenticator_removed.connect(_factor_removed)
    authenticator_reset.connect(_codes_renewed)


def address_of(request: HttpRequest) -> str:
    """What tries are counted by. What a proxy says of it is in there already; see `proxies`.

    Whoever has one address of IPv6 has at least 2^64 of them: of those all count as one.
    """
    text = str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv4Address) or address.ipv4_mapped:
        return text
    return str(ip_network((int(address), 64), strict=False).network_address)


def locked_out(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
    """The answer to whoever tried too often."""
    response = render(request, "admin/locked_out.html", {"minutes": LOCKED_MINUTES}, status=429)
    response["Retry-After"] = str(LOCKED_MINUTES * 60)
    return response


def sessions_of(user: Any) -> Iterator[tuple[Session, dict[str, Any]]]:
    """The sessions of an account that have not ended, each with what is in it.

    All are looked through, since their table does not know whose they are; there are as many as people.
    """
    wanted = str(user.pk)
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator(500):
        kept = session.get_decoded()
        if kept.get(SESSION_KEY) == wanted:
            yield session, kept


def end_sessions(user: Any, *, but: str | None = None) -> int:
    """Ends every session of an account, on every device; gives their number. Tokens go on.

    but: the key of one that goes on.
    """
    ours = [session.pk for session, _ in sessions_of(user) if session.pk != but]
    Session.objects.filter(pk__in=ours).delete()
    return len(ours)


def _signed_in(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    request.session[SINCE] = int(timezone.now().timestamp())
    request.session[FROM] = {
        "address": str(request.META.get("REMOTE_ADDR", "")),
        "browser": str(request.META.get("HTTP_USER_AGENT", ""))[:_AGENT_LIMIT],
    }
    record(Event.Action.SIGNED_IN, by=user, detail=_means(request, user), request=request)


def _signed_out(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None:
        record(Event.Action.SIGNED_OUT, by=user, request=request)


def _refused(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    target, detail = _known(credentials.get("username")), str(credentials.get("by", ""))
    record(Event.Action.REFUSED, target=target, detail=detail, request=request)


def _locked(request: HttpRequest, username: str, **kwargs: Any) -> None:
    record(Event.Action.LOCKED, target=_known(username), request=request)


def _factor_added(request: HttpRequest, user: Any, authenticator: Any, **kwargs: Any) -> None:
    _factor(Event.Action.FACTOR_ADDED, request, user, authenticator)


def _factor_removed(request: HttpRequest, user: Any, authenticator: Any, **kwargs: Any) -> None:
    _factor(Event.Action.FACTOR_REMOVED, request, user, authenticator)


def _codes_renewed(request: HttpRequest, user: Any, authenticator: Any, **kwargs: Any) -> None:
    _factor(Event.Action.FACTOR_CHANGED, request, user, authenticator)


def _factor(action: Event.Action, request: HttpRequest, user: Any, authenticator: Any) -> None:
    """Who signed in before it, or with what is no longer trusted, has to come in again; this one goes on."""
    end_sessions(user, but=request.session.session_key)
    record(action, by=user, target=user, detail=name_of(authenticator), request=request)


def name_of(authenticator: Any) -> str:
    """A second factor, as the audit log and pages call it."""
    own = authenticator.data.get("name", "") if authenticator.type == "webauthn" else ""
    return f"{_NAMES[authenticator.type]} “{own}”" if own else _NAMES[authenticator.type]


_NAMES = {"totp": "authenticator app", "webauthn": "passkey", "recovery_codes": "recovery codes"}


def _means(request: HttpRequest, user: Any) -> str:
    """How somebody came in; nothing of a password alone, the usual way."""
    names = {"password": "password", "socialaccount": "single sign-on"}
    said = [
        _NAMES.get(one.get("type", ""), "") if one["method"] == "mfa" else names.get(one["method"], one["method"])
        for one in get_authentication_records(request, user)
        if not one.get("reauthenticated")
    ]
    said = list(dict.fromkeys(said))
    return "" if said == ["password"] else ", ".join(said)


def _known(name: Any) -> str:
    """Only names that there are: people type passwords into the wrong field."""
    people = get_user_model()
    there = (
        isinstance(name, str) and "\0" not in name and people.objects.filter(**{people.USERNAME_FIELD: name}).exists()
    )
    return str(name) if there else ""
