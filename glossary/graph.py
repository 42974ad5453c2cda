"""Entries and books as points, references as lines: all, the neighbourhood of one, what to read before it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.conf import settings

from glossary import learning
from glossary.models import Entry
from publishing.models import Item, Reference
from publishing.values import difficulty_rank

# As many as can be told apart on a screen, and laid out while one waits.
MOST = 400


class Line(NamedTuple):
    """source, target: keys of nodes. field: the front-matter key that says so."""

    source: str
    target: str
    field: str


@dataclass(slots=True)
class Node:
    """key: that of the item, or kind and slug where there is none yet."""

    key: str
    kind: str
    slug: str
    title: str
    pk: Any = None
    category: str = ""

    @property
    def is_dangling(self) -> bool:
        return self.pk is None


@dataclass(slots=True)
class Graph:
    """left: how many nodes are not shown; those with the fewest lines."""

    nodes: list[Node] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    left: int = 0


def whole() -> Graph:
    """Everything that refers or is referred to, those with the most lines first."""
    return _graph(_lines(Reference.objects.filter(source__in=_live())))


def around(item: Item, depth: int = 1) -> Graph:
    """The item and what is at most so many lines away from it, in either direction."""
    found: dict[Line, None] = {}
    reached, edge = {str(item.pk)}, {item.pk}
    for _ in range(depth):
        slugs = list(Item.objects.filter(pk__in=edge).values_list("kind", "slug_key"))
        leading = Reference.objects.filter(source__in=edge, source__deleted_at=None)
        naming = [
            Reference.objects.filter(target_kind=kind, slug_key__in=[key for each, key in slugs if each == kind],
                                     source__in=_live())
            for kind in dict.fromkeys(kind for kind, _ in slugs)
        ]  # fmt: skip
        for references in (leading, *naming):
            found |= dict.fromkeys(_lines(references))
        ends = {end for line in found for end in (line.source, line.target)}
        edge = {int(end) for end in ends - reached if end.isdigit()}
        reached |= ends
        if len(reached) > MOST:
            break
    return _graph(list(found), centre=item)


@dataclass(slots=True)
class Course:
    """What to read before an entry: its steps in order, what is required but not written yet, and cycles.

    after: the nodes that each node requires itself.
    graph, levels: the same as a picture. Lines lead from what comes first.
    """

    steps: list[Node]
    missing: list[Node]
    cycles: list[list[Node]]
    after: dict[str, list[Node]]
    difficulties: dict[str, str]
    graph: Graph
    levels: dict[str, int]


def before(item: Item) -> Course:
    """All that the entry requires, directly or not: five queries, however far it leads."""
    goal = str(item.pk)
    requires: dict[str, list[str]] = {}
    for line in _lines(Reference.objects.filter(source__in=_live(), field="requires")):
        requires.setdefault(line.source, []).append(line.target)
    edges = learning.reached(goal, requires)
    rows = Entry.objects.filter(pk__in=_numbers(edges)).values_list("pk", "difficulty")
    difficulties = {str(pk): word for pk, word in rows}
    nodes = {node.key: node for node in _nodes(list(edges))}
    order = {
        key: (difficulty_rank(difficulties.get(key, "")), node.title.casefold(), key)
        for key, node in nodes.items()
        if not node.is_dangling
    }
    path = learning.path(goal, edges, order)
    levels = dict.fromkeys(nodes, 0) | dict(path.steps)
    levels[goal] = 1 + max((levels[other] for other in edges[goal] if other in nodes and other != goal), default=-1)
    missing = [node for node in nodes.values() if node.is_dangling]
    shown = [nodes[goal], *[nodes[step.node] for step in reversed(path.steps)], *missing][:MOST]
    keys = {node.key for node in shown}
    lines = [Line(other, key, "requires") for key in edges for other in edges[key] if {key, other} <= keys]
    return Course(
        [nodes[step.node] for step in path.steps],
        missing,
        [[nodes[key] for key in cycle] for cycle in path.cycles],
        {key: [nodes[other] for other in others if other in nodes] for key, others in edges.items()},
        difficulties,
        Graph(shown, lines, len(nodes) - len(shown)),
        levels,
    )


def _live() -> Any:
    return Item.objects.live().filter(locale=settings.LEMMA_LOCALE).values("pk")


def _lines(references: Any) -> list[Line]:
    rows = list(
        references.order_by("source", "position").values_list("source", "target_kind", "slug_key", "slug", "field")
    )
    there = _keys((kind, key) for _source, kind, key, _slug, _field in rows)
    found = (
        Line(str(source), there.get((kind, key)) or f"{kind}:{slug}", name) for source, kind, key, slug, name in rows
    )
    return [line for line in dict.fromkeys(found) if line.source != line.target]


def _keys(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The node of each kind and slug that is an item's."""
    by_kind: dict[str, set[str]] = {}
    for kind, key in wanted:
        by_kind.setdefault(kind, set()).add(key)
    found: dict[tuple[str, str], str] = {}
    for kind, keys in by_kind.items():
        items = Item.objects.of_kind(kind).filter(locale=settings.LEMMA_LOCALE).values_list("slug_key", "pk")
        # One by one or all of them: a question with thousands of slugs is slower than reading every one.
        items = items.filter(slug_key__in=keys) if len(keys) <= MOST else items
        found |= {(kind, slug): str(pk) for slug, pk in items if slug in keys}
    return found


def _graph(lines: Sequence[Line], centre: Item | None = None) -> Graph:
    degrees = Counter(end for line in lines for end in (line.source, line.target))
    if centre is not None:
        degrees[str(centre.pk)] += len(lines) + 1
    chosen = [key for key, _ in degrees.most_common(MOST)]
    keys = set(chosen)
    nodes = _nodes(chosen)
    # What was deleted a moment ago is left out, with its lines.
    keys &= {node.key for node in nodes}
    shown = [line for line in lines if line.source in keys and line.target in keys]
    return Graph(nodes, shown, len(degrees) - len(chosen))


def _numbers(keys: Iterable[str]) -> list[int]:
    return [int(key) for key in keys if key.isdigit()]


def _nodes(keys: Sequence[str]) -> list[Node]:
    numbers = _numbers(keys)
    items = Item.objects.live().in_bulk(numbers)
    categories = dict(Entry.objects.filter(pk__in=numbers).values_list("pk", "category__name"))
    found = []
    for key in keys:
        if not key.isdigit():
            kind, _, slug = key.partition(":")
            found.append(Node(key, kind, slug, slug))
        elif item := items.get(int(key)):
            category = categories.get(item.pk) or ""
            found.append(Node(key, item.kind, item.slug, item.title, item.pk, category))
    return found
