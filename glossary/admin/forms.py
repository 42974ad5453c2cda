"""An entry as a form."""

from typing import Any

from documents import Document
from glossary.admin.links import LinkRows
from glossary.fields import EDITS
from glossary.mapping import REFERENCES, EntryRecord
from glossary.models import Category
from glossary.sections import KNOWN, LISTS
from publishing.admin.editor import Editor
from publishing.admin.fields import DayField, LineField, LinesField, WordField
from publishing.admin.forms import DocumentForm
from publishing.admin.statuses import STATUSES
from publishing.admin.widgets import Chips, LineInput
from publishing.problems import Problem
from publishing.values import DIFFICULTIES, shown_status

_ENTRIES = "admin:glossary_entry_lookup"
_BOOKS = "admin:books_book_lookup"


class EntryForm(DocumentForm):
    title = LineField(label="Title", widget=LineInput({"placeholder": "Title"}))
    slug = LineField(label="Slug", widget=LineInput({"spellcheck": "false", "autocapitalize": "none"}))
    category = WordField(label="Category")
    difficulty = WordField(label="Difficulty")
    tags = LinesField(label="Tags", widget=Chips("admin:glossary_tag_lookup"))
    aliases = LinesField(
        label="Also known as", widget=Chips(), help_text="Other names, acronyms and spellings; search finds them."
    )
    status = WordField(label="Status", help_text="Publishing ends a draft.")
    replacedBy = LineField(label="Replaced by", required=False, widget=Chips(_ENTRIES, names_items=True, single=True))
    related = LinesField(label="Related entries", widget=Chips(_ENTRIES, names_items=True))
    recommendedBooks = LinesField(label="Recommended books", widget=Chips(_BOOKS, names_items=True))
    requires = LinesField(
        label="Read first", widget=Chips(_ENTRIES, names_items=True), help_text="Entries that this one builds on."
    )
    broader = LinesField(label="Part of", widget=Chips(_ENTRIES, names_items=True), help_text="More general entries.")
    lastUpdated = DayField(label="Last updated", required=False)

    edits = EDITS


class EntryEditor(Editor):
    form_class = EntryForm
    known = KNOWN
    hints = {
        "briefDefinition": "One or two sentences that stand alone.",
        "keyConcepts": "A list, one idea a line.",
        "commonApplications": "A list, one use a line.",
        "prerequisites": "A list of what a reader should know first.",
    }
    lengths = {"briefDefinition": (8, 45)}
    lists = tuple(LISTS)
    references = {**REFERENCES, "replacedBy": "entry"}

    form: EntryForm

    def __init__(self, record: EntryRecord, document: Document | None = None, data: Any = None, **options: Any):
        super().__init__(record, document, data, **options)
        self.links = LinkRows(record.links, data)
        self.offer("category", [(name, name) for name in Category.objects.values_list("name", flat=True)])
        self.offer("difficulty", DIFFICULTIES)
        self.offer("status", STATUSES, empty=False)

    @property
    def parts(self) -> list[Any]:
        return [self.form, self.links, self.body]

    @property
    def labels(self) -> dict[str, str]:
        return {**super().labels, "externalLinks": "Link"}

    @property
    def places(self) -> set[str]:
        return {*super().places, "externalLinks"}

    def initial(self, record: EntryRecord) -> dict[str, Any]:
        return {
            "title": record.title,
            "slug": record.slug,
            "category": record.category,
            "difficulty": record.difficulty,
            "tags": record.tags,
            "aliases": record.aliases,
            "status": shown_status(record.status, record.status_label),
            "replacedBy": next(iter(record.slugs("replacedBy")), ""),
            **{name: record.slugs(name) for name in REFERENCES},
            "lastUpdated": record.last_updated_label,
        }

    def sections(self, record: EntryRecord, document: Document | None) -> list[dict[str, str]]:
        return record.sections

    def place(self, problems: list[Problem]) -> list[Problem]:
        return self.links.place(super().place(problems))

    def freeze(self) -> None:
        super().freeze()
        self.links.freeze()
