"""Markdown as the plain text that search finds, shows and counts."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from glossary.search.plain import _plain, plain

_MARKS = ["*", "**", "_", "`", "~~", "- ", "  - ", "1. ", "# ", "> ", "[ ] ", "---\n", "==\n", "\\", "]", "(", ":"]
_TEXTS = ["a", "b c", "é", "'", '"', "&", "&amp;", "&copy;", "[x](y)", "\n", "\n\n", "  ", "\xa0"]
_PIECES = st.sampled_from(_MARKS + _TEXTS)


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("One  two\nthree.\n\nFour *five*, [six](seven.md) and `eight`.", "One two three.\nFour five, six and eight."),
        ("- a\n- b **c**\n\n\n- d", "a\nb c\nd"),
        ("- outer\n  - inner", "outer\ninner"),
        ("- outer\n    - inner", "outer\ninner"),
        ("# Name\nText", "Name\nText"),
        ("A &lt; B &amp; C &amp;amp; D", "A < B & C &amp; D"),
        ("Before<br>after <b>bold</b>", "Beforeafter bold"),
        ("| a | b |\n|---|---|\n| c | d |", "a b\nc d"),
        ("```python\nx = 1\ny = 2\n```\n\nafter", "x = 1\ny = 2\nafter"),
        ("![a picture](assets/a.png) of it", "a picture of it"),
        ("A claim[^1].\n\n[^1]: The proof.", "A claim.\nThe proof."),
        ("- [x] done", "done"),
    ],
)
def test_the_plain_text_has_one_line_for_each_paragraph_and_item(markdown: str, text: str) -> None:
    assert plain(markdown) == text


@settings(max_examples=300)
@given(st.lists(_PIECES, max_size=14).map("".join))
@example("- a\n  1. [b](c)\n\n> d")
def test_the_short_way_and_the_long_way_give_the_same_text(markdown: str) -> None:
    assert plain(markdown).split() == _plain(markdown).split()
    assert [line.strip() for line in plain(markdown).split("\n")] == [
        line.strip() for line in _plain(markdown).split("\n")
    ]
