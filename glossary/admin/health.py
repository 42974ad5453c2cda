"""What is wrong with the content, as a page: numbers, findings, and buttons that mend them."""

from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from glossary.health import dismissing, findings, keeping, mending
from glossary.health.models import Dismissal, Edition, Finding
from glossary.health.problem import Severity
from glossary.health.remarking import TONES
from publishing import batches
from publishing.admin.base import pages_of
from publishing.admin.bulk import carried_out
from publishing.admin.choosing import ChosenRows
from publishing.models import Item

_PAGE = 50
_WANTED = 12
# So many items are shown in a preview; all are changed.
_SHOWN = 100
_DISMISSED = "dismissed"


@admin.register(Finding)
class FindingAdmin(ChosenRows, ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("glossary.view_entry") and request.user.has_perm("books.view_book")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        # No others: a finding has no form, and nobody adds one.
        views = [
            ("", self.changelist_view, "changelist"),
            ("mend/", self.mend_view, "mend"),
            ("<int:key>/mend/", self.mend_one_view, "mend_one"),
            ("<int:key>/dismiss/", self.dismiss_view, "dismiss"),
            ("<int:key>/lift/", self.lift_view, "lift"),
        ]
        view = self.admin_site.admin_view
        return [path(where, view(each), name=f"health_finding_{name}") for where, each, name in views]

    # --- the page ---

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """GET `severity`, `code`, `show=dismissed`, `page`."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        keeping.catch_up(Edition.WORKING, whole=True)
        code, severity, show = (request.GET.get(name, "") for name in ("code", "severity", "show"))
        summary = findings.summary(Edition.WORKING)
        chosen = findings.dismissed(Edition.WORKING) if show == _DISMISSED else findings.open_findings(Edition.WORKING)
        if code:
            chosen = chosen.filter(code=code)
        if severity in TONES:
            chosen = chosen.filter(severity=severity)
        page = Paginator(chosen.select_related("item"), _PAGE).get_page(request.GET.get("page"))
        rows = list(page.object_list)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Health"),
            "summary": summary,
            "severities": [(each.value, TONES[each.value], summary.by_severity[each.value]) for each in Severity],
            "code": code,
            "code_count": next((one for one in summary.codes if one.code == code), None),
            "severity": severity,
            "show": show,
            "page": page,
            "rows": self._rows(request, rows),
            "wanted": self._wanted(request),
            "query": urlencode({"code": code, "severity": severity, "show": show}),
        }
        return TemplateResponse(request, "lemma/health.html", context)

    def _rows(self, request: HttpRequest, rows: list[Finding]) -> list[dict[str, Any]]:
        diffs, reasons = mending.diffs(rows), findings.reasons(rows)
        may = {kind: pages_of(self.admin_site, kind).has_change_permission(request) for kind in ("entry", "book")}
        return [
            {
                "finding": row,
                "tone": TONES[row.severity],
                "address": pages_of(self.admin_site, row.item.kind).address("change", row.item_id),
                "diff": diffs.get(row.pk, ""),
                "dismissal": reasons.get(row.pk),
                "may_write": may[row.item.kind],
            }
            for row in rows
        ]

    def _wanted(self, request: HttpRequest) -> list[dict[str, Any]]:
        found = []
        for kind, slug, count in findings.wanted(Edition.WORKING, _WANTED):
            page = pages_of(self.admin_site, kind)
            address = f"{page.address('add')}?{urlencode({'slug': slug})}" if page.has_add_permission(request) else ""
            found.append({"slug": slug, "kind": kind, "count": count, "address": address})
        return found

    # --- fixes ---

    def mend_one_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """POST: carries out the fix of one finding, and goes to where the button was."""
        row = self._finding(request, key)
        if row is None or not row.fix:
            messages.info(request, _("That is mended already, or somebody changed it in the meantime."))
        else:
            label = _("%(code)s mended in “%(title)s”") % {"code": row.code, "title": row.item.title}
            self._carry_out(request, [row], label)
        return self._back(request)

    def mend_view(self, request: HttpRequest) -> HttpResponse:
        """POST `code`: first what the fixes of all findings of the code would change; with `confirmed`, does it."""
        self._refuse_reader(request)
        code = request.POST.get("code", "")
        keeping.catch_up(Edition.WORKING, whole=True)
        rows = list(findings.open_findings(Edition.WORKING).filter(code=code, fix__isnull=False).select_related("item"))
        fixes = mending.of_findings(rows)
        # What is too much for one batch waits for the next.
        fixes = dict(list(fixes.items())[: batches.LIMIT])
        back = f"{reverse('admin:health_finding_changelist')}?{urlencode({'code': code})}"
        if "confirmed" in request.POST:
            self._carry_out(request, rows, _("%s mended") % code, fixes)
            return HttpResponseRedirect(back)
        only_drafts = self._only_drafts(request, fixes)
        shown = {key: fixes[key] for key in list(fixes)[:_SHOWN]}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": ngettext("Mend one item?", "Mend %(count)d items?", len(fixes)) % {"count": len(fixes)},
            "code": code,
            "plan": mending.plan(shown, only_drafts=only_drafts),
            "more": len(fixes) - len(shown),
            "only_drafts": only_drafts,
            "back": back,
        }
        return TemplateResponse(request, "lemma/mend.html", context)

    def _carry_out(self, request: HttpRequest, rows: Sequence[Finding], label: str, fixes: Any = None) -> None:
        fixes = mending.of_findings(rows) if fixes is None else fixes
        only_drafts = self._only_drafts(request, fixes)
        carried_out(
            request, lambda: mending.carry_out(fixes, label=label, author=request.user, only_drafts=only_drafts)
        )

    def _only_drafts(self, request: HttpRequest, items: Collection[int]) -> bool:
        """Whether readers get the fixes only when somebody publishes them.

        Raises:
            PermissionDenied: the account may not change such items.
        """
        kinds = Item.objects.filter(pk__in=list(items)).values_list("kind", flat=True).distinct()
        pages = [pages_of(self.admin_site, kind) for kind in kinds]
        if not all(page.has_change_permission(request) for page in pages):
            raise PermissionDenied
        return not all(page.has_publish_permission(request) for page in pages)

    # --- dismissals ---

    def dismiss_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """POST `reason`, and `all` for all findings of the code in the item."""
        row = self._finding(request, key)
        if row is None:
            messages.info(request, _("That is mended already, or somebody changed it in the meantime."))
            return self._back(request)
        self._only_drafts(request, [row.item_id])
        value = "" if "all" in request.POST else row.value
        try:
            dismissing.dismiss(row.item, row.code, value, request.POST.get("reason", ""), author=request.user)
        except ValueError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("It stays as it is, and does not count any more."))
        return self._back(request)

    def lift_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """POST: the findings of a dismissal count again."""
        self._refuse_reader(request)
        dismissal = Dismissal.objects.filter(pk=key, lifted_at=None).first()
        if dismissal is None:
            raise Http404("There is no such dismissal.")
        self._only_drafts(request, [dismissal.item_id])
        dismissing.lift(dismissal, author=request.user)
        messages.success(request, _("It counts again."))
        return self._back(request)

    def _finding(self, request: HttpRequest, key: int) -> Finding | None:
        """As it is now; None if it is gone."""
        self._refuse_reader(request)
        before = Finding.objects.filter(pk=key, edition=Edition.WORKING).first()
        if before is None:
            return None
        self._only_drafts(request, [before.item_id])
        keeping.catch_up(Edition.WORKING)
        same = Finding.objects.filter(
            edition=Edition.WORKING, item=before.item_id, code=before.code, value=before.value
        )
        return same.select_related("item").order_by("pk").first()

    def _refuse_reader(self, request: HttpRequest) -> None:
        """Raises PermissionDenied for a GET, and for whoever may change neither entries nor books."""
        pages = [pages_of(self.admin_site, kind) for kind in ("entry", "book")]
        may_write = any(page.has_change_permission(request) for page in pages)
        if request.method != "POST" or not may_write or not self.has_view_permission(request):
            raise PermissionDenied

    def _back(self, request: HttpRequest) -> HttpResponse:
        address = request.headers.get("referer", "")
        here = {request.get_host()}
        is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts=here, require_https=request.is_secure())
        return HttpResponseRedirect(address if is_ours else reverse("admin:health_finding_changelist"))
