"""What was sent, with every attempt."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from publishing.admin.choosing import ChosenRows
from publishing.times import ago
from webhooks import managing, wording
from webhooks.models import Delivery

_SHOWN = 50


@admin.register(Delivery)
class DeliveryAdmin(ChosenRows, ModelAdmin):
    list_display = ("shown_state", "event", "slug", "shown_position", "shown_endpoint", "shown_reason", "shown_time")
    list_display_links = None
    list_filter = ("state", "endpoint")
    list_select_related = ("endpoint",)
    search_fields = ("slug", "message")
    # Counting all there are for the sake of one line costs more than the list.
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.resend_view)
        return [path("<int:key>/resend/", view, name="webhooks_delivery_resend"), *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One delivery: its attempts, the newest first."""
        if object_id is None or request.method == "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        delivery = self.get_object(request, object_id)
        if delivery is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]
        attempts = list(delivery.sendings.order_by("-pk")[:_SHOWN])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": delivery,
            "title": str(delivery),
            "delivery": delivery,
            "tone": wording.TONES[Delivery.State(delivery.state)],
            "attempts": [(one, wording.reason(one.reason)) for one in attempts],
            "more": delivery.sendings.count() - len(attempts),
            "may_resend": self.has_change_permission(request) and delivery.state != Delivery.State.WAITING,
        }
        return TemplateResponse(request, "lemma/delivery.html", context)

    def resend_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """POST: sends it again."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        delivery = Delivery.objects.filter(pk=key).first()
        if delivery is None:
            raise Http404("There is no such delivery.")
        if request.method == "POST":
            managing.resend(delivery)
        return HttpResponseRedirect(reverse("admin:webhooks_delivery_change", args=[key]))

    @admin.display(description=gettext_lazy("State"), ordering="state")
    def shown_state(self, delivery: Delivery) -> SafeString:
        address = reverse("admin:webhooks_delivery_change", args=[delivery.pk])
        tone = wording.TONES[Delivery.State(delivery.state)]
        text = '<a class="lemma-badge lemma-badge-{}" href="{}">{}</a>'
        return format_html(text, tone, address, delivery.get_state_display().capitalize())

    @admin.display(description=gettext_lazy("Position"), ordering="position")
    def shown_position(self, delivery: Delivery) -> str:
        return str(delivery.position or "–")

    @admin.display(description=gettext_lazy("Webhook"), ordering="endpoint__name")
    def shown_endpoint(self, delivery: Delivery) -> SafeString:
        address = reverse("admin:webhooks_endpoint_show", args=[delivery.endpoint_id])
        return format_html('<a class="lemma-link" href="{}">{}</a>', address, delivery.endpoint.name)

    @admin.display(description=gettext_lazy("Why"))
    def shown_reason(self, delivery: Delivery) -> str:
        return wording.reason(delivery.reason)

    @admin.display(description=gettext_lazy("When"), ordering="created_at")
    def shown_time(self, delivery: Delivery) -> str:
        return ago(delivery.created_at)
