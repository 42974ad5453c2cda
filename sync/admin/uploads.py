"""Import and export in the admin: files in, what would happen, one click; and everything as one zip."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin

from documents import DocumentError, parse
from publishing import archive
from publishing.admin.base import pages_of
from publishing.admin.comparing import Part, compare, shortened
from publishing.admin.downloads import zip_response
from publishing.kinds import names as kind_names
from sync import unpacking, uploading
from sync.models import Upload
from sync.places import SyncError
from sync.unpacking import MOST_BYTES, BadUpload
from sync.uploading import Change

# Of so many files every changed word is shown, of the rest the name.
_SHOWN = 60


class _ManyFiles(forms.FileField):
    """As Django's documentation has it: each file is cleaned as one would be."""

    widget = type("Files", (forms.FileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, list | tuple) else [data]
        return [super(_ManyFiles, self).clean(each, initial) for each in given]


class UploadForm(forms.Form):
    # The plan names a file that is empty; here it would keep back the others, and nobody knew which it is.
    chosen = _ManyFiles(label=gettext_lazy("Markdown files, or a zip of them"), allow_empty_file=True)
    kind = forms.ChoiceField(
        choices=[("entry", gettext_lazy("Entries")), ("book", gettext_lazy("Books"))], initial="entry", required=False
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A change with its differences in words."""

    change: Change
    parts: list[Part]


@admin.register(Upload)
class UploadAdmin(ModelAdmin):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.import_view), name="sync_upload_changelist"),
            path("all.zip", view(self.export_view), name="sync_upload_export"),
            path("<int:key>/", view(self.plan_view), name="sync_upload_change"),
        ]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.has_add_permission(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """POST `chosen`: keeps what can be read of them, and goes on to the plan."""
        self._refuse_others(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        problem = ""
        if request.method == "POST" and form.is_valid():
            try:
                return HttpResponseRedirect(reverse("admin:sync_upload_change", args=[self._kept(request, form).pk]))
            except BadUpload as error:
                problem = str(error)
        elif request.method == "POST":
            problem = _("Choose one or more files.")
        return self._page(
            request,
            "lemma/import.html",
            _("Import and export"),
            form=form,
            problem=problem,
            most=MOST_BYTES // 1_000_000,
        )

    def plan_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """What an import of the kept files would do. POST: does it; with `discard`, forgets them."""
        self._refuse_others(request)
        upload = Upload.objects.filter(pk=key, owner_id=request.user.pk).first()
        if upload is None:
            raise Http404("These files are not kept any more.")
        back = HttpResponseRedirect(reverse("admin:sync_upload_changelist"))
        if request.method == "POST" and "discard" in request.POST:
            upload.delete()
            return back
        if request.method == "POST":
            try:
                report = uploading.apply(upload, author=request.user)
            except SyncError as error:
                messages.error(request, str(error))
                return HttpResponseRedirect(request.path)
            count = report.total("new") + report.total("changed")
            messages.success(
                request, ngettext("One file is imported.", "%(count)d files are imported.", count) % {"count": count}
            )
            if report.conflicts:
                waiting = len(report.conflicts)
                text = ngettext("One conflict waits to be decided.", "%(count)d conflicts wait to be decided.", waiting)
                messages.warning(request, text % {"count": waiting})
                return HttpResponseRedirect(reverse("admin:publishing_conflict_changelist"))
            return back
        found = uploading.preview(upload)
        return self._page(
            request,
            "lemma/import_plan.html",
            _("What importing “%s” would do") % upload.name,
            upload=upload,
            found=found,
            changed=list(self._shown(found.changed)),
            conflicts=list(self._shown(found.conflicts)),
        )

    def export_view(self, request: HttpRequest) -> FileResponse:
        """Every file as an export would write it."""
        pages = [pages_of(self.admin_site, kind) for kind in kind_names()]
        if not all(page.has_view_permission(request) for page in pages):
            raise PermissionDenied
        return zip_response(archive.of_all(), "glossary.zip")

    def _refuse_others(self, request: HttpRequest) -> None:
        """An import publishes, so it needs more than to be allowed to import."""
        pages = [pages_of(self.admin_site, kind) for kind in kind_names()]
        may_write = all(page.has_add_permission(request) and page.has_publish_permission(request) for page in pages)
        if not (self.has_add_permission(request) and may_write):
            raise PermissionDenied

    @staticmethod
    def _kept(request: HttpRequest, form: UploadForm) -> Upload:
        files = form.cleaned_data["chosen"]
        if sum(file.size for file in files) > MOST_BYTES:
            raise BadUpload(_("That are more than %d MB. Divide it.") % (MOST_BYTES // 1_000_000))
        found = unpacking.unpack([(file.name, file) for file in files], form.cleaned_data["kind"] or "entry")
        if not found.has_texts and not found.problems:
            raise BadUpload(_("There is no Markdown file in it: names have to end in .md."))
        name = files[0].name if len(files) == 1 else _("%d files") % len(files)
        return uploading.keep(name, found, owner=request.user)

    def _shown(self, changes: Iterable[Change]) -> Iterable[Shown]:
        for at, change in enumerate(changes):
            parts: list[Part] = []
            if at < _SHOWN and change.before is not None and change.after is not None:
                try:
                    before, after = (parse(data, change.path) for data in (change.before, change.after))
                    labels = pages_of(self.admin_site, change.kind).labels
                    parts = shortened(compare(before, after, labels))
                except DocumentError:
                    # Accepted once, and not any more: the file is named all the same.
                    parts = []
            yield Shown(change, parts)

    def _page(self, request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(request, template, {**shared, **context})
