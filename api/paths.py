"""What to read before an entry, asked of the published state: one query, however far it leads."""

from typing import Any, NamedTuple

import orjson
from django.conf import settings

from api import resources
from api.filters import FACETS
from api.listing import PUBLISHED
from glossary import learning
from publishing import asking, names

# Each requirement that the goal leads to, once: UNION leaves out those known already, and so ends in a cycle too.
# `substr` makes everything text in the collation of its column, as PostgreSQL wants it of both sides.
_REACHED = (
    "SELECT e.source, e.target, e.label, p.slug, p.title, p.difficulty_rank, p.sort_key, p.summary FROM ("  # noqa: S608
    "WITH RECURSIVE reached(source, target, label) AS ("
    "SELECT substr(p.slug_key, 1, 0), substr(p.slug_key, 1), substr(p.title, 1) "
    f"FROM {PUBLISHED} p WHERE p.kind = 'entry' AND p.locale = %s AND p.slug_key = %s "
    "UNION SELECT substr(p.slug_key, 1), substr(f.value, 1), substr(f.label, 1) "
    f"FROM reached r JOIN {PUBLISHED} p ON p.kind = 'entry' AND p.locale = %s AND p.slug_key = r.target "
    f"JOIN {FACETS} f ON f.item_id = p.item_id AND f.name = 'requires') SELECT source, target, label FROM reached) e "
    f"LEFT JOIN {PUBLISHED} p ON p.kind = 'entry' AND p.locale = %s AND p.slug_key = e.target "
    "ORDER BY e.source, e.target"
)


class _Node(NamedTuple):
    slug: str
    title: str
    rank: int
    sort_key: str
    summary: bytes


def body(slug: str, root: str) -> bytes | None:
    """The path to a published entry as JSON; None if it is not published. root: the address of the list of entries."""
    goal, locale = names.key(slug), settings.LEMMA_LOCALE
    rows = asking.rows(_REACHED, [locale, goal, locale, locale])
    nodes = {target: _Node(*node) for _, target, _, *node in rows if node[0] is not None}
    if goal not in nodes:
        return None
    requires: dict[str, list[str]] = {}
    missing: dict[str, dict[str, Any]] = {}
    for source, target, label, *_ in rows:
        if target in nodes:
            requires.setdefault(source, []).append(target)
        else:
            known = missing.setdefault(target, {"slug": label, "requiredBy": []})
            known["requiredBy"].append(nodes[source].slug)
    order = {key: (node.rank, node.sort_key, key) for key, node in nodes.items()}
    path = learning.path(goal, requires, order)

    def required(key: str) -> list[str]:
        return [nodes[other].slug for other in requires.get(key, ())]

    steps = []
    for key, level in path.steps:
        node = nodes[key]
        said = orjson.loads(bytes(node.summary))
        steps.append(
            {
                "slug": node.slug,
                "title": node.title,
                "difficulty": said["difficulty"],
                "briefDefinition": said["briefDefinition"],
                "level": level,
                "requires": required(key),
                "url": resources.detail(root, node.slug),
            }
        )
    return orjson.dumps(
        {
            "slug": nodes[goal].slug,
            "title": nodes[goal].title,
            "url": resources.detail(root, nodes[goal].slug),
            "requires": required(goal),
            "count": len(steps),
            "steps": steps,
            "cycles": [[nodes[key].slug for key in cycle] for cycle in path.cycles],
            "missing": list(missing.values()),
        }
    )
