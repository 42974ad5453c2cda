"""Entries: list and form."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RelatedDropdownFilter

from glossary.admin.filters import DifficultyFilter, EntryViews
from glossary.admin.forms import EntryEditor
from glossary.editing import delete_entry, save_entry
from glossary.mapping import EntryRecord
from glossary.models import Alias, Entry, EntryTag
from publishing.admin import lists
from publishing.admin.pages import ItemAdmin
from publishing.kinds import Status

# Read from the document where they are needed.
_HEAVY = (
    "brief_definition",
    "detailed_explanation",
    "key_concepts",
    "common_applications",
    "prerequisites",
    "preamble",
    "extra_sections",
    "extra",
)


@admin.register(Entry)
class EntryAdmin(ItemAdmin):
    kind = "entry"
    editor_class = EntryEditor
    save = staticmethod(save_entry)
    erase = staticmethod(delete_entry)
    form_template = "lemma/entry.html"
    api_name = "entry"

    list_display = ("entry", "shown_state", "category", "shown_difficulty", "shown_tags", "updated")
    list_display_links = None
    list_filter = (
        EntryViews,
        ("category", RelatedDropdownFilter),
        DifficultyFilter,
        ("tags", AutocompleteSelectFilter),
    )
    ordering = ("item__sort_key",)
    search_fields = ("item__title",)
    search_help_text = _("Search titles, slugs, other names and tags")

    @staticmethod
    def blank() -> EntryRecord:
        return EntryRecord(title="", slug="", status=Status.PUBLISHED, last_updated=None)

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .select_related("item__updated_by", "category")
            .defer(*_HEAVY)
            .prefetch_related("entry_tags__tag")
        )

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        return lists.search(queryset, search_term, _has_name_or_tag), False

    @admin.display(description=_("Entry"), ordering="item__sort_key")
    def entry(self, entry: Entry) -> SafeString:
        return lists.title(self.address("change", entry.pk), entry.item)

    @admin.display(description=_("State"))
    def shown_state(self, entry: Any) -> SafeString:
        return lists.badge(entry)

    @admin.display(description=_("Difficulty"), ordering="difficulty")
    def shown_difficulty(self, entry: Entry) -> str:
        return entry.difficulty.capitalize() or "–"

    @admin.display(description=_("Tags"))
    def shown_tags(self, entry: Entry) -> SafeString:
        tags = [entry_tag.tag.name for entry_tag in entry.entry_tags.all()]
        shown = format_html_join("", '<span class="lemma-tag">{}</span>', ((tag,) for tag in tags[:4]))
        rest = format_html('<span class="lemma-more" title="{}">+{}</span>', ", ".join(tags[4:]), len(tags) - 4)
        return format_html('<span class="lemma-tags">{}{}</span>', shown, rest if len(tags) > 4 else "")

    @admin.display(description=_("Updated"), ordering="item__updated_at")
    def updated(self, entry: Entry) -> SafeString:
        return lists.updated(entry.item)


def _has_name_or_tag(key: str) -> Q:
    entry = OuterRef("pk")
    return Q(Exists(Alias.objects.filter(entry=entry, key__contains=key))) | Q(
        Exists(EntryTag.objects.filter(entry=entry, tag__key__contains=key))
    )
