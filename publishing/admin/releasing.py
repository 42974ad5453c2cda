"""From draft to reader: what would change for readers, and the ways to let it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from documents import DocumentError, parse
from publishing import drafts, lifecycle
from publishing.admin.base import ItemPages, number
from publishing.admin.comparing import compare
from publishing.admin.states import state
from publishing.errors import ConflictPending, StaleRevision, WriteRefused
from publishing.models import Conflict, Item, Published
from publishing.problems import InvalidDocument

# What readers have of an item that they do not see.
_NOTHING = b"---\n---\n"


class ReleasePages(ItemPages):
    def get_urls(self) -> list[URLPattern]:
        return [
            self.item_path("changes", self.changes_view),
            self.item_path("publish", self.publish_view),
            *super().get_urls(),
        ]

    def changes_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What readers will see change when the saved text is published; `view=sides` as in the history."""
        row = self.row_to("view", request, object_id)
        item: Item = row.item
        is_public = Published.objects.filter(item=item).exists()
        old = parse(bytes(item.filed.data) if is_public and item.filed else _NOTHING, item.path)
        new = drafts.without_mark(item.kind, parse(bytes(item.working.data), item.path))
        parts = compare(old, new, self.labels)
        return self.item_page(
            request,
            row,
            "lemma/changes.html",
            _("“%s”: what will change for readers") % item.title,
            parts=parts,
            is_public=is_public,
            state=state(item, row.status, is_public=is_public),
            conflict=Conflict.objects.filter(item=item, origin=Conflict.Origin.DRAFT, resolved_at=None).first(),
            in_sides=request.GET.get("view") == "sides",
            history=self.address("history", item.pk),
        )

    def publish_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST `base_revision`: publishes the saved text, if it is still that one; `_stamp` sets its date."""
        item: Item = self.row_to("change", request, object_id).item
        base = number(request.POST.get("base_revision"))
        if request.method != "POST" or base is None:
            return HttpResponseRedirect(self.address("changes", item.pk))
        today = timezone.localdate() if "_stamp" in request.POST else None
        return self.carried_out(
            request,
            item,
            lambda: lifecycle.publish(
                item, base_revision=base, author=request.user, origin="admin", set_last_updated=today
            ),
            format_html(_("“{}” is published."), item.title),
        )

    def carried_out(self, request: HttpRequest, item: Item, act: Any, done: str) -> HttpResponse:
        """Does it and goes back to the form, with the reason where it was refused."""
        try:
            act()
        except StaleRevision:
            messages.error(request, _("Somebody saved it in the meantime, so nothing was done. Please look again."))
        except ConflictPending as error:
            messages.error(request, str(error))
        except (WriteRefused, InvalidDocument, DocumentError) as error:
            messages.error(request, _("Nothing was done. %s") % error)
        else:
            messages.success(request, done)
        return HttpResponseRedirect(self.with_filters(request, self.address("change", item.pk)))
