"""Pages for which somebody has to say again who they are: by their password, or by a second factor."""

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.account.middleware import AccountMiddleware
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.contrib.admin.utils import unquote
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

View = Callable[..., HttpResponseBase]


def confirmed(view: View) -> View:
    """A view of the admin for those who gave their password a moment ago; others are asked for it."""
    guarded = reauthentication_required(view)

    @never_cache
    def shown(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponseBase:
        return within_allauth(request, lambda request: guarded(request, *arguments, **options))

    return shown


def within_allauth(request: HttpRequest, view: Callable[[HttpRequest], HttpResponseBase]) -> HttpResponseBase:
    def answer(request: HttpRequest) -> HttpResponseBase:
        try:
            return view(request)
        except (ImmediateHttpResponse, ReauthenticationRequired) as error:
            instead = allauth.process_exception(request, error)
            # What was to be done is not done by giving the password, which may be for another page by then.
            request.session.pop(STATE_SESSION_KEY, None)
            return instead  # type: ignore[no-any-return]

    allauth = AccountMiddleware(answer)
    return allauth(request)  # type: ignore[no-any-return]


class Confirmed:
    """Before a ModelAdmin whose rows give people rights: who may change one is asked again first, in lists as well. The
    others are told that they may not.
    """

    def add_view(self, request: HttpRequest, *arguments: Any, **options: Any) -> Any:
        may = self.has_add_permission(request)  # type: ignore[attr-defined]
        return _asked(super().add_view, may)(request, *arguments, **options)  # type: ignore[misc]

    def change_view(self, request: HttpRequest, object_id: str, *arguments: Any, **options: Any) -> Any:
        may = self.has_change_permission(request, self._row(request, object_id))  # type: ignore[attr-defined]
        return _asked(super().change_view, may)(request, object_id, *arguments, **options)  # type: ignore[misc]

    def delete_view(self, request: HttpRequest, object_id: str, *arguments: Any, **options: Any) -> Any:
        may = self.has_delete_permission(request, self._row(request, object_id))  # type: ignore[attr-defined]
        return _asked(super().delete_view, may)(request, object_id, *arguments, **options)  # type: ignore[misc]

    def changelist_view(self, request: HttpRequest, *arguments: Any, **options: Any) -> Any:
        """Actions come by POST."""
        may = request.method == "POST" and self.has_view_or_change_permission(request)  # type: ignore[attr-defined]
        return _asked(super().changelist_view, may)(request, *arguments, **options)  # type: ignore[misc]

    def _row(self, request: HttpRequest, object_id: str) -> Any:
        return self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]


def _asked(view: View, may: bool) -> View:
    return confirmed(view) if may else view
