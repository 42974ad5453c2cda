"""Search, names and annotations; and whatever people type."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.test import Client

import documents
from api.answers import Answer, Answers
from api.views.searching import ANSWERS
from glossary.editing import save_entry
from glossary.search import searching
from glossary.search.models import Name, SearchItem, SearchText, SearchWord
from publishing import asking
from publishing.models import Item
from tests.api.test_problems import check

Save = Callable[..., Item]


def write(title: str, text: str, front: str = "", **options: Any) -> Item:
    slug = title.lower().replace(" ", "-")
    file = f'---\ntitle: "{title}"\nslug: "{slug}"\n{front}\n---\n\n# Brief Definition\n\n{text}\n'
    return save_entry(documents.parse(file.encode()), publish=True, path=f"{slug}.md", **options)


@pytest.fixture
def cast(db: None, big_book: Item) -> None:
    write("Backpropagation", "The chain rule, applied <b>backwards</b> & fast.", 'tags: ["training"]')
    write("Gradient descent", "Follows what backpropagation has found.", 'category: "Algorithms"')
    write("Large language model", "A model of text.", 'aliases: ["LLM", "LLMs"]\npreviousSlugs: ["big-model"]')
    write("Overfitting", "Résumé of naïve mistakes in training: 模型 हिन्दी.", 'tags: ["LLM"]')
    write("Training loop", "Round and round.", 'aliases: ["Bank"]')
    write("Bank", "Beside a river.")


def search(client: Client, q: str, **more: Any) -> dict[str, Any]:
    answer = client.get(f"/api/v1/search/?{urlencode({'q': q, **more}, doseq=True)}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def found(client: Client, q: str, **more: Any) -> list[str]:
    answer = search(client, q, **more)
    assert answer["count"] == len(answer["results"])
    return [row["slug"] for row in answer["results"]]


@pytest.mark.parametrize(
    ("q", "slugs"),
    [
        # Title before text.
        ("backpropagation", ["backpropagation", "gradient-descent"]),
        # Alias before tag.
        ("llm", ["large-language-model", "overfitting"]),
        ("Bank", ["bank", "training-loop"]),
        # Title before tag before text.
        ("training", ["training-loop", "backpropagation", "overfitting"]),
        ("grad desc", []),
        ("gradient desc", ["gradient-descent"]),
        ('"language model"', ["large-language-model"]),
        ('"model language"', []),
        ("model language", ["large-language-model"]),
        ("resume NAIVE", ["overfitting"]),
        ("模型", ["overfitting"]),
        ("हिन्दी", ["overfitting"]),
        ("big book", ["the-big-book"]),
        ("lovelace", ["the-big-book"]),
        ("large-language", ["large-language-model"]),
    ],
)
def test_what_is_meant_is_found_and_the_best_comes_first(client: Client, cast: None, q: str, slugs: list[str]) -> None:
    assert found(client, q) == slugs


@pytest.mark.parametrize("q", ["perceptron", "percptron"])
def test_what_is_deprecated_comes_behind_its_equals_and_names_its_successor(client: Client, db: None, q: str) -> None:
    write("Perceptron machine", "Perceptron, perceptron.", "status: deprecated\nreplacedBy: perceptron-unit")
    write("Perceptron unit", "One of many words in a long text about something else, with a perceptron in it.")
    write("Layer", "Deprecated or not, the name counts more than the text, as with the perceptron.")
    hits = search(client, q)["results"]
    assert [hit["slug"] for hit in hits] == ["perceptron-unit", "perceptron-machine", "layer"]
    assert hits[1]["status"] == "deprecated"


@pytest.mark.parametrize(
    ("q", "meant"),
    [
        ("backpropogation", "backpropagation"),
        ("bakcpropagation", "backpropagation"),
        ("gradeint descent", "gradient descent"),
        ("overfiting", "overfitting"),
        ("vackpropagation", None),
    ],
)
def test_typing_mistakes_are_seen_through(client: Client, cast: None, q: str, meant: str | None) -> None:
    answer = search(client, q)
    assert answer["correctedQuery"] == meant
    assert bool(answer["results"]) is (meant is not None)


def test_a_correction_never_names_a_word_that_is_not_published_any_more(
    client: Client, cast: None, delete: Callable[[Item], Item]
) -> None:
    delete(write("Zygomorphic", "Only here."))
    answer = search(client, "zygomorfic")
    assert (answer["count"], answer["correctedQuery"]) == (0, None)


def test_a_hit_says_what_matched_and_shows_it_safely(client: Client, cast: None) -> None:
    [hit] = search(client, "backwards")["results"]
    assert hit["matchedLabel"] is None
    assert hit["snippet"] == "The chain rule, applied <mark>backwards</mark> &amp; fast."
    assert search(client, "llm")["results"][0]["matchedLabel"] == "LLM"
    [hit] = search(client, "naive")["results"]
    assert "<mark>naïve</mark>" in hit["snippet"]


def test_facets_count_the_hits_and_filters_narrow_them(client: Client, cast: None) -> None:
    answer = search(client, "backpropagation")
    assert answer["facets"]["category"] == [{"value": "algorithms", "label": "Algorithms", "count": 1}]
    assert answer["facets"]["tag"] == [{"value": "training", "label": "training", "count": 1}]
    assert found(client, "backpropagation", category="algorithms") == ["gradient-descent"]
    assert found(client, "training", tag="LLM") == ["overfitting"]
    assert found(client, "model", kind="book") == []
    assert found(client, "big", kind="book") == ["the-big-book"]


def test_the_index_follows_every_publication(
    client: Client, entry: Save, again: Save, unpublish: Callable[[Item], Item], delete: Callable[[Item], Item]
) -> None:
    item = entry("Elephant")
    assert found(client, "elephant") == ["elephant"]
    again(item, "Rhinoceros", "rhinoceros")
    assert (found(client, "elephant"), found(client, "rhinoceros")) == ([], ["rhinoceros"])
    again(item, "Draft", "draft", publish=False)
    assert (found(client, "draft"), found(client, "rhinoceros")) == ([], ["rhinoceros"])
    unpublish(item)
    assert found(client, "rhinoceros") == []
    delete(entry("Hippopotamus"))
    assert found(client, "hippopotamus") == []
    assert [model.objects.count() for model in (SearchItem, SearchText, Name)] == [0, 0, 0]


def test_reindex_makes_the_same_index(client: Client, cast: None) -> None:
    queries = ["backpropagation", "llm", "training", "backpropogation", '"language model"']
    before = [search(client, q) for q in queries]
    names = sorted(Name.objects.values_list("position", "key", "source"))
    SearchWord.objects.all().delete()
    call_command("reindex", verbosity=0)
    ANSWERS.clear()
    assert [search(client, q) for q in queries] == before
    assert sorted(Name.objects.values_list("position", "key", "source")) == names


@pytest.mark.parametrize("more", [{}, {"kind": "book"}, {"category": "Nope"}])
def test_a_correction_that_finds_nothing_is_kept_as_well(client: Client, cast: None, more: dict[str, str]) -> None:
    asked = {"q": "bnak overfiting", **more}
    etag = client.get("/api/v1/search/", asked)["ETag"]
    assert client.get("/api/v1/search/", asked, headers={"if-none-match": etag}).status_code == 304


def test_search_takes_at_most_three_queries(client: Client, cast: None, django_assert_max_num_queries: Any) -> None:
    for q in ("backpropagation", "backpropogation", "nothing at all", "a", '"'):
        with django_assert_max_num_queries(3):
            etag = client.get("/api/v1/search/", {"q": q})["ETag"]
        with django_assert_max_num_queries(1):
            assert client.get("/api/v1/search/", {"q": q}, headers={"if-none-match": etag}).status_code == 304


def test_where_very_many_match_titles_come_first_and_the_count_is_an_estimate(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        write(f"Entry {number:02}", "A common word.")
    write("Common", "This one.")
    monkeypatch.setattr(searching, "RANKED", 10)
    answer = search(client, "common", pageSize=5)
    assert answer["approximate"] is True
    assert answer["results"][0]["slug"] == "common"
    assert 30 <= answer["count"] <= 45
    assert answer["facets"]["status"][0]["count"] == answer["count"]
    corrected = search(client, "comon", pageSize=5)
    assert (corrected["correctedQuery"], corrected["approximate"]) == ("common", True)
    assert 30 <= corrected["count"] <= 45


def test_words_that_only_begin_so_are_found_however_many_have_the_whole_word_elsewhere(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "RANKED", 5)
    for number in range(10):
        write(f"Entry {number}", "A red fox.", "category: Animals")
    write("One", "A fox.", "category: Plants")
    write("Two", "Foxgloves.", "category: Plants")
    answer = search(client, "fox", category="plants")
    assert ({hit["slug"] for hit in answer["results"]}, answer["count"]) == ({"one", "two"}, 2)
    assert answer["approximate"] is False
    everywhere = search(client, "fox")
    assert (everywhere["approximate"], everywhere["facets"]["category"][0]["value"]) == (True, "animals")


def test_beginnings_count_where_whole_words_alone_are_few(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "RANKED", 5)
    for number in range(4):
        write(f"Entry {number}", "A fox.")
        write(f"Other {number}", "Foxgloves.")
    answer = search(client, "fox")
    assert (answer["approximate"], len(answer["results"])) == (True, 5)
    assert 6 <= answer["count"] <= 8


@pytest.fixture
def common(db: None, monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """Entries that all have the words, and few are ranked. The slugs of what is called by them, the best first."""
    monkeypatch.setattr(searching, "RANKED", 12)
    for number in range(15):
        write(f"Plain {number:02}", "A red fox.")
    write("Some tags", "Hm.", 'tags: ["red fox"]')
    write("Mixed", "Hm.", 'aliases: ["fox"]\ntags: ["red"]')
    write("Half a fox", "Red.")
    write("Foxes are red", "Hm.", 'tags: ["fox"]')
    write("An alias", "Hm.", 'aliases: ["The fox that is red"]')
    write("By another name", "Hm.", 'aliases: ["Red fox"]')
    write("The red fox", "Hm.")
    write("Red fox", "Hm.")
    return [{"by-another-name", "red-fox"}, {"the-red-fox"}, {"an-alias"}, {"some-tags"}, {"foxes-are-red", "mixed"}]


def test_where_very_many_match_names_are_ranked_as_where_few_do(
    client: Client, common: list[set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for ranked, approximate in ((12, True), (100, False)):
        monkeypatch.setattr(searching, "RANKED", ranked)
        ANSWERS.clear()
        answer = search(client, "red fox ", pageSize=7)
        assert answer["approximate"] is approximate
        slugs = iter(row["slug"] for row in answer["results"])
        assert [{next(slugs) for _ in tier} for tier in common] == common


def test_pages_of_very_many_hits_follow_each_other(client: Client, common: list[set[str]]) -> None:
    slugs: list[str] = []
    for page in range(1, 7):
        answer = search(client, "red fox", pageSize=2, page=page)
        assert len(answer["results"]) == 2
        slugs += [row["slug"] for row in answer["results"]]
    assert answer["next"] is None
    assert len(set(slugs)) == searching.RANKED
    assert set(slugs[:2]) == common[0]


def test_what_is_kept_of_an_answer_ends_with_the_next_publication(
    client: Client, cast: None, django_assert_num_queries: Any
) -> None:
    before = found(client, "backpropagation")
    with django_assert_num_queries(1):
        assert found(client, "backpropagation") == before
    secure = client.get("/api/v1/search/?q=backpropagation&page=1&pageSize=1", secure=True)
    plain = client.get("/api/v1/search/?q=backpropagation&page=1&pageSize=1", secure=False)
    assert (secure.json()["next"][:8], plain.json()["next"][:7]) == ("https://", "http://")
    write("Through time", "Backpropagation again.")
    assert set(found(client, "backpropagation")) == {*before, "through-time"}


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("q", ["bank", "word", "backpropogation", "zzzz"])
def test_an_answer_of_two_instants_has_no_etag_and_nobody_keeps_it(
    client: Client, cast: None, monkeypatch: pytest.MonkeyPatch, q: str, number: int
) -> None:
    """Somebody publishes after the first question of a search, or after the second."""
    for place in range(12):
        write(f"Entry {place:02}", "A common word.")
    monkeypatch.setattr(searching, "RANKED", 10)
    rows, asked = asking.rows, []

    def publish_in_between(*arguments: Any, **options: Any) -> Any:
        found = rows(*arguments, **options)
        asked.append(1)
        if len(asked) == number:
            write("River bank", "A word of backpropagation.")
        return found

    monkeypatch.setattr(asking, "rows", publish_in_between)
    answer = client.get("/api/v1/search/", {"q": q})
    monkeypatch.setattr(asking, "rows", rows)
    if len(asked) == number and q != "zzzz":
        # After the last question it is of one instant; where nothing is found, words are asked for last.
        assert answer["ETag"]
    else:
        assert ("ETag" in answer, answer["Cache-Control"]) == (False, "no-store")
    again = client.get("/api/v1/search/", {"q": q})
    assert again["ETag"] != answer.get("ETag")
    assert ("river-bank" in again.content.decode()) == (q in ("bank", "backpropogation"))


def test_answers_are_kept_for_a_while_and_never_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Answers(room=100, seconds=60)
    for number in range(20):
        answers.keep(f"/{number}", Answer(searching.Stand(1, ""), b"0123456789"))
        assert answers.get("/0")
    kept = [number for number in range(20) if answers.get(f"/{number}")]
    assert kept == [0, *range(11, 20)]
    answers.keep("/large", Answer(searching.Stand(1, ""), b"0" * 101))
    assert answers.get("/large") is None
    assert answers.get("/19")
    later = time.monotonic() + 61
    monkeypatch.setattr("api.answers.monotonic", lambda: later)
    assert not any(answers.get(f"/{number}") for number in range(20))


NASTY = [
    "",
    '"',
    '""',
    "*",
    "a* OR b",
    "NEAR(",
    "NEAR(a b, 3)",
    "col:x",
    "title:x",
    "-x",
    "^x",
    "a AND",
    "NOT",
    "(",
    "')--",
    "a & b | !c <-> d:*",
    "\\",
    "%",
    "_",
    "{title} : x",
    "🙂",
    "\u202eabc",
    "e\u0301" * 50,
    "\u0301",
    "the and of",
    "   ",
    "a " * 100,
    "x" * 200,
    "\ud7ff",
    "\x01\x1f",
    "ß",
    "İ",
    "1e5 1.5 -3 0x1F",
]


@pytest.mark.parametrize("q", NASTY)
def test_any_input_is_safe(client: Client, cast: None, q: str) -> None:
    search(client, q)
    search(client, f"{q[:180]} backprop")
    client.get("/api/v1/lookup/", {"name": q})
    assert client.get("/api/v1/annotate/", {"text": q}).status_code == 200


@pytest.mark.parametrize("q", ["x" * 201, "x" * 10_000, "y " * 5_000, "a\0b"])
def test_what_is_too_long_or_no_text_is_refused(client: Client, cast: None, q: str) -> None:
    check(client.get("/api/v1/search/", {"q": q}), 400, "parameter.invalid")


def test_without_a_query_there_is_no_search(client: Client, db: None) -> None:
    check(client.get("/api/v1/search/"), 400, "parameter.invalid")


# --- lookup ---


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("LLM", "large-language-model"),
        ("llms", "large-language-model"),
        ("Large Language Models", "large-language-model"),
        ("large-language-model", "large-language-model"),
        ("big model", "large-language-model"),
        ("Overfittings", "overfitting"),
    ],
)
def test_any_name_leads_to_the_entry_in_one_request(client: Client, cast: None, name: str, slug: str) -> None:
    answer = client.get("/api/v1/lookup/", {"name": name})
    assert answer.status_code == 200
    assert answer.json()["slug"] == slug
    assert answer["Content-Location"] == f"/api/v1/entries/{slug}/"


def test_a_name_of_several_gives_the_choice(client: Client, cast: None) -> None:
    answer = client.get("/api/v1/lookup/", {"name": "bank"})
    assert answer.status_code == 300
    assert [choice["slug"] for choice in answer.json()["choices"]] == ["bank", "training-loop"]


def test_a_name_that_nothing_has_is_not_found(client: Client, cast: None) -> None:
    check(client.get("/api/v1/lookup/", {"name": "nothing"}), 404, "entry.not_found")


def test_signs_tell_names_apart(client: Client, db: None) -> None:
    for title, slug in (("C", "c"), ("C++", "c-plus-plus"), ("C#", "c-sharp")):
        file = f'---\ntitle: "{title}"\nslug: "{slug}"\n---\n\n# Brief Definition\n\nx\n'
        save_entry(documents.parse(file.encode()), publish=True)
    for name, slug in (("c++", "c-plus-plus"), ("C#", "c-sharp"), ("c", "c")):
        assert client.get("/api/v1/lookup/", {"name": name}).json()["slug"] == slug
    answer = client.post("/api/v1/annotate/", {"text": "C, C++ and C#."}, content_type="application/json")
    assert [match["slug"] for match in answer.json()["matches"]] == ["c", "c-plus-plus", "c-sharp"]


# --- annotate ---


def annotate(client: Client, **data: Any) -> list[tuple[int, int, str]]:
    answer = client.post("/api/v1/annotate/", data, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return [(match["start"], match["end"], match["slug"]) for match in answer.json()["matches"]]


def test_the_longest_name_at_each_place_is_found(client: Client, cast: None) -> None:
    text = "🙂 A Large  Language-Model (LLM) overfits; training loop, LLM."
    matches = annotate(client, text=text)
    assert [text[start:end] for start, end, _ in matches] == ["Large  Language-Model", "LLM", "training loop", "LLM"]
    assert [match[2] for match in annotate(client, text=text, once=True)] == ["large-language-model", "training-loop"]
    assert annotate(client, text=text, exclude=["large-language-model"], once=True) == [matches[2]]
    [start, *_] = [start for start, _, _ in annotate(client, text=text, offsets="utf16")]
    assert start == matches[0][0] + 1
    assert client.get("/api/v1/annotate/", {"text": text}).json()["count"] == 4


@pytest.mark.parametrize(
    ("body", "type_", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"text": 1}', "application/json", 400),
        (b'{"text": "x", "text": "y"}', "application/json", 400),
        (b'{"text": "x", "more": 1}', "application/json", 400),
        (b'{"text": "\\ud800"}', "application/json", 400),
        (b'{"text": "\\u0000"}', "application/json", 400),
        (b'{"text": NaN}', "application/json", 400),
        (b'{"text": 1e999}', "application/json", 400),
        (b'{"text": ' + b"[" * 100_000, "application/json", 400),
        (b'{"text": "\xff"}', "application/json", 400),
        (b'{"text": "' + b"x" * 1_000_001 + b'"}', "application/json", 400),
        (b'{"text": "' + b"x" * 7_000_000 + b'"}', "application/json", 413),
        (b"text", "text/plain", 415),
        (b"", "application/json", 400),
    ],
)
def test_bodies_that_cannot_be_meant_are_refused(
    client: Client, db: None, body: bytes, type_: str, status: int
) -> None:
    answer = client.post("/api/v1/annotate/", body, content_type=type_)
    check(answer, status, answer.json()["code"])
