"""With which of two texts somebody went on. A guess, for where a sync was killed and nothing else can tell."""

from collections import Counter


def is_nearer(text: bytes, one: bytes, other: bytes) -> bool:
    """Whether it has more lines in common with the one than with the other; somebody may have gone on with either."""
    lines = Counter(text.split(b"\n"))
    near, far = (
        sum(((lines - found) + (found - lines)).values()) for found in (Counter(t.split(b"\n")) for t in (one, other))
    )
    return near < far
