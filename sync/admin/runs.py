"""Syncs, imports and exports: what each did, how far one is, and a button that starts one."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.admin.access import in_background
from publishing.admin.lists import LeanPages
from publishing.times import ago
from sync import runs, starting
from sync.models import Run
from sync.places import SyncError, places
from sync.runs import said


@admin.register(Run)
class RunAdmin(LeanPages):
    list_display = ("shown_outcome", "shown_half", "shown_time", "shown_counts", "started_by")
    list_display_links = None
    list_select_related = ("started_by",)
    list_before_template = "lemma/start_sync.html"
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        state = in_background(self.has_view_permission)(self.state_view)
        return [
            path("start/", self.admin_site.admin_view(self.start_view), name="sync_run_start"),
            path("<int:key>/state/", state, name="sync_run_state"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        try:
            runs.mend(places(Path(settings.CONTENT_ROOT)))
        except SyncError as error:
            messages.error(request, str(error))
        shared = {"may_sync": self.has_add_permission(request), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, shared)
        # One starts a sync by its button, and not with a form.
        getattr(response, "context_data", {}).update(has_add_permission=False)
        return response

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One run: its report."""
        if object_id is None or request.method == "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        run = self.get_object(request, object_id)
        if run is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": run,
            "title": _("%(half)s of %(day)s") % {"half": run.half.capitalize(), "day": ago(run.started_at)},
            "run": run,
            "said": said(run),
        }
        return TemplateResponse(request, "lemma/run.html", context)

    def start_view(self, request: HttpRequest) -> HttpResponse:
        """POST: starts a sync of the content root, and goes to where the button was."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        back = HttpResponseRedirect(reverse("admin:index") + "#lemma-sync")
        if request.method == "POST":
            try:
                starting.start(places(Path(settings.CONTENT_ROOT)), by=request.user)
            except (SyncError, OSError) as error:
                messages.error(request, str(error))
        return back

    def state_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """GET: how far it is, for the page to show."""
        run = Run.objects.filter(pk=key).first()
        if run is None:
            # It found another one at work.
            return JsonResponse({"running": False, "text": ""})
        is_running = run.outcome == Run.Outcome.RUNNING
        return JsonResponse({"running": is_running, "text": said(run), "share": runs.share(run)})

    @admin.display(description=gettext_lazy("Result"))
    def shown_outcome(self, run: Run) -> SafeString:
        address = reverse("admin:sync_run_change", args=[run.pk])
        tone = runs.TONES[Run.Outcome(run.outcome)]
        text = '<a class="lemma-badge lemma-badge-{}" href="{}">{}</a>'
        return format_html(text, tone, address, run.outcome.capitalize())

    @admin.display(description=gettext_lazy("Kind"), ordering="half")
    def shown_half(self, run: Run) -> str:
        return run.half.capitalize()

    @admin.display(description=gettext_lazy("When"), ordering="started_at")
    def shown_time(self, run: Run) -> str:
        return ago(run.started_at)

    @admin.display(description=gettext_lazy("What"))
    def shown_counts(self, run: Run) -> str:
        return said(run)
