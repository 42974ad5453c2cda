"""List pages: columns, search, and views one click away."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME as _SELECTED
from django.contrib.admin.utils import display_for_field, lookup_field
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.templatetags.unfold_list import result_headers
from unfold.views import ChangeList

from publishing import names
from publishing.admin.choosing import ChosenRows
from publishing.admin.states import state
from publishing.models import Conflict, Item, Published, Reference, Review, Schedule
from publishing.times import ago
from publishing.values import STALE

# What Django calls the column of checkboxes.
_CHOSEN = "action_checkbox"


@dataclass(frozen=True, slots=True)
class Signals:
    """What is going on with one item. dangling: references that lead nowhere; linked: items that name it."""

    has_conflict: bool = False
    in_review: bool = False
    scheduled: datetime | None = None
    dangling: int = 0
    linked: int = 0


class LeanList(ChangeList):
    """For `list.html`: rows that say what they say, and leave to the style sheet how they look."""

    @cached_property
    def headers(self) -> list[dict[str, Any]]:
        found = list(result_headers(self))
        for name, header in zip(self.list_display, found, strict=True):
            if name == _CHOSEN:
                label = _("Select all objects on this page for an action")
                text = '<input type="checkbox" id="action-toggle" class="action-toggle lemma-box" aria-label="{}">'
                header["text"] = format_html(text, label)
        return found

    @property
    def number_sorted(self) -> int:
        return sum(bool(header["sortable"] and header["sorted"]) for header in self.headers)

    def rows(self) -> SafeString:
        """Put together here and not by a template, which takes ten times as long."""
        labels = [capfirst(str(header["text"])) for header in self.headers]
        columns = list(zip(self.list_display, labels, strict=True))
        return format_html_join("\n", "<tr>{}</tr>", ((self._cells(row, columns),) for row in self.result_list))

    def _cells(self, row: Any, columns: list[tuple[Any, str]]) -> SafeString:
        return format_html_join("", "{}", ((self._cell(row, name, label),) for name, label in columns))

    def _cell(self, row: Any, name: Any, label: str) -> SafeString:
        """label: shown beside the value where the screen is too narrow for a table."""
        if name == _CHOSEN:
            box = '<input type="checkbox" class="action-select lemma-box" name="{}" value="{}" aria-label="{}">'
            return format_html(
                '<td class="action-checkbox">{}</td>', format_html(box, _SELECTED, row.pk, _("Select “%s”") % row)
            )
        field, _attribute, value = lookup_field(name, row, self.model_admin)
        if field is not None:
            value = display_for_field(value, field, "–")
        if name in (self.list_display_links or ()):
            value = format_html('<a class="lemma-title" href="{}">{}</a>', self.url_for_result(row), value)
        return format_html('<td data-label="{}">{}</td>', label, "–" if value in (None, "") else value)


class LeanPages(ChosenRows, ModelAdmin):
    """Whose list is a `LeanList`."""

    change_list_template = "lemma/list.html"

    def get_changelist(self, request: HttpRequest, **options: Any) -> Any:
        return LeanList


class ItemList(LeanList):
    """The rows of one page know their `signals`: one query, however many rows."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.get_filters_params():
            # All there are, and nobody has to be offered to see all.
            self.full_result_count = self.result_count
        self.result_list: Any = list(self.result_list)
        found = signals([row.pk for row in self.result_list])
        for row in self.result_list:
            row.signals = found.get(row.pk, Signals())


def signals(keys: list[Any]) -> dict[Any, Signals]:
    mine = {"source": OuterRef("pk")}
    dangling = Reference.objects.dangling().filter(**mine).order_by().values("source").annotate(n=Count("*"))
    naming = Reference.objects.filter(
        target_kind=OuterRef("kind"), slug_key=OuterRef("slug_key"), source__deleted_at=None
    )
    linked = naming.order_by().values("target_kind").annotate(n=Count("source", distinct=True))
    waiting = Schedule.objects.filter(item=OuterRef("pk"), state=Schedule.State.WAITING).order_by("at")
    rows = Item.objects.filter(pk__in=keys).annotate(
        has_conflict=_CONFLICT,
        in_review=_REVIEW,
        scheduled=Subquery(waiting.values("at")[:1]),
        dangling=Subquery(dangling.values("n")),
        linked=Subquery(linked.values("n")),
    )
    fields = rows.values_list("pk", "has_conflict", "in_review", "scheduled", "dangling", "linked")
    return {pk: Signals(conflict, asked, at, lost or 0, named or 0) for pk, conflict, asked, at, lost, named in fields}


