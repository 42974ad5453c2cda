"""Circles in a graph."""

from collections.abc import Mapping, Sequence


def rings(edges: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """For each node that can reach itself a circle it is in, as the nodes in their order.

    >>> rings({"a": ["b"], "b": ["a", "c"], "c": []})
    {'a': ['a', 'b'], 'b': ['a', 'b']}
    """
    found: dict[str, list[str]] = {}
    for node in _knotted(edges):
        if node not in found and (ring := _ring(node, edges)):
            for each in ring:
                found.setdefault(each, ring)
    return found


def _knotted(edges: Mapping[str, Sequence[str]]) -> list[str]:
    """Without the nodes that nothing leads to or that lead nowhere, again and again: circles stay, and what lies
    between two of them.
    """
    left = {node: {other for other in others if other in edges} for node, others in edges.items()}
    for _ in range(2):
        left = _without_ends(left)
        turned: dict[str, set[str]] = {node: set() for node in left}
        for node, others in left.items():
            for other in others:
                turned[other].add(node)
        left = turned
    return sorted(left)


def _without_ends(edges: dict[str, set[str]]) -> dict[str, set[str]]:
    left = {node: set(others) for node, others in edges.items()}
    before: dict[str, list[str]] = {}
    for node, others in edges.items():
        for other in others:
            before.setdefault(other, []).append(node)
    ends = [node for node, others in left.items() if not others]
    while ends:
        end = ends.pop()
        del left[end]
        for node in before.get(end, ()):
            if node in left and end in left[node]:
                left[node].discard(end)
                if not left[node]:
                    ends.append(node)
    return left


def _ring(start: str, edges: Mapping[str, Sequence[str]]) -> list[str]:
    """The shortest way from a node back to itself; nothing if there is none."""
    came: dict[str, str] = {}
    level = [start]
    while level:
        following = []
        for node in level:
            for other in edges.get(node, ()):
                if other == start:
                    way = [node]
                    while way[-1] != start:
                        way.append(came[way[-1]])
                    return way[::-1]
                if other not in came:
                    came[other] = node
                    following.append(other)
        level = following
    return []
