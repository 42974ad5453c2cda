from hypothesis import given
from markdown_it import MarkdownIt

from formats import llms
from formats.site import Site
from tests.formats.making import SITE, entry, texts, words


@given(title=words, prose=texts)
def test_any_title_is_one_line_and_one_link(title: str, prose: str) -> None:
    item = entry(title, briefDefinition=prose, category=title)
    written = "".join(llms.listed([item], "Entries", {}, lambda item: "https://glossary.example/x.md"))
    [heading, link] = [line for line in written.split("\n") if line]
    assert heading.startswith("## ")
    assert link.startswith("- [")
    if not any(ord(char) < 32 or char in "\x7f\x85\u2028\u2029\ufeff" for char in title):
        tokens = [token for token in MarkdownIt().parse(written) if token.type == "inline"]
        [opening] = [child for child in tokens[1].children or () if child.type == "link_open"][:1]
        assert opening.attrs["href"] == "https://glossary.example/x.md"


def test_spellings_of_a_category_stand_below_one_heading() -> None:
    items = [entry(slug="a"), entry(slug="b", category="tools"), entry(slug="c", category="Tools")]
    written = "".join(llms.listed(items, "Entries", {"tools": "Tools"}, lambda item: item.slug))
    assert [line for line in written.split("\n") if line.startswith("#")] == ["## Entries", "## Tools"]


def test_the_whole_text_has_every_section() -> None:
    item = entry(
        preamble="Before.\n",
        aliases=["Opaque model"],
        sections=[{"heading": "History", "key": "history", "markdown": "It is *old*.\n"}],
        to_related=["white-box"],
    )
    [written] = llms.full([item], SITE)
    for text in (
        "# Black box\n",
        "- Also called: Opaque model\n",
        "- Related: White-Box\n",
        "- Source: https://glossary.example/entries/black-box\n",
        "\nBefore.\n",
        "\n## History\n\nIt is *old*.\n",
    ):
        assert text in written


def test_the_head_counts() -> None:
    assert llms.head(Site("https://e.example/", "A [b]", "en"), 1, 0) == (
        "# A \\[b\\]\n\n> A glossary of 1 entry and 0 books.\n"
    )
