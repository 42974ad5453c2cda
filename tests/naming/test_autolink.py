"""Links in rendered HTML, where it mentions entries."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import markdown
from glossary.search.autolink import link, linked_slugs
from glossary.search.finder import Finder
from glossary.search.vocabulary import Named
from tests import timing

NAMED = [
    ("Black box", Named("black-box", "Black box", "Black box", 0)),
    ("Box", Named("box", "Box", "Box", 0)),
    ("R&D", Named("research", "R&D", "R&D", 0)),
    ("Former", Named("former", "Former", "Former", 0)),
    ("Bank", Named("river-bank", "Bank", "Bank", 0)),
    ("Bank", Named("money-bank", "Bank", "Bank", 0)),
    ("Old", Named("old", "Old", "Old", 0, True, "new")),
    ("Crane", Named("crane", "Crane", "Crane", 0)),
    ("Crane", Named("old-crane", "Crane", "Crane", 0, True, None)),
]
FINDER: Finder[Named] = Finder(NAMED)
A = '<a href="/{0}/" class="autolink" data-slug="{0}">{1}</a>'


def linked(text: str, *seen: str) -> str:
    return link(markdown.render(text), FINDER, lambda slug: f"/{slug}/", set(seen)).strip()


def slugs(html: str) -> list[str]:
    return re.findall('data-slug="([^"]*)"', html)


def test_the_first_mention_of_each_entry_is_a_link_to_it() -> None:
    html = linked("A black box is a box.\n\nThe box, black boxes.")
    first = f"<p>A {A.format('black-box', 'black box')} is a {A.format('box', 'box')}.</p>"
    assert html == first + "\n<p>The box, black boxes.</p>"


@pytest.mark.parametrize(
    "text",
    [
        "# Box\n\n###### box",
        "Box\n===",
        "[a box](https://example.org)",
        "[a *box*](https://example.org)",
        "`box`",
        "```\nbox\n```",
        "    box",
        "<pre>box</pre>",
        "<kbd>box</kbd>",
        '<abbr title="a box">x</abbr>',
        "![box](box.png)",
        "boxer inbox 2box box2 my_box",
        "trans*former*",
        "*trans*former",
        "trans<span>former</span> **box**er",
        "&#98;lack",
        "bank",
        "old",
        "black *box*er",
    ],
)
def test_nothing_is_linked_there(text: str) -> None:
    assert slugs(linked(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*box*", ["box"]),
        ("the *former* box", ["former", "box"]),
        ("trans *former*", ["former"]),
        ("black *box*", ["box"]),
        ("- box\n- black box", ["box", "black-box"]),
        ("| box |\n|---|\n| black |\n| box |", ["box"]),
        ("> a box", ["box"]),
        ("R&D and AT&T, <R&amp;D", ["research"]),
        ("a < b > box & c", ["box"]),
        ('<abbr title="a > b">x</abbr> box', ["box"]),
        ("crane", ["crane"]),
        ("`code` [link](https://example.org) box", ["box"]),
        ("# A\n\nbox\n\n## B", ["box"]),
        ("🙂 naïve box 神 black box", ["box", "black-box"]),
    ],
)
def test_it_is_linked_there(text: str, expected: list[str]) -> None:
    assert slugs(linked(text)) == expected


def test_what_was_seen_is_not_linked() -> None:
    assert slugs(linked("A black box is a box.", "black-box")) == ["box"]


def test_what_is_linked_by_hand_is_known() -> None:
    inside = "[a](../terms/Black-Box.md#why) [b](box) [c](/entries/former/)"
    html = markdown.render(f"{inside} [d](https://example.org/crane) [e](mailto:x@bank)")
    assert list(linked_slugs(html)) == ["black-box", "box", "former"]


def test_an_address_is_escaped() -> None:
    finder = Finder([("Box", Named('b"<x', "Box", "Box", 0))])
    html = link("<p>box</p>", finder, lambda slug: f"/?a=1&b={slug}", set())
    assert html == '<p><a href="/?a=1&amp;b=b&quot;&lt;x" class="autolink" data-slug="b&quot;&lt;x">box</a></p>'


PIECES = [
    *(
        "box",
        "black box",
        "former",
        " ",
        "\n",
        "\n\n",
        "*",
        "**",
        "`",
        "[",
        "](x)",
        "# ",
        "- ",
        "> ",
        "<b>",
        "</b>",
        "<",
    ),
    *("&", "&amp;", "|", "|---|", "~~", "\\", "![", "```\n", "    ", '<abbr title="a>box">', "</abbr>", "é"),
]
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@given(text=MARKDOWN)
def test_links_are_all_that_changes(text: str) -> None:
    before = markdown.render(text)
    after = link(before, FINDER, lambda slug: f"/{slug}/", set())
    assert re.sub(r'<a href="[^"]*" class="autolink" data-slug="[^"]*">([^<]*)</a>', r"\1", after) == before
    found = slugs(after)
    assert len(found) == len(set(found))
    # It says the same to a parser, and no link stands within another.
    assert not re.search(r"<a [^>]*>(?:(?!</a>).)*<a ", after, re.DOTALL)
    assert not re.search(r"<(code|h\d)\b[^>]*>(?:(?!</\1>).)*autolink", after, re.DOTALL)


def test_a_long_text_is_linked_in_its_time() -> None:
    def html(size: int) -> str:
        return '<p>a <em>box</em> & "b" <code>box</code></p>' * size

    # Eight times the text. A square would be 64 times.
    assert timing.grows_faster(24, (1000, 8000), html, lambda text: link(text, FINDER, str, set())) == ""
