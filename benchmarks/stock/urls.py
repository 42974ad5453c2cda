"""The same fields and columns with Django's own widgets, as the documentation of the admin would have them written."""

from typing import Any

from django import forms
from django.contrib import admin
from django.urls import path

from glossary.models import Alias, Entry, EntryTag, ExternalLink


class EntryForm(forms.ModelForm):
    title = forms.CharField(max_length=300)
    slug = forms.SlugField(max_length=255)
    # The rows of these hang on the item and not on the entry; one slug a line is the least there could be.
    related = forms.CharField(required=False, widget=forms.Textarea)
    recommended_books = forms.CharField(required=False, widget=forms.Textarea)

    class Meta:
        model = Entry
        fields = (
            "category",
            "difficulty",
            "status",
            "last_updated",
            "brief_definition",
            "detailed_explanation",
            "key_concepts",
            "common_applications",
            "prerequisites",
            "preamble",
            "extra_sections",
            "extra",
        )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        item = self.instance.item
        self.initial.update(title=item.title, slug=item.slug)
        for name, key in (("related", "related"), ("recommended_books", "recommendedBooks")):
            self.initial[name] = "\n".join(item.references.filter(field=key).values_list("slug", flat=True))


class TagInline(admin.TabularInline):
    model = EntryTag
    # Not a choice of every tag in every row, which would make it slower than it has to be.
    raw_id_fields = ("tag",)
    extra = 1


class AliasInline(admin.TabularInline):
    model = Alias
    fields = ("name", "position")
    extra = 1


class LinkInline(admin.StackedInline):
    model = ExternalLink
    extra = 1


class EntryAdmin(admin.ModelAdmin):
    form = EntryForm
    inlines = (TagInline, AliasInline, LinkInline)
    list_display = ("__str__", "status", "category", "difficulty", "last_updated")
    # As ours can.
    list_editable = ("category", "difficulty")
    list_filter = ("status", "category", "difficulty")
    list_select_related = ("item", "category")
    ordering = ("item__sort_key",)
    search_fields = ("item__title",)


admin.site.register(Entry, EntryAdmin)
urlpatterns = [path("admin/", admin.site.urls)]
