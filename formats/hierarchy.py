"""What is broader than what. SKOS forbids circles, and calls nothing related that is broader or narrower."""

from collections.abc import Iterable


class Hierarchy:
    """pairs: (slug, slug of a broader one), as files have them."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._up: dict[str, list[str]] = {}
        for slug, broader in pairs:
            self._up.setdefault(slug, []).append(broader)

    def holds(self, slug: str, broader: str) -> bool:
        """Whether the one can be said to be broader: not if it is also narrower."""
        return slug != broader and slug not in self.above(broader)

    def are_apart(self, slug: str, other: str) -> bool:
        """Whether they can be said to be related: not if one is above the other."""
        return slug != other and other not in self.above(slug) and slug not in self.above(other)

    def above(self, slug: str) -> set[str]:
        """All that is broader, in any number of steps; with itself, if it stands in a circle."""
        found: set[str] = set()
        edge = set(self._up.get(slug, ()))
        while edge:
            found |= edge
            edge = {above for one in edge for above in self._up.get(one, ())} - found
        return found
