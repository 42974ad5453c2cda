"""A body as HTML: quickly whatever it is, and as written only where it is nested as no person nests."""

import pytest

from documents import markdown
from tests.nasty import doors

MANY = 100_000


@pytest.mark.parametrize(
    "unit", [">", "1. ", "* > ", "<div>", "<ul><li>", "<rt>", "<div>\n\n", "<object><div></object>"]
)
def test_what_is_nested_without_end_is_shown_as_written(unit: str) -> None:
    with doors.soon():
        html = markdown.render(unit * MANY)
    assert html.startswith("<pre>")
    assert html.count("<") == 2
    assert doors.running(html) == []


@pytest.mark.parametrize("unit", [">", "&", "<", "**a", "- "])
def test_what_is_longer_than_anybody_writes_is_shown_as_written(unit: str) -> None:
    with doors.soon():
        html = markdown.render(unit * (5_000_000 // len(unit)))
    assert html.startswith("<pre>")


@pytest.mark.parametrize("unit", ["&", "&nbsp;", "a & b ", "a\n<x>&"])
def test_what_is_escaped_without_end_is_shown_soon(unit: str) -> None:
    with doors.soon():
        html = markdown.render(f"<div>{unit * (1_000_000 // len(unit))}")
    assert doors.running(html) == []


@pytest.mark.parametrize("paragraph", ["<p>x</p>", "x\n\n", "- x\n"])
def test_what_is_never_closed_does_not_grow_with_every_paragraph(paragraph: str) -> None:
    opened = "".join(f"<b title={number}>" for number in range(1_000))
    text = f"<p>{opened}</p>{paragraph * 1_000}" if "<" in paragraph else f"a {opened}\n\n{paragraph * 1_000}"
    with doors.soon():
        assert len(markdown.render(text)) < 10 * len(text)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        (">" * 200 + " a", "<blockquote>"),
        ("".join("  " * level + "- a\n" for level in range(200)), "<ul>"),
        ("- a\n" * MANY, "<ul>"),
        ("> - *a* [b](https://a.example/)\n" * (MANY // 10), "<blockquote>"),
        ("*a_ " * MANY, "<p>"),
        ('One <code class="a">two</code>.\n\n' * 500, "<p>"),
        ("One<br>two.\n\n" * MANY, "<p>"),
        ('"One" & "two". ' * 2_000, "<p>"),
        ('"One" & "two".\n\n' * (MANY // 2), "<p>"),
        ("<table>" + "<tr><td>a</td><td>b</td></tr>" * 1_000 + "</table>", "<table>"),
    ],
)
def test_what_is_long_is_shown_as_ever(text: str, start: str) -> None:
    assert markdown.render(text).lstrip().startswith(start)
