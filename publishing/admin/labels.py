"""What slugs name."""

from collections.abc import Collection

from publishing import names
from publishing.models import Item


def labels(kind: str, slugs: Collection[str]) -> dict[str, dict[str, str]]:
    """Title and key of the items that exist, by slug as asked for; at most one query."""
    if not slugs:
        return {}
    items = Item.objects.of_kind(kind).filter(slug_key__in={names.key(slug) for slug in slugs})
    found = {key: {"title": title, "pk": str(pk)} for key, title, pk in items.values_list("slug_key", "title", "pk")}
    return {slug: found[key] for slug in slugs if (key := names.key(slug)) in found}
