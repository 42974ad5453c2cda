"""What somebody typed and has not saved yet, kept on the server: for a closed window, and for another device.

It is the state of a form and no text of the item: no revision is made, nobody else sees it, and taking it later goes
through the same door as a form that was open all the time.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from publishing.models import Autosave, Item

# Of one person for one form. More windows than that are not kept apart.
MOST = 5
KEPT = timedelta(days=90)


def keep(
    user: Any, kind: str, item: Item | None, *, window: str, form: QueryDict, base_revision: int | None, title: str = ""
) -> Autosave:
    """Keeps the fields of a form in place of what this window had kept before."""
    now = timezone.now()
    values = {
        "kind": kind,
        "item": item,
        "base_revision": base_revision,
        "title": title[:300],
        "form": form.urlencode(),
        "saved_at": now,
    }
    with transaction.atomic():
        kept, is_new = Autosave.objects.update_or_create(user=user, window=window, defaults=values)
        if is_new:
            mine = Autosave.objects.filter(user=user, kind=kind, item=item).order_by("-saved_at", "-pk")
            surplus = list(mine.values_list("pk", flat=True)[MOST:])
            Autosave.objects.filter(pk__in=surplus).delete()
            Autosave.objects.filter(saved_at__lt=now - KEPT).delete()
    return kept


def of_form(user: Any, kind: str, item: Item | None) -> list[Autosave]:
    """What somebody left behind in the windows of one form, newest first."""
    return list(Autosave.objects.filter(user=user, kind=kind, item=item).order_by("-saved_at", "-pk"))


def of_person(user: Any) -> list[Autosave]:
    """What somebody left behind in forms of any kind, with the items, newest first."""
    mine = Autosave.objects.filter(user=user).exclude(item__deleted_at__isnull=False)
    return list(mine.select_related("item").defer("form").order_by("-saved_at", "-pk"))


def taken(user: Any, kind: str, item: Item | None, key: int | None) -> Autosave | None:
    """One of them, if it is there and belongs to that person and form."""
    return Autosave.objects.filter(user=user, kind=kind, item=item, pk=key).first() if key else None


def fields(kept: Autosave) -> QueryDict:
    return QueryDict(kept.form)


def forget(user: Any, **which: Any) -> int:
    """Throws away those that fit, by `window` or `pk`. Returns how many there were."""
    count, _ = Autosave.objects.filter(user=user, **which).delete()
    return count


def is_window(text: str) -> bool:
    """Whether it is a name for a window, as the pages give them."""
    return 8 <= len(text) <= 40 and text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def sendable(posted: QueryDict) -> QueryDict:
    """The fields that make the form, without those that belong to one sending of it."""
    form = QueryDict(mutable=True)
    for name in posted:
        if name not in _OF_ONE_SENDING and not name.startswith("settle"):
            form.setlist(name, posted.getlist(name))
    return form


_OF_ONE_SENDING = {"csrfmiddlewaretoken", "base_revision", "window", "_save", "_publish", "_review", "_schedule"}
