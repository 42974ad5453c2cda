"""The external links of an entry as rows that can be added, sorted and taken out."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms

from documents import Document, DocumentError
from glossary.links import TYPES, Link
from publishing.admin.fields import LineField, ParagraphField, WordField
from publishing.admin.forms import freeze, refusal
from publishing.admin.widgets import LineInput, Paragraph
from publishing.edits import Row, set_maps
from publishing.problems import Problem
from publishing.values import DIFFICULTIES

KEY = "externalLinks"
# In the order of a new file.
FIELDS = ("title", "url", "description", "type", "difficulty")
_ROW = re.compile("links-([0-9]{1,6})-")
_PLACE = re.compile(rf"{KEY}\.([0-9]+)\.(\w+)")


class LinkForm(forms.Form):
    title = LineField(label="Title", required=False)
    url = LineField(label="Address", widget=LineInput({"inputmode": "url", "placeholder": "https://"}))
    description = ParagraphField(label="Description", required=False, widget=Paragraph({"rows": 1}))
    type = WordField(label="Type")
    difficulty = WordField(label="Difficulty")

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        for name, words in (("type", TYPES), ("difficulty", DIFFICULTIES)):
            field = self.fields[name]
            assert isinstance(field, WordField)
            field.offer(words, self.initial.get(name, ""))

    def has_changed(self) -> bool:
        # A row that only got a number is still an empty one.
        return not self.changes.keys().isdisjoint(FIELDS)

    @property
    def changes(self) -> dict[str, str]:
        return {name: getattr(self, "cleaned_data", {}).get(name, "") for name in FIELDS if name in self.changed_data}


class LinkRows(forms.BaseFormSet):
    form = LinkForm
    can_order = can_delete = can_delete_extra = True
    validate_min = validate_max = False
    # The page makes new rows from `empty_form`.
    extra = min_num = 0
    max_num = 1000
    absolute_max = 2000
    renderer = None

    def __init__(self, links: Sequence[Link], data: Any = None):
        self.links = links
        super().__init__(
            data, prefix="links", initial=[{name: getattr(link, name) for name in FIELDS} for link in links]
        )

    def total_form_count(self) -> int:
        told = int(super().total_form_count())
        if not self.is_bound:
            return told
        # A thousand rows that never arrived would take twenty seconds to be shown again.
        arrived = [int(found[1]) for name in self.data if (found := _ROW.match(name))]
        return min(told, max(arrived, default=-1) + 1)

    def initial_form_count(self) -> int:
        # What the browser says about it is not asked.
        return len(self.links)

    def clean(self) -> None:
        if len(self.forms) < len(self.links):
            # Nobody took out by hand what is missing, so it must not get lost.
            raise forms.ValidationError("The links did not arrive completely. Please send the form again.")

    @property
    def kept(self) -> list[tuple[int | None, LinkForm]]:
        """Which link of the document a row was, None for a new one, and the row; in the wanted order."""
        rows: list[tuple[float, int | None, LinkForm]] = []
        for at, form in enumerate(self.forms):
            is_old = at < len(self.links)
            if form.cleaned_data.get("DELETE") or not (is_old or form.has_changed()):
                continue
            order = form.cleaned_data.get("ORDER")
            rows.append((float("inf") if order is None else order, at if is_old else None, form))
        return [row[1:] for row in sorted(rows, key=lambda row: row[0])]

    def write(self, document: Document) -> None:
        rows = [Row(origin, form.changes) for origin, form in self.kept]
        if rows == [Row(at, {}) for at in range(len(self.links))]:
            return
        try:
            set_maps(document, KEY, rows)
        except DocumentError as error:
            self.non_form_errors().extend(refusal(error.code, error.message, error.hint).messages)

    def place(self, problems: list[Problem]) -> list[Problem]:
        """Puts each problem into its row, and gives back those that are about something else."""
        rows = [form for _, form in self.kept]
        others = []
        for problem in problems:
            found = _PLACE.fullmatch(problem.field)
            if found and int(found[1]) < len(rows) and found[2] in FIELDS:
                rows[int(found[1])].add_error(found[2], refusal(problem.code, problem.message, problem.hint))
            elif problem.field == KEY:
                self.non_form_errors().append(f"{problem.message} {problem.hint}".strip())
            else:
                others.append(problem)
        return others

    def freeze(self) -> None:
        for form in self.forms:
            freeze(form)
