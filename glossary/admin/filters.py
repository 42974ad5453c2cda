"""Filters of the list of entries."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from glossary.admin.words import categories, difficulties
from glossary.health import findings, keeping
from glossary.health.models import Edition
from publishing.admin.base import number
from publishing.admin.lists import COMMON_VIEWS, QuickView, QuickViews
from publishing.models import Reference

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


class HealthFilter(DropdownFilter):
    title = _("health")
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [
            ("error", _("Errors")),
            ("warning", _("Errors or warnings")),
            ("any", _("Any finding")),
            ("none", _("None")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        if value not in ("error", "warning", "any", "none"):
            return queryset
        keeping.catch_up(Edition.WORKING)
        found = findings.open_findings(Edition.WORKING).order_by().filter(item=OuterRef("item"))
        if value in ("error", "warning"):
            found = found.filter(severity__in=["error"] if value == "error" else list(findings.COUNTED))
        return queryset.filter(~Exists(found) if value == "none" else Exists(found))


class CategoryFilter(DropdownFilter):
    title = _("category")
    # As Django would call it, so that links from the categories work.
    parameter_name = "category__id__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [*((str(key), name) for key, name in categories(request)), ("none", _("None"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value() or ""
        if value == "none":
            return queryset.filter(category=None)
        return queryset.filter(category=int(value)) if number(value) else queryset


class DifficultyFilter(DropdownFilter):
    title = _("difficulty")
    parameter_name = "difficulty"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [*difficulties(request), ("none", _("None"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        if not value:
            return queryset
        # PostgreSQL takes no NUL in a text.
        return queryset.filter(difficulty="" if value == "none" else value.replace("\0", ""))
