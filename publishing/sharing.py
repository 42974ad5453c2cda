"""Secret addresses of texts that readers do not see yet, for people without an account.

An address is a signed number: nobody can make one up, and none can be read out of the database. It ends by its time, by
hand, with the account that made it, and when the item is published, since then everybody may read it.
"""

from datetime import timedelta
from typing import Any

from django.core import signing
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from publishing.authors import Author
from publishing.models import Item, Share

DAYS = (1, 7, 30)
_SALT = "lemma.share"


def share(item: Item, days: int, author: Any) -> Share:
    """Makes an address for so many days; one of `DAYS`."""
    if days not in DAYS:
        raise ValueError(f"A secret address lasts for {DAYS} days, and not for {days}.")
    now = timezone.now()
    Share.objects.filter(expires_at__lt=now).delete()
    return Share.objects.create(
        item=item,
        author_id=Author.of(author).user,
        filed_id=item.filed_id,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )


def token(made: Share) -> str:
    return signing.dumps(made.pk, salt=_SALT)


def shared(text: str) -> Item | None:
    """The item behind an address, with its text; None if the address is none, or has ended."""
    try:
        key = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        return None
    made = _open().filter(pk=key, item__deleted_at=None).select_related("item__working").first()
    return made.item if made else None


def shares(item: Item) -> list[Share]:
    """The addresses of an item that can still be used, the newest first."""
    return list(_open().filter(item=item).order_by("-pk").select_related("author"))


def end(item: Item, key: int) -> bool:
    """Ends one of them; False if there is none."""
    count, _ = Share.objects.filter(item=item, pk=key).delete()
    return count > 0


def _open() -> QuerySet[Share]:
    unpublished = Q(filed=F("item__filed")) | Q(filed=None, item__filed=None)
    return Share.objects.filter(
        unpublished, author__is_active=True, author__is_staff=True, expires_at__gt=timezone.now()
    )
