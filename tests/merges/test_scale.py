"""Time grows with the size of the documents, not with its square."""

from collections.abc import Callable

import pytest

from documents import Document, diff, merge, parse
from tests import timing

Texts = tuple[str, str, str]


def _lists(size: int) -> Texts:
    base = "---\ntitle: x\ntags: [a]\n---\n\n# Text\n"
    ours, theirs = (
        base.replace("[a]", f"[a, {', '.join(f'{side}{number}' for number in range(size))}]") for side in ("o", "t")
    )
    return base, ours, theirs


def _sections(size: int) -> Texts:
    base = "---\ntitle: x\n---\n\n" + "".join(f"# S{number}\nText {number}.\n\n" for number in range(size))
    return base, base.replace("Text 1", "Ours 1"), base.replace("Text 2", "Theirs 2")


def _lines(size: int) -> Texts:
    base = "---\ntitle: x\n---\n\n# S\n" + "".join(
        f"Line {number}.\n\n" if number % 2 else "The same.\n\n" for number in range(size)
    )
    return base, base.replace("Line 1", "Ours 1"), base.replace("Line 3", "Theirs 3")


def _repeated(size: int) -> Texts:
    base = "---\ntitle: x\n---\n\n# S\n" + "a\n\nb\n\n" * size
    return base, base + "b\n\n" * size + "c\n", "---\ntitle: y\n---\n\n# S\n" + "b\n\na\n\n" * size


def _keys(size: int) -> Texts:
    base = "---\n" + "".join(f'k{number}: "{number}"\n' for number in range(size // 4)) + "---\n"
    return base, base.replace('"', "'"), base.replace('"1', '"ours 1')


@pytest.mark.parametrize("make", [_lists, _sections, _lines, _repeated, _keys])
def test_eight_times_the_size_takes_less_than_a_square_would(make: Callable[[int], Texts]) -> None:
    # It would be 64 times.
    assert timing.grows_faster(24, (300, 2400), lambda size: _read(make(size)), _merge_and_compare) == ""


def _read(texts: Texts) -> tuple[Document, Document, Document]:
    base, ours, theirs = (parse(text.encode()) for text in texts)
    return base, ours, theirs


def _merge_and_compare(documents: tuple[Document, Document, Document]) -> None:
    base, ours, theirs = documents
    merge(base, ours, theirs)
    diff(ours, theirs)
