"""What a page may do in a browser: nothing, unless it is of the admin or says so itself.

The policies are ready strings, because every answer of the API carries one: django-csp, which puts them together for
each, takes 30 µs, and the answer itself less than a thousand.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# JSON, Markdown and files show nothing, load nothing and are in no frame.
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# The theme's scripts evaluate what is in its markup (Alpine), and the editor writes styles. Nothing is loaded from
# another host, and no script stands in a page: what somebody smuggles into one does not run.
_ADMIN = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_ADMIN_PATH = "/admin/"
_FEATURES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def policies(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: the policy of each response that has none of its own."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        headers = response.headers
        if "Content-Security-Policy" not in headers:
            if request.path_info.startswith(_ADMIN_PATH):
                headers["Content-Security-Policy"] = _ADMIN
                headers["Permissions-Policy"] = _FEATURES
            elif not (settings.DEBUG and response.status_code >= 400):
                # Django's own pages about errors have their styles in them.
                headers["Content-Security-Policy"] = _NOTHING
        return response

    return middleware
