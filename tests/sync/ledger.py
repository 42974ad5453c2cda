"""Which words people have a right to find again.

A word is owed from the moment somebody saved it until somebody who saw it took it away. Whoever publishes, syncs or
renames sees no words, so nothing that these do may take one away.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Ledger:
    owed: dict[str, str] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    # Words that somebody took out of a file, which no sync has seen yet. Who brings them back in the database meanwhile
    # brings back what the last sync saw, and against that the change of the file counts.
    going: set[str] = field(default_factory=set)

    def change(self, seen: Iterable[str], left: Iterable[str], by: str) -> None:
        """Somebody saw some words and left others: the rest they took away, and what is new they are owed."""
        seen, left = frozenset(seen), frozenset(left)
        for word in seen - left:
            self.owed.pop(word, None)
        for word in left - seen - self.going:
            self.owed[word] = by
        self.written |= left

    def change_file(self, seen: Iterable[str], left: Iterable[str], by: str) -> None:
        seen, left = frozenset(seen), frozenset(left)
        self.change(seen, left, by)
        self.going |= seen - left

    def decide(self, shown: Iterable[str], text: Iterable[str], own: Iterable[str], by: str) -> None:
        """Somebody was shown the fields in conflict, and made a text of them with perhaps some words of their own."""
        shown = frozenset(shown)
        self.change(shown, [], by)
        self.change([], (shown | frozenset(own)) & frozenset(text), by)

    def lost(self, found: Iterable[str]) -> dict[str, str]:
        """Words that are owed and nowhere to be found, with who saved them."""
        known = frozenset(found)
        return {word: by for word, by in self.owed.items() if word not in known}
