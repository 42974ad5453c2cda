"""What is read from an entry's file, and what is said about a file that is odd or wrong."""

from datetime import date
from pathlib import Path

import pytest

import documents
from glossary import mapping
from glossary.mapping import EntryRecord
from publishing.kinds import Reading, Status, Target
from publishing.problems import Problem, Severity

TERMS = Path(__file__).parents[2] / "fixtures" / "content" / "terms"


def read(front: str, body: str = "", path: str = "black-box.md") -> Reading:
    return mapping.read(documents.parse(f"---\n{front}\n---\n{body}".encode()), path)


def record(front: str, body: str = "", path: str = "black-box.md") -> EntryRecord:
    found = read(front, body, path).record
    assert found is not None
    return found


def only(reading: Reading) -> Problem:
    [problem] = reading.problems
    return problem


def titled(front: str) -> str:
    return f'title: "Black box"\n{front}'


def fixture(name: str) -> Reading:
    return mapping.read(documents.parse((TERMS / name).read_bytes()), name)


# --- sample content ---


@pytest.mark.parametrize("path", sorted(TERMS.glob("*.md")), ids=lambda path: path.stem)
def test_every_sample_entry_is_read_without_error(path: Path) -> None:
    reading = fixture(path.name)
    assert reading.record.slug == path.stem
    assert [problem for problem in reading.problems if problem.code != "tags.empty"] == []


def test_there_are_29_sample_entries() -> None:
    assert len(list(TERMS.glob("*.md"))) == 29


def test_the_empty_tag_of_tokenization_is_dropped_and_named() -> None:
    reading = fixture("tokenization.md")
    assert reading.record.tags == ["nlp", "preprocessing", "llm"]
    problem = only(reading)
    assert (problem.code, problem.severity, problem.line, problem.field) == (
        "tags.empty",
        Severity.WARNING,
        6,
        "tags",
    )


def test_references_that_dangle_are_ordinary_targets() -> None:
    assert Target("related", "entry", "positional-encoding") in fixture("transformer.md").record.targets
    assert Target("recommendedBooks", "book", "the-alignment-problem") in fixture("bias-in-ai.md").record.targets


def test_drafts_deprecations_and_successors_are_read() -> None:
    assert fixture("turing-test.md").record.status is Status.DRAFT
    word_vector = fixture("word-vector.md").record
    assert word_vector.status is Status.DEPRECATED
    assert word_vector.slugs("replacedBy") == ["embedding"]
    assert fixture("embedding.md").record.previous_slugs == ["word-embedding"]


def test_text_before_the_first_heading_is_the_preamble() -> None:
    assert fixture("turing-test.md").record.preamble.startswith("*Draft: the paragraph")


def test_a_nested_list_is_never_flattened() -> None:
    entry = fixture("convolutional-neural-network.md").record
    assert entry.key_concepts is None
    assert entry.common_applications is not None


def test_a_missing_section_is_null_and_no_section() -> None:
    entry = fixture("hallucination.md").record
    assert entry.prerequisites is None
    assert "prerequisites" not in [section["key"] for section in entry.sections]


def test_a_heading_that_is_nearly_known_is_an_unknown_section() -> None:
    entry = fixture("overfitting.md").record
    assert entry.key_concepts is None
    assert [section["heading"] for section in entry.extra_sections] == ["Key Concept", "Common Misconceptions"]
    assert [section["key"] for section in entry.sections][2:5] == [
        "keyConcept",
        "commonApplications",
        "commonMisconceptions",
    ]


def test_a_comment_in_a_code_fence_is_no_heading() -> None:
    assert len(fixture("gradient-descent.md").record.sections) == 5


def test_unquoted_dates_keep_their_text() -> None:
    entry = fixture("backpropagation.md").record
    assert (entry.last_updated, entry.last_updated_label) == (date(2025, 9, 2), "2025-09-02")


def test_unknown_keys_are_extra() -> None:
    assert fixture("attention-mechanism.md").record.extra == {
        "reviewCycle": "yearly",
        "audience": {"level": "practitioner", "minutes": 7},
    }


def test_tags_keep_their_letter_case() -> None:
    assert "NLP" in fixture("natural-language-processing.md").record.tags


# --- title and slug ---


