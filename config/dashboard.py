"""The start page: what waits, what was changed, numbers, and the last sync. A fixed number of small questions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, F, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from glossary.health import findings, keeping
from glossary.health.models import Edition as HealthEdition
from glossary.models import Category, Entry
from publishing import autosaving
from publishing.models import Autosave, Conflict, Item, Published, Reference, Review, Revision, Schedule
from publishing.values import DIFFICULTIES, STALE
from sync import runs
from sync.models import Run
from sync.places import SyncError, places
from webhooks import managing
from webhooks.models import Endpoint

_SHOWN = 8
_RECENT = 12
_WEEKS = 12
# As many of the newest revisions as are counted; more than that many in twelve weeks came by an import.
_COUNTED = 20_000
_SECONDS = 60
_APPS = {"entry": "glossary", "book": "books"}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One heading of what waits. rows: title, address and a note of each; more: how many are not shown."""

    title: str
    rows: Sequence[tuple[str, str, str]]
    more: int
    address: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a chart. share: of the longest, in percent."""

    label: str
    number: int
    share: int
    address: str = ""


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the page shows this account; called by the theme."""
    context["title"] = _("Start")
    if not any(request.user.has_perm(f"{app}.view_{kind}") for kind, app in _APPS.items()):
        return {**context, "sees_nothing": True}
    numbers = cache.get_or_set("lemma-dashboard", _numbers, _SECONDS)
    return {
        **context,
        "waiting": [one for one in _waiting(request) if one.rows],
        "recent": _recent(request),
        "numbers": numbers,
        **_sync(request),
    }


# --- what waits ---


def _waiting(request: HttpRequest) -> list[Waiting]:
    user = request.user
    publishes = user.has_perm("glossary.publish_entry") or user.has_perm("books.publish_book")
    found = []
    reviews = Review.objects.filter(state=Review.State.WAITING, item__deleted_at=None).select_related("item")
    if publishes:
        found.append(_heading(_("Asked to be published"), reviews, _asked, "review"))
    elif user.has_perm("glossary.change_entry") or user.has_perm("books.change_book"):
        newest = Review.objects.filter(item=F("item"), author=user.pk, state=Review.State.RETURNED)
        returned = newest.filter(item__deleted_at=None).exclude(item__working=F("item__filed")).select_related("item")
        found.append(_heading(_("Sent back to you"), returned.order_by("-answered_at"), _returned, ""))
        mine = reviews.filter(author=user.pk)
        found.append(_heading(_("Waiting for an editor"), mine, _asked, "review"))
    if user.has_perm("publishing.change_conflict"):
        conflicts = Conflict.objects.filter(resolved_at=None).select_related("item")
        count = conflicts.count()
        rows = [(one.item.title, reverse("admin:publishing_conflict_change", args=[one.pk]), one.path)
                for one in conflicts[:_SHOWN]]  # fmt: skip
        address = reverse("admin:publishing_conflict_changelist")
        found.append(Waiting(_("Conflicts"), rows, max(count - _SHOWN, 0), address))
    if user.has_perm("glossary.change_entry") or user.has_perm("books.change_book"):
        left = autosaving.of_person(user)
        unsaved = [(_name(one), _unsaved(one), f"{timezone.localtime(one.saved_at):%Y-%m-%d %H:%M}") for one in left]
        found.append(Waiting(_("Not saved yet"), unsaved[:_SHOWN], max(len(unsaved) - _SHOWN, 0), _list("entry", "")))
        drafts = Item.objects.live().filter(updated_by=user.pk).filter(Q(filed=None) | ~Q(working=F("filed")))
        drafts = drafts.order_by("-updated_at")
        count = drafts.count()
        rows = [(item.title, _page(item, "change"), _state(item)) for item in drafts[:_SHOWN]]
        found.append(Waiting(_("Your drafts"), rows, max(count - _SHOWN, 0), _list("entry", "show=draft")))
    if user.has_perm("webhooks.change_endpoint"):
        found.append(_webhooks())
    if publishes:
        scheduled = Schedule.objects.filter(state=Schedule.State.WAITING, item__deleted_at=None).select_related("item")
        found.append(_heading(_("Scheduled"), scheduled, _scheduled, ""))
    return found


def _webhooks() -> Waiting:
    """Those that were switched off by what came of them, and whether nobody delivers."""
    broken = Endpoint.objects.exclude(off__in=["", Endpoint.Off.BY_HAND])
    rows = [(one.name, reverse("admin:webhooks_endpoint_show", args=[one.pk]), one.get_off_display()) for one in broken]
    address = reverse("admin:webhooks_endpoint_changelist")
    if managing.is_nobody_at_work():
        rows.insert(0, (_("Nobody delivers"), address, _("no worker was seen in the last minutes")))
    return Waiting(_("Webhooks"), rows[:_SHOWN], max(len(rows) - _SHOWN, 0), address)


def _heading(title: str, queryset: Any, note: Any, show: str) -> Waiting:
    count = queryset.count()
    rows = [(one.item.title, _page(one.item, "changes"), note(one)) for one in queryset[:_SHOWN]]
    return Waiting(title, rows, max(count - _SHOWN, 0), _list("entry", f"show={show}" if show else ""))


def _name(kept: Autosave) -> str:
    return kept.item.title if kept.item else kept.title or _("Without a title")


def _unsaved(kept: Autosave) -> str:
    """The form with what was typed in it."""
    model = f"admin:{_APPS[kept.kind]}_{kept.kind}"
    form = reverse(f"{model}_change", args=[kept.item.pk]) if kept.item else reverse(f"{model}_add")
    return f"{form}?take={kept.pk}"


def _asked(review: Review) -> str:
    return f"{review.author_name}: {review.note}" if review.note else review.author_name


