"""What was deleted: found again, read, and brought back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext as _

from documents import DocumentError
from publishing import lifecycle, names, reading
from publishing.admin.base import ItemPages, number
from publishing.errors import NameTaken, WriteRefused
from publishing.models import Item
from publishing.problems import InvalidDocument

_PER_PAGE = 50


class DeletedPages(ItemPages):
    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_deleted"
        guarded = self.admin_site.admin_view
        return [
            path("deleted/", guarded(self.deleted_view), name=name),
            path("deleted/<int:key>/", guarded(self.deleted_page_view), name=f"{name}_page"),
            *super().get_urls(),
        ]

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        """GET: those that were deleted, the last one first; `q` searches. POST `restore`: brings one back."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._bring_back(request, number(request.POST.get("restore")))
        text = request.GET.get("q", "").replace("\0", "").strip()[:200]
        found = self._gone_items()
        for word in text.split()[:10]:
            key = names.key(word)
            found = found.filter(Q(sort_key__contains=key) | Q(slug_key__contains=key))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Deleted %s") % self.opts.verbose_name_plural,
            "text": text,
            "page": Paginator(found.select_related("updated_by"), _PER_PAGE).get_page(request.GET.get("page")),
            "may_restore": self.has_delete_permission(request),
            "list_address": self.address("changelist"),
        }
        return TemplateResponse(request, "lemma/deleted.html", context)

    def deleted_page_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """The last text of one, as a page."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        item = self._gone_items().filter(pk=key).first()
        if item is None:
            raise Http404(_("It is not among those that were deleted."))
        return reading.page(request, item)

    def _gone_items(self) -> Any:
        return Item.objects.filter(kind=self.kind, deleted_at__isnull=False).order_by("-deleted_at", "-pk")

    def _bring_back(self, request: HttpRequest, key: int | None) -> HttpResponse:
        if not self.has_delete_permission(request):
            raise PermissionDenied
        here = HttpResponseRedirect(self.address("deleted"))
        item = self._gone_items().filter(pk=key).first() if key else None
        if item is None:
            messages.info(request, _("It is not among those that were deleted; perhaps somebody was faster."))
            return here
        try:
            back = lifecycle.restore(
                item,
                item.revision,
                author=request.user,
                origin="admin",
                message=_("Brought back after it was deleted"),
            )
        except NameTaken as error:
            messages.error(request, _("%s Rename that one first, or merge the two by hand.") % error)
            return here
        except (WriteRefused, InvalidDocument, DocumentError) as error:
            messages.error(request, _("It was not brought back. %s") % error)
            return here
        text = _("“{}” is back, with its history. Readers see it once it is published.")
        messages.success(request, format_html(text, back.title))
        return HttpResponseRedirect(self.address("change", back.pk))
