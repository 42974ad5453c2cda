"""Webhooks: made and changed by a form, looked at and worked with on a page of their own."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from publishing.admin.choosing import ChosenRows
from publishing.times import ago
from webhooks import managing, wording
from webhooks.admin.forms import EndpointForm, ReplayForm
from webhooks.models import Delivery, Endpoint

_SHOWN = 10


@admin.register(Endpoint)
class EndpointAdmin(ChosenRows, ModelAdmin):
    form = EndpointForm
    list_display = ("shown_name", "shown_state", "shown_wishes", "shown_waiting", "shown_delivered")
    list_display_links = None
    list_before_template = "lemma/webhooks_idle.html"
    actions = None

    def get_urls(self) -> list[URLPattern]:
        return [
            path("<int:key>/show/", self.admin_site.admin_view(self.show_view), name="webhooks_endpoint_show"),
            path("<int:key>/act/", self.admin_site.admin_view(self.act_view), name="webhooks_endpoint_act"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Endpoint]:
        waiting = Count("deliveries", filter=Q(deliveries__state=Delivery.State.WAITING))
        found: QuerySet[Endpoint] = super().get_queryset(request).annotate(waiting=waiting)
        return found

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        shared = {"is_idle": managing.is_nobody_at_work(), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, shared)
        return response

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        if change:
            # The worker writes the others meanwhile.
            obj.save(update_fields=form.Meta.fields)
        else:
            _tell(request, managing.create(obj, by=request.user))

    def delete_model(self, request: HttpRequest, obj: Endpoint) -> None:
        managing.delete(obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Its deliveries are part of it, and may be thousands."""
        count = Delivery.objects.filter(endpoint__in=objs).count()
        return [str(each) for each in objs], {_("deliveries"): count}, set(), []

    def response_add(self, request: HttpRequest, obj: Endpoint, post_url_continue: str | None = None) -> HttpResponse:
        # Said already, with the secret.
        return _to(obj.pk)

    def response_post_save_change(self, request: HttpRequest, obj: Endpoint) -> HttpResponse:
        return _to(obj.pk)

    def show_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """GET: how it is, what was sent last, and buttons."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._page(request, self._endpoint(request, key), ReplayForm())

    def act_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """POST: does one of `test`, `secret`, `off`, `on`, `replay` and goes back to the page."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        endpoint = self._endpoint(request, key)
        do = request.POST.get("do", "")
        if do == "test":
            managing.send_test(endpoint)
            messages.success(request, _("A test event was put into the queue."))
        elif do == "secret":
            _tell(request, managing.renew_secret(endpoint))
        elif do == "off":
            managing.switch_off(endpoint)
        elif do == "on":
            managing.switch_on(endpoint)
        elif do == "replay":
            form = ReplayForm(request.POST)
            if not form.is_valid():
                return self._page(request, endpoint, form)
            since, position = form.cleaned_data["since"], form.cleaned_data["position"]
            start = managing.position_at(since) if since else position
            managing.replay(endpoint, start)
            messages.success(request, _("Everything after position %d is sent again.") % start)
        return _to(key)

    def _endpoint(self, request: HttpRequest, key: int) -> Any:
        endpoint = self.get_queryset(request).filter(pk=key).first()
        if endpoint is None:
            raise Http404("There is no such webhook.")
        return endpoint

    def _page(self, request: HttpRequest, endpoint: Any, replay: ReplayForm) -> HttpResponse:
        word, tone = wording.state(endpoint)
        found = endpoint.deliveries.order_by("-pk")[:_SHOWN]
        newest = managing.newest()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": endpoint,
            "title": endpoint.name,
            "endpoint": endpoint,
            "state": word,
            "tone": tone,
            "wishes": wording.wishes(endpoint),
            "behind": max(newest - endpoint.position, 0),
            "newest": newest,
            "deliveries": [
                (one, wording.TONES[Delivery.State(one.state)], wording.reason(one.reason)) for one in found
            ],
            "replay": replay,
            "is_idle": managing.is_nobody_at_work(),
            "may_change": self.has_change_permission(request),
            "may_delete": self.has_delete_permission(request),
        }
        return TemplateResponse(request, "lemma/webhook.html", context)

    @admin.display(description=gettext_lazy("Name"), ordering="name")
    def shown_name(self, endpoint: Endpoint) -> SafeString:
        # The whole address may be a secret of its server.
        text = '<a class="lemma-title" href="{}">{}</a><span class="lemma-slug">{}</span>'
        address = reverse("admin:webhooks_endpoint_show", args=[endpoint.pk])
        return format_html(text, address, endpoint.name, urlsplit(endpoint.address).hostname)

    @admin.display(description=gettext_lazy("State"))
    def shown_state(self, endpoint: Endpoint) -> SafeString:
        word, tone = wording.state(endpoint)
        text = '<span class="lemma-badge lemma-badge-{}" title="{}">{}</span>'
        return format_html(text, tone, endpoint.get_off_display() if endpoint.off else "", word)

    @admin.display(description=gettext_lazy("Is told of"))
    def shown_wishes(self, endpoint: Endpoint) -> str:
        return wording.wishes(endpoint)

    @admin.display(description=gettext_lazy("Waiting"))
    def shown_waiting(self, endpoint: Any) -> int:
        return int(endpoint.waiting)

    @admin.display(description=gettext_lazy("Last delivered"), ordering="delivered_at")
    def shown_delivered(self, endpoint: Endpoint) -> str:
        return ago(endpoint.delivered_at) if endpoint.delivered_at else "–"


def _to(key: Any) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:webhooks_endpoint_show", args=[key]))


def _tell(request: HttpRequest, secret: str) -> None:
    text = _("This is the secret, shown this once. Its receiver needs it to know our requests: {}")
    messages.warning(request, format_html(text, format_html("<code>{}</code>", secret)))
