"""Filters of the list of entries."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from glossary.models import Entry
from publishing.admin.lists import COMMON_VIEWS, QuickView, QuickViews
from publishing.models import Reference
from publishing.values import DIFFICULTIES

_READ_FIRST = Reference.objects.filter(source=OuterRef("pk"), field="requires")


class EntryViews(QuickViews):
    views = {
        **COMMON_VIEWS,
        # Neither a section that says so nor entries to read first.
        "without-prerequisites": QuickView(
            _("Without prerequisites"),
            Q(prerequisites__isnull=True) & ~Q(Exists(_READ_FIRST)),
        ),
    }


class DifficultyFilter(DropdownFilter):
    title = _("difficulty")
    parameter_name = "difficulty"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        used = Entry.objects.exclude(difficulty="").values_list("difficulty", flat=True).distinct().order_by()
        others = sorted(set(used) - set(DIFFICULTIES))
        return [*((word, word.capitalize()) for word in [*DIFFICULTIES, *others]), ("none", _("None"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        if not value:
            return queryset
        # PostgreSQL takes no NUL in a text.
        return queryset.filter(difficulty="" if value == "none" else value.replace("\0", ""))
