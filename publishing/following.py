"""Apps that keep something made of working texts, and have to know which items were written.

What is made of published texts is told by `publishing.finding`.
"""

from collections.abc import Callable, Collection

# Keys of the items whose text, name, file or existence changed.
Follower = Callable[[Collection[int]], None]
_followers: list[Follower] = []


def register(follower: Follower) -> None:
    """Called in `AppConfig.ready()`."""
    _followers.append(follower)


def announce(items: Collection[int]) -> None:
    """Called by the writer, inside its transaction, after everything else is written."""
    for follower in _followers:
        follower(items)
