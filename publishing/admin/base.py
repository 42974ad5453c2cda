"""What all pages about one kind of item have in common."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib.admin import AdminSite
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.admin import ModelAdmin

from documents import Document, parse
from publishing.admin.editor import Editor
from publishing.models import Item, Revision


class ItemPages(ModelAdmin):
    kind: ClassVar[str]
    editor_class: ClassVar[type[Editor]]
    # `save_entry` or `save_book`, and the deletion beside it.
    save: Callable[..., Item]
    erase: Callable[..., Item]
    # The form as a page, and the record of an item that does not exist yet.
    form_template: ClassVar[str]
    blank: Callable[[], Any]
    api_name: ClassVar[str]

    def address(self, page: str, *args: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    def item_path(self, page: str, view: Callable[..., HttpResponse]) -> URLPattern:
        """The address of a page of one item, for those who are logged in."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_{page}"
        pattern: URLPattern = path(f"<path:object_id>/{page}/", self.admin_site.admin_view(view), name=name)
        return pattern

    def has_publish_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the account decides what readers see: publishes, unpublishes, schedules, renames and merges."""
        permission = f"{self.opts.app_label}.{get_permission_codename('publish', self.opts)}"
        return self.has_change_permission(request, obj) and request.user.has_perm(permission)

    def row_to(self, verb: str, request: HttpRequest, object_id: str) -> Any:
        """The entry or book of an address; verb: "view", "change", "publish" or "delete".

        Raises:
            Http404: there is none.
            PermissionDenied: the account may not do that with it.
        """
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404(f"There is no {self.opts.verbose_name} {object_id}.")
        may = {
            "view": self.has_view_or_change_permission,
            "change": self.has_change_permission,
            "publish": self.has_publish_permission,
            "delete": self.has_delete_permission,
        }[verb]
        if not may(request, row):
            raise PermissionDenied
        return row

    def item_page(self, request: HttpRequest, row: Any, template: str, title: str, **context: Any) -> HttpResponse:
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": row,
            "title": title,
            "item": row.item,
            "may_write": self.has_change_permission(request, row),
            "may_publish": self.has_publish_permission(request, row),
            "back": self.with_filters(request, self.address("change", row.pk)),
        }
        return TemplateResponse(request, template, {**shared, **context})

    def with_filters(self, request: HttpRequest, address: str) -> str:
        """The address with the filters of the list from which the editor came."""
        if address == self.address("changelist"):
            filters = request.GET.get("_changelist_filters", "")
        else:
            filters = self.get_preserved_filters(request)
        return f"{address}?{filters}" if filters else address

    def all_pages(self) -> list["ItemPages"]:
        """The pages of every kind, those of this one first."""
        pages = [page for page in self.admin_site._registry.values() if isinstance(page, ItemPages)]
        return sorted(pages, key=lambda page: page.kind != self.kind)

    def pages_of(self, kind: str) -> "ItemPages":
        """The pages of another kind."""
        return pages_of(self.admin_site, kind)

    def page_of(self, item: Item) -> str:
        """The form of an item of any kind."""
        return self.pages_of(item.kind).address("change", item.pk)

    @property
    def labels(self) -> dict[str, str]:
        """What the form calls the fields."""
        return self.editor_class(self.blank(), None, None).labels


def pages_of(site: AdminSite, kind: str) -> ItemPages:
    """The pages of a kind."""
    pages = (page for page in site._registry.values() if isinstance(page, ItemPages))
    return next(page for page in pages if page.kind == kind)


def number(text: str | None) -> int | None:
    """A number as a form sends it; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def text_of(item: Item, revision: int | None) -> bytes | None:
    """The text of that revision; None if it never had it."""
    if revision is None:
        return None
    if revision == item.revision:
        return bytes(item.working.data)
    found = Revision.objects.filter(item=item, number=revision).select_related("document").first()
    return bytes(found.document.data) if found else None


def document_of(item: Item, revision: int | None) -> Document | None:
    data = text_of(item, revision)
    return None if data is None else parse(data, item.path)
