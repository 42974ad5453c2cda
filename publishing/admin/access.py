"""Who may call what, for requests that a page sends in the background."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse

View = Callable[..., HttpResponse]


def refused(status: int, message: str, **headers: str) -> JsonResponse:
    return JsonResponse({"message": message}, status=status, headers=headers)


def in_background(may: Callable[[HttpRequest], bool]) -> Callable[[View], View]:
    """401 without a login and 403 without the right, since a script cannot follow a redirect to a login form."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
            if not admin.site.has_permission(request):
                return refused(401, "You are not logged in any more. Log in in another tab, then try again.")
            if not may(request):
                return refused(403, "Your account may not do this.")
            return view(request, *args, **options)

        return guarded

    return decorate


def throttled(name: str, per_minute: int) -> Callable[[View], View]:
    """So many calls a minute for each account; then 429 with the time to wait."""

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
            minute, second = divmod(int(time.time()), 60)
            key = f"throttle:{name}:{request.user.pk}:{minute}"
            cache.add(key, 0, timeout=120)
            try:
                calls = cache.incr(key)
            except ValueError:
                # Thrown out of a full cache in between.
                calls = 1
            if calls > per_minute:
                return refused(
                    429, "That was a lot at once. Please wait a moment.", **{"Retry-After": str(60 - second)}
                )
            return view(request, *args, **options)

        return counted

    return decorate
