"""From draft to reader: what would change for readers, and the ways to let it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from documents import DocumentError, parse
from publishing import drafts, editing, lifecycle, reviews, schedule
from publishing.admin.base import ItemPages, number
from publishing.admin.comparing import compare
from publishing.admin.states import state
from publishing.errors import ConflictPending, StaleRevision, WriteRefused
from publishing.models import Conflict, Item, Published, Schedule
from publishing.problems import InvalidDocument

# What readers have of an item that they do not see.
_NOTHING = b"---\n---\n"


class ReleasePages(ItemPages):
    def get_urls(self) -> list[URLPattern]:
        return [
            self.item_path("changes", self.changes_view),
            self.item_path("publish", self.publish_view),
            self.item_path("act", self.act_view),
            *super().get_urls(),
        ]

    def changes_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What readers will see change when the saved text is published; `view=sides` as in the history."""
        row = self.row_to("view", request, object_id)
        item: Item = row.item
        is_public = Published.objects.filter(item=item).exists()
        old = parse(bytes(item.filed.data) if is_public and item.filed else _NOTHING, item.path)
        new = drafts.without_mark(item.kind, parse(bytes(item.working.data), item.path))
        parts = compare(old, new, self.labels)
        return self.item_page(
            request,
            row,
            "lemma/changes.html",
            _("“%s”: what will change for readers") % item.title,
            parts=parts,
            is_public=is_public,
            state=state(item, row.status, is_public=is_public),
            conflict=Conflict.objects.filter(item=item, origin=Conflict.Origin.DRAFT, resolved_at=None).first(),
            review=reviews.last(item),
            in_sides=request.GET.get("view") == "sides",
            history=self.address("history", item.pk),
        )

    def publish_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST `base_revision`: publishes the saved text, if it is still that one; `_stamp` sets its date."""
        item: Item = self.row_to("publish", request, object_id).item
        base = number(request.POST.get("base_revision"))
        if request.method != "POST" or base is None:
            return HttpResponseRedirect(self.address("changes", item.pk))
        today = timezone.localdate() if "_stamp" in request.POST else None
        return self.carried_out(
            request,
            item,
            lambda: lifecycle.publish(
                item, base_revision=base, author=request.user, origin="admin", set_last_updated=today
            ),
            format_html(_("“{}” is published."), item.title),
        )

    def act_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST `do` and `base_revision`: one of the buttons beside the form."""
        do = request.POST.get("do", "")
        # Discarding changes nothing for readers, unless it calls off what somebody has scheduled.
        item: Item = self.row_to("change" if do == "discard" else "publish", request, object_id).item
        waiting = item.schedules.filter(action=Schedule.Action.PUBLISH, state=Schedule.State.WAITING)
        if do == "discard" and waiting.exists():
            self.row_to("publish", request, object_id)
        base = number(request.POST.get("base_revision"))
        if request.method != "POST" or base is None:
            return HttpResponseRedirect(self.address("change", item.pk))
        who: dict[str, Any] = {"base_revision": base, "author": request.user, "origin": "admin"}
        acts: dict[str, tuple[Callable[[], object], str]] = {
            "unpublish": (
                lambda: lifecycle.unpublish(item, **who),
                _("Readers do not see “{}” any more. Its file says that it is a draft."),
            ),
            "discard": (
                lambda: lifecycle.discard_draft(item, **who),
                _("“{}” is again as it was published. The edits stay in the history."),
            ),
            "unpublish_at": (
                lambda: schedule.unpublish_at(item, moment(request.POST.get("at", "")), author=request.user),
                _("“{}” will be taken from the readers then."),
            ),
            "cancel_publish": (
                lambda: schedule.cancel(item, Schedule.Action.PUBLISH),
                _("“{}” will not be published by itself."),
            ),
            "cancel_unpublish": (
                lambda: schedule.cancel(item, Schedule.Action.UNPUBLISH),
                _("“{}” stays with the readers."),
            ),
        }
        if do not in acts:
            return HttpResponseRedirect(self.address("change", item.pk))
        act, done = acts[do]
        return self.carried_out(request, item, act, format_html(done, item.title))

    def schedule_saved(self, request: HttpRequest, saved: Item, at: datetime) -> None:
        """Schedules what was just saved to be published, and says so."""
        day = timezone.localdate(at) if "_stamp" in request.POST else None
        try:
            editing.refuse_pending(saved)
            schedule.publish_at(saved, at, revision=saved.revision, author=request.user, set_last_updated=day)
        except WriteRefused as error:
            messages.error(request, _("It is saved, and not scheduled. %s") % error)
        else:
            text = _("“{}” is saved, and will be published {}.")
            messages.success(request, format_html(text, saved.title, said(at)))

    def carried_out(self, request: HttpRequest, item: Item, act: Callable[[], object], done: str) -> HttpResponse:
        """Does it and goes back to the form, with the reason where it was refused."""
        try:
            act()
        except StaleRevision:
            messages.error(request, _("Somebody saved it in the meantime, so nothing was done. Please look again."))
        except ConflictPending as error:
            messages.error(request, str(error))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        except (WriteRefused, InvalidDocument, DocumentError) as error:
            messages.error(request, _("Nothing was done. %s") % error)
        else:
            messages.success(request, done)
        return HttpResponseRedirect(self.with_filters(request, self.address("change", item.pk)))


def moment(text: str) -> datetime:
    """The time that a form says, in the zone of the site.

    Raises:
        ValidationError: it is none, or has passed.
    """
    try:
        at = forms.DateTimeField().clean(text)
    except ValidationError:
        raise ValidationError(_("Choose a day and a time.")) from None
    if at <= timezone.now():
        raise ValidationError(_("That time has passed. Choose a later one."))
    return at  # type: ignore[no-any-return]


def said(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j M Y, H:i T")


def schedules(item: Item, *, is_public: bool) -> list[Schedule]:
    """What waits, and what failed as long as it matters: nobody has scheduled or done it since."""
    shown = []
    done: set[str] = set()
    found = Schedule.objects.filter(item=item, state__in=(Schedule.State.WAITING, Schedule.State.FAILED))
    for one in found.select_related("revision").order_by("-pk"):
        still = is_public if one.action == Schedule.Action.UNPUBLISH else item.has_unpublished_changes or not is_public
        if one.action not in done and (one.state == Schedule.State.WAITING or still):
            shown.append(one)
        done.add(one.action)
    return shown[::-1]
