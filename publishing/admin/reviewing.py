"""A writer asks for a text to be published; an editor says yes, or what is still to be done."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from publishing import approving, reviews
from publishing.admin.base import number
from publishing.admin.releasing import ReleasePages
from publishing.errors import WriteRefused
from publishing.models import Item, Review


class ReviewPages(ReleasePages):
    def get_urls(self) -> list[URLPattern]:
        return [self.item_path("review", self.review_view), *super().get_urls()]

    def review_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST `do`: "approve" or "return" with `comment` and `base_revision`; "withdraw" by who asked."""
        do = request.POST.get("do", "")
        row = self.row_to("change" if do == "withdraw" else "publish", request, object_id)
        item: Item = row.item
        review = reviews.last(item)
        changes = HttpResponseRedirect(self.address("changes", item.pk))
        if request.method != "POST" or review is None or review.state != Review.State.WAITING:
            return changes
        comment, base = request.POST.get("comment", ""), number(request.POST.get("base_revision"))
        if do == "withdraw":
            if review.author_id != request.user.pk and not self.has_publish_permission(request, row):
                raise PermissionDenied
            return self.carried_out(request, item, lambda: reviews.end([item.pk]), _("It waits for nobody any more."))
        if do == "return":
            try:
                reviews.send_back(review, comment, author=request.user)
            except WriteRefused as error:
                messages.error(request, str(error))
                return changes
            messages.success(request, format_html(_("“{}” is sent back to {}."), item.title, review.author_name))
            return changes
        if do != "approve" or base is None:
            return changes
        day = timezone.localdate() if "_stamp" in request.POST else None
        act: Callable[[], Any] = lambda: approving.approve(  # noqa: E731
            review, comment, base_revision=base, author=request.user, set_last_updated=day
        )
        return self.carried_out(request, item, act, format_html(_("“{}” is approved and published."), item.title))

    def submit_saved(self, request: HttpRequest, saved: Item) -> None:
        """Asks for what was just saved to be published, and says so."""
        try:
            reviews.submit(saved, request.POST.get("note", ""), base_revision=saved.revision, author=request.user)
        except WriteRefused as error:
            messages.error(request, _("It is saved, and not submitted. %s") % error)
        else:
            messages.success(request, format_html(_("“{}” is saved, and waits for an editor."), saved.title))
