"""Pages of the admin that belong to no list."""

from django.contrib import admin, messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.accounts import end_sessions
from publishing.auditing.models import Event
from publishing.auditing.recording import record


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """POST: ends all sessions of whoever asks."""
    user = request.user
    if isinstance(user, AnonymousUser) or not admin.site.has_permission(request):
        return HttpResponseRedirect(f"{reverse('account_login')}?next={request.path}")
    if request.method == "POST":
        number = end_sessions(user)
        record(Event.Action.SIGNED_OUT_EVERYWHERE, by=user, target=user, detail=f"{number} sessions", request=request)
        logout(request)
        messages.success(request, _("All your sessions have ended."))
        return HttpResponseRedirect(reverse("account_login"))
    context = {**admin.site.each_context(request), "title": _("Sign out everywhere")}
    return render(request, "admin/sign_out_everywhere.html", context)


def change_password(request: HttpRequest) -> HttpResponseBase:
    """The admin's own page for it, and a line in the log."""
    user = request.user
    response = admin.site.admin_view(admin.site.password_change)(request)
    # Whoever is refused sees the form again, or the login.
    if request.method == "POST" and response.status_code == 302 and admin.site.has_permission(request):
        record(Event.Action.PASSWORD_CHANGED, by=user, target=user, request=request)
    return response
