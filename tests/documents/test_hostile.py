"""Whatever it is given, the parser answers or refuses, soon, and with its own exception."""

import time
import tracemalloc
from collections.abc import Callable, Iterable
from functools import partial

import pytest

from documents import Document, DocumentError, limits, parse
from tests import timing
from tests.documents import bombs

MEGABYTE = 1_000_000
# Seconds of one core for each step with 1 MB.
PATIENCE = 2.0


def _front_matter(text: str) -> bytes:
    return f"---\n{text}\n---\nBody.\n".encode()


def _refusal(data: bytes) -> DocumentError | None:
    try:
        parse(data)
    except DocumentError as error:
        return error
    return None


def _code(data: bytes) -> str:
    """The code of the refusal; "" for a file that is accepted."""
    error = _refusal(data)
    if error is None:
        return ""
    assert min(error.line, error.column) >= 1
    assert error.hint
    return error.code


def _set_title(document: Document) -> None:
    document["title"] = "B"


def _add_key(document: Document) -> None:
    document["zeta"] = ["one", {"two": "three"}]


def _remove_key(document: Document) -> None:
    for key in list(document)[:1]:
        del document[key]


def _read_sections(document: Document) -> None:
    document.preamble  # noqa: B018
    for index in range(min(3, len(document.sections))):
        document.sections.items_of(index)


def _add_section(document: Document) -> None:
    document.sections.append("New", "- one\n- two")


def _change_section(document: Document) -> None:
    if len(document.sections):
        document.sections[0] = "Other text."


def _change_preamble(document: Document) -> None:
    document.preamble += "\n\nMore."


def _read_again(document: Document) -> None:
    assert parse(bytes(document)).values == document.values


STEPS = (
    _set_title,
    _add_key,
    _remove_key,
    _read_sections,
    _add_section,
    _change_section,
    _change_preamble,
    _read_again,
)


def _troubles(files: Iterable[tuple[str, bytes]], tell: Callable[[str, str], None]) -> list[str]:
    """Steps that take too long, raise something else than DocumentError, or do what cannot be read again."""
    found: list[str] = []
    count = refused = 0
    worst = (0.0, "")

    def step(what: str, do: Callable[[], Document | None]) -> Document | None:
        nonlocal worst
        with timing.uncollected():
            began = time.process_time()
            try:
                result = do()
            except DocumentError:
                result = None
            except Exception as error:
                found.append(f"{what}: {type(error).__name__}: {str(error)[:200]}")
                result = None
            took = time.process_time() - began
        worst = max(worst, (took, what))
        if took > PATIENCE:
            found.append(f"{what}: {took:.1f} s")
        return result

    for name, data in files:
        count += 1
        document = step(f"{name}: reading", partial(parse, data))
        if document is None:
            refused += 1
            continue
        if bytes(document) != data:
            found.append(f"{name}: law 1")
        for do in STEPS:
            step(f"{name}: {do.__name__}", partial(do, document))
    seconds, what = worst
    tell("figures", f"{count} hostile files, {refused} refused; the slowest step took {seconds:.2f} s: {what}")
    return found


@pytest.mark.parametrize("make", [bombs.front_matters, bombs.bodies])
def test_every_hostile_text_is_answered_or_refused(make, record_property):
    assert _troubles(make(3_000), record_property) == []


@pytest.mark.deep
@pytest.mark.parametrize("size", [limits.FRONT_MATTER_CHARACTERS - 10_000, MEGABYTE])
def test_every_hostile_front_matter_is_answered_or_refused_soon(size: int, record_property):
    assert _troubles(bombs.front_matters(size), record_property) == []


@pytest.mark.deep
def test_every_hostile_body_of_a_megabyte_is_answered_or_refused_soon(record_property):
    assert _troubles(bombs.bodies(MEGABYTE), record_property) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # The C loader of PyYAML dies of the first two: a crash here ends the test run.
        ("title: " + "[" * 25_000, "limit.depth"),
        ("- " * 50_000, "limit.depth"),
        ("title: " + "[" * 10_000 + "]" * 10_000, "limit.depth"),
        ("\n".join(" " * depth + "k:" for depth in range(700)), "limit.depth"),
        ("tags: [" + "a, " * 80_000 + "a]", "limit.nodes"),
        ("tags: [" + "a, " * 333_000 + "a]", "limit.front-matter"),
        ("\n".join(f"k{number}: v" for number in range(1_001)), "limit.keys"),
        ("\n".join(f"k{number}: v" for number in range(1_000_000)), "limit.file"),
        ("k" * MEGABYTE + ": v", "limit.front-matter"),
        ("k" * 200_000 + ": v", "yaml.syntax"),
        ("title: " + "9" * 200_000, "yaml.value"),
        ("title: 1" + ":59" * 60_000, "yaml.value"),
    ],
    ids=lambda each: each if len(each) < 30 else each[:12].replace("\n", " "),
)
def test_what_is_too_much_is_refused_by_name(text: str, code: str):
    assert _code(_front_matter(text)) == code


