"""Where everybody needs a second factor: who has none gets no further than to the pages on which one is set up."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from config.signing_in.factors import has_one

_ADMIN = "/admin/"
# In which one signs in and out, and sets one up; and texts of scripts.
_SHUT = "/admin/account/sessions/"
_OPEN = ("/admin/account/", "/admin/login/", "/admin/logout/", "/admin/jsi18n/", "/admin/texts.js")


def required(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, only where settings demand it. Requests without a cookie of a session cost one look for it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or (path.startswith(_OPEN) and path != _SHUT):
            return answer(request)
        if request.user.is_authenticated and not has_one(request.user):
            if path.startswith(_ADMIN) and request.method in ("GET", "HEAD"):
                return HttpResponseRedirect(reverse("mfa_index"))
            # For the API, and for what scripts and forms send, nobody is signed in.
            request.user = AnonymousUser()
        return answer(request)

    return middleware
