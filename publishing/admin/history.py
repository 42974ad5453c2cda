"""The history of an item: its revisions, the differences between any two, and the way back."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.translation import gettext as _

from documents import DocumentError
from publishing import lifecycle
from publishing.admin.base import ItemPages, document_of, number
from publishing.admin.comparing import compare
from publishing.admin.wording import field_label
from publishing.errors import WriteRefused
from publishing.models import Item, Published, Revision
from publishing.problems import InvalidDocument
from publishing.restoring import with_part

_PER_PAGE = 100


class HistoryPages(ItemPages):
    def get_urls(self) -> list[URLPattern]:
        return [
            self.item_path("compare", self.compare_view),
            self.item_path("restore", self.restore_view),
            *super().get_urls(),
        ]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]
        row = self.row_to("view", request, object_id)
        found = Revision.objects.filter(item=row.item).order_by("-number")
        return self.item_page(
            request,
            row,
            "lemma/history.html",
            _("History of “%s”") % row.item.title,
            page=Paginator(found, _PER_PAGE).get_page(request.GET.get("page")),
            published=_published(row.item),
            compare_address=self.address("compare", row.pk),
        )

    def compare_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET `from`, `to`: two revisions, `to` by default the newest; `view=sides` puts them beside each other."""
        row = self.row_to("view", request, object_id)
        item = row.item
        newest = number(request.GET.get("to")) or item.revision
        older = number(request.GET.get("from")) or max(newest - 1, 1)
        older, newest = sorted((older, newest))
        history = self.address("history", item.pk)
        try:
            old, new = document_of(item, older), document_of(item, newest)
        except DocumentError as error:
            # Accepted once, and not any more.
            messages.error(request, str(error))
            return HttpResponseRedirect(history)
        if old is None or new is None:
            messages.error(request, _("There is no such revision."))
            return HttpResponseRedirect(history)
        revisions = {each.number: each for each in Revision.objects.filter(item=item, number__in=(older, newest))}
        return self.item_page(
            request,
            row,
            "lemma/compare.html",
            _("“%s”: what changed") % item.title,
            parts=compare(old, new, self.labels),
            older=revisions[older],
            newest=revisions[newest],
            published=_published(item),
            is_now=newest == item.revision,
            in_sides=request.GET.get("view") == "sides",
            history=history,
        )

    def restore_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST `number`: that revision becomes the working text again; with `part` one key or section of it alone."""
        row = self.row_to("change", request, object_id)
        item: Item = row.item
        form = HttpResponseRedirect(self.address("change", item.pk))
        wanted, base = number(request.POST.get("number")), number(request.POST.get("base_revision"))
        if request.method != "POST" or wanted is None or base is None:
            return form
        part = request.POST.get("part", "")
        try:
            saved = (
                self._part_restored(request, item, wanted, base, part)
                if part
                else self._restored(request, item, wanted, base)
            )
        except (WriteRefused, InvalidDocument, DocumentError) as error:
            messages.error(request, _("Nothing was restored. %s") % error)
            return HttpResponseRedirect(self.address("history", item.pk))
        except KeyError:
            messages.error(request, _("Nothing was restored: neither of the two texts has that part any more."))
            return HttpResponseRedirect(self.address("history", item.pk))
        if saved.revision == item.revision:
            messages.info(request, _("It is like that already, so nothing was restored."))
        else:
            what = field_label(part, self.labels) if part else _("The whole text")
            text = _("{} is again as in revision {}. Readers see it once it is published.")
            messages.success(request, format_html(text, what, wanted))
        return form

    def _restored(self, request: HttpRequest, item: Item, wanted: int, base: int) -> Item:
        return lifecycle.restore(item, wanted, base_revision=base, author=request.user, origin="admin")

    def _part_restored(self, request: HttpRequest, item: Item, wanted: int, base: int, part: str) -> Item:
        old, now = document_of(item, wanted), document_of(item, base)
        if old is None or now is None:
            raise KeyError(part)
        message = _("Restored %(part)s of revision %(number)d") % {
            "part": field_label(part, self.labels),
            "number": wanted,
        }
        return self.save(
            with_part(now, old, part),
            item=item,
            base_revision=base,
            author=request.user,
            origin="admin",
            message=message,
        )


def _published(item: Item) -> int | None:
    """The revision that readers see."""
    return Published.objects.filter(item=item).values_list("revision", flat=True).first()
