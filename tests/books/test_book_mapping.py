"""What is read from a book's file, and what is said about one that is odd or wrong."""

from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone

import documents
from books import mapping
from books.mapping import BookRecord
from publishing.kinds import Reading, Status, Target
from publishing.problems import Problem, Severity

BOOKS = Path(__file__).parents[2] / "fixtures" / "content" / "books"


def read(front: str, body: str = "", path: str = "big-book.md") -> Reading:
    return mapping.read(documents.parse(f'---\ntitle: "The big book"\n{front}\n---\n{body}'.encode()), path)


def record(front: str, body: str = "") -> BookRecord:
    reading = read(front, body)
    assert reading.record is not None, reading.problems
    found: BookRecord = reading.record
    return found


def only(reading: Reading) -> Problem:
    [problem] = reading.problems
    return problem


@pytest.mark.parametrize("path", sorted(BOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_every_sample_book_is_read_without_a_complaint(path: Path) -> None:
    reading = mapping.read(documents.parse(path.read_bytes()), path.name)
    assert reading.problems == []
    assert reading.record.slug == path.stem
    assert len(reading.record.isbn13) == 13


def test_everything_a_book_says_is_read() -> None:
    book = record(
        """slug: "big-book"
subtitle: "Volume one"
authors: ["Ada Lovelace", "Grace Hopper"]
editors: ["Alan Turing"]
publisher: "Example Press"
publishYear: 1990
edition: "2nd"
isbn: "0-387-31073-8"
pages: 120
language: "en-GB"
description: "  Two spaces first."
difficulty: "advanced"
topics: ["black-box", "not-written-yet"]
coverImage: "assets/cover.png"
url: "https://example.org/big-book"
doi: "10.1007/978-0-387-45528-0"
openLibraryId: "OL24218M"
previousSlugs: ["large-book"]
lastUpdated: 2025-01-28
status: deprecated
rating: 4.5""",
        "\nIt is big.\n\n- very\n",
    )
    assert (book.title, book.slug, book.subtitle) == ("The big book", "big-book", "Volume one")
    assert (book.authors, book.editors) == (["Ada Lovelace", "Grace Hopper"], ["Alan Turing"])
    assert (book.publisher, book.publish_year, book.edition, book.pages) == ("Example Press", 1990, "2nd", 120)
    # As typed, and as thirteen digits.
    assert (book.isbn, book.isbn13) == ("0-387-31073-8", "9780387310732")
    assert (book.language, book.description, book.difficulty) == ("en-GB", "  Two spaces first.", "advanced")
    assert book.targets == [Target("topics", "entry", "black-box"), Target("topics", "entry", "not-written-yet")]
    assert (book.cover_image, book.url) == ("assets/cover.png", "https://example.org/big-book")
    assert (book.doi, book.open_library_id) == ("10.1007/978-0-387-45528-0", "OL24218M")
    assert book.previous_slugs == ["large-book"]
    assert (book.last_updated, book.last_updated_label) == (date(2025, 1, 28), "2025-01-28")
    assert book.status is Status.DEPRECATED
    assert book.extra == {"rating": 4.5}
    assert book.body == "It is big.\n\n- very"


def test_a_title_is_enough() -> None:
    book = record("")
    assert (book.slug, book.authors, book.publish_year, book.isbn13, book.topics) == ("big-book", [], None, "", [])


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("0-387-31073-8", "9780387310732"),
        ("0387310738", "9780387310732"),
        ("978-0-387-31073-2", "9780387310732"),
        ("978 0 387 31073 2", "9780387310732"),
        ("9780387310732", "9780387310732"),
        ("0-8044-2957-X", "9780804429573"),
        ("0-8044-2957-x", "9780804429573"),
        ("979-10-90636-07-1", "9791090636071"),
        ("978–0–387–31073–2", "9780387310732"),
    ],
)
def test_an_isbn_is_kept_as_typed_and_known_as_thirteen_digits(written: str, digits: str) -> None:
    book = record(f'isbn: "{written}"')
    assert (book.isbn, book.isbn13) == (written, digits)


