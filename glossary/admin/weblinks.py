"""Web links: what the last check said of each, and a button that starts one."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from glossary.linkcheck import runs, starting
from glossary.linkcheck.models import CheckedLink
from glossary.linkcheck.verdicts import Verdict
from publishing.admin.choosing import ChosenRows
from publishing.times import ago

_TONES = {
    Verdict.OK: "green",
    Verdict.MOVED: "amber",
    Verdict.BROKEN: "red",
    Verdict.SUSPECT: "amber",
    Verdict.UNKNOWN: "grey",
}


@admin.register(CheckedLink)
class CheckedLinkAdmin(ChosenRows, ModelAdmin):
    """Only to look at: addresses come and go with the texts that link to them."""

    list_display = ("shown_verdict", "shown_address", "shown_reason", "shown_new", "shown_time")
    list_display_links = None
    list_filter = ("verdict",)
    list_per_page = 100
    list_before_template = "lemma/start_link_check.html"
    search_fields = ("address", "moved_to")
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        start = self.admin_site.admin_view(self.start_view)
        return [path("start/", start, name="linkcheck_checkedlink_start"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        shared = {"may_check": _may_check(request), "said": runs.said(runs.newest())}
        response: HttpResponse = super().changelist_view(request, {**shared, **(extra_context or {})})
        return response

    def start_view(self, request: HttpRequest) -> HttpResponse:
        """POST: starts a check of what is due, in a process of its own, and goes back to the list."""
        if not _may_check(request):
            raise PermissionDenied
        if request.method == "POST":
            try:
                starting.start(by=request.user)
            except (runs.Busy, OSError) as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("The check has begun. It goes on by itself; come back when you like."))
        return HttpResponseRedirect(reverse("admin:linkcheck_checkedlink_changelist"))

    @admin.display(description=gettext_lazy("Result"), ordering="verdict")
    def shown_verdict(self, link: CheckedLink) -> SafeString:
        tone = _TONES[Verdict(link.verdict)]
        return format_html('<span class="lemma-badge lemma-badge-{}">{}</span>', tone, link.verdict.capitalize())

    @admin.display(description=gettext_lazy("Address"), ordering="address")
    def shown_address(self, link: CheckedLink) -> SafeString:
        return _linked(link.address)

    @admin.display(description=gettext_lazy("Why"))
    def shown_reason(self, link: CheckedLink) -> str:
        if link.failures > 1 and link.first_failure_at:
            times = {"reason": link.reason, "count": link.failures, "day": ago(link.first_failure_at)}
            return _("%(reason)s, %(count)d times since %(day)s") % times
        return link.reason

    @admin.display(description=gettext_lazy("New address"))
    def shown_new(self, link: CheckedLink) -> SafeString | str:
        return _linked(link.moved_to) if link.moved_to else ""

    @admin.display(description=gettext_lazy("Checked"), ordering="checked_at")
    def shown_time(self, link: CheckedLink) -> str:
        return ago(link.checked_at)


def _may_check(request: HttpRequest) -> bool:
    # To add a run is to start a check.
    return request.user.has_perm("linkcheck.add_linkrun")


def _linked(address: str) -> SafeString:
    # It came from a text, and was found to be http or https before it was asked; a redirect likewise.
    shown = address if len(address) <= 90 else address[:89] + "…"
    return format_html(
        '<a class="lemma-link" href="{}" rel="noopener noreferrer" target="_blank">{}</a>', address, shown
    )
