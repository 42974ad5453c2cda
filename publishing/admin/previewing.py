"""The saved text as a page, and the secret addresses under which others may read it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _

from publishing import reading, sharing
from publishing.admin.base import ItemPages, number
from publishing.models import Item

WIDTHS = ("desktop", "phone")


class PreviewPages(ItemPages):
    def get_urls(self) -> list[URLPattern]:
        return [
            self.item_path("preview", self.preview_view),
            self.item_path("page", self.page_view),
            self.item_path("share", self.share_view),
            *super().get_urls(),
        ]

    def page_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The saved text by itself, drafts too."""
        return reading.page(request, self.row_to("view", request, object_id).item)

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """That page in a frame: `width=phone`, `theme=dark` or `theme=light`."""
        row = self.row_to("view", request, object_id)
        item: Item = row.item
        width = request.GET.get("width", "")
        theme = request.GET.get("theme", "")
        made = [(each, request.build_absolute_uri(_address(each))) for each in sharing.shares(item)]
        return self.item_page(
            request,
            row,
            "lemma/preview.html",
            _("Preview of “%s”") % item.title,
            width=width if width in WIDTHS else WIDTHS[0],
            theme=theme if theme in reading.THEMES else reading.THEMES[0],
            shares=made,
            days=sharing.DAYS,
            page_address=self.address("page", item.pk),
            share_address=self.address("share", item.pk),
        )

    def share_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST `days`: makes a secret address; with `end` takes one back."""
        item: Item = self.row_to("change", request, object_id).item
        here = HttpResponseRedirect(self.address("preview", item.pk))
        if request.method != "POST":
            return here
        if key := number(request.POST.get("end")):
            if sharing.end(item, key):
                messages.success(request, _("The address leads nowhere any more."))
            return here
        days = number(request.POST.get("days"))
        if days in sharing.DAYS:
            sharing.share(item, days, request.user)
            messages.success(request, _("Whoever has the address below can read this text, without an account."))
        return here


def _address(made: Any) -> str:
    return reverse("shared", args=[sharing.token(made)])
