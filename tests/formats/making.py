"""Items as the writers are given them, with whatever stands in them."""

from typing import Any

from hypothesis import strategies as st

from formats.items import Item, Named
from formats.site import Site

SITE = Site("https://glossary.example/", "AI Glossary", "en")
_ENTRY: dict[str, Any] = {
    "category": None,
    "difficulty": None,
    "tags": [],
    "aliases": [],
    "status": "published",
    "lastUpdated": None,
    "replacedBy": None,
    "briefDefinition": "",
    "detailedExplanation": "",
    "keyConcepts": None,
    "commonApplications": None,
    "prerequisites": None,
    "preamble": "",
    "sections": [],
    "externalLinks": [],
    "related": [],
    "requires": [],
    "broader": [],
    "recommendedBooks": [],
}
_BOOK: dict[str, Any] = {
    "subtitle": "",
    "authors": [],
    "editors": [],
    "publisher": None,
    "publishYear": None,
    "edition": None,
    "isbn": None,
    "isbn13": None,
    "pages": None,
    "language": None,
    "description": "",
    "difficulty": None,
    "topics": [],
    "status": "published",
    "lastUpdated": None,
    "coverImage": None,
    "url": None,
    "doi": None,
    "openLibraryId": None,
}


def entry(title: str = "Black box", slug: str = "black-box", day: str = "", **said: Any) -> Item:
    """`to_…` and `from_…`: slugs of what it names and of what names it."""
    leads = {name[3:]: _named(said.pop(name)) for name in list(said) if name.startswith("to_")}
    coming = {name[5:]: _named(said.pop(name)) for name in list(said) if name.startswith("from_")}
    assert set(said) <= set(_ENTRY), said
    return Item("entry", slug, title, day, {**_ENTRY, "slug": slug, "title": title, **said}, leads, coming)


def book(title: str = "The big book", slug: str = "the-big-book", **said: Any) -> Item:
    assert set(said) <= set(_BOOK), said
    return Item("book", slug, title, "", {**_BOOK, "slug": slug, "title": title, **said})


def link(url: str, title: str = "Page", **more: Any) -> dict[str, Any]:
    return {"title": title, "url": url, "description": "", "type": None, "difficulty": None, **more}


def _named(slugs: list[str]) -> list[Named]:
    return [Named(slug, slug.title()) for slug in slugs]


# What breaks out of one format or another, among ordinary letters.
NASTY = [
    '"',
    "'",
    '"""',
    "\\",
    "\n",
    "\r\n",
    "\t",
    "</script><script>alert(1)</script>",
    "<!--",
    "]]>",
    "&amp;",
    "\u2028",
    "\u2029",
    "\u0085",
    "\x00",
    "\x07",
    "\x1b[31m",
    "\x7f",
    "\ufeff",
    "\ufffe",
    "\U0001f600",
    "é",
    "{",
    "}",
    "%",
    "$",
    "#",
    "~",
    "^",
    "_",
    "@",
    "=1+1",
    "-2",
    "| ",
    ";",
    ",",
    " and ",
    " . ",
    "[x](y)",
    "@en",
    "^^xsd:date",
    "_:b0",
    "<http://x>",
]
texts = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=8)), max_size=5).map("".join)
words = texts.filter(str.strip)
addresses = st.one_of(
    st.just("https://example.org/ok"),
    texts.map(lambda text: f"https://example.org/{text}"),
    texts.map(lambda text: f"https://{text}/path"),
    st.sampled_from(
        [
            "https://example.org/a b",
            "https://example.org/<x>?q={y}|z^`\\",
            "https://example.org/%zz%",
            "https://example.org/[x]#a#b",
            "http://[::1]:80/",
            "http://[::1",
            "javascript:alert(1)",
            "mailto:a@example.org",
            "//example.org/",
            "https://user:secret@example.org/",
            "https://bücher.example/ü",
            "",
        ]
    ),
)
slugs = st.from_regex(r"[\w][\w-]{0,12}", fullmatch=True)
