"""Each request has an id, by which its lines in the log are found; and, where settings want it, a line and a count."""

import logging
import os
import re
from collections.abc import Callable
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from config.logs import request_id, without_secrets

_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_log = logging.getLogger("lemma.requests")


def observed(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware. The address is logged without its query, in which people put secrets."""
    count = None
    if settings.METRICS_TOKEN:
        from config import metrics

        metrics.begin()
        count = metrics.count

    def middleware(request: HttpRequest) -> HttpResponseBase:
        began = perf_counter()
        # Only a proxy is believed: two requests of one id would be told apart by nobody.
        given = request.META.get("HTTP_X_REQUEST_ID", "") if settings.BEHIND_PROXY else ""
        name = given if _ID.fullmatch(given) else os.urandom(8).hex()
        # Until the response is closed, since Django logs errors after all middleware; see `logs.forget`.
        request_id.set(name)
        response = answer(request)
        response.headers["X-Request-ID"] = name
        if count or settings.LOG_REQUESTS:
            seconds = perf_counter() - began
            if count:
                count(request, response.status_code, seconds)
            if settings.LOG_REQUESTS:
                _say(request, response.status_code, seconds)
        return response

    return middleware


def _say(request: HttpRequest, status: int, seconds: float) -> None:
    milliseconds = round(seconds * 1000, 1)
    path = without_secrets(request.path)
    _log.info(
        "%s %s %s %s ms", request.method, path, status, milliseconds,
        extra={"method": request.method, "path": path, "status": status, "milliseconds": milliseconds,
               "client": request.META.get("REMOTE_ADDR", "")},
    )  # fmt: skip
