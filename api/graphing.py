"""Entries and books as nodes, their references as edges: of what is published, and to what is published."""

from collections.abc import Iterator

import orjson
from django.conf import settings

from api import resources
from api.filters import FACETS
from api.listing import PUBLISHED
from api.resources import Roots
from publishing import asking

# (kind of the referrer, facet) to the field and the kind of what is referred to.
_EDGES = {
    ("entry", "related"): ("related", "entry"),
    ("entry", "requires"): ("requires", "entry"),
    ("entry", "broader"): ("broader", "entry"),
    ("entry", "replacedBy"): ("replacedBy", "entry"),
    ("entry", "book"): ("recommendedBooks", "book"),
    ("book", "topic"): ("topics", "entry"),
}


def graph(roots: Roots) -> Iterator[bytes]:
    """The JSON in pieces: two statements, whatever the size."""
    locale = settings.LEMMA_LOCALE
    yield b'{"nodes":['
    nodes = (
        f"SELECT p.kind, p.slug, p.title, c.label FROM {PUBLISHED} p "  # noqa: S608
        f"LEFT JOIN {FACETS} c ON c.kind = p.kind AND c.name = 'category' AND c.item_id = p.item_id "
        "WHERE p.locale = %s ORDER BY p.id"
    )
    comma = b""
    for rows in asking.stream(nodes, [locale]):
        found = [
            {
                "id": f"{kind}:{slug}",
                "kind": kind,
                "slug": slug,
                "title": title,
                "category": category,
                "url": resources.detail(roots[kind], slug),
            }
            for kind, slug, title, category in rows
        ]
        yield comma + orjson.dumps(found)[1:-1]
        comma = b","
    yield b'],"edges":['
    comma = b""
    for (kind, facet), (field, target) in _EDGES.items():
        edges = (
            f"SELECT p.slug, t.slug FROM {FACETS} f JOIN {PUBLISHED} p ON p.item_id = f.item_id "  # noqa: S608
            f"JOIN {PUBLISHED} t ON t.kind = %s AND t.locale = p.locale AND t.slug_key = f.value "
            "WHERE f.kind = %s AND f.name = %s AND p.locale = %s ORDER BY p.id, t.id"
        )
        for rows in asking.stream(edges, [target, kind, facet, locale]):
            found = [{"source": f"{kind}:{one}", "target": f"{target}:{other}", "type": field} for one, other in rows]
            yield comma + orjson.dumps(found)[1:-1]
            comma = b","
    yield b"]}"
