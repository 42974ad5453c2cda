"""What to read before an entry, and in which order. Plain Python: the same for readers and editors."""

from collections.abc import Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Any, NamedTuple

Edges = Mapping[str, Sequence[str]]


class Step(NamedTuple):
    """level: how many steps must come before it at least, one after the other. Those of one level need not each other,
    unless they are in a cycle.
    """

    node: str
    level: int


class Path(NamedTuple):
    """cycles: each node requires the one after it, and the last the first. Of those that
    hang together one, and every node that requires itself.
    """

    steps: list[Step]
    cycles: list[list[str]]


def path(goal: str, requires: Edges, order: Mapping[str, Any]) -> Path:
    """All that the goal requires, directly or not, what is required first; the goal itself is no step of it.

    Whatever may come next comes in the given order. Entries that require each other in a cycle can be in no right
    order: they stand together, in the given one.

    Args:
        requires: a node to those that come before it. What has no place in `order` is left out.
        order: a node to its place among others.

    >>> path("c", {"c": ["b", "a"], "b": ["a"]}, {"a": 1, "b": 2, "c": 3})
    Path(steps=[Step(node='a', level=0), Step(node='b', level=1)], cycles=[])
    """
    edges = reached(goal, {node: [each for each in others if each in order] for node, others in requires.items()})
    knots = list(_knots(goal, edges))
    knot_of = {node: number for number, knot in enumerate(knots) for node in knot}
    before = [{knot_of[other] for node in knot for other in edges[node]} - {here} for here, knot in enumerate(knots)]
    steps = [
        Step(node, level)
        for number, level in _in_turn(before, [min(order[node] for node in knot) for knot in knots])
        for node in sorted(knots[number], key=order.__getitem__)
        if node != goal
    ]
    rings = [[node] for node, others in edges.items() if node in others]
    rings += [_ring(min(knot, key=order.__getitem__), edges, knot) for knot in knots if len(knot) > 1]
    return Path(steps, sorted(rings, key=lambda ring: [order[node] for node in ring]))


def reached(goal: str, requires: Edges) -> dict[str, list[str]]:
    """The goal and whatever it requires, directly or not, each with what it requires itself."""
    found: dict[str, list[str]] = {}
    waiting = [goal]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found[node] = list(dict.fromkeys(requires.get(node, ())))
            waiting += found[node]
    return found


def _knots(start: str, edges: Edges) -> Iterator[set[str]]:
    """Sets of nodes that all lead to each other; a node in no cycle is one by itself. By Tarjan, without recursion:
    a chain may be longer than Python's stack.
    """
    index: dict[str, int] = {start: 0}
    lowest = {start: 0}
    open_: dict[str, None] = {start: None}
    way: list[tuple[str, Iterator[str]]] = [(start, iter(edges[start]))]
    while way:
        node, others = way[-1]
        for other in others:
            if other not in index:
                index[other] = lowest[other] = len(index)
                open_[other] = None
                way.append((other, iter(edges[other])))
                break
            if other in open_:
                lowest[node] = min(lowest[node], index[other])
        else:
            way.pop()
            if way:
                above = way[-1][0]
                lowest[above] = min(lowest[above], lowest[node])
            if lowest[node] == index[node]:
                knot = set()
                while node not in knot:
                    knot.add(open_.popitem()[0])
                yield knot


def _in_turn(before: Sequence[set[int]], places: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """Each number after those before it, with its level; of several that may come, the first by its place."""
    after: dict[int, list[int]] = {}
    for number, others in enumerate(before):
        for other in others:
            after.setdefault(other, []).append(number)
    levels = [0] * len(before)
    missing = [len(others) for others in before]
    ready = [(places[number], number) for number, count in enumerate(missing) if not count]
    heapify(ready)
    while ready:
        _, number = heappop(ready)
        yield number, levels[number]
        for other in after.get(number, ()):
            levels[other] = max(levels[other], levels[number] + 1)
            missing[other] -= 1
            if not missing[other]:
                heappush(ready, (places[other], other))


def _ring(start: str, edges: Edges, knot: set[str]) -> list[str]:
    """The shortest way from a node through others of its knot back to itself."""
    came: dict[str, str] = {}
    level = [start]
    while level:
        following = []
        for node in level:
            for other in edges[node]:
                if other == start != node:
                    ring = [node]
                    while ring[-1] != start:
                        ring.append(came[ring[-1]])
                    return ring[::-1]
                if other in knot and other != start and other not in came:
                    came[other] = node
                    following.append(other)
        level = following
    raise ValueError(f"{start} is in no cycle.")
