"""A draft from a slug that others name already: one click on what is not written yet."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from documents import DocumentError, new_document
from publishing.admin.access import in_background, refused, throttled
from publishing.admin.base import ItemPages
from publishing.errors import WriteRefused
from publishing.problems import InvalidDocument


class CreatePages(ItemPages):
    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_create"
        create = throttled("create", per_minute=60)(self.create_view)
        return [path("create/", in_background(self.has_add_permission)(create), name=name), *super().get_urls()]

    def create_view(self, request: HttpRequest) -> HttpResponse:
        """POST `slug` and `title`: makes a draft without a text, and answers its key and title."""
        slug, title = request.POST.get("slug", "").strip(), request.POST.get("title", "").strip()
        if request.method != "POST" or not slug or not title:
            return refused(400, _("A title and a slug are needed."))
        try:
            saved = self.save(
                new_document({"title": title, "slug": slug}),
                author=request.user,
                origin="admin",
                message=_("Made where it was named"),
            )
        except InvalidDocument as error:
            return refused(400, " ".join(f"{problem.message} {problem.hint}".strip() for problem in error.problems))
        except (WriteRefused, DocumentError) as error:
            return refused(400, str(error))
        return JsonResponse({"pk": str(saved.pk), "title": saved.title, "value": saved.slug})
