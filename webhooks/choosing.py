"""Which changes an endpoint wants to hear of."""

from collections.abc import Collection, Sequence

from documents import DocumentError, parse
from publishing import kinds, names
from publishing.models import Change, Revision
from webhooks.models import Endpoint

# Facet names and values, as readers filter by them.
Facets = Collection[tuple[str, str, str]]


def wanted(endpoint: Endpoint, changes: Sequence[Change]) -> list[Change]:
    """Those that its filters let through."""
    chosen = [
        change
        for change in changes
        if (not endpoint.kinds or change.kind in endpoint.kinds)
        and (not endpoint.actions or change.action in endpoint.actions)
    ]
    filters = {name: {names.key(value) for value in values} for name, values in _by_facet(endpoint).items() if values}
    if not filters:
        return chosen
    before = _revisions_before(chosen)
    return [change for change in chosen if _concerns(change, before.get(change.position), filters)]


def _by_facet(endpoint: Endpoint) -> dict[str, list[str]]:
    return {"category": endpoint.categories, "tag": endpoint.tags}


def _revisions_before(changes: Sequence[Change]) -> dict[int, int]:
    """Position of a change -> the revision that the change before it of the same item was about. One query."""
    if not changes:
        return {}
    told = Change.objects.filter(
        item__in={change.item_id for change in changes}, position__lte=max(change.position for change in changes)
    )
    newest: dict[int, int] = {}
    found = {}
    for item, position, revision in told.order_by("position").values_list("item", "position", "revision"):
        if item in newest:
            found[position] = newest[item]
        newest[item] = revision
    return found


def _concerns(change: Change, before: int | None, filters: dict[str, set[str]]) -> bool:
    """Whether the item is in the filter now, or was before: who is told of what comes in is told of what goes out."""
    numbers = [change.revision] if before is None else [change.revision, before]
    texts = Revision.objects.filter(item=change.item_id, number__in=numbers).select_related("document")
    # What cannot be read any more is told: rather once too often than never.
    facets = [_facets(change.kind, bytes(one.document.data)) for one in texts]
    return not facets or any(each is None or matches(each, filters) for each in facets)


def matches(facets: Facets, filters: dict[str, set[str]]) -> bool:
    """Whether each of the filters has one of the values.

    >>> trust, tools = ("tag", "trust", "Trust"), ("category", "tools", "Tools")
    >>> matches([trust, tools], {"tag": {"trust", "bias"}, "category": {"tools"}})
    True
    >>> matches([trust], {"tag": {"trust"}, "category": {"tools"}})
    False
    """
    found: dict[str, set[str]] = {}
    for name, value, _ in facets:
        found.setdefault(name, set()).add(value)
    return all(found.get(name, set()) & values for name, values in filters.items())


def _facets(kind: str, data: bytes) -> Facets | None:
    try:
        reading = kinds.get(kind).read(parse(data), "")
    except DocumentError:
        return None
    return None if reading.record is None else kinds.get(kind).facets(reading.record)