@pytest.mark.parametrize(
    "written",
    [
        "0-387-31073-9",
        "9780387310733",
        "0123456789",
        "123456789X",
        "0000000000",
        "9781234567897",
        "977-0-387-31073-2",
        "12345",
        "978038731073X",
        "not an isbn",
        "٠٣٨٧٣١٠٧٣٨",
    ],
)
def test_what_is_no_isbn_is_refused_with_a_remedy(written: str) -> None:
    reading = read(f'isbn: "{written}"')
    assert reading.record is None
    problem = only(reading)
    assert (problem.code, problem.severity, problem.line, problem.field) == ("isbn.invalid", Severity.ERROR, 3, "isbn")
    assert problem.hint


def test_an_isbn_without_quotes_keeps_its_zeros() -> None:
    assert record("isbn: 0387310738").isbn13 == "9780387310732"


@pytest.mark.parametrize("year", [1450, 1990, timezone.localdate().year + 1])
def test_years_since_the_printing_press_are_taken(year: int) -> None:
    assert record(f"publishYear: {year}").publish_year == year


@pytest.mark.parametrize(
    "year", ["1449", "0", "-1990", str(timezone.localdate().year + 2), "20000", "99999999999999999999"]
)
def test_other_years_are_refused(year: str) -> None:
    reading = read(f"publishYear: {year}")
    assert reading.record is None
    assert only(reading).code == "publishYear.invalid"


@pytest.mark.parametrize("written", ["soon", "1990.5", "[1990]", "1990-01-01"])
def test_a_year_is_a_whole_number(written: str) -> None:
    reading = read(f"publishYear: {written}")
    assert reading.record is None
    assert only(reading).field == "publishYear"


def test_a_year_in_quotes_is_read() -> None:
    assert record('publishYear: "1990"').publish_year == 1990


@pytest.mark.parametrize("pages", ["0", "-5", "100001"])
def test_a_book_has_pages(pages: str) -> None:
    assert only(read(f"pages: {pages}")).code == "pages.invalid"


@pytest.mark.parametrize("language", ["en", "pt-BR", "zh-Hant", "sl-rozaj-biske", "de-CH-1901"])
def test_languages_are_tags(language: str) -> None:
    assert record(f"language: {language}").language == language


# The last is private from its first letter on: allowed by BCP 47, and of no use to a reader.
@pytest.mark.parametrize("language", ["English", "en_US", "e", "en-", "x-whatever"])
def test_what_is_no_language_tag_is_refused(language: str) -> None:
    assert only(read(f'language: "{language}"')).code == "language.invalid"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//example.org/x", "ftp://example.org", "https://u:p@example.org"],
)
@pytest.mark.parametrize("field", ["url", "coverImage"])
def test_addresses_that_no_reader_should_follow_are_refused(field: str, url: str) -> None:
    problem = only(read(f'{field}: "{url}"'))
    assert (problem.code, problem.severity) == (f"{field}.invalid", Severity.ERROR)


@pytest.mark.parametrize("path", ["/etc/passwd", "a\\b.png", "c:cover.png"])
def test_a_cover_is_an_address_or_a_path_below_the_content(path: str) -> None:
    assert only(read(f"coverImage: '{path}'")).code == "coverImage.invalid"


@pytest.mark.parametrize(
    ("front", "code"), [('doi: "not one"', "doi.invalid"), ('openLibraryId: "x"', "openLibraryId.invalid")]
)
def test_an_identifier_of_a_wrong_shape_is_only_a_warning(front: str, code: str) -> None:
    reading = read(front)
    assert reading.record is not None
    assert (only(reading).code, only(reading).severity) == (code, Severity.WARNING)


def test_all_problems_are_named_at_once() -> None:
    reading = read('isbn: "1"\npages: 0\npublishYear: 1\nlanguage: "English"\nauthors: {a: b}')
    assert sorted(problem.field for problem in reading.problems) == [
        "authors",
        "isbn",
        "language",
        "pages",
        "publishYear",
    ]
    assert all(problem.line and problem.hint for problem in reading.problems)
