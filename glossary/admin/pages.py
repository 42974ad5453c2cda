"""Entries: list and form."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from documents import Document
from glossary.admin.filters import CategoryFilter, DifficultyFilter, EntryViews, HealthFilter
from glossary.admin.forms import EntryEditor
from glossary.admin.graph import GraphPages
from glossary.admin.suggesting import SuggestionPages
from glossary.admin.words import categories, difficulties
from glossary.editing import delete_entry, save_entry
from glossary.mapping import EntryRecord
from glossary.models import Alias, Entry, EntryTag
from publishing import batches, names
from publishing.admin import lists
from publishing.admin.bulk import BulkForm, Words
from publishing.admin.pages import ItemAdmin
from publishing.edits import listed, set_list
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


class EntryBulkForm(BulkForm):
    to_category = forms.CharField(
        required=False,
        label="",
        widget=forms.Select({"x-show": "action === 'set_category'", "aria-label": _("Category")}),
    )
    to_tags = forms.CharField(
        required=False,
        label="",
        widget=forms.TextInput(
            {
                "x-show": "action === 'add_tags' || action === 'remove_tags'",
                "aria-label": _("Tags"),
                "placeholder": _("vision, nlp"),
            }
        ),
    )


@admin.register(Entry)
class EntryAdmin(GraphPages, SuggestionPages, ItemAdmin):
    kind = "entry"
    editor_class = EntryEditor
    save = staticmethod(save_entry)
    erase = staticmethod(delete_entry)
    form_template = "lemma/entry.html"
    api_name = "entry"

    action_form = EntryBulkForm
    actions = (
        "publish_chosen",
        "unpublish_chosen",
        "set_category",
        "set_difficulty",
        "add_tags",
        "remove_tags",
        "export_chosen",
        "delete_chosen",
    )
    words_in_list = {"category": _("Category"), "difficulty": _("Difficulty")}
    list_display = ("entry", "shown_state", "category", "difficulty", "shown_tags", "linked", "updated")
    list_display_links = None
    list_filter = (
        EntryViews,
        HealthFilter,
        CategoryFilter,
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
            .prefetch_related(Prefetch("entry_tags", EntryTag.objects.select_related("tag")))
        )

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        return lists.search(queryset, search_term, _has_name_or_tag), False

    @admin.display(description=_("Entry"), ordering="item__sort_key")
    def entry(self, entry: Entry) -> SafeString:
        return lists.title(self.address("change", entry.pk), entry.item)

    @admin.display(description=_("State"))
    def shown_state(self, entry: Any) -> SafeString:
        return lists.badge(entry)

    def words(self, request: HttpRequest, field: str) -> Words:
        if field == "category":
            return [(name, name) for _key, name in categories(request)]
        return difficulties(request)

    def word_of(self, row: Any, field: str) -> str:
        if field == "category":
            return row.category.name if row.category else ""
        return super().word_of(row, field)

    @admin.action(description=_("Set category …"), permissions=["publish"])
    def set_category(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        return self.set_word(request, queryset, "category")

    @admin.action(description=_("Add tags …"), permissions=["publish"])
    def add_tags(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        return self._retag(request, queryset, _added, gettext("Tags added: %s"))

    @admin.action(description=_("Take out tags …"), permissions=["publish"])
    def remove_tags(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        return self._retag(request, queryset, _without, gettext("Tags taken out: %s"))

    def _retag(
        self,
        request: HttpRequest,
        queryset: QuerySet,
        change: Callable[[list[str], list[str]], list[str]],
        label: str,
    ) -> HttpResponse:
        tags = list(dict.fromkeys(tag for each in request.POST.get("to_tags", "").split(",") if (tag := each.strip())))
        if not tags:
            messages.error(request, gettext("Write the tags beside the action, separated by commas."))
            return HttpResponseRedirect(request.get_full_path())

        def retag(document: Document) -> Document:
            before = listed(document, "tags")
            after = change(before, tags)
            if after == before:
                return document
            changed = document.copy()
            set_list(changed, "tags", after)
            return changed

        return self.in_batch(request, queryset, batches.editing(retag), label % ", ".join(tags))

    @admin.display(description=_("Tags"))
    def shown_tags(self, entry: Entry) -> SafeString:
        tags = [entry_tag.tag.name for entry_tag in entry.entry_tags.all()]
        shown = format_html_join("", '<span class="lemma-tag">{}</span>', ((tag,) for tag in tags[:4]))
        rest = format_html('<span class="lemma-more" title="{}">+{}</span>', ", ".join(tags[4:]), len(tags) - 4)
        return format_html('<span class="lemma-tags">{}{}</span>', shown, rest if len(tags) > 4 else "")

    @admin.display(description=_("Named by"))
    def linked(self, entry: Entry) -> SafeString:
        return lists.linked(entry)

    @admin.display(description=_("Updated"), ordering="item__updated_at")
    def updated(self, entry: Entry) -> SafeString:
        return lists.updated(entry.item)


def _has_name_or_tag(key: str) -> Q:
    entry = OuterRef("pk")
    return Q(Exists(Alias.objects.filter(entry=entry, key__contains=key))) | Q(
        Exists(EntryTag.objects.filter(entry=entry, tag__key__contains=key))
    )


def _added(before: list[str], tags: list[str]) -> list[str]:
    known = {names.key(tag) for tag in before}
    return [*before, *(tag for tag in tags if names.key(tag) not in known)]


def _without(before: list[str], tags: list[str]) -> list[str]:
    gone = {names.key(tag) for tag in tags}
    return [tag for tag in before if names.key(tag) not in gone]
