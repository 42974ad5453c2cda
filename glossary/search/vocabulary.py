"""All names under which published entries may stand in a text, as one finder, kept by each process.

Made anew when something was published since, or the index was rebuilt. How long that takes, and what it buys, is in
benchmarks/RESULTS.md.
"""

from collections.abc import Iterable
from threading import Lock
from typing import NamedTuple

from glossary.search.backends.common import FEED, NAMES, PUBLISHED
from glossary.search.finder import SHORT, Finder
from glossary.search.models import Name
from publishing import asking
from publishing.models import Facet

_FACETS = Facet._meta.db_table
DEPRECATED = "deprecated"


class Named(NamedTuple):
    """An entry under one of its names. `source` is one of `Name.Source`."""

    slug: str
    title: str
    label: str
    source: int
    is_deprecated: bool = False
    # The slug of the entry to use instead of a deprecated one.
    successor: str | None = None


class _Stamp(NamedTuple):
    """What a vocabulary was made of. Rebuilding the index publishes nothing, but gives every name a new key."""

    position: int
    epoch: str
    newest: int | None


_kept: dict[tuple[str, str], tuple[_Stamp, Finder[Named]]] = {}
_lock = Lock()


def finder(kind: str, locale: str) -> Finder[Named]:
    """Of everything that is published now. One query if nothing was published since the last time."""
    # One after the other: several at once would only make the same thing several times.
    with _lock:
        stamp = _stamp()
        known = _kept.get((kind, locale))
        if known is None or known[0] != stamp:
            # Names that are published in between are in it, and will be the reason to make it anew.
            known = _kept[kind, locale] = (stamp, Finder((_said(named), named) for named in _names(kind, locale)))
        return known[1]


def _said(named: Named) -> str:
    # The slug "gan" stands for GAN, and "it" not for it.
    return named.label.upper() if named.source == Name.Source.SLUG and len(named.label) <= SHORT else named.label


def forget() -> None:
    """For who makes another database of the same stamp, as tests do."""
    _kept.clear()


def standing(kind: str, items: Iterable[int] | None = None) -> dict[int, tuple[bool, str | None]]:
    """(whether it is deprecated, its successor) of those items, or of all, that have one of the two. One query."""
    statement = (
        f"SELECT f.item_id, f.name, f.label FROM {_FACETS} f WHERE f.kind = %s "  # noqa: S608
        f"AND (f.name = 'replacedBy' OR (f.name = 'status' AND f.value = '{DEPRECATED}'))"
    )
    values: list[object] = [kind]
    if items is not None:
        chosen = list(items)
        statement += f" AND f.item_id IN ({', '.join(['%s'] * len(chosen))})"
        values += chosen
    found: dict[int, tuple[bool, str | None]] = {}
    for item, name, label in asking.rows(statement, values):
        is_deprecated, successor = found.get(item, (False, None))
        found[item] = (True, successor) if name == "status" else (is_deprecated, label)
    return found


def _stamp() -> _Stamp:
    row = asking.row(f"SELECT f.position, f.epoch, (SELECT MAX(id) FROM {NAMES}) FROM {FEED} f")  # noqa: S608
    return _Stamp(*row) if row else _Stamp(0, "", None)


def _names(kind: str, locale: str) -> Iterable[Named]:
    # Previous slugs lead old addresses on; nobody writes them in a text.
    statement = (
        f"SELECT p.item_id, p.slug, p.title, n.label, n.source FROM {NAMES} n JOIN {PUBLISHED} p "  # noqa: S608
        "ON p.id = n.position WHERE n.kind = %s AND n.locale = %s AND n.source <> %s ORDER BY n.source, p.slug"
    )
    stands = standing(kind)
    rows = asking.rows(statement, [kind, locale, int(Name.Source.PREVIOUS)])
    return (Named(slug, title, label, source, *stands.get(item, ())) for item, slug, title, label, source in rows)
