"""What was changed together, and the way back."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing import batches
from publishing.admin.base import pages_of
from publishing.admin.bulk import carried_out
from publishing.admin.lists import LeanPages
from publishing.models import Batch
from publishing.times import ago

_SHOWN = 500


@admin.register(Batch)
class BatchAdmin(LeanPages):
    list_display = ("shown_label", "shown_count", "shown_author", "shown_time", "shown_state")
    list_display_links = None
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.undo_view)
        return [path("<int:key>/undo/", view, name="publishing_batch_undo"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(count=Count("items"))

    @admin.display(description=gettext_lazy("What"))
    def shown_label(self, batch: Batch) -> SafeString:
        address = reverse("admin:publishing_batch_change", args=[batch.pk])
        return format_html('<a class="lemma-title" href="{}">{}</a>', address, batch.label)

    @admin.display(description=gettext_lazy("Items"))
    def shown_count(self, batch: Any) -> int:
        return int(batch.count)

    @admin.display(description=gettext_lazy("Who"), ordering="author_name")
    def shown_author(self, batch: Batch) -> str:
        return batch.author_name

    @admin.display(description=gettext_lazy("When"), ordering="created_at")
    def shown_time(self, batch: Batch) -> str:
        return ago(batch.created_at)

    @admin.display(description=gettext_lazy("State"))
    def shown_state(self, batch: Batch) -> str:
        return _("Undone") if batch.undone_at else ""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Mapping[str, Any] | None = None,
    ) -> HttpResponse:
        """One batch: what was in it, and a button that takes it back."""
        if object_id is None or request.method == "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        batch = self.get_object(request, object_id)
        if batch is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]
        lines = batch.items.select_related("item").order_by("item__sort_key", "item")[:_SHOWN]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": batch,
            "title": batch.label,
            "batch": batch,
            "lines": [(line.item, self._comparison(line)) for line in lines],
            "more": max(batch.count - _SHOWN, 0),
            "may_undo": self._may_undo(request, batch),
        }
        return TemplateResponse(request, "lemma/batch.html", context)

    def undo_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """POST: takes the batch back, and goes to where the button was."""
        batch = Batch.objects.filter(pk=key).first()
        if batch is None:
            raise Http404("There is no such batch.")
        if not self._may_undo(request, batch):
            raise PermissionDenied
        if request.method == "POST":
            carried_out(request, lambda: batches.undo(batch, author=request.user))
        return HttpResponseRedirect(_came_from(request) or reverse("admin:index"))

    def _may_undo(self, request: HttpRequest, batch: Batch) -> bool:
        """Who may publish, and whose own drafts these were."""
        pages = [
            pages_of(self.admin_site, kind) for kind in batch.items.values_list("item__kind", flat=True).distinct()
        ]
        if all(page.has_publish_permission(request) for page in pages):
            return True
        is_own = batch.only_drafts and batch.author_id == request.user.pk
        return is_own and all(page.has_change_permission(request) for page in pages)

    def _comparison(self, line: Any) -> str:
        """The page that shows what the item looked like before and after."""
        item = line.item
        if item.deleted_at or line.revision_after < 2:
            return ""
        page = pages_of(self.admin_site, item.kind)
        return f"{page.address('compare', item.pk)}?from={line.revision_after - 1}&to={line.revision_after}"


def _came_from(request: HttpRequest) -> str:
    address = request.headers.get("referer", "")
    here = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts=here, require_https=request.is_secure())
    return address if is_ours else ""
