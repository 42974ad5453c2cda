"""Books as citations, read by the programs that people cite with."""

import json
import warnings
from typing import Any

import pytest
from bibtexparser import middlewares
from bibtexparser.entrypoint import parse_string
from hypothesis import given
from hypothesis import strategies as st
from pylatexenc.latex2text import LatexNodes2Text

from formats.bibtex import bibtex
from formats.csl import csl
from formats.items import Item
from formats.people import person
from formats.xml import legal
from tests.formats.making import addresses, book, slugs, texts, words

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
    from citeproc.source.json import CiteProcJSON


def parsed(*items: Item, people: bool = False) -> Any:
    layers: Any = [middlewares.SeparateCoAuthors(), middlewares.SplitNameParts()] if people else []
    library = parse_string("".join(bibtex(items)), append_middleware=layers)
    assert not library.failed_blocks
    return library.entries


def as_csl(*items: Item) -> list[dict[str, Any]]:
    return json.loads(b"".join(csl(items)))


def read(tex: str) -> str:
    # The reader does not know these braces, and takes a circumflex for the accent.
    tex = tex.replace(r"\textbraceleft{}", r"\{").replace(r"\textbraceright{}", r"\}")
    return LatexNodes2Text().latex_to_text(tex).replace("\u02c6", "^")


@given(
    title=words,
    slug=slugs,
    subtitle=texts,
    publisher=texts,
    people=st.lists(words, max_size=3),
    url=addresses,
    doi=texts,
)
def test_whatever_stands_in_a_book_bibtex_reads_one_record(
    title: str, slug: str, subtitle: str, publisher: str, people: list[str], url: str, doi: str
) -> None:
    item = book(
        title,
        slug,
        subtitle=subtitle,
        publisher=publisher,
        authors=people,
        editors=people,
        url=url,
        doi=f"10.1000/{doi}",
        publishYear=1990,
        description=subtitle,
    )
    [entry] = parsed(item)
    assert entry.key.isascii()
    assert entry["year"] == "1990"
    for field in entry.fields:
        assert field.value.count("{") == field.value.count("}")
    other = book(title, f"{slug}-x")
    assert len({one.key for one in parsed(item, other)}) == 2


@given(title=st.text(alphabet="ab AB\\{}$&#_%~^", min_size=1).filter(str.strip))
def test_tex_prints_what_the_title_says(title: str) -> None:
    [entry] = parsed(book(title))
    assert " ".join(read(entry["title"]).split()) == " ".join(title.split())


def test_titles_keep_the_capitals_that_styles_would_take() -> None:
    [entry] = parsed(book("Modern AI with PyTorch and C++"))
    assert entry["title"] == "Modern {AI} with {PyTorch} and C++"


@pytest.mark.parametrize(
    ("name", "family", "given_name"),
    [
        ("Ian Goodfellow", "Goodfellow", "Ian"),
        ("Goodfellow, Ian", "Goodfellow", "Ian"),
        ("Donald E. Knuth", "Knuth", "Donald E."),
        ("Ludwig van Beethoven", "Beethoven", "Ludwig"),
        ("Martin Luther King Jr.", "King", "Martin Luther"),
        ("Émile Zola", "Zola", "Émile"),
    ],
)
def test_names_of_people_have_their_parts(name: str, family: str, given_name: str) -> None:
    assert (person(name).family, person(name).given) == (family, given_name)
    [one] = as_csl(book(authors=[name]))
    assert (one["author"][0]["family"], one["author"][0]["given"]) == (family, given_name)


@pytest.mark.parametrize(
    "name",
    [
        "Plato",
        "李飞飞",
        "OpenAI",
        "Bill and Melinda Gates Foundation",
        "Barnes & Noble",
        "Smith, Jones, Brown",
        "MIT Press of Cambridge",
    ],
)
def test_what_is_no_given_and_family_name_stays_whole(name: str) -> None:
    [one] = as_csl(book(authors=[name]))
    assert one["author"] == [{"literal": name}]
    [entry] = parsed(book(authors=[name, "Ada Lovelace"]), people=True)
    assert len(entry["author"]) == 2


def test_bibtex_reads_the_parts_of_names() -> None:
    [entry] = parsed(book(authors=["Guido van Rossum", "Martin Luther King Jr."]), people=True)
    first, second = entry["author"]
    assert (first.first, first.von, first.last) == (["Guido"], ["van"], ["Rossum"])
    assert (second.first, second.jr, second.last) == (["Martin", "Luther"], ["Jr."], ["King"])


@given(name=words)
def test_any_name_is_one_name(name: str) -> None:
    [one] = as_csl(book(authors=[name]))
    assert len(one["author"]) == 1
    [entry] = parsed(book(authors=[name]), people=True)
    assert len(entry.fields_dict["author"].value if legal(name).strip() else [name]) == 1


def test_a_citation_processor_prints_a_book() -> None:
    item = book(
        "Deep Learning",
        authors=["Ian Goodfellow", "Yoshua Bengio"],
        publisher="MIT Press",
        publishYear=2016,
        isbn13="9780262035613",
        pages=800,
        language="en",
        edition="2nd",
        doi="https://doi.org/10.1000/1",
        url="https://www.deeplearningbook.org/",
    )
    [one] = as_csl(item)
    assert one["DOI"] == "10.1000/1"
    assert one["issued"] == {"date-parts": [[2016]]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        style = CitationStylesStyle("harvard-cite-them-right", validate=False)
        bibliography = CitationStylesBibliography(style, CiteProcJSON([one]), formatter.plain)
        bibliography.register(Citation([CitationItem("the-big-book")]))
        [printed] = [str(line) for line in bibliography.bibliography()]
    assert "Goodfellow, I." in printed
    assert "Deep Learning" in printed
    assert "2016" in printed


def test_what_a_book_does_not_say_is_left_out() -> None:
    assert as_csl(book()) == [{"id": "the-big-book", "type": "book", "title": "The big book"}]
    [entry] = parsed(book())
    assert set(entry.fields_dict) == {"title"}
    assert as_csl() == []