@pytest.mark.parametrize(
    ("front", "code", "line"),
    [
        ('slug: "x"', "title.missing", 0),
        ('slug: "x"\ntitle: ""', "title.missing", 3),
        ("title:", "title.missing", 2),
        ('title: "  "', "title.missing", 2),
        ('title: ["Black box"]', "title.type", 2),
        ("title:\n  en: Black box", "title.type", 3),
        (f'title: "{"x" * 301}"', "title.long", 2),
        ('title: "Black\\nbox"', "title.invalid", 2),
        (titled('slug: "../../etc/passwd"'), "slug.invalid", 3),
        (titled('slug: ".."'), "slug.invalid", 3),
        (titled('slug: "a/b"'), "slug.invalid", 3),
        (titled('slug: "black box"'), "slug.invalid", 3),
        (titled('slug: "-x"'), "slug.invalid", 3),
        (titled('slug: "CON"'), "slug.invalid", 3),
        (titled('slug: ".git"'), "slug.invalid", 3),
        (titled('slug: "a\u200db"'), "slug.invalid", 3),
        (titled('slug: "a\u202eb"'), "slug.invalid", 3),
        (titled('slug: "🙂"'), "slug.invalid", 3),
        (titled(f'slug: "{"x" * 201}"'), "slug.invalid", 3),
        (titled('slug: ["x"]'), "slug.type", 3),
    ],
)
def test_a_title_or_slug_that_is_none_is_refused(front: str, code: str, line: int) -> None:
    reading = read(front)
    assert reading.record is None
    problem = only(reading)
    assert (problem.code, problem.severity, problem.line) == (code, Severity.ERROR, line)
    assert problem.hint


@pytest.mark.parametrize("written", ["1984", "1.10", "yes", "no", "2024-02-29", "0123", "12:30", "1e3", "null-ish"])
def test_a_title_that_yaml_takes_for_something_else_is_its_source_text(written: str) -> None:
    reading = read(f"title: {written}")
    assert reading.record.title == written
    assert [problem.code for problem in reading.problems] in (["title.unquoted"], [])


def test_a_number_as_title_is_a_warning_that_shows_the_remedy() -> None:
    problem = only(read("title: 1.10"))
    assert problem == Problem(
        code="title.unquoted",
        message='"title" must be text, but it is the number 1.10.',
        hint='Write it in quotes: "1.10".',
        severity=Severity.WARNING,
        line=2,
        column=8,
        field="title",
    )


def test_a_file_without_slug_takes_it_from_its_path() -> None:
    assert record(titled("tags: []"), path="ml/deep-learning.md").slug == "ml--deep-learning"
    assert record(titled("tags: []"), path="_index.md").slug == "_index"


def test_spaces_in_the_file_name_become_hyphens_and_are_named() -> None:
    reading = read(titled("tags: []"), path="cloud native apps.md")
    assert reading.record.slug == "cloud-native-apps"
    assert only(reading).code == "slug.derived"


def test_an_empty_slug_gives_way_to_the_file_name() -> None:
    reading = read(titled('slug: ""'))
    assert reading.record.slug == "black-box"
    assert only(reading).code == "slug.empty"


def test_without_slug_and_path_there_is_no_entry() -> None:
    assert only(read(titled("tags: []"), path="")).code == "slug.missing"


@pytest.mark.parametrize("slug", ["Generative-AI", "a_b", "Ä", "深度学习", "x" * 200, "3d"])
def test_slugs_of_real_glossaries_are_accepted(slug: str) -> None:
    assert record(titled(f'slug: "{slug}"')).slug == slug


def test_both_spellings_of_an_accent_are_one_slug() -> None:
    assert record(titled('slug: "A\u0308rger"')).slug == "Ärger"


# --- lists ---


@pytest.mark.parametrize(
    "name", ["related", "recommendedBooks", "requires", "broader", "previousSlugs", "tags", "aliases"]
)
@pytest.mark.parametrize(
    ("value", "expected", "code"),
    [
        ("ai", ["ai"], "scalar"),
        ("42", ["42"], "scalar"),
        ("[42]", ["42"], "unquoted"),
        ('["a", "", "b"]', ["a", "b"], "empty"),
        ('["a", null]', ["a"], "empty"),
        ('["a", "b", "a"]', ["a", "b"], "duplicate"),
        ("", [], "empty"),
    ],
)
def test_lists_are_read_leniently_and_say_so(name: str, value: str, expected: list[str], code: str) -> None:
    reading = read(titled(f"{name}: {value}"))
    problem = only(reading)
    assert (problem.code, problem.severity, problem.line, problem.field) == (
        f"{name}.{code}",
        Severity.WARNING,
        3,
        name,
    )
    found = {
        "tags": reading.record.tags,
        "aliases": reading.record.aliases,
        "previousSlugs": reading.record.previous_slugs,
    }
    assert found.get(name, reading.record.slugs(name)) == expected


@pytest.mark.parametrize(
    "name", ["related", "recommendedBooks", "requires", "broader", "previousSlugs", "tags", "aliases"]
)
@pytest.mark.parametrize("value", ["{a: b}", "[[a], b]", "[{a: b}]"])
def test_maps_and_nested_lists_are_refused(name: str, value: str) -> None:
    reading = read(titled(f"{name}: {value}"))
    assert reading.record is None
    problem = only(reading)
    assert (problem.code, problem.severity, problem.line) == (f"{name}.type", Severity.ERROR, 3)


