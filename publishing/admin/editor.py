"""The form of one item as a whole: what a page shows, and the document that was meant."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from documents import Document, new_document
from publishing.admin.body import BodyForm
from publishing.admin.fields import LineField, LinesField, WordField
from publishing.admin.forms import DocumentForm, freeze
from publishing.admin.labels import labels
from publishing.admin.settling import Settling
from publishing.admin.widgets import Chips
from publishing.edits import set_date
from publishing.problems import Problem


class Editor(ABC):
    """Built from the document that the form was made from, and from what came back of it.

    record: what the document says, or the empty record of a new item.
    """

    form_class: ClassVar[type[DocumentForm]]
    # Headings by key, in their order, and a hint for each.
    known: ClassVar[Mapping[str, str]] = {}
    hints: ClassVar[Mapping[str, str]] = {}
    # The least and the most words that are recommended.
    lengths: ClassVar[Mapping[str, tuple[int, int]]] = {}
    # Sections that are lists, by key.
    lists: ClassVar[Collection[str]] = ()
    # Fields that name items, and the kind of these.
    references: ClassVar[Mapping[str, str]] = {}

    def __init__(self, record: Any, document: Document | None = None, data: Any = None, *, slug_is_fixed: bool = False):
        self.record = record
        self.base = document
        # What is odd about the document, for the page to mention.
        self.warnings: list[Problem] = []
        # Set when somebody else changed the same fields in the meantime.
        self.settling: Settling | None = None
        self.form = self.form_class(data, initial=self.initial(record))
        self.body = BodyForm(
            self.sections(record, document),
            document.preamble if document else "",
            data,
            known=self.known,
            hints=self.hints,
            lengths=self.lengths,
            lists=self.lists,
        )
        if slug_is_fixed:
            self.form.fields["slug"].disabled = True

    def offer(self, name: str, words: Sequence[str | tuple[str, str]], *, empty: bool = True) -> None:
        """Fills the choices of a field; the word that the document has is always one of them."""
        field = self.form.fields[name]
        assert isinstance(field, WordField)
        field.offer(words, self.form.initial[name], empty=empty)

    @abstractmethod
    def initial(self, record: Any) -> dict[str, Any]:
        """The fields of the form, by key of the front matter."""

    @abstractmethod
    def sections(self, record: Any, document: Document | None) -> list[dict[str, str]]:
        """The parts of the body, as `BodyForm` takes them."""

    @property
    def parts(self) -> list[Any]:
        """Forms and sets of forms: each can be asked whether it is valid, and write what changed in it."""
        return [self.form, self.body]

    def is_valid(self) -> bool:
        # A list, so that all are asked and every mistake is shown at once.
        return all([part.is_valid() for part in self.parts])  # noqa: C419

    @property
    def has_errors(self) -> bool:
        return not self.is_valid()

    def edited(self) -> Document | None:
        """The document with the changes in it, of a valid form. None if it refuses one; the reason is at the field."""
        document = self.base.copy() if self.base else self._blank()
        for part in self.parts:
            part.write(document)
        return None if self.has_errors else document

    def _blank(self) -> Document:
        return new_document({name: self.form.cleaned_data[name] for name in ("title", "slug")})

    def stamp(self, document: Document, day: str) -> None:
        """Writes the date of the change, unless somebody typed one."""
        if "lastUpdated" not in self.form.changed_data:
            set_date(document, "lastUpdated", day)

    @property
    def labels(self) -> dict[str, str]:
        """What the page calls the fields."""
        others = {"preamble": "Text", "previousSlugs": "Earlier slugs"}
        return {name: str(field.label) for name, field in self.form.fields.items()} | others

    @property
    def places(self) -> set[str]:
        """Keys and headings beside which something can be said."""
        return {*self.form.fields, *(block.label for block in self.body.blocks() if block.is_open)}

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Shows each problem where it belongs, those without a field above all."""
        for problem in self.place(list(problems)):
            self.form.add_error(None, f"{problem.message} {problem.hint}".strip())

    def place(self, problems: list[Problem]) -> list[Problem]:
        return self.form.place(problems)

    def freeze(self) -> None:
        freeze(self.form)
        freeze(self.body)

    def label_references(self) -> None:
        """Tells the chips what their slugs name: one query for each kind."""
        values = {name: _slugs(self.form, name) for name in self.references}
        for kind in dict.fromkeys(self.references.values()):
            wanted = {slug for name, slugs in values.items() if self.references[name] == kind for slug in slugs}
            found = labels(kind, wanted)
            for name, slugs in values.items():
                widget = self.form.fields[name].widget
                if self.references[name] == kind and isinstance(widget, Chips):
                    widget.labels = {slug: found[slug] for slug in slugs if slug in found}


def _slugs(form: DocumentForm, name: str) -> list[str]:
    field, value = form.fields[name], form[name].value()
    if isinstance(field, LinesField):
        return field.to_python(value)
    return [value.strip()] if isinstance(field, LineField) and isinstance(value, str) and value.strip() else []