def with_state(queryset: Any) -> Any:
    """The queryset with `is_public`, without loading what readers get."""
    return queryset.annotate(is_public=Exists(Published.objects.filter(item=OuterRef("pk"))))


def badge(row: Any) -> SafeString:
    """The state of an entry or a book of `with_state`, and what is going on with it.

    Put together here and not by a template, which takes ten times as long for the rows of a page.
    """
    now = state(row.item, row.status, is_public=row.is_public)
    marks = [format_html("<span data-badge>{}</span>", _mark(now.label, now.tone, now.explanation))]
    signals: Signals = getattr(row, "signals", Signals())
    if signals.in_review:
        text = '<a class="lemma-badge lemma-badge-amber" href="{}/changes/">{}</a>'
        marks.append(format_html(text, row.pk, _("In review")))
    if signals.has_conflict:
        marks.append(_mark(_("Conflict"), "red"))
    if signals.scheduled:
        at = localtime(signals.scheduled)
        label = _("Scheduled %s") % date_format(at, "j M")
        text = '<span class="lemma-badge" title="{}">{}</span>'
        marks.append(format_html(text, date_format(at, "j M Y, H:i T"), label))
    if signals.dangling:
        label = ngettext("1 dangling reference", "%(count)d dangling references", signals.dangling)
        marks.append(format_html('<span class="lemma-slug">{}</span>', label % {"count": signals.dangling}))
    return format_html(
        '<div class="lemma-row-state">{}</div>', format_html_join(" ", "{}", ((mark,) for mark in marks))
    )


def _mark(label: Any, tone: str, title: Any = "") -> SafeString:
    """As `badge.html`."""
    return format_html('<span class="lemma-badge lemma-badge-{}" title="{}">{}</span>', tone, title, label)


def linked(row: Any) -> SafeString:
    """How many items name it."""
    count = row.signals.linked
    return format_html('<span class="lemma-number">{}</span>', count or "–")


def word(row: Any, field: str, value: str, label: str, name: Any, *, may_change: bool) -> SafeString:
    """A word that can be changed in the list. value: as the document has it; label, name: what people read."""
    if not may_change:
        return format_html("{}", label)
    return format_html(
        '<button type="button" class="lemma-word" data-word="{}" data-key="{}" data-was="{}" '
        'aria-label="{}: {}. {}">{}</button>',
        field,
        row.pk,
        value,
        name,
        label,
        _("Change it"),
        label,
    )


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
    # A function where it depends on the day.
    condition: Q | Exists | Callable[[], Q]


_DANGLING = Reference.objects.dangling().filter(source=OuterRef("pk"))
_REVIEW = Exists(Review.objects.filter(item=OuterRef("pk"), state=Review.State.WAITING))
_CONFLICT = Exists(Conflict.objects.filter(item=OuterRef("pk"), resolved_at=None))


def _stale() -> Q:
    return Q(last_updated=None) | Q(last_updated__lt=localdate() - STALE)


COMMON_VIEWS: Mapping[str, QuickView] = {
    "draft": QuickView(_("Drafts"), Q(is_public=False)),
    "changed": QuickView(_("Changed since publish"), Q(is_public=True) & ~Q(item__working=F("item__filed"))),
    "review": QuickView(_("In review"), _REVIEW),
    "deprecated": QuickView(_("Deprecated"), Q(status="deprecated")),
    "dangling": QuickView(_("Dangling references"), Exists(_DANGLING)),
    "stale": QuickView(_("Stale"), _stale),
    "conflict": QuickView(_("Conflict"), _CONFLICT),
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
        if view is None:
            return queryset
        return queryset.filter(view.condition() if callable(view.condition) else view.condition)
