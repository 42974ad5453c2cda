"""Reading and editing cost in proportion to the size of the file: ten times the text, about ten times the time.

Each shape is measured at sizes that differ by ten, and the quotient is compared with what squares would give: a
hundred.
"""

from collections.abc import Callable
from functools import partial

import pytest

from documents import Document, limits, parse
from tests import timing

SIZES = (10_000, 100_000, 1_000_000)
# Ten would be exact; forty leaves room for caches and noise, and none for a hundred.
MOST = 40

# Front matter ends at a quarter of a million characters, and has at most so many values: its sizes are smaller.
FRONT_SIZES = (2_000, 20_000, 200_000)


def _body(unit: str) -> Callable[[int], bytes]:
    return lambda size: ("---\ntitle: A\ntags: [a, b]\n---\n\n" + unit * (size // len(unit))).encode()


def _front(before: str, unit: str, after: str = "") -> Callable[[int], bytes]:
    return lambda size: f"---\ntitle: A\n{before}{unit * (size // len(unit))}{after}\n---\nBody.\n".encode()


def _numbered(before: str, unit: str, after: str = "") -> Callable[[int], bytes]:
    """Values that differ, few enough for the limits."""

    def make(size: int) -> bytes:
        values = "".join(unit.format(number) for number in range(size // len(unit)))
        return f"---\ntitle: A\n{before}{values}{after}---\nBody.\n".encode()

    return make


LONG = "word " * 100
BODIES = {
    "prose": _body("A sentence of a text that goes on and on.\n\n"),
    "sections": _body("# Heading\n" + "A long text. " * 40 + "\n\n"),
    "a list section": _body("- an item of a list\n"),
    "odd headings": _body("   # Heading #\n" + "A long text. " * 40 + "\n\nOther\n===\n\n<b>x</b>\n\n"),
    "blank lines": _body("\n"),
    "Markdown's brackets": _body("[a]("),
    "CRLF": _body("Some words.\r\n"),
    "non-ASCII": _body("Ünïcode 日本語\n"),
}
FRONTS = {
    "blank lines in a block": _front("note: |\n  a", "\n", "  b\n"),
    "blank lines between keys": _front("x: 1", "\n", "y: 2\n"),
    "comments": _front("x:\n  - a\n", "  # comment\n", "  - b\n"),
    "a literal block": _front("note: |\n", "  A line of some text.\n"),
    "a quoted text over lines": _front('note: "', "a\n  ", '"\n'),
    "an inline list": _numbered("tags: [", f'"{LONG}{{}}", ', "]\n"),
    "a block list": _numbered("tags:\n", f"  - {LONG}{{}}\n"),
    "links": _numbered("links:\n", f"  - title: {LONG}{{}}\n    url: https://example.org/\n"),
    "keys": _numbered("", f"key{{}}: {LONG}\n"),
}


def _read(data: bytes) -> None:
    document = parse(data)
    document.sections  # noqa: B018


def _edit_and_write(edit: Callable[[Document], None], document: Document) -> None:
    edit(document)
    bytes(document)


def _set_title(document: Document) -> None:
    document["title"] = "B"


def _change_last_item(document: Document) -> None:
    name = list(document)[-1]
    value = document[name]
    if isinstance(value, list):
        value = [*value[: len(value) // 2], "new", *value[len(value) // 2 + 1 :]]
    document[name] = value if isinstance(value, list) else "new"


def _insert_item(document: Document) -> None:
    name = list(document)[-1]
    value = document[name]
    document[name] = ["first", *value] if isinstance(value, list) else ["a", "b"]


def _reverse_list(document: Document) -> None:
    name = list(document)[-1]
    value = document[name]
    document[name] = value[::-1] if isinstance(value, list) else None


def _add_key(document: Document) -> None:
    document["status"] = "draft"


def _remove_key(document: Document) -> None:
    del document["title"]


def _change_section(document: Document) -> None:
    if len(document.sections):
        document.sections[len(document.sections) // 2] = "Other text."
    else:
        document.preamble = f"{document.preamble}\n\nMore."


def _add_section(document: Document) -> None:
    document.sections.append("New", "- one\n- two")


def _change_items(document: Document) -> None:
    document.sections.insert(0, "Items", document.preamble)
    items = document.sections.items_of("Items")
    if items:
        document.sections.set_items("Items", ["new", *items[1:], "last"])


EDITS = (_set_title, _change_last_item, _insert_item, _reverse_list, _add_key, _remove_key)
BODY_EDITS = (_set_title, _change_section, _add_section)


def _too_fast(
    make: Callable[[int], bytes], sizes: tuple[int, ...], edits: tuple[Callable[[Document], None], ...]
) -> list[str]:
    """What grows faster than the file does."""
    files = {size: make(size) for size in sizes}
    costs = {"reading": timing.grows_faster(MOST, sizes, lambda size: bytes(files[size]), _read)}
    for edit in edits:
        costs[edit.__name__.strip("_")] = timing.grows_faster(
            MOST, sizes, lambda size: parse(files[size]), partial(_edit_and_write, edit)
        )
    return [f"{what}: {seconds}" for what, seconds in costs.items() if seconds]


@pytest.mark.parametrize("shape", BODIES)
def test_ten_times_the_body_costs_about_ten_times_as_much(shape: str):
    assert _too_fast(BODIES[shape], SIZES[:2], BODY_EDITS) == []


@pytest.mark.parametrize("shape", FRONTS)
def test_ten_times_the_front_matter_costs_about_ten_times_as_much(shape: str):
    assert _too_fast(FRONTS[shape], FRONT_SIZES[:2], EDITS) == []


def test_a_cost_that_grows_with_the_square_is_found():
    def square(document: Document) -> None:
        lines = document.body.split("\n")
        sum(1 for line in lines[::4] for other in lines if line is other)

    assert _too_fast(BODIES["prose"], SIZES[:2], (square,)) != []


@pytest.mark.deep
@pytest.mark.parametrize("shape", BODIES)
def test_a_body_of_a_million_characters_costs_a_hundred_times_one_of_ten_thousand(shape: str):
    assert _too_fast(BODIES[shape], SIZES, (*BODY_EDITS, _change_items)) == []


@pytest.mark.deep
@pytest.mark.parametrize("shape", FRONTS)
def test_a_front_matter_at_its_limit_costs_a_hundred_times_a_small_one(shape: str):
    assert FRONT_SIZES[-1] < limits.FRONT_MATTER_CHARACTERS
    assert _too_fast(FRONTS[shape], FRONT_SIZES, EDITS) == []
