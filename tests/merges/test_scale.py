"""Time grows with the size of the documents, not with its square."""

import time
from collections.abc import Callable

import pytest

from documents import Document, diff, merge, parse


def _lists(size: int) -> tuple[str, str, str]:
    base = "---\ntitle: x\ntags: [a]\n---\n\n# Text\n"
    ours, theirs = (
        base.replace("[a]", f"[a, {', '.join(f'{side}{number}' for number in range(size))}]") for side in ("o", "t")
    )
    return base, ours, theirs


def _sections(size: int) -> tuple[str, str, str]:
    base = "---\ntitle: x\n---\n\n" + "".join(f"# S{number}\nText {number}.\n\n" for number in range(size))
    return base, base.replace("Text 1", "Ours 1"), base.replace("Text 2", "Theirs 2")


def _lines(size: int) -> tuple[str, str, str]:
    base = "---\ntitle: x\n---\n\n# S\n" + "".join(
        f"Line {number}.\n\n" if number % 2 else "The same.\n\n" for number in range(size)
    )
    return base, base.replace("Line 1", "Ours 1"), base.replace("Line 3", "Theirs 3")


def _repeated(size: int) -> tuple[str, str, str]:
    base = "---\ntitle: x\n---\n\n# S\n" + "a\n\nb\n\n" * size
    return base, base + "b\n\n" * size + "c\n", "---\ntitle: y\n---\n\n# S\n" + "b\n\na\n\n" * size


def _keys(size: int) -> tuple[str, str, str]:
    base = "---\n" + "".join(f'k{number}: "{number}"\n' for number in range(size // 4)) + "---\n"
    return base, base.replace('"', "'"), base.replace('"1', '"ours 1')


@pytest.mark.parametrize("make", [_lists, _sections, _lines, _repeated, _keys])
def test_four_times_the_size_takes_less_than_ten_times_as_long(make: Callable[[int], tuple[str, str, str]]) -> None:
    _seconds(make(100))
    small, large = _seconds(make(300)), _seconds(make(1200))
    # A square would be sixteen times; the floor is for machines on which the small one is too fast to measure.
    assert large < 10 * max(small, 0.02)


def _seconds(texts: tuple[str, str, str]) -> float:
    base, ours, theirs = (parse(text.encode()) for text in texts)
    return min(_once(base, ours, theirs) for _ in range(2))


def _once(base: Document, ours: Document, theirs: Document) -> float:
    before = time.process_time()
    merge(base, ours, theirs)
    diff(ours, theirs)
    return time.process_time() - before
