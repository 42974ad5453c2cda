"""What every merge keeps to, on generated documents."""

import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from documents import Document, diff, merge, parse
from tests.merges.strategies import bases, edited, reformed, scribbled, sides, tokens

ROOT = Path(__file__).resolve().parents[2]
DEEP = int(os.environ.get("LEMMA_DEEP_EXAMPLES", "2000"))
_SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]

normal = settings(max_examples=100, deadline=None, suppress_health_check=_SLOW)
deep = settings(max_examples=DEEP, deadline=None, suppress_health_check=_SLOW)

Texts = tuple[bytes, bytes, bytes]
VALID = sorted((ROOT / "fixtures/documents/valid").glob("*.md"))


def merged(texts: Texts) -> Any:
    base, ours, theirs = texts
    return merge(parse(base), parse(ours), parse(theirs))


def said(value: Any) -> set[str]:
    """The tokens of a value, however deep."""
    if isinstance(value, dict):
        return said([*value, *value.values()])
    if isinstance(value, list):
        return {token for item in value for token in said(item)}
    return set(tokens(str(value).encode()))


def without_comments(data: bytes) -> bytes:
    front, fence, body = re.split(rb"(\n---(?:\r?\n|\Z))", data, maxsplit=1)
    return re.sub(rb"# [^\r\n]*", b"", front) + fence + body


# --- the laws ---


def one_side_alone_wins(base: bytes, other: bytes) -> None:
    for texts in ((base, other, base), (base, base, other), (base, other, other)):
        result = merged(texts)
        assert bytes(result.document) == other
        assert result.conflicts == []


def different_things_merge(texts: Texts) -> None:
    base, ours, theirs = map(tokens, texts)
    result = merged(texts)
    assert result.conflicts == []
    found = tokens(bytes(result.document))
    wanted = (set(base) | set(ours) | set(theirs)) - (set(base) - set(ours)) - (set(base) - set(theirs))
    assert set(found) == wanted
    assert len(found) == len(set(found))


def nothing_is_lost(texts: Texts) -> None:
    base, ours, theirs = map(tokens, texts)
    result = merged(texts)
    kept = set(tokens(bytes(result.document)))
    kept |= {token for conflict in result.conflicts for token in said([conflict.field, conflict.ours, conflict.theirs])}
    for mine, other in ((ours, theirs), (theirs, ours)):
        deleted = set(base) - set(other)
        assert set(mine) - deleted <= kept


def sides_are_equal(texts: Texts) -> None:
    base, ours, theirs = texts
    one, other = merged((base, ours, theirs)), merged((base, theirs, ours))
    assert {conflict.field for conflict in one.conflicts} == {conflict.field for conflict in other.conflicts}
    swapped = {conflict.field: (conflict.ours, conflict.theirs) for conflict in other.conflicts}
    for conflict in one.conflicts:
        assert swapped[conflict.field] == (conflict.theirs, conflict.ours)


def result_can_be_read(texts: Texts) -> None:
    data = bytes(merged(texts).document)
    assert bytes(parse(data)) == data


def choices_settle(texts: Texts) -> None:
    result = merged(texts)
    fields = [conflict.field for conflict in result.conflicts]
    assert len(set(fields)) == len(fields)
    if fields:
        assert bytes(result.resolved(dict.fromkeys(fields, "ours"))) == bytes(result.document)
    chosen = result.resolved(dict.fromkeys(fields, "theirs"))
    # Whoever merges theirs into what was chosen finds nothing more to decide in these fields.
    again = merge(parse(texts[0]), chosen, parse(texts[2]))
    assert not {conflict.field for conflict in again.conflicts} & set(fields)


def difference_is_true(before: bytes, after: bytes) -> None:
    found = diff(parse(before), parse(after))
    assert bool(found) == (before != after)
    for change in found:
        if change.segments:
            assert "".join(each.text for each in change.segments if each.kind != "insert") == (change.before or "")
            assert "".join(each.text for each in change.segments if each.kind != "delete") == (change.after or "")
    named = {token for change in found for token in said([change.field, change.before, change.after])}
    assert set(tokens(without_comments(before))) ^ set(tokens(without_comments(after))) <= named


def order_stays(texts: Texts, mover: str) -> None:
    """Of two sides, the one that may move things finds all it kept in the order it gave them."""
    own = tokens(without_comments(texts[1 if mover == "o" else 2]))
    found = tokens(without_comments(bytes(merged(texts).document)))
    assert [token for token in found if token in own] == [token for token in own if token in found]


def our_lines_stay(texts: Texts) -> None:
    """A merge changes no more lines of ours than theirs changed in the base."""
    written = bytes(merged(texts).document)
    base, ours, theirs, result = (_lines(text) for text in (*texts, written))
    # Where a list or a map is empty on one of both sides alone, the line of its key changes with its first item.
    changed = (ours - result) + (result - ours)
    empty = sum(number for line, number in changed.items() if b": []" in line or b": {}" in line)
    assert (ours - result).total() <= (base - theirs).total() + empty
    assert (result - ours).total() <= (theirs - base).total() + empty


def _lines(data: bytes) -> Counter[bytes]:
    return Counter(line for line in data.removeprefix(b"\xef\xbb\xbf").splitlines() if line.strip())