def test_the_message_names_what_is_there_and_what_to_write() -> None:
    problem = only(read(titled("related: 42")))
    assert f"{problem.message} {problem.hint}" == (
        '"related" must be a list of slugs, but it is the number 42. Write related: ["42"].'
    )


def test_the_place_of_an_item_is_its_own() -> None:
    problem = only(read(titled('tags:\n  - "a"\n  - 7\n')))
    assert (problem.line, problem.column) == (5, 5)
    assert problem.message == 'Item 2 of "tags" must be text, but it is the number 7.'


def test_a_reference_that_can_be_no_slug_is_kept_and_named() -> None:
    reading = read(titled('related: ["Deep Learning"]'))
    assert reading.record.slugs("related") == ["Deep Learning"]
    assert only(reading).code == "related.slug"


def test_references_that_differ_in_case_alone_are_one() -> None:
    reading = read(titled('related: ["deep-learning", "Deep-Learning"]'))
    assert reading.record.slugs("related") == ["deep-learning"]
    assert only(reading).code == "related.duplicate"


def test_tags_that_no_column_holds_are_refused() -> None:
    assert only(read(titled(f'tags: ["{"x" * 101}"]'))).code == "tags.long"


# --- status, date, vocabularies ---


@pytest.mark.parametrize(
    ("front", "status", "label"),
    [
        ("tags: []", Status.PUBLISHED, ""),
        ("status: Draft", Status.DRAFT, "Draft"),
        ('status: "DEPRECATED"', Status.DEPRECATED, "DEPRECATED"),
        ("status: published\ndraft: true", Status.DRAFT, "published"),
        ("draft: false", Status.PUBLISHED, ""),
    ],
)
def test_status_is_read_in_any_case_and_draft_true_wins(front: str, status: Status, label: str) -> None:
    reading = read(titled(front))
    assert (reading.record.status, reading.record.status_label) == (status, label)
    assert reading.problems == []


def test_an_unknown_status_is_kept_and_counts_as_published() -> None:
    reading = read(titled("status: Feedback Appreciated"))
    assert (reading.record.status, reading.record.status_label) == (Status.PUBLISHED, "Feedback Appreciated")
    assert only(reading).code == "status.unknown"
    assert only(reading).severity is Severity.WARNING


@pytest.mark.parametrize("front", ["status: [draft]", 'draft: "yes"', "draft: 1"])
def test_a_draft_in_an_odd_form_stays_hidden(front: str) -> None:
    reading = read(titled(front))
    assert reading.record.status is Status.DRAFT
    assert only(reading).severity is Severity.WARNING


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ('"2025-01-28"', date(2025, 1, 28)),
        ("2025-01-28", date(2025, 1, 28)),
        ("2025-01-28T10:00:00+14:00", date(2025, 1, 28)),
        ('"2025-01-28T10:00:00Z"', date(2025, 1, 28)),
        ("9999-12-31", date(9999, 12, 31)),
    ],
)
def test_dates_are_read_and_kept_as_written(written: str, day: date) -> None:
    reading = read(titled(f"lastUpdated: {written}"))
    assert (reading.record.last_updated, reading.record.last_updated_label) == (day, written.strip('"'))
    assert reading.problems == []


@pytest.mark.parametrize("written", ['"2025-13-01"', '"2025-02-29"', "28/01/2025", "0", "20250128", '"2025-W01-1"'])
def test_what_is_no_date_is_kept_as_written_and_named(written: str) -> None:
    reading = read(titled(f"lastUpdated: {written}"))
    assert (reading.record.last_updated, reading.record.last_updated_label) == (None, written.strip('"'))
    assert (only(reading).code, only(reading).severity) == ("lastUpdated.invalid", Severity.WARNING)


@pytest.mark.parametrize(
    ("front", "code", "field"),
    [
        ("difficulty: expert", "difficulty.unknown", "difficulty"),
        ("difficulty: 3", "difficulty.unquoted", "difficulty"),
        ("category: 3", "category.unquoted", "category"),
        ("category: [Tools]", "category.type", "category"),
    ],
)
def test_no_vocabulary_refuses_a_file(front: str, code: str, field: str) -> None:
    reading = read(titled(front))
    assert reading.record is not None
    assert code in [problem.code for problem in reading.problems]
    assert {problem.severity for problem in reading.problems} == {Severity.WARNING}
    assert {problem.field for problem in reading.problems} == {field}


def test_words_of_a_vocabulary_are_known_in_any_case() -> None:
    reading = read(titled("difficulty: Advanced"))
    assert (reading.record.difficulty, reading.record.difficulty_rank) == ("Advanced", 3)
    assert reading.problems == []


# --- links ---


def linked(link: str) -> Reading:
    return read(titled(f"externalLinks:\n  - {link}"))


