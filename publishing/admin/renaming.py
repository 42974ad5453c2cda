"""A new slug, or one item given up for another: first every text before and after, then one click."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents import DocumentError, parse
from publishing import names, renaming, uniting
from publishing.admin.base import ItemPages
from publishing.admin.comparing import Part, compare, shortened
from publishing.admin.labels import labels
from publishing.admin.widgets import Chips
from publishing.errors import StaleRevision, WriteRefused
from publishing.models import Item
from publishing.problems import InvalidDocument
from publishing.redirecting import TextChange
from publishing.renaming import Plan

# Of so many items each changed word is shown, of the rest the title.
_SHOWN = 60


@dataclass(slots=True)
class Concerned:
    """An item that changes, with its page. texts: which of its texts, and the differences in it."""

    item: Item
    address: str
    texts: list[tuple[str, list[Part]]] = field(default_factory=list)


class RenamePages(ItemPages):
    def get_urls(self) -> list[URLPattern]:
        return [
            self.item_path("rename", self.rename_view),
            self.item_path("merge", self.merge_view),
            *super().get_urls(),
        ]

    def rename_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET `to`: what a new slug would change. POST: gives it, if that is still what changes."""
        row = self.row_to("publish", request, object_id)
        item: Item = row.item
        wanted = _wanted(request)
        return self._decided(
            request,
            row,
            "lemma/rename.html",
            _("Rename “%s”") % item.title,
            wanted,
            lambda: renaming.plan_rename(item, wanted),
            lambda: renaming.rename(item, wanted, author=request.user, origin="admin"),
            format_html(_("“{}” has the slug {} now, and whatever referred to it follows."), item.title, wanted),
        )

    def merge_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET `to`: the slug of the item that is to stay, and what that would change. POST: merges them."""
        self.row_to("delete", request, object_id)
        row = self.row_to("publish", request, object_id)
        item: Item = row.item
        wanted = _wanted(request)
        into = Item.objects.of_kind(self.kind).filter(locale=item.locale, slug_key=names.key(wanted)).first()
        chips = Chips(f"admin:{self.opts.app_label}_{self.opts.model_name}_lookup", names_items=True, single=True)
        chips.labels = labels(self.kind, [wanted] if wanted else [])

        def plan() -> Plan:
            return uniting.plan_merge(item, self._kept(into, wanted))

        return self._decided(
            request,
            row,
            "lemma/merge.html",
            _("Merge “%s” into another") % item.title,
            wanted,
            plan,
            lambda: uniting.merge_items(item, self._kept(into, wanted), author=request.user, origin="admin"),
            format_html(_("“{}” is merged. What led to it leads here now; its text stays in the history."), item.title),
            into=into,
            chips=chips.render("to", wanted, {"id": "id_to"}),
            media=self.media + chips.media,
        )

    @staticmethod
    def _kept(into: Item | None, wanted: str) -> Item:
        if into is None:
            raise WriteRefused(_("There is nothing with the slug “%s”.") % wanted)
        return into

    def _decided(
        self,
        request: HttpRequest,
        row: Any,
        template: str,
        title: str,
        wanted: str,
        make_plan: Callable[[], Plan],
        carry_out: Callable[[], Item],
        done: str,
        **context: Any,
    ) -> HttpResponse:
        """The page with the plan. Once it was confirmed, and still is the one that was seen, it is carried out."""
        plan, problem = None, ""
        if wanted:
            try:
                plan = make_plan()
                if request.method == "POST":
                    if request.POST.get("seen") == _fingerprint(plan.changes):
                        kept = carry_out()
                        messages.success(request, done)
                        return HttpResponseRedirect(self.address("change", kept.pk))
                    problem = _("Somebody saved one of these texts in the meantime. This is what would change now.")
            except InvalidDocument as error:
                problem = " ".join(f"{each.message} {each.hint}".strip() for each in error.problems)
            except StaleRevision:
                problem = _("One of the two was deleted in the meantime.")
            except (WriteRefused, DocumentError) as error:
                problem = str(error)
        concerned = self._concerned(plan.changes) if plan else []
        count = len(concerned)
        return self.item_page(
            request,
            row,
            template,
            title,
            wanted=wanted,
            plan=plan,
            problem=problem,
            concerned=concerned,
            summary=ngettext("One item changes", "%d items change", count) % ((count,) if count != 1 else ()),
            seen=_fingerprint(plan.changes) if plan else "",
            **context,
        )

    def _concerned(self, changes: Iterable[TextChange]) -> list[Concerned]:
        found: dict[int, Concerned] = {}
        for change in changes:
            one = found.setdefault(change.item.pk, Concerned(change.item, self.page_of(change.item)))
            if len(found) <= _SHOWN:
                name = _("What readers see") if change.text == "filed" else _("Unpublished edits")
                one.texts.append((name, self._differences(change)))
        return list(found.values())

    def _differences(self, change: TextChange) -> list[Part]:
        before, after = (parse(data, change.item.path) for data in (change.before, change.after))
        return shortened(compare(before, after, self.pages_of(change.item.kind).labels))


def _wanted(request: HttpRequest) -> str:
    return (request.POST if request.method == "POST" else request.GET).get("to", "").strip()[:300]


def _fingerprint(changes: Iterable[TextChange]) -> str:
    """The same for the same changes."""
    found = sha256()
    for change in changes:
        for data in (str(change.item.pk).encode(), change.text.encode(), change.before, change.after):
            found.update(sha256(data).digest())
    return found.hexdigest()
