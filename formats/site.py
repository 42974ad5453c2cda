"""Where readers find what is published: the names of things are made of these addresses."""

from dataclasses import dataclass
from urllib.parse import quote

from publishing import names

ENTRY_PAGE, BOOK_PAGE = "entries/{slug}", "books/{slug}"


@dataclass(frozen=True, slots=True)
class Site:
    """`root` ends with a slash. The pages are below it, `{slug}` standing for that of the item."""

    root: str
    title: str
    language: str
    entry_page: str = ENTRY_PAGE
    book_page: str = BOOK_PAGE

    @property
    def glossary(self) -> str:
        return f"{self.root}#glossary"

    def page(self, kind: str, slug: str) -> str:
        """
        >>> Site("https://glossary.example/", "AI", "en").page("entry", "naïve-bayes")
        'https://glossary.example/entries/na%C3%AFve-bayes'
        """
        path = self.entry_page if kind == "entry" else self.book_page
        return self.root + path.replace("{slug}", quote(slug, safe=""))

    def term(self, slug: str) -> str:
        return f"{self.page('entry', slug)}#term"

    def book(self, slug: str) -> str:
        return f"{self.page('book', slug)}#book"

    def category(self, name: str) -> str:
        """Percent-encoded and not made into a slug: that of C, C++ and C# would be the same."""
        return f"{self.root}categories/{quote(names.key(name), safe='')}#collection"