@pytest.mark.parametrize(
    ("link", "code", "line"),
    [
        ('title: "Only a title"', "link.url", 4),
        ('title: "T"\n    url: ""', "link.url", 5),
        ("url: javascript:alert(1)", "link.url", 4),
        ('url: "data:text/html,x"', "link.url", 4),
        ('url: "//example.org"', "link.url", 4),
        ('url: "https://user:secret@example.org/"', "link.url", 4),
        ('url: "https://example.org/a b"', "link.url", 4),
        ('url: " https://example.org/"', "link.url", 4),
        ('url: "https://example.org/\\n"', "link.url", 4),
        (f'url: "https://example.org/{"x" * 10_000}"', "link.url", 4),
        ('title: "T"\n    url: "ftp://example.org/"', "link.url", 5),
        ('url: ["https://example.org/"]', "link.url.type", 4),
        ('"https://example.org/"', "externalLinks.type", 4),
    ],
)
def test_a_link_without_a_web_address_is_refused(link: str, code: str, line: int) -> None:
    reading = linked(link)
    assert reading.record is None
    assert (only(reading).code, only(reading).severity, only(reading).line) == (code, Severity.ERROR, line)


@pytest.mark.parametrize("value", ['{url: "https://example.org/"}', '"https://example.org/"', "7"])
def test_links_that_are_no_list_are_refused(value: str) -> None:
    problem = only(read(titled(f"externalLinks: {value}")))
    assert (problem.code, problem.severity, problem.line) == ("externalLinks.type", Severity.ERROR, 3)


def test_the_problem_of_a_link_names_the_link() -> None:
    assert only(linked('url: "ftp://example.org/"')).field == "externalLinks.0.url"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "http://example.org:8080/a?b=c#d",
        "https://bücher.example/straße",
        "http://localhost/",
        "http://[2001:db8::1]/",
    ],
)
def test_web_addresses_are_kept_as_typed(url: str) -> None:
    assert linked(f'url: "{url}"').record.links[0].url == url


def test_all_of_a_link_is_read_and_its_unknown_keys_kept() -> None:
    reading = linked(
        'Title: "T"\n    url: "https://example.org/"\n    type: video\n    lang: no\n    difficulty: beginner'
    )
    [link] = reading.record.links
    assert (link.title, link.type, link.difficulty, link.extra) == ("T", "video", "beginner", {"lang": False})
    assert reading.problems == []


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ('url: "https://example.org/"\n    type: podcast', "link.type.unknown"),
        ('url: "https://example.org/"\n    difficulty: expert', "link.difficulty.unknown"),
        ('url: "https://example.org/"\n    title: 1984', "link.title.unquoted"),
        ('url: "https://example.org/"\n  - url: "https://example.org/"', "link.duplicate"),
        ('url: "https://example.org/"\n  -', "externalLinks.empty"),
    ],
)
def test_an_odd_link_is_kept_and_named(link: str, code: str) -> None:
    reading = linked(link)
    assert reading.record.links[0].url == "https://example.org/"
    assert (only(reading).code, only(reading).severity) == (code, Severity.WARNING)


# --- the rest ---


def test_keys_are_read_in_any_letter_case() -> None:
    entry = record('Title: "Black box"\nRecommendedbooks: ["b"]\nLASTUPDATED: 2025-01-28')
    assert (entry.title, entry.slugs("recommendedBooks"), entry.extra) == ("Black box", ["b"], {})


def test_extra_fits_into_json() -> None:
    entry = record(titled("a: 2025-01-28\nb: .nan\nc: [.inf, 1]\nd: {1: x, false: y}\ne: 99999999999999999999"))
    assert entry.extra == {
        "a": "2025-01-28",
        "b": "nan",
        "c": ["inf", 1],
        "d": {"1": "x", "false": "y"},
        "e": "99999999999999999999",
    }


def test_all_problems_are_named_at_once() -> None:
    reading = read('slug: ".."\nrelated: {a: b}\nexternalLinks: 7\nstatus: Completed')
    assert sorted(problem.code for problem in reading.problems) == [
        "externalLinks.type",
        "related.type",
        "slug.invalid",
        "status.unknown",
        "title.missing",
    ]


def test_of_two_headings_with_one_name_the_first_is_the_field() -> None:
    entry = record(titled("tags: []"), "# Key Concepts\n- a\n\n# Key Concepts\n- b\n")
    assert entry.key_concepts == ["a"]
    assert [section["key"] for section in entry.sections] == ["keyConcepts", "keyConcepts-2"]
    assert entry.extra_sections == [{"heading": "Key Concepts", "markdown": "- b"}]


def test_windows_line_ends_are_not_part_of_the_text() -> None:
    assert "\r" not in repr(fixture("supervised-learning.md").record)
