"""The pages of one kind of item: list, form, delete, and the search behind its chips.

A form becomes a document and goes through the kind's one door; nothing here writes a row by itself.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Case, IntegerField, Model, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from documents import Document, DocumentError, merge, parse
from publishing import assets, autosaving, kinds, names, remarks, reviews
from publishing.admin import lists
from publishing.admin.access import in_background
from publishing.admin.base import number, text_of
from publishing.admin.bulk import BulkPages
from publishing.admin.copies import CopyPages
from publishing.admin.creating import CreatePages
from publishing.admin.deleted import DeletedPages
from publishing.admin.editor import Editor
from publishing.admin.history import HistoryPages
from publishing.admin.previewing import PreviewPages
from publishing.admin.releasing import moment, schedules
from publishing.admin.renaming import RenamePages
from publishing.admin.reviewing import ReviewPages
from publishing.admin.saved_views import SavedViewPages
from publishing.admin.settling import Settling
from publishing.admin.sitting import SittingPages
from publishing.admin.states import state
from publishing.errors import EditConflict, NameTaken, StaleRevision, WriteRefused
from publishing.models import Autosave, Conflict, Item, Reference
from publishing.problems import InvalidDocument, Problem, Severity

_FOUND = 20


class ItemAdmin(
    HistoryPages,
    ReviewPages,
    RenamePages,
    CopyPages,
    BulkPages,
    SavedViewPages,
    PreviewPages,
    SittingPages,
    DeletedPages,
    CreatePages,
):
    """What the pages of entries and books share."""

    # Asked by the addresses of the Markdownx field.
    writes_markdown = True

    list_per_page = 100
    # Two numbers would cost two questions.
    show_full_result_count = False
    list_before_template = "lemma/views.html"
    change_list_template = "lemma/list.html"

    # --- what Django would write: nothing is written but through the door ---

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: Any) -> None:
        raise PermissionDenied("Items are saved from their form.")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        raise PermissionDenied("Items are saved from their form.")

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        raise PermissionDenied("Items are deleted from their page.")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        raise PermissionDenied("Items are deleted from their page.")

    # --- addresses ---

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_lookup"
        return [path("lookup/", in_background(self.has_view_permission)(self.lookup), name=name), *super().get_urls()]

    # --- list ---

    def get_changelist(self, request: HttpRequest, **options: Any) -> Any:
        return lists.ItemList

    def get_queryset(self, request: HttpRequest) -> Any:
        return lists.with_state(super().get_queryset(request).select_related("item__updated_by"))

    # --- form ---

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id) if object_id is not None else None
        if object_id is not None and row is None:
            return self._gone(request, object_id)
        may_write = self.has_change_permission(request, row) if row else self.has_add_permission(request)
        may_publish = may_write and self.has_publish_permission(request, row)
        if not may_write and not (row and self.has_view_permission(request, row)):
            raise PermissionDenied
        item = row.item if row else None
        if request.method == "POST":
            if not may_write or (not may_publish and {"_publish", "_schedule"} & request.POST.keys()):
                raise PermissionDenied
            return self._save(request, row, item)
        if may_write and (kept := self.kept_for(request, item)):
            return self._taken(request, row, item, kept)
        editor = self._editor(item, bytes(item.working.data) if item else None, None)
        if item is None:
            given = {name: request.GET[name][:300] for name in ("title", "slug") if name in request.GET}
            editor.form.initial.update(given)
        if not may_write:
            editor.freeze()
        return self._form_page(request, row, editor, item.revision if item else None, may_write=may_write)

    def _taken(self, request: HttpRequest, row: Any, item: Item | None, kept: Autosave) -> HttpResponse:
        """The form as it was when it was kept, from the revision it was made from: saving it merges what came since."""
        base = kept.base_revision
        data = text_of(item, base) if item else None
        editor = self._editor(item, data, autosaving.fields(kept))
        return self._form_page(request, row, editor, base, may_write=True, taken=kept)

    def _gone(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """No such item. What somebody typed while it was deleted is shown, so that it can be kept."""
        key = number(object_id)
        item = Item.objects.filter(pk=key, kind=self.kind).first() if key and request.method == "POST" else None
        data = text_of(item, number(request.POST.get("base_revision"))) if item else None
        if item is None or data is None or not self.has_view_or_change_permission(request):
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]
        editor = self._editor(item, data, request.POST)
        editor.form.add_error(
            None, _("It was deleted in the meantime. Your text is still here, to be copied elsewhere.")
        )
        return self._form_page(request, None, editor, None, may_write=False)

    def _editor(self, item: Item | None, data: bytes | None, posted: Any) -> Editor:
        if item is None or data is None:
            return self.editor_class(self.blank(), None, posted)
        document = parse(data)
        reading = kinds.get(self.kind).read(document, item.path)
        if reading.record is None:
            raise InvalidDocument(reading.problems)
        editor = self.editor_class(reading.record, document, posted, slug_is_fixed=item.filed_id is not None)
        editor.warnings = [problem for problem in reading.problems if problem.severity is Severity.WARNING]
        return editor

    def _save(self, request: HttpRequest, row: Any, item: Item | None) -> HttpResponse:
        base = number(request.POST.get("base_revision"))
        data = text_of(item, base) if item else None
        if item and data is None:
            messages.error(
                request, _("The form did not arrive completely, so nothing was saved. Please open it again.")
            )
            return HttpResponseRedirect(self.address("change", item.pk))
        editor = self._editor(item, data, request.POST)
        document = editor.edited() if editor.is_valid() else None
        at = None
        if "_schedule" in request.POST:
            try:
                at = moment(request.POST.get("schedule_at", ""))
            except ValidationError as error:
                editor.form.add_error(None, error)
                document = None
        saved = self._write(request, editor, item, base, document) if document else None
        if saved is None:
            return self._form_page(request, row, editor, base, may_write=True)
        autosaving.forget(request.user, window=request.POST.get("window", ""))
        if at:
            self.schedule_saved(request, saved, at)
        if "_submit" in request.POST:
            self.submit_saved(request, saved)
        page = "changes" if "_review" in request.POST else "change"
        return HttpResponseRedirect(self.with_filters(request, self.address(page, saved.pk)))

    def _write(
        self, request: HttpRequest, editor: Editor, item: Item | None, base: int | None, document: Document
    ) -> Item | None:
        """Calls the door once. None if it refuses; then the reasons stand in the form."""
        publish = "_publish" in request.POST
        if publish and "_stamp" in request.POST and not _is_filed(item, document):
            editor.stamp(document, timezone.localdate().isoformat())
        try:
            if item and (seen := number(request.POST.get("settle_revision"))):
                document, base = self._settled(request, editor, item, seen, document), seen
            saved = self.save(
                document, item=item, base_revision=base, author=request.user, origin="admin", publish=publish
            )
        except EditConflict as error:
            editor.settling = Settling(error.item, error.merge, request.POST, editor.labels)
        except InvalidDocument as error:
            editor.refuse(problem for problem in error.problems if problem.severity is Severity.ERROR)
        except NameTaken as error:
            editor.refuse([Problem("slug.taken", str(error), _("Choose another one."), field="slug")])
        except DocumentError as error:
            editor.refuse([Problem(error.code, error.message, error.hint)])
        except WriteRefused as error:
            editor.refuse([Problem("write.refused", str(error))])
        else:
            self._say_what_happened(request, item, saved, base, publish=publish)
            return saved
        return None

    def _settled(self, request: HttpRequest, editor: Editor, item: Item, seen: int, document: Document) -> Document:
        """What was typed, merged with the text that the other side saved, by the choices that were made.

        Raises:
            EditConflict: a choice is missing.
            DocumentError: the document cannot hold what was chosen.
        """
        data = text_of(item, seen)
        if data is None:
            raise StaleRevision(item, seen)
        result = merge(editor.base, parse(data, item.path), document)
        settling = Settling(item, result, request.POST, editor.labels)
        if not settling.is_answered:
            raise EditConflict(item, result)
        return result.resolved(settling.choices)

    def _say_what_happened(
        self, request: HttpRequest, before: Item | None, saved: Item, base: int | None, *, publish: bool
    ) -> None:
        name = format_html("“{}”", saved.title)
        if before and base is not None and saved.revision > max(before.revision, base) and before.revision > base:
            messages.info(request, _("Somebody else saved it in the meantime; both changes are kept."))
        if publish:
            messages.success(request, format_html(_("{} is published."), name))
        elif {"_schedule", "_submit"} & request.POST.keys():
            # `schedule_saved` and `submit_saved` say more.
            pass
        elif before and saved.revision == before.revision:
            messages.info(request, format_html(_("Nothing changed in {}, so nothing was saved."), name))
        else:
            messages.success(request, format_html(_("{} is saved. Readers see it once it is published."), name))

    def _form_page(
        self,
        request: HttpRequest,
        row: Any,
        editor: Editor,
        base: int | None,
        *,
        may_write: bool,
        taken: Autosave | None = None,
    ) -> HttpResponse:
        editor.label_references()
        item = row.item if row else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": row,
            "title": item.title if item else _("New %s") % self.opts.verbose_name,
            "item": item,
            "state": state(item, row.status, is_public=row.is_public) if item else None,
            "editor": editor,
            "media": self.media + editor.form.media,
            "base_revision": base,
            "may_write": may_write,
            "may_publish": may_write and self.has_publish_permission(request, row),
            "may_delete": item is not None and self.has_delete_permission(request, row),
            "has_add_permission": self.has_add_permission(request),
            "preserved_filters": self.get_preserved_filters(request),
            "list_address": self.with_filters(request, self.address("changelist")),
            "is_public": bool(item and row.is_public),
            "schedules": schedules(item, is_public=row.is_public) if item else [],
            "review": reviews.last(item) if item else None,
            "note": request.POST.get("note", ""),
            "schedule_at": request.POST.get("schedule_at", ""),
            "time_zone": timezone.get_current_timezone_name(),
            "conflicts": self._conflicts_of(item) if item else [],
            "remarks": remarks.by_field(remarks.of(item), editor.places) if item else {},
            "assets": _assets(self.kind, item),
            "file": _file(self.kind, item.path if item else ""),
            "lookups": [page.address("lookup") for page in self.all_pages() if page.has_view_permission(request)],
            "api_address": reverse(f"api:{self.api_name}", args=[item.slug]) if item and row.is_public else "",
            "file_address": reverse(f"api:{self.api_name}-markdown", args=[item.slug])
            if item and row.is_public
            else "",
            **(self.sitting_context(request, item, taken) if may_write else {}),
        }
        # 200, as Django's own forms answer, since the browser shows the page either way.
        return TemplateResponse(request, self.form_template, context)

    def _conflicts_of(self, item: Item) -> list[tuple[Conflict, str]]:
        """Open ones, each with the page on which it is decided."""
        waiting = Conflict.objects.filter(item=item, resolved_at=None)
        return [(conflict, reverse("admin:publishing_conflict_change", args=[conflict.pk])) for conflict in waiting]

    # --- delete ---

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]
        if not self.has_delete_permission(request, row):
            raise PermissionDenied
        item = row.item
        if request.method == "POST":
            try:
                self.erase(
                    item,
                    base_revision=number(request.POST.get("base_revision")) or 0,
                    author=request.user,
                    origin="admin",
                )
            except StaleRevision:
                messages.error(
                    request, _("Somebody saved it in the meantime, so it was not deleted. Please look again.")
                )
                return HttpResponseRedirect(self.address("delete", item.pk))
            messages.success(request, format_html(_("“{}” is deleted. Its history is kept."), item.title))
            return HttpResponseRedirect(self.with_filters(request, self.address("changelist")))
        referrers = (
            Item.objects.live()
            .filter(references__in=Reference.objects.filter(target_kind=item.kind, slug_key=item.slug_key))
            .exclude(pk=item.pk)
            .distinct()
            .order_by("sort_key")
        )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": row,
            "title": _("Delete “%s”?") % item.title,
            "item": item,
            "state": state(item, row.status, is_public=row.is_public),
            "may_publish": self.has_publish_permission(request, row),
            "referrers": [(referrer, self.page_of(referrer)) for referrer in referrers],
            "back": self.with_filters(request, self.address("change", item.pk)),
        }
        return TemplateResponse(request, "lemma/delete.html", context)

    # --- chips ---

    def lookup(self, request: HttpRequest) -> HttpResponse:
        """GET `q`: items whose title or slug holds it, those that begin with it first."""
        key = names.key(request.GET.get("q", "").replace("\0", "").strip()[:200])
        items = Item.objects.of_kind(self.kind).filter(Q(sort_key__contains=key) | Q(slug_key__contains=key))
        begins = When(Q(sort_key__startswith=key) | Q(slug_key__startswith=key), then=Value(0))
        items = items.order_by(Case(begins, default=Value(1), output_field=IntegerField()), "sort_key", "pk")
        found = items.values_list("pk", "slug", "title", "path")[:_FOUND]
        return JsonResponse(
            {
                "results": [
                    {"pk": pk, "value": slug, "label": title, "file": _file(self.kind, path or f"{slug}.md")}
                    for pk, slug, title, path in found
                ]
            }
        )


def _is_filed(item: Item | None, document: Document) -> bool:
    return item is not None and item.filed is not None and bytes(item.filed.data) == bytes(document)


def _assets(kind: str, item: Item | None) -> str:
    """How the body of this item names the folder of images: one step up for each folder of its file."""
    return "../" * _file(kind, item.path if item else "").count("/") + f"{assets.FOLDER}/"


def _file(kind: str, path: str) -> str:
    """A file of that kind, from the content root."""
    return f"{kinds.get(kind).folder}/{path}"
