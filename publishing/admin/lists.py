"""List pages: columns, search, and views one click away."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from publishing import names
from publishing.admin.states import state
from publishing.models import Item, Published, Reference
from publishing.times import ago


def with_state(queryset: Any) -> Any:
    """The queryset with `is_public`, without loading what readers get."""
    return queryset.annotate(is_public=Exists(Published.objects.filter(item=OuterRef("pk"))))


def badge(row: Any) -> SafeString:
    """The state of an entry or a book of `with_state`."""
    return render_to_string("lemma/badge.html", {"state": state(row.item, row.status, is_public=row.is_public)})


def title(address: str, item: Item) -> SafeString:
    return format_html(
        '<div class="lemma-name"><a class="lemma-title" href="{}">{}</a><span class="lemma-slug">{}</span></div>',
        address,
        item.title,
        item.slug,
    )


def updated(item: Item) -> SafeString:
    """When, and by whom if a person did it."""
    person = (item.updated_by.get_full_name() or item.updated_by.get_username()) if item.updated_by else ""
    return format_html(
        '<div><time datetime="{}" title="{}">{}</time><span class="lemma-slug">{}</span></div>',
        item.updated_at.isoformat(),
        date_format(localtime(item.updated_at), "DATETIME_FORMAT"),
        ago(item.updated_at),
        person,
    )


def search(queryset: QuerySet, text: str, more: Callable[[str], Any] | None = None) -> QuerySet:
    """Rows that have each word in their title, in their slug, or where `more` says so for its compared form."""
    for word in text.split()[:10]:
        key = names.key(word[:200])
        found = Q(item__sort_key__contains=key) | Q(item__slug_key__contains=key)
        queryset = queryset.filter(found | more(key) if more else found)
    return queryset


@dataclass(frozen=True, slots=True)
class QuickView:
    """A filter with a name, offered above the list."""

    label: Any
    condition: Q | Exists


_DANGLING = Reference.objects.dangling().filter(source=OuterRef("pk"))

COMMON_VIEWS: Mapping[str, QuickView] = {
    "draft": QuickView(_("Drafts"), Q(is_public=False)),
    "changed": QuickView(_("Changed since publish"), Q(is_public=True) & ~Q(item__working=F("item__filed"))),
    "deprecated": QuickView(_("Deprecated"), Q(status="deprecated")),
    "dangling": QuickView(_("Dangling references"), Exists(_DANGLING)),
}


class QuickViews(SimpleListFilter):
    """One of the views of the page, by `?show=`."""

    title = _("View")
    parameter_name = "show"
    # Shown by `views.html`, and not a second time among the other filters.
    is_above_list = True
    template = "lemma/nothing.html"
    views: Mapping[str, QuickView] = COMMON_VIEWS

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, view.label) for name, view in self.views.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        view = self.views.get(self.value() or "")
        return queryset.filter(view.condition) if view else queryset
