"""HTTP instead of HTTPS: people are led over, by Django, and programs are refused."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from api import handlers


def programs(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: one that was led over would go on to send its token in the clear, and nobody would see."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        led = settings.SECURE_SSL_REDIRECT and not request.is_secure()
        if led and request.path_info.startswith(settings.LEMMA_PROGRAMS):
            return handlers.needs_https()
        return answer(request)

    return middleware
