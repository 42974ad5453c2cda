"""With which of several texts somebody went on. A guess, for where nothing else can tell."""

from collections import Counter


def distance(one: bytes, other: bytes) -> int:
    """The number of lines that only one of them has, wherever they stand."""
    lines, others = Counter(one.split(b"\n")), Counter(other.split(b"\n"))
    return ((lines - others) + (others - lines)).total()


def is_nearer(text: bytes, one: bytes, other: bytes) -> bool:
    """Whether it has more lines in common with the one than with the other."""
    return distance(text, one) < distance(text, other)