def _returned(review: Review) -> str:
    return f"{review.answered_by_name}: {review.comment}"


def _scheduled(one: Schedule) -> str:
    at = timezone.localtime(one.at)
    text = _("will be published %s") if one.action == Schedule.Action.PUBLISH else _("will be unpublished %s")
    return text % f"{at:%Y-%m-%d %H:%M}"


def _state(item: Item) -> str:
    return _("never published") if item.filed_id is None else _("published, with edits")


# --- what was changed ---


def _recent(request: HttpRequest) -> list[dict[str, Any]]:
    """The newest revisions of everybody, those of imports left out by taking only the newest of each item."""
    kinds = [kind for kind, app in _APPS.items() if request.user.has_perm(f"{app}.view_{kind}")]
    rows = Revision.objects.filter(item__deleted_at=None, item__kind__in=kinds).select_related("item")
    seen: dict[Any, dict[str, Any]] = {}
    for one in rows.defer("message").order_by("-pk")[: _RECENT * 5]:
        address = _page(one.item, "compare")
        if one.parent:
            address += f"?from={one.parent}&to={one.number}"
        seen.setdefault(
            one.item_id,
            {
                "title": one.item.title,
                "address": address if one.parent else _page(one.item, "change"),
                "who": one.author_name or one.get_origin_display(),
                "at": one.created_at,
                "is_new": one.parent is None,
            },
        )
    return list(seen.values())[:_RECENT]


# --- numbers ---


def _numbers() -> dict[str, Any]:
    public = dict(Published.objects.order_by().values_list("kind").annotate(n=Count("pk")))
    all_of_them = dict(Item.objects.live().order_by().values_list("kind").annotate(n=Count("pk")))
    entries = Entry.objects.order_by()
    by_category = dict(entries.values_list("category").annotate(n=Count("pk")))
    by_difficulty = dict(entries.values_list("difficulty").annotate(n=Count("pk")))
    categories = [(name, by_category.get(key, 0), f"category__id__exact={key}")
                  for key, name in Category.objects.values_list("pk", "name")]  # fmt: skip
    others = sorted(word for word in by_difficulty if word and word not in DIFFICULTIES)
    difficulties = [
        (word.capitalize(), by_difficulty.get(word, 0), f"difficulty={word}") for word in [*DIFFICULTIES, *others]
    ]
    return {
        "entries": all_of_them.get("entry", 0),
        "books": all_of_them.get("book", 0),
        "public": public.get("entry", 0),
        **_health(),
        "categories": _bars([*categories, (_("None"), by_category.get(None, 0), "category__id__exact=none")]),
        "difficulties": _bars([*difficulties, (_("None"), by_difficulty.get("", 0), "difficulty=none")]),
        "weeks": _weeks(),
    }


def _health() -> dict[str, int | None]:
    """How many entries stand in the views of the list that ask for work."""
    read_first = Reference.objects.filter(field="requires").values("source")
    dangling = Reference.objects.dangling().filter(source__kind="entry", source__deleted_at=None)
    stale = Q(last_updated=None) | Q(last_updated__lt=timezone.localdate() - STALE)
    return {
        "without_prerequisites": Entry.objects.filter(prerequisites__isnull=True).exclude(pk__in=read_first).count(),
        "dangling": dangling.order_by().values("source").distinct().count(),
        "stale": Entry.objects.filter(stale).count(),
        "score": _score(),
    }


def _score() -> int | None:
    """None where nobody has looked at the findings of a large glossary yet."""
    # Made now where that takes a moment; of a large glossary, what was last found.
    return findings.score(HealthEdition.WORKING) if keeping.is_readable(HealthEdition.WORKING) else None


def _bars(rows: list[tuple[str, int, str]]) -> list[Bar]:
    longest = max((number for _label, number, _query in rows), default=0) or 1
    return [
        Bar(label, number, round(100 * number / longest), _list("entry", query))
        for label, number, query in rows
        if number
    ]


def _weeks() -> list[Bar]:
    """Saved texts in each of the last weeks, the oldest first."""
    today = timezone.localdate()
    this = today - timedelta(days=today.weekday())
    first = this - timedelta(weeks=_WEEKS - 1)
    newest = Revision.objects.order_by("-pk").values_list("created_at", flat=True)[:_COUNTED]
    found: Counter[date] = Counter()
    for at in newest:
        day = timezone.localdate(at)
        if day >= first:
            found[day - timedelta(days=day.weekday())] += 1
    longest = max(found.values(), default=0) or 1
    weeks = [first + timedelta(weeks=number) for number in range(_WEEKS)]
    return [Bar(f"{week:%-d %b}", found[week], round(100 * found[week] / longest)) for week in weeks]


# --- the last sync ---


def _sync(request: HttpRequest) -> dict[str, Any]:
    if not request.user.has_perm("sync.view_run"):
        return {}
    try:
        folders = places(Path(settings.CONTENT_ROOT))
    except SyncError as error:
        # Somebody pushed a link in place of a folder, say.
        return {"shows_sync": True, "sync_problem": str(error)}
    runs.mend(folders)
    last = Run.objects.filter(root=runs.root_of(folders)).select_related("started_by").first()
    return {
        "shows_sync": True,
        "may_sync": request.user.has_perm("sync.add_run"),
        "run": last,
        "run_said": runs.said(last) if last else "",
        "run_tone": runs.TONES[Run.Outcome(last.outcome)] if last else "",
    }


def _page(item: Item, page: str) -> str:
    return reverse(f"admin:{_APPS[item.kind]}_{item.kind}_{page}", args=[item.pk])


def _list(kind: str, query: str) -> str:
    address = reverse(f"admin:{_APPS[kind]}_{kind}_changelist")
    return f"{address}?{query}" if query else address
