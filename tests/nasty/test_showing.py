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


@pytest.mark.parametrize(
    ("text", "start"),
    [
        (">" * 200 + " a", "<blockquote>"),
        ("".join("  " * level + "- a\n" for level in range(200)), "<ul>"),
        ("- a\n" * MANY, "<ul>"),
        ("> - *a* [b](https://a.example/)\n" * (MANY // 10), "<blockquote>"),
        ("*a_ " * MANY, "<p>"),
        ("One<br>two.\n\n" * MANY, "<p>"),
        ("<table>" + "<tr><td>a</td><td>b</td></tr>" * 1_000 + "</table>", "<table>"),
    ],
)
def test_what_is_long_is_shown_as_ever(text: str, start: str) -> None:
    assert markdown.render(text).lstrip().startswith(start)
