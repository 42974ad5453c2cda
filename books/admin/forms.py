"""A book as a form."""

from typing import Any

from books.fields import EDITS
from books.mapping import BookRecord
from documents import Document
from publishing.admin.editor import Editor
from publishing.admin.fields import DayField, LineField, LinesField, ParagraphField, WordField
from publishing.admin.forms import DocumentForm
from publishing.admin.statuses import STATUSES
from publishing.admin.widgets import Chips, LineInput, Paragraph
from publishing.values import DIFFICULTIES, shown_status


class BookForm(DocumentForm):
    title = LineField(label="Title", widget=LineInput({"placeholder": "Title"}))
    slug = LineField(label="Slug", widget=LineInput({"spellcheck": "false", "autocapitalize": "none"}))
    subtitle = LineField(label="Subtitle", required=False)
    authors = LinesField(label="Authors", widget=Chips())
    editors = LinesField(label="Editors", widget=Chips())
    publisher = LineField(label="Publisher", required=False)
    publishYear = LineField(label="Year", required=False, widget=LineInput({"inputmode": "numeric"}))
    edition = LineField(label="Edition", required=False)
    isbn = LineField(label="ISBN", required=False)
    pages = LineField(label="Pages", required=False, widget=LineInput({"inputmode": "numeric"}))
    language = LineField(label="Language", required=False, widget=LineInput({"placeholder": "en"}))
    description = ParagraphField(label="Description", required=False, strip=False, widget=Paragraph({"rows": 3}))
    difficulty = WordField(label="Difficulty")
    topics = LinesField(label="Topics", widget=Chips("admin:glossary_entry_lookup", names_items=True))
    coverImage = LineField(label="Cover image", required=False, help_text="A web address, or assets/cover.png.")
    url = LineField(label="Web page", required=False, widget=LineInput({"inputmode": "url", "placeholder": "https://"}))
    doi = LineField(label="DOI", required=False)
    openLibraryId = LineField(label="Open Library", required=False, widget=LineInput({"placeholder": "OL24218M"}))
    status = WordField(label="Status", help_text="Publishing ends a draft.")
    lastUpdated = DayField(label="Last updated", required=False)

    edits = EDITS


class BookEditor(Editor):
    form_class = BookForm
    references = {"topics": "entry"}

    def __init__(self, record: BookRecord, document: Document | None = None, data: Any = None, **options: Any):
        super().__init__(record, document, data, **options)
        self.offer("difficulty", DIFFICULTIES)
        self.offer("status", STATUSES, empty=False)

    def initial(self, record: BookRecord) -> dict[str, Any]:
        return {
            "title": record.title,
            "slug": record.slug,
            "subtitle": record.subtitle,
            "authors": record.authors,
            "editors": record.editors,
            "publisher": record.publisher,
            "publishYear": _number(record.publish_year),
            "edition": record.edition,
            "isbn": record.isbn,
            "pages": _number(record.pages),
            "language": record.language,
            "description": record.description,
            "difficulty": record.difficulty,
            "topics": record.topics,
            "coverImage": record.cover_image,
            "url": record.url,
            "doi": record.doi,
            "openLibraryId": record.open_library_id,
            "status": shown_status(record.status, record.status_label),
            "lastUpdated": record.last_updated_label,
        }

    def sections(self, record: BookRecord, document: Document | None) -> list[dict[str, str]]:
        if document is None:
            return []
        pairs = zip(document.sections, document.sections.texts(), strict=True)
        return [{"heading": heading, "key": "", "markdown": text} for heading, text in pairs]


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
