"""Sessions, accounts and messages: for people, who bring a cookie, and not for programs, which read without one.

A quarter of the work of Django on an answer of the API was to open a session that nobody looks into. Whoever brings a
cookie to the API is let through all of it, as in the admin.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest


class _ForPeople:
    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if not request.META.get("HTTP_COOKIE") and request.path_info.startswith(settings.LEMMA_PROGRAMS):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


class Sessions(_ForPeople, SessionMiddleware):
    pass


class Accounts(_ForPeople, AuthenticationMiddleware):
    pass


class Messages(_ForPeople, MessageMiddleware):
    pass


class _MessageCookie(CookieStorage):
    cookie_name = settings.LEMMA_MESSAGES_COOKIE


class MessageStorage(FallbackStorage):
    """Django's own, but for the name of its cookie."""

    storage_classes = (_MessageCookie, SessionStorage)
