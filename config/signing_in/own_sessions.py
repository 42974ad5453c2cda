"""Where somebody is signed in, and how one of these sessions is ended."""

import re
from datetime import datetime
from typing import Any, NamedTuple

from allauth.account.decorators import reauthentication_required
from django.contrib import admin, messages
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config.accounts import FROM, sessions_of
from config.sessions import SINCE
from publishing.auditing.models import Event
from publishing.auditing.recording import record

# The first that fits: browsers name those that they are like as well.
_BROWSERS = [
    ("Edge", re.compile("Edg(?:e|A|iOS)?/")),
    ("Opera", re.compile("OPR/")),
    ("Samsung Internet", re.compile("SamsungBrowser/")),
    ("Firefox", re.compile("(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile("(?:Chrome|CriOS|Chromium)/")),
    ("Safari", re.compile("Version/.*Safari/")),
]
_SYSTEMS = [
    ("iPhone", re.compile("iPhone")),
    ("iPad", re.compile("iPad")),
    ("Android", re.compile("Android")),
    ("Windows", re.compile("Windows")),
    ("macOS", re.compile("Mac OS X|Macintosh")),
    ("ChromeOS", re.compile("CrOS")),
    ("Linux", re.compile("Linux|X11")),
]


class Own(NamedTuple):
    """name: of one session; it opens nothing. since: None for one that was begun before Lemma wrote it down."""

    name: str
    is_this: bool
    browser: str
    address: str
    since: datetime | None
    until: datetime


@require_http_methods(["GET", "HEAD", "POST"])
def own_sessions(request: HttpRequest) -> HttpResponseBase:
    """POST: ends the one that is named, after the password was given once more."""
    if not admin.site.has_permission(request):
        return HttpResponseRedirect(f"{reverse('account_login')}?next={request.path}")
    answer = _ended if request.method == "POST" else _shown
    return reauthentication_required(answer)(request)  # type: ignore[no-any-return]


def _shown(request: HttpRequest) -> HttpResponse:
    found = [_own(session, kept, request) for session, kept in sessions_of(request.user)]
    # This one first, then those that were used last.
    found.sort(key=lambda one: (one.is_this, one.until), reverse=True)
    return TemplateResponse(request, "account/sessions.html", {"sessions": found})


def _ended(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("session", "")
    for session, kept in sessions_of(request.user):
        one = _own(session, kept, request)
        if one.name == wanted and not one.is_this:
            session.delete()
            record(Event.Action.SIGNED_OUT, by=request.user, target=request.user, detail=f"{one.browser}, elsewhere",
                   request=request)  # fmt: skip
            messages.success(request, _("The session has ended."))
            break
    else:
        messages.info(request, _("There is no such session any more."))
    return HttpResponseRedirect(reverse("own_sessions"))


def _own(session: Session, kept: dict[str, Any], request: HttpRequest) -> Own:
    begun = kept.get(FROM, {})
    since = datetime.fromtimestamp(kept[SINCE], timezone.get_current_timezone()) if SINCE in kept else None
    name = salted_hmac("lemma.sessions", session.session_key).hexdigest()[:32]
    is_this = session.session_key == request.session.session_key
    return Own(
        name, is_this, browser_of(begun.get("browser", "")), begun.get("address", ""), since, session.expire_date
    )


def browser_of(agent: str) -> str:
    """A header `User-Agent` in words that people know.

    >>> browser_of("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox on Linux'
    >>> browser_of("curl/8.5")
    'curl/8.5'
    """
    browser = next((name for name, pattern in _BROWSERS if pattern.search(agent)), "")
    system = next((name for name, pattern in _SYSTEMS if pattern.search(agent)), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or agent[:40] or _("Unknown browser")
