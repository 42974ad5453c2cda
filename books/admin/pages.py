"""Books: list and form."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from books.admin.forms import BookEditor
from books.editing import delete_book, save_book
from books.mapping import BookRecord
from books.models import Book
from publishing.admin import lists
from publishing.admin.pages import ItemAdmin
from publishing.kinds import Status


@admin.register(Book)
class BookAdmin(ItemAdmin):
    kind = "book"
    editor_class = BookEditor
    save = staticmethod(save_book)
    erase = staticmethod(delete_book)
    form_template = "lemma/book.html"
    api_name = "book"

    list_display = ("book", "shown_state", "shown_authors", "publish_year", "difficulty", "linked", "updated")
    list_display_links = None
    list_filter = (lists.QuickViews,)
    ordering = ("item__sort_key",)
    search_fields = ("item__title",)
    search_help_text = _("Search titles and slugs")

    @staticmethod
    def blank() -> BookRecord:
        return BookRecord(title="", slug="", status=Status.PUBLISHED, last_updated=None)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("description", "body", "extra")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        return lists.search(queryset, search_term), False

    @admin.display(description=_("Book"), ordering="item__sort_key")
    def book(self, book: Book) -> SafeString:
        return lists.title(self.address("change", book.pk), book.item)

    @admin.display(description=_("State"))
    def shown_state(self, book: Any) -> SafeString:
        return lists.badge(book)

    @admin.display(description=_("Authors"))
    def shown_authors(self, book: Book) -> str:
        return ", ".join(book.authors[:3]) + (" …" if len(book.authors) > 3 else "") or "–"

    @admin.display(description=_("Named by"))
    def linked(self, book: Book) -> SafeString:
        return lists.linked(book)

    @admin.display(description=_("Updated"), ordering="item__updated_at")
    def updated(self, book: Book) -> SafeString:
        return lists.updated(book.item)