def test_a_file_of_100_megabytes_is_refused_without_a_copy_of_it():
    data = bytes(100 * MEGABYTE)
    tracemalloc.start()
    try:
        assert _code(data) == "limit.file"
        assert tracemalloc.get_traced_memory()[1] < MEGABYTE
    finally:
        tracemalloc.stop()


def test_a_body_of_ten_thousand_sections_is_read_and_one_more_is_refused():
    head, sections = "---\ntitle: A\n---\n", "# a\n" * limits.SECTIONS
    assert _code((head + sections).encode()) == ""
    with pytest.raises(DocumentError) as caught:
        parse((head + sections + "b\n=\n").encode())
    assert (caught.value.code, caught.value.line) == ("limit.sections", limits.SECTIONS + 4)


def test_keys_that_break_python_frontmatter_are_keys_like_others():
    document = parse(_front_matter("content: a\nhandler: b\nself: c\nmetadata: d\ntext: e"))
    for key in document:
        document[key] = f"{document[key]}2"
    assert parse(bytes(document)).values == {
        "content": "a2", "handler": "b2", "self": "c2", "metadata": "d2", "text": "e2",
    }  # fmt: skip


# --- edits that would make a file that is refused ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("x" * 256_000, "limit.front-matter"),
        (["a"] * 20_000, "limit.nodes"),
        ({f"k{number}": 1 for number in range(1_000)}, "limit.keys"),
        ({"k" * 1_001: 1}, "limit.key"),
        ([[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]], "limit.depth"),
        ("a\0b", "encoding.control"),
        ("\ud800", "encoding.control"),
        ({"a\x1b": 1}, "encoding.control"),
        (b"bytes", "edit.type"),
        ({("a", "b"): 1}, "edit.type"),
        ({float("nan"): 1}, "edit.type"),
        ({1, 2}, "edit.type"),
        (10**1_000, "edit.type"),
        (10**5_000, "edit.type"),
        (object(), "edit.type"),
    ],
    ids=lambda each: each if isinstance(each, str) and len(each) < 30 else type(each).__name__,
)
@pytest.mark.parametrize("key", ["title", "new"])
def test_a_value_that_no_file_may_hold_is_refused(key: str, value: object, code: str):
    data = _front_matter('title: "A"\ntags: [a, b]')
    document = parse(data, "terms/a.md")
    with pytest.raises(DocumentError) as caught:
        document[key] = value
    error = caught.value
    assert (error.code, error.path) == (code, "terms/a.md")
    assert (error.line, error.column) == ((2, 8) if key == "title" else (4, 1))
    assert error.hint
    assert bytes(document) == data
    assert document.values == {"title": "A", "tags": ["a", "b"]}


@pytest.mark.parametrize("key", ["a" * 1_001, "a\0", 1, None, ("a",)], ids=repr)
def test_a_key_that_no_file_may_hold_is_refused(key):
    document = parse(_front_matter("title: A"))
    with pytest.raises(DocumentError):
        document[key] = 1
    assert document.values == {"title": "A"}


@pytest.mark.parametrize(
    "key", ["", " ", "a: b", "<<", "=", "no", "1", "a\nb", "- a", "[a]", "ключ", "k" * 1_000], ids=repr
)
def test_any_text_can_be_a_key(key):
    document = parse(_front_matter("title: A"))
    document[key] = "odd, but YAML"
    assert parse(bytes(document)).values == {"title": "A", key: "odd, but YAML"}


def test_many_edits_cannot_grow_a_front_matter_beyond_its_limits():
    document = parse(_front_matter("title: A"))
    for number in range(limits.KEYS - 1):
        document[f"key{number}"] = 1
    with pytest.raises(DocumentError) as caught:
        document["one more"] = 1
    assert caught.value.code == "limit.keys"
    assert len(parse(bytes(document))) == limits.KEYS


def test_a_file_cannot_grow_beyond_its_limit_by_edits():
    document = parse(_front_matter('title: "A"').replace(b"Body.", b"x" * (limits.FILE_BYTES - 100)))
    data = bytes(document)
    for edit in (
        lambda: document.__setitem__("title", "A" * 200),
        lambda: document.sections.append("New", "y" * 200),
        lambda: setattr(document, "preamble", "z" * limits.FILE_BYTES),
    ):
        with pytest.raises(DocumentError) as caught:
            edit()
        assert caught.value.code == "limit.file"
        assert bytes(document) == data
    document["title"] = "B"
    assert len(bytes(document)) == len(data)


def test_a_merge_left_unfinished_cannot_be_written_piece_by_piece():
    document = parse(_front_matter("title: A").replace(b"Body.", b"# One\n<<<<<<< ours\n\n# Two\ntext"))
    with pytest.raises(DocumentError) as caught:
        document.sections["Two"] = "=======\n>>>>>>> theirs"
    assert caught.value.code == "text.conflict-marker"
    assert document.sections["Two"] == "text"
