"""While a form is open: what is typed is kept on the server, and who else is there is shown."""

import secrets
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from publishing import autosaving, presence
from publishing.admin.access import in_background, refused, throttled
from publishing.admin.base import ItemPages, number
from publishing.authors import Author
from publishing.models import Autosave, Item
from publishing.times import ago

# More than any form of a file that is small enough to be taken.
LIMIT = 6_000_000


class SittingPages(ItemPages):
    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        keep = throttled("autosave", per_minute=120)(self.autosave_view)
        pulse = throttled("pulse", per_minute=240)(self.pulse_view)
        adding = in_background(self.has_add_permission)(keep)
        changing = in_background(self.has_change_permission)(keep)
        return [
            path("autosave/", adding, name=f"{name}_autosave_new"),
            path("<path:object_id>/autosave/", changing, name=f"{name}_autosave"),
            path("<path:object_id>/pulse/", in_background(self.has_change_permission)(pulse), name=f"{name}_pulse"),
            path("forget/", self.admin_site.admin_view(self.forget_view), name=f"{name}_forget"),
            *super().get_urls(),
        ]

    def autosave_view(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """POST of the whole form: keeps it. With `_forget`, everything is again as it was, and nothing is kept."""
        item: Item | None = self.row_to("change", request, object_id).item if object_id else None
        window = request.POST.get("window", "")
        if request.method != "POST" or not autosaving.is_window(window):
            return refused(400, _("The form did not arrive completely."))
        if "_forget" in request.POST:
            autosaving.forget(request.user, window=window)
            return JsonResponse({"at": None})
        form = autosaving.sendable(request.POST)
        if sum(len(text) for _name, texts in form.lists() for text in texts) > LIMIT:
            return refused(413, _("The text is too long to be kept before it is saved."))
        kept = autosaving.keep(
            request.user,
            self.kind,
            item,
            window=window,
            form=form,
            base_revision=number(request.POST.get("base_revision")) if item else None,
            title=request.POST.get("title", "").replace("\0", ""),
        )
        return JsonResponse({"at": kept.saved_at.isoformat()})

    def pulse_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST `window`, `editing`: says that the form is still open, and answers who else is there and who saved last.

        With `leave` it is closed.
        """
        item: Item = self.row_to("change", request, object_id).item
        window = request.POST.get("window", "")
        if request.method != "POST" or not autosaving.is_window(window):
            return refused(400, _("The form did not arrive completely."))
        if "leave" in request.POST:
            presence.leave(request.user, window)
            return JsonResponse({})
        presence.arrive(request.user, item, window, is_editing=request.POST.get("editing") == "1")
        return JsonResponse(
            {
                "others": [_said(person) for person in presence.others(request.user, item)],
                "revision": item.revision,
                "saved": {"at": item.updated_at.isoformat(), "ago": ago(item.updated_at), "by": _person(item)},
            }
        )

    def forget_view(self, request: HttpRequest) -> HttpResponse:
        """POST `kept`: throws away what was kept, and goes back to the form."""
        if not (self.has_change_permission(request) or self.has_add_permission(request)):
            raise PermissionDenied
        key = number(request.POST.get("kept"))
        item = self.get_object(request, request.POST.get("item", ""))
        if request.method == "POST" and key:
            autosaving.forget(request.user, kind=self.kind, pk=key)
        return HttpResponseRedirect(self.address("change", item.pk) if item else self.address("add"))

    def kept_for(self, request: HttpRequest, item: Item | None) -> Autosave | None:
        """What somebody wants to go on with, by `?take=`."""
        return autosaving.taken(request.user, self.kind, item, number(request.GET.get("take")))

    def sitting_context(self, request: HttpRequest, item: Item | None, taken: Autosave | None) -> dict[str, Any]:
        """What the form needs to be kept."""
        window = taken.window if taken else request.POST.get("window", "")
        if not autosaving.is_window(window):
            window = secrets.token_urlsafe(15)
        offers = [kept for kept in autosaving.of_form(request.user, self.kind, item) if kept.window != window]
        return {
            "window": window,
            "taken": taken,
            "offers": offers,
            "autosave_address": self.address("autosave", item.pk) if item else self.address("autosave_new"),
            "pulse_address": self.address("pulse", item.pk) if item else "",
            "pulse_seconds": int(presence.EVERY.total_seconds()),
        }


def _said(person: presence.Person) -> str:
    if person.is_editing:
        return _("%s is editing this too") % person.name
    return _("%s has this open too") % person.name


def _person(item: Item) -> str:
    return Author.of(item.updated_by).name if item.updated_by else ""
