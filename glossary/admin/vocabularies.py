"""Categories and tags: the words that entries use."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from glossary.models import Category, Tag
from publishing import names
from publishing.admin.access import in_background
from publishing.admin.lists import LeanPages

_FOUND = 20


class CategoryForm(ModelForm):
    class Meta:
        model = Category
        fields = ("name", "position")

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if Category.objects.filter(key=names.key(name)).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is a category of this name already."))
        return name


@admin.register(Category)
class CategoryAdmin(LeanPages):
    form = CategoryForm
    list_display = ("name", "entries", "position")
    search_fields = ("name",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(used=Count("entries"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # The entries say the name themselves, so changing it here would change nothing there.
        return ("name",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.entries.exists())

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        obj.key = names.key(obj.name)
        super().save_model(request, obj, form, change)

    @admin.display(description=_("Entries"), ordering="used")
    def entries(self, category: Any) -> SafeString:
        return _entries(f"category__id__exact={category.pk}", category.used)


@admin.register(Tag)
class TagAdmin(LeanPages):
    """Only to look at: tags come and go with the entries that name them."""

    # Not called as the relation, which would be shown in its place.
    list_display = ("name", "shown_entries")
    ordering = ("key", "name")
    search_fields = ("name", "key")
    actions = None
    list_per_page = 100

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(used=Count("entries"))

    def get_urls(self) -> list[URLPattern]:
        guarded = in_background(self.has_view_permission)(self.lookup)
        return [path("lookup/", guarded, name="glossary_tag_lookup"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # One that no entry has any more is only in the way.
        return super().has_delete_permission(request, obj) and not (obj and obj.entries.exists())

    @admin.display(description=_("Entries"), ordering="used")
    def shown_entries(self, tag: Any) -> SafeString:
        return _entries(f"tags__id__exact={tag.pk}", tag.used)

    def lookup(self, request: HttpRequest) -> HttpResponse:
        """GET `q`: tags that hold it, the most used ones first."""
        key = names.key(request.GET.get("q", "").replace("\0", "").strip()[:200])
        tags = Tag.objects.filter(key__contains=key).annotate(used=Count("entries")).order_by("-used", "key")[:_FOUND]
        return JsonResponse(
            {"results": [{"value": tag.name, "label": tag.name, "note": str(tag.used)} for tag in tags]}
        )


def _entries(query: str, count: int) -> SafeString:
    return format_html('<a href="{}?{}">{}</a>', reverse("admin:glossary_entry_changelist"), query, count)
