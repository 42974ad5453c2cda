"""Many items at once from the list, and one word of one item there: each is a batch that can be undone."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from unfold.forms import ActionForm

from documents import Document
from publishing import archive, batches, names, standing
from publishing.admin import lists
from publishing.admin.access import in_background, refused
from publishing.admin.base import ItemPages
from publishing.admin.choosing import ChosenRows
from publishing.admin.downloads import zip_response
from publishing.admin.states import state
from publishing.edits import set_text
from publishing.errors import WriteRefused
from publishing.models import Item, Published, Reference, Schedule
from publishing.values import DIFFICULTIES

# So many of those that were left out are named.
_NAMED = 8
Words = list[tuple[str, str]]


class BulkForm(ActionForm):
    """What to do with the chosen rows. Each further field belongs to one action, and is shown with it."""

    to_difficulty = forms.CharField(
        required=False,
        label="",
        widget=forms.Select({"x-show": "action === 'set_difficulty'", "aria-label": gettext_lazy("Difficulty")}),
    )

    def offer(self, field: str, words: Words) -> None:
        name = f"to_{field}"
        if name in self.fields:
            widget: Any = self.fields[name].widget
            widget.choices = [("", "–"), *words]


class BulkPages(ChosenRows, ItemPages):
    action_form = BulkForm
    actions: Sequence[str] = ("publish_chosen", "unpublish_chosen", "set_difficulty", "export_chosen", "delete_chosen")
    # What can be changed in the list itself, with the label of the field.
    words_in_list: ClassVar[Mapping[str, Any]] = {"difficulty": gettext_lazy("Difficulty")}

    def words(self, request: HttpRequest, field: str) -> Words:
        """The words to choose from, with their labels: difficulties, unless a kind has more."""
        return [(word, word.capitalize()) for word in DIFFICULTIES]

    def word_of(self, row: Any, field: str) -> str:
        """As the row has it; "" for none."""
        return str(getattr(row, field))

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = super().get_list_display(request)
        return [self._word_column(request, name) if name in self.words_in_list else name for name in columns]

    def _word_column(self, request: HttpRequest, field: str) -> Callable[[Any], SafeString]:
        label, may_change = self.words_in_list[field], self.has_change_permission(request)
        labels = dict(self.words(request, field))

        @admin.display(description=label, ordering=field)
        def column(row: Any) -> SafeString:
            value = self.word_of(row, field)
            shown = labels.get(value, value) or "–"
            return lists.word(row, field, value, shown, label, may_change=may_change)

        # Django names the column after it.
        column.__name__ = field
        return column

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_word"
        view = require_POST(in_background(self.has_change_permission)(self.word_view))
        return [path("<int:key>/word/", view, name=name), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        # Django's own writes rows past the door.
        actions.pop("delete_selected", None)
        return actions

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        words = {field: self.words(request, field) for field in self.words_in_list}
        shared = {"words_in_list": {field: [["", "–"], *words[field]] for field in words}}
        response: HttpResponse = super().changelist_view(request, {**shared, **(extra_context or {})})
        form = getattr(response, "context_data", {}).get("action_form")
        if isinstance(form, BulkForm):
            for field in words:
                form.offer(field, words[field])
        return response

    # --- actions ---

    @admin.action(description=gettext_lazy("Publish"), permissions=["publish"])
    def publish_chosen(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        act = batches.publishing(timezone.localdate())
        return self.in_batch(request, queryset, act, _("Published"), calls_off=[Schedule.Action.PUBLISH])

    @admin.action(description=gettext_lazy("Unpublish"), permissions=["publish"])
    def unpublish_chosen(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        label = _("Taken from the readers")
        return self.in_batch(request, queryset, batches.unpublishing, label, calls_off=[Schedule.Action.UNPUBLISH])

    @admin.action(description=gettext_lazy("Set difficulty …"), permissions=["publish"])
    def set_difficulty(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        return self.set_word(request, queryset, "difficulty")

    @admin.action(description=gettext_lazy("Export as zip"), permissions=["view"])
    def export_chosen(self, request: HttpRequest, queryset: Any) -> FileResponse:
        keys = list(queryset.values_list("pk", flat=True))
        return zip_response(archive.of_items(keys), f"{self.opts.verbose_name_plural}.zip")

    @admin.action(description=gettext_lazy("Delete …"), permissions=["delete"])
    def delete_chosen(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        """First who refers to them, then the deletion."""
        if "confirmed" in request.POST:
            calls_off = list(Schedule.Action)
            return self.in_batch(request, queryset, batches.deleting, _("Deleted"), calls_off=calls_off)
        items = list(Item.objects.filter(pk__in=queryset.values("pk")).order_by("sort_key", "pk"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": ngettext("Delete one item?", "Delete %(count)d items?", len(items)) % {"count": len(items)},
            "items": [(item, referrers) for item, referrers in self._with_referrers(items)],
            "back": request.get_full_path(),
        }
        return TemplateResponse(request, "lemma/delete_chosen.html", context)

    def set_word(self, request: HttpRequest, queryset: Any, field: str) -> HttpResponse:
        """The action that gives all rows the word chosen beside it."""
        value = request.POST.get(f"to_{field}", "")
        label = dict(self.words(request, field)).get(value)
        if value and label is None:
            messages.error(request, _("Choose one of the words that are offered."))
            return HttpResponseRedirect(request.get_full_path())
        return self.in_batch(
            request,
            queryset,
            batches.editing(_setting(field, value)),
            _word_label(self.words_in_list[field], label or ""),
        )

    def in_batch(
        self,
        request: HttpRequest,
        queryset: Any,
        act: batches.Act,
        label: str,
        *,
        calls_off: Sequence[Schedule.Action] = (),
    ) -> HttpResponse:
        keys = list(queryset.values_list("pk", flat=True)[: batches.LIMIT + 1])
        carried_out(
            request, lambda: batches.carry_out(keys, act, label=label, author=request.user, calls_off=calls_off)
        )
        return HttpResponseRedirect(request.get_full_path())

    def _with_referrers(self, items: Sequence[Item]) -> list[tuple[Item, list[Item]]]:
        """Who refers to each, without those that go too. Two queries."""
        going = {item.pk for item in items}
        found: dict[str, dict[Any, None]] = {}
        rows = Reference.objects.filter(
            target_kind=self.kind, slug_key__in=[item.slug_key for item in items], source__deleted_at=None
        ).order_by("source__sort_key")
        sources = Item.objects.in_bulk({key for key in rows.values_list("source", flat=True) if key not in going})
        for slug, source in rows.values_list("slug_key", "source"):
            if source in sources:
                found.setdefault(slug, {})[source] = None
        return [(item, [sources[key] for key in found.get(item.slug_key, ())]) for item in items]

    # --- one word in the list ---

    def word_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """POST `field`, `value`, and `was`, the word that was shown: sets it, if it still is that one."""
        row = self.get_object(request, str(key))
        field, value, was = (request.POST.get(name, "") for name in ("field", "value", "was"))
        if row is None:
            return refused(404, _("It was deleted in the meantime."))
        words = dict(self.words(request, field)) if field in self.words_in_list else {}
        if field not in self.words_in_list or (value and value not in words):
            return refused(400, _("Choose one of the words that are offered."))
        if names.key(now := _word(row.item, field)) != names.key(was):
            return refused(409, _("Somebody changed it to “%s” in the meantime. Reload the page.") % now)
        only_drafts = not self.has_publish_permission(request, row)
        label = _word_label(self.words_in_list[field], words.get(value, ""))
        try:
            outcome = batches.carry_out(
                [row.pk],
                batches.editing(_setting(field, value), only_drafts=only_drafts),
                label=label,
                author=request.user,
                only_drafts=only_drafts,
            )
        except WriteRefused as error:
            return refused(409, str(error))
        if outcome.skipped:
            return refused(409, outcome.skipped[0].reason)
        item = Item.objects.get(pk=row.pk)
        shown = state(item, row.status, is_public=Published.objects.filter(item=item).exists())
        undo = reverse("admin:publishing_batch_undo", args=[outcome.batch.pk]) if outcome.batch else ""
        message = _("%(title)s: %(done)s.") % {"title": item.title, "done": label}
        if only_drafts:
            message += " " + _("Readers see it once it is published.")
        badge = render_to_string("lemma/badge.html", {"state": shown})
        return JsonResponse({"label": words.get(value, "–"), "badge": badge, "message": message, "undo": undo})


def carried_out(request: HttpRequest, act: Callable[[], batches.Outcome]) -> batches.Outcome | None:
    """Does it and says what happened, with the way back."""
    try:
        outcome = act()
    except WriteRefused as error:
        messages.error(request, _("Nothing was done. %s") % error)
        return None
    if outcome.batch:
        messages.success(request, _said(request, outcome, outcome.batch))
    elif not outcome.skipped:
        messages.info(request, _("They are like that already, so nothing was done."))
    if outcome.skipped:
        messages.warning(request, _left_out(outcome))
    return outcome


def _said(request: HttpRequest, outcome: batches.Outcome, batch: Any) -> SafeString:
    count = len(outcome.changed)
    done = ngettext("%(label)s: one item.", "%(label)s: %(count)d items.", count) % {
        "label": batch.label,
        "count": count,
    }
    address = reverse("admin:publishing_batch_undo", args=[batch.pk])
    button = format_html(
        '<button type="submit" form="lemma-post" formaction="{}" class="lemma-text-button">{}</button>',
        address,
        _("Undo"),
    )
    details = ""
    if request.user.has_perm("publishing.view_batch"):
        address = reverse("admin:publishing_batch_change", args=[batch.pk])
        details = format_html(' <a href="{}" class="lemma-text-button">{}</a>', address, _("Details"))
    return format_html("{} {}{}", done, button, details)


def _left_out(outcome: batches.Outcome) -> str:
    named = [f"“{each.item.title}” ({each.reason})" for each in outcome.skipped[:_NAMED]]
    more = len(outcome.skipped) - len(named)
    if more > 0:
        named.append(_("and %d more") % more)
    return _("Left out: %s") % ", ".join(named)


def _setting(field: str, value: str) -> Callable[[Document], Document]:
    def change(document: Document) -> Document:
        changed = document.copy()
        set_text(changed, field, value)
        return changed

    return change


def _word(item: Item, field: str) -> str:
    """As the working text has it."""
    now = standing.of(item)
    record = standing.read(now.kind, standing.parsed(now.working, now.path), now.path).record  # type: ignore[arg-type]
    return str(getattr(record, field))


def _word_label(field: Any, label: str) -> str:
    if not label:
        return str(_("%s taken out") % field)
    return str(_("%(field)s set to %(value)s") % {"field": field, "value": label})