LAWS = [nothing_is_lost, sides_are_equal, result_can_be_read, choices_settle]


def edits_of_different_things(edits: tuple[Texts, str]) -> None:
    texts, mover = edits
    for law in [different_things_merge, *LAWS]:
        law(texts)
    order_stays(texts, mover)
    our_lines_stay(texts)


def edits_of_anything(edits: tuple[Texts, str]) -> None:
    for law in LAWS:
        law(edits[0])


@normal
@given(sides(disjoint=True))
def test_edits_of_different_things_are_merged(edits: tuple[Texts, str]) -> None:
    edits_of_different_things(edits)


@normal
@given(sides(disjoint=False))
def test_edits_of_anything_lose_nothing(edits: tuple[Texts, str]) -> None:
    edits_of_anything(edits)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[bytes, bytes]:
    base = draw(bases())
    other = edited(draw, base, "o", lambda _: True, True)
    return base, draw(reformed(other)) if draw(st.booleans()) else other


@normal
@given(pair=pairs())
def test_what_one_side_alone_did_is_taken_to_the_byte(pair: tuple[bytes, bytes]) -> None:
    one_side_alone_wins(*pair)


@normal
@given(pair=pairs())
def test_differences_name_what_changed(pair: tuple[bytes, bytes]) -> None:
    difference_is_true(*pair)


@st.composite
def with_a_new_form(draw: st.DrawFn) -> tuple[bytes, bytes, bytes, bool]:
    base = draw(bases())
    return base, draw(reformed(base)), edited(draw, base, "t", lambda _: True, True), draw(st.booleans())


def _content(document: Document) -> Any:
    # Marks of lists are form.
    texts = [text.replace("* Item", "- Item") for text in document.sections.texts()]
    return document.values, document.preamble, list(document.sections), texts


def form_and_content(texts: tuple[bytes, bytes, bytes, bool]) -> None:
    base, form, content, swap = texts
    result = merged((base, content, form) if swap else (base, form, content))
    assert result.conflicts == []
    assert _content(result.document) == _content(parse(content))


@normal
@given(texts=with_a_new_form())
def test_a_new_form_never_conflicts_with_new_content(texts: tuple[bytes, bytes, bytes, bool]) -> None:
    form_and_content(texts)


def any_three_merge(texts: tuple[bytes | None, bytes, bytes]) -> None:
    base, ours, theirs = texts
    old = parse(base) if base is not None else None
    result = merge(old, parse(ours), parse(theirs))
    fields = [conflict.field for conflict in result.conflicts]
    assert len(fields) == len(set(fields))
    data = bytes(result.document)
    assert bytes(parse(data)) == data
    assert bytes(result.resolved(dict.fromkeys(fields, "ours"))) == data
    parse(bytes(result.resolved(dict.fromkeys(fields, "theirs"))))
    assert {conflict.field for conflict in merge(old, parse(theirs), parse(ours)).conflicts} == set(fields)


def scribbles_lose_nothing(texts: tuple[bytes, bytes, bytes]) -> None:
    any_three_merge(texts)
    nothing_is_lost(texts)


@st.composite
def scribbles(draw: st.DrawFn) -> tuple[bytes, bytes, bytes]:
    base = draw(st.sampled_from(VALID)).read_bytes()
    return base, draw(scribbled(base, "o")), draw(scribbled(base, "t"))


@normal
@given(st.sampled_from([None, *VALID]), st.sampled_from(VALID), st.sampled_from(VALID))
def test_any_three_documents_can_be_merged(base: Path | None, ours: Path, theirs: Path) -> None:
    any_three_merge((base.read_bytes() if base else None, ours.read_bytes(), theirs.read_bytes()))


@normal
@given(scribbles())
def test_edits_of_lines_in_odd_files_lose_nothing(texts: tuple[bytes, bytes, bytes]) -> None:
    scribbles_lose_nothing(texts)


@pytest.mark.deep
@deep
@given(sides(disjoint=True))
def test_many_edits_of_different_things_are_merged(edits: tuple[Texts, str]) -> None:
    edits_of_different_things(edits)


@pytest.mark.deep
@deep
@given(sides(disjoint=False))
def test_many_edits_of_anything_lose_nothing(edits: tuple[Texts, str]) -> None:
    edits_of_anything(edits)


@pytest.mark.deep
@deep
@given(pair=pairs())
def test_many_differences_and_edits_of_one_side(pair: tuple[bytes, bytes]) -> None:
    difference_is_true(*pair)
    one_side_alone_wins(*pair)


@pytest.mark.deep
@deep
@given(texts=with_a_new_form())
def test_many_new_forms_never_conflict_with_new_content(texts: tuple[bytes, bytes, bytes, bool]) -> None:
    form_and_content(texts)


@pytest.mark.deep
@deep
@given(scribbles())
def test_many_edits_of_lines_in_odd_files_lose_nothing(texts: tuple[bytes, bytes, bytes]) -> None:
    scribbles_lose_nothing(texts)


@pytest.mark.deep
@deep
@given(st.sampled_from([None, *VALID]), st.sampled_from(VALID), st.sampled_from(VALID))
def test_many_threes_can_be_merged(base: Path | None, ours: Path, theirs: Path) -> None:
    any_three_merge((base.read_bytes() if base else None, ours.read_bytes(), theirs.read_bytes()))
