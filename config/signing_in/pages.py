"""The pages on which somebody signs in, and those for their own account, as parts of the admin."""

from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from publishing.confirming import View, within_allauth

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def page(view: View | str, title: "StrOrPromise" = "") -> View:
    """A view of allauth in the look of the admin.

    view: or where it is; it is imported when somebody wants to see it, since passkeys bring a large library along.
    """
    found = cache(lambda: import_string(view) if isinstance(view, str) else view)

    @never_cache
    def shown(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponseBase:
        def answer(request: HttpRequest) -> HttpResponseBase:
            response = found()(request, *arguments, **options)
            if isinstance(response, TemplateResponse) and not response.is_rendered:
                response.context_data = {
                    **admin.site.each_context(request),
                    "title": title,
                    "required": settings.LEMMA_REQUIRE_MFA,
                    **(response.context_data or {}),
                }
                # The theme would link its list, which there is none of.
                response.context_data.pop("object", None)
                # Here, since allauth knows of the request only in here.
                response.render()
            return response

        return within_allauth(request, answer)

    return shown


def login(request: HttpRequest) -> HttpResponseBase:
    """Whoever is in may stay, unless the admin would send them right back to here."""
    from allauth.account.views import LoginView

    if request.user.is_authenticated and not admin.site.has_permission(request):
        logout(request)
        messages.error(request, _("This account may not sign in. Ask an administrator."))
    view: View = LoginView.as_view(extra_context={"single_sign_on": settings.LEMMA_OIDC})
    return view(request)


@require_POST
def start_over(request: HttpRequest) -> HttpResponse:
    """From the second step of signing in back to the first."""
    logout(request)
    return HttpResponseRedirect(reverse("account_login"))
