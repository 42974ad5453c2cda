"""Conflicts that wait for a person: the list, and the page on which one is decided."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from documents import Document, DocumentError, Merge, parse
from publishing import conflicts
from publishing.admin.base import pages_of
from publishing.admin.lists import LeanPages
from publishing.admin.settling import Settling
from publishing.admin.wording import field_label
from publishing.errors import NameTaken, WriteRefused
from publishing.models import Conflict
from publishing.problems import InvalidDocument
from sync.resolving import resolve


class OpenFilter(admin.SimpleListFilter):
    """Those that wait, unless all are asked for."""

    title = gettext_lazy("Shown")
    parameter_name = "settled"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("Settled"))]

    def choices(self, changelist: Any) -> Any:
        for value, label in ((None, gettext_lazy("Waiting")), ("yes", gettext_lazy("Settled"))):
            query = changelist.get_query_string({self.parameter_name: value} if value else {}, [self.parameter_name])
            yield {"selected": self.value() == value, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(resolved_at__isnull=self.value() != "yes")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the whole texts, for when one side is gone. name: what the form sends."""

    name: str
    label: str
    explanation: str
    text: str


@admin.register(Conflict)
class ConflictAdmin(LeanPages):
    list_display = ("shown_item", "what", "fields_in_question", "created_at")
    list_display_links = None
    list_filter = (OpenFilter,)
    list_select_related = ("item",)
    actions = None
    ordering = ("created_at", "pk")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        raise PermissionDenied("Conflicts are decided on their page.")

    @admin.display(description=gettext_lazy("Item"), ordering="item__sort_key")
    def shown_item(self, conflict: Conflict) -> SafeString:
        address = reverse("admin:publishing_conflict_change", args=[conflict.pk])
        return format_html(
            '<div class="lemma-name"><a class="lemma-title" href="{}">{}</a><span class="lemma-slug">{}</span></div>',
            address,
            conflict.item.title,
            conflict.path or conflict.item.path,
        )

    @admin.display(description=gettext_lazy("Between"))
    def what(self, conflict: Conflict) -> str:
        if conflict.origin == Conflict.Origin.DRAFT:
            return _("Unpublished edits and the file")
        return _("What is published and the file")

    @admin.display(description=gettext_lazy("Fields"))
    def fields_in_question(self, conflict: Conflict) -> str:
        labels = pages_of(self.admin_site, conflict.item.kind).labels
        names = [field_label(each["field"], labels) for each in conflict.fields]
        if not names:
            return _("One side was deleted")
        more = len(names) - 3
        return ", ".join(names[:3]) + (ngettext(" and %d more", " and %d more", more) % more if more > 0 else "")

    # --- the page of one ---

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if object_id is None:
            raise PermissionDenied
        conflict = self.get_object(request, object_id)
        if conflict is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]
        if not self.has_view_or_change_permission(request, conflict):
            raise PermissionDenied
        may_decide = self.has_change_permission(request, conflict) and conflict.resolved_at is None
        merged = conflicts.as_merge(conflict) if conflict.resolved_at is None else None
        labels = pages_of(self.admin_site, conflict.item.kind).labels
        settling = Settling(conflict.item, merged, request.POST, labels) if merged else None
        problems: list[str] = []
        if request.method == "POST":
            if not may_decide:
                raise PermissionDenied
            if answer := self._decide(request, conflict, merged, settling, problems):
                return answer
        return self._page(request, conflict, merged, settling, problems, may_decide=may_decide)

    def _decide(
        self,
        request: HttpRequest,
        conflict: Conflict,
        merged: Merge | None,
        settling: Settling | None,
        problems: list[str],
    ) -> HttpResponse | None:
        revision = request.POST.get("base_revision", "")
        if revision != str(conflict.item.revision):
            problems.append(_("Somebody saved it in the meantime. Here is how it stands now; please choose again."))
            return None
        try:
            chosen = _chosen(request, conflict, merged, settling)
            resolve(conflict, chosen, base_revision=conflict.item.revision, author=request.user)
        except _Undecided:
            problems.append(_("Something is still to be chosen."))
        except InvalidDocument as error:
            problems += [str(problem) for problem in error.problems]
        except DocumentError as error:
            problems.append(f"{error.message} {error.hint}".strip())
        except (WriteRefused, NameTaken) as error:
            problems.append(str(error))
        else:
            text = _("“{}” is decided. The file follows with the next sync.")
            if conflict.origin == Conflict.Origin.DRAFT:
                text = _("“{}” is decided. Publish it when it is ready.")
            messages.success(request, format_html(text, conflict.item.title))
            return HttpResponseRedirect(reverse("admin:publishing_conflict_changelist"))
        return None

    def _page(
        self,
        request: HttpRequest,
        conflict: Conflict,
        merged: Merge | None,
        settling: Settling | None,
        problems: list[str],
        *,
        may_decide: bool,
    ) -> HttpResponse:
        is_draft = conflict.origin == Conflict.Origin.DRAFT
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": conflict,
            "conflict": conflict,
            "item": conflict.item,
            "item_address": _address_of(conflict),
            "title": _("Decide about “%s”") % conflict.item.title,
            "is_draft": is_draft,
            "ours_label": _("Your unpublished edits") if is_draft else _("In Lemma"),
            "theirs_label": _("In the file, which readers see") if is_draft else _("In the file"),
            "settling": settling,
            "fits_now": merged is not None and not merged.conflicts,
            "sides": _sides(conflict) if merged is None else [],
            "problems": problems,
            "may_decide": may_decide,
            "back": reverse("admin:publishing_conflict_changelist"),
        }
        return TemplateResponse(request, "lemma/decide.html", context)


class _Undecided(Exception):
    pass


def _chosen(
    request: HttpRequest, conflict: Conflict, merged: Merge | None, settling: Settling | None
) -> Document | None:
    """What the form says; None deletes the item.

    Raises:
        _Undecided: something is still to be chosen.
        DocumentError: the document cannot hold what was chosen.
    """
    if merged and settling:
        if not settling.is_answered:
            raise _Undecided
        return merged.resolved(settling.choices)
    side = request.POST.get("side")
    blob = {"ours": conflict.ours, "theirs": conflict.theirs}.get(str(side))
    if blob is not None:
        return parse(bytes(blob.data), conflict.path or conflict.item.path)
    if side == "delete":
        return None
    raise _Undecided


def _sides(conflict: Conflict) -> list[Side]:
    """What can be kept where one side is gone."""
    sides = []
    if conflict.ours:
        text = _("The file was deleted. It is written again.")
        sides.append(Side("ours", _("Keep what is in Lemma"), text, _text(conflict.ours)))
    if conflict.theirs:
        text = _("The item was deleted here. It comes back with the text of the file.")
        sides.append(Side("theirs", _("Keep what is in the file"), text, _text(conflict.theirs)))
    sides.append(Side("delete", _("Delete it on both sides"), _("Its history is kept."), ""))
    return sides


def _text(blob: Any) -> str:
    return bytes(blob.data).decode("utf-8", "replace")


def _address_of(conflict: Conflict) -> str:
    if conflict.item.deleted_at:
        return ""
    app = {"entry": "glossary", "book": "books"}[conflict.item.kind]
    return reverse(f"admin:{app}_{conflict.item.kind}_change", args=[conflict.item_id])
