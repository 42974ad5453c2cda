"""A second item like the first, and the text as a file."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _

from documents import DocumentError, parse
from publishing import names
from publishing.admin.base import ItemPages
from publishing.errors import WriteRefused
from publishing.models import Item
from publishing.problems import InvalidDocument

# Below the limits of the fields, with room for what is added.
_LONGEST_TITLE = 280
_LONGEST_SLUG = 200


class CopyPages(ItemPages):
    def get_urls(self) -> list[URLPattern]:
        return [
            self.item_path("duplicate", self.duplicate_view),
            self.item_path("download", self.download_view),
            *super().get_urls(),
        ]

    def duplicate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST: a new draft with the saved text under another title and slug."""
        item: Item = self.row_to("view", request, object_id).item
        if not self.has_add_permission(request):
            raise PermissionDenied
        here = HttpResponseRedirect(self.address("change", item.pk))
        if request.method != "POST":
            return here
        document = parse(bytes(item.working.data))
        try:
            document["title"] = _("%s (copy)") % item.title[:_LONGEST_TITLE]
            document["slug"] = _free_slug(item)
            if "previousSlugs" in document:
                del document["previousSlugs"]
            copy = self.save(document, author=request.user, origin="admin", message=_("Copied from %s") % item.slug)
        except (WriteRefused, InvalidDocument, DocumentError) as error:
            messages.error(request, _("It cannot be copied. %s") % error)
            return here
        messages.success(request, format_html(_("This is a copy of “{}”. Give it a title and a slug."), item.title))
        return HttpResponseRedirect(self.address("change", copy.pk))

    def download_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The saved text, drafts too, as its file would be."""
        item: Item = self.row_to("view", request, object_id).item
        name = item.path.rpartition("/")[2] or f"{item.slug}.md"
        disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
        return HttpResponse(
            bytes(item.working.data),
            content_type="text/markdown; charset=utf-8",
            headers={"Content-Disposition": disposition},
        )


def _free_slug(item: Item) -> str:
    """`black-box-copy`, or the first of `black-box-copy-2`, … that nobody has."""
    start = f"{slugify(item.slug)[:_LONGEST_SLUG].strip('-')}-copy".strip("-")
    taken = set(
        Item.objects.of_kind(item.kind)
        .filter(locale=item.locale, slug_key__startswith=names.key(start))
        .values_list("slug_key", flat=True)
    )
    slug, count = start, 1
    while names.key(slug) in taken:
        count += 1
        slug = f"{start}-{count}"
    return slug
