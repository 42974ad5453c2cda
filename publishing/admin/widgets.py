"""Inputs in the look of the theme. Scripts make more of some of them; all work without."""

import json
from typing import Any

from django import forms
from django.urls import reverse
from markdownx.widgets import MarkdownxWidget
from unfold.widgets import BASE_INPUT_CLASSES, UnfoldAdminSelectWidget

_INPUT = " ".join(BASE_INPUT_CLASSES)


class LineInput(forms.TextInput):
    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__({"class": _INPUT, **(attrs or {})})


class DayInput(LineInput):
    """A date picker, unless what is there is no date that one could show."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        is_day = not value or (len(value) == 10 and value[4] == value[7] == "-")
        context["widget"]["type"] = "date" if is_day else "text"
        return context


class Paragraph(forms.Textarea):
    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__({"class": f"{_INPUT} field-sizing-content", "rows": 2, **(attrs or {})})


class Select(UnfoldAdminSelectWidget):
    pass


class Chips(forms.Textarea):
    """One value a line; the script shows chips that can be sorted and searched for.

    `labels` says what each slug names: {slug: title}; one that is missing there is not written yet.
    """

    template_name = "lemma/widgets/chips.html"

    def __init__(self, lookup: str = "", *, names_items: bool = False, single: bool = False):
        """lookup: name of the address that answers searches. names_items: the values are slugs of items."""
        super().__init__({"class": _INPUT, "rows": 1 if single else 3, "spellcheck": "false", "autocomplete": "off"})
        self.lookup = lookup
        self.names_items = names_items
        self.single = single
        self.labels: dict[str, dict[str, str]] = {}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        lookup = reverse(self.lookup) if self.lookup else ""
        context["chips"] = {
            "lookup": lookup,
            # The pages of the items stand beside the search.
            "pages": lookup.removesuffix("lookup/") if self.names_items else "",
            "names_items": self.names_items,
            "single": self.single,
            "labels": json.dumps(self.labels),
        }
        return context


class MarkdownWidget(MarkdownxWidget):
    """The Markdownx field with our editor in place of its script, and our addresses in place of its settings."""

    template_name = "lemma/widgets/markdown.html"

    def __init__(self) -> None:
        super().__init__({"class": _INPUT, "rows": 6, "spellcheck": "true"})

    @staticmethod
    def add_markdownx_attrs(attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.update(
            {
                "data-markdown": "",
                "data-markdownx-urls-path": reverse("markdownx_markdownify"),
                "data-markdownx-upload-urls-path": reverse("markdownx_upload"),
            }
        )
        return attrs

    class Media:
        # Without its own script, which holds Tab captive and takes every drop on the page.
        extend = False
