"""Laws of the order in which to read."""

import doctest
from collections.abc import Iterator, Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from glossary import learning

_NODES = "abcdefgh"
graphs = st.dictionaries(st.sampled_from(_NODES), st.lists(st.sampled_from(_NODES), max_size=5))
orders = st.permutations(list(_NODES)).map(lambda nodes: {node: place for place, node in enumerate(nodes)})


def reached(start: str, requires: Mapping[str, Sequence[str]]) -> set[str]:
    """By the shortest program there is for it."""
    found: set[str] = set()

    def visit(node: str) -> Iterator[None]:
        for other in requires.get(node, ()):
            if other not in found:
                found.add(other)
                list(visit(other))
        yield

    list(visit(start))
    return found


def test_the_example_is_right() -> None:
    assert doctest.testmod(learning).failed == 0


@given(graphs, orders)
def test_everything_required_is_a_step_once_and_nothing_else(
    requires: dict[str, list[str]], order: dict[str, int]
) -> None:
    steps = [step.node for step in learning.path("a", requires, order).steps]
    assert sorted(steps) == sorted(reached("a", requires) - {"a"})


@given(graphs, orders)
def test_what_is_required_comes_first_except_in_a_cycle(requires: dict[str, list[str]], order: dict[str, int]) -> None:
    steps = learning.path("a", requires, order).steps
    for later, step in enumerate(steps):
        for other in requires.get(step.node, ()):
            if step.node in reached(other, requires):
                continue
            earlier = [each.node for each in steps].index(other)
            assert earlier < later
            assert steps[earlier].level < step.level


@given(graphs, orders)
def test_of_what_may_come_next_the_first_in_order_does(requires: dict[str, list[str]], order: dict[str, int]) -> None:
    """Where there is no cycle."""
    nodes = reached("a", requires) | {"a"}
    if any(node in reached(node, requires) for node in nodes):
        return
    steps = [step.node for step in learning.path("a", requires, order).steps]
    read: set[str] = set()
    for node in steps:
        ready = [each for each in nodes - read - {"a"} if set(requires.get(each, ())) <= read]
        assert node == min(ready, key=order.__getitem__)
        read.add(node)


@given(graphs, orders)
def test_a_cycle_is_one_and_none_goes_unnamed(requires: dict[str, list[str]], order: dict[str, int]) -> None:
    cycles = learning.path("a", requires, order).cycles
    for cycle in cycles:
        assert len(set(cycle)) == len(cycle)
        for node, following in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
            assert following in requires[node]
    # Each node that can come back to itself hangs together with a cycle that is named.
    for node in reached("a", requires) | {"a"}:
        if node in reached(node, requires):
            assert any(cycle[0] in reached(node, requires) and node in reached(cycle[0], requires) for cycle in cycles)


def test_what_has_no_place_is_left_out() -> None:
    assert learning.path("a", {"a": ["b", "x"], "x": ["c"]}, {"a": 0, "b": 1, "c": 2}).steps == [("b", 0)]


def test_a_long_chain_and_a_large_cycle_cost_time_in_proportion() -> None:
    many = 50_000
    order = {str(number): number for number in range(many)}
    chain = {str(number): [str(number + 1)] for number in range(many - 1)}
    steps = learning.path("0", chain, order).steps
    assert (steps[0], len(steps)) == ((str(many - 1), 0), many - 1)
    ring = {**chain, str(many - 1): ["0"]}
    assert [len(cycle) for cycle in learning.path("0", ring, order).cycles] == [many]
