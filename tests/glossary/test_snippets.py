"""The part of a text that shows why it was found."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossary.search import query, words
from glossary.search.snippets import Marker

TEXTS = st.text(alphabet="abAB _.-\n<é", max_size=400)
WORDS = st.text(alphabet="ab", min_size=1, max_size=3)


@given(TEXTS, WORDS, st.booleans())
def test_marked_is_what_has_the_word_and_nothing_else(text: str, word: str, finished: bool) -> None:
    marker = Marker(query.parse(word + " " * finished))
    if not text.isascii():
        # One word without accents is enough to show why.
        assert bool(list(marker.spans(text))) is any(_fits(each.key, word, finished) for each in words.words(text))
        return
    spans = [(each.start, each.end) for each in words.words(text) if _fits(each.key, word, finished)]
    assert list(marker.spans(text)) == spans


@given(TEXTS, WORDS)
def test_a_snippet_is_a_piece_of_its_text_with_every_match_in_it_marked(text: str, word: str) -> None:
    marker = Marker(query.parse(word))
    snippet = marker.snippet(text)
    shown = unescape(re.sub("</?mark>", "", snippet)).removeprefix("…").removesuffix("…")
    assert shown in " ".join(text.split("\n"))
    if text.isascii() and len(text) <= 200:
        assert snippet.count("<mark>") == len(list(marker.spans(text)))


@given(st.text(alphabet="abZ9 _.-–éи模\u0301\u0928\u093f\n", max_size=60))
def test_words_with_other_letters_are_found_without_going_through_all(text: str) -> None:
    wanted = [word for word in words.words(text) if not text[word.start : word.end].isascii()]
    assert list(words.words_beyond_ascii(text)) == wanted


@pytest.mark.parametrize("filler", ["x ", "é "])
def test_a_match_far_behind_is_shown(filler: str) -> None:
    snippet = Marker(query.parse("needle")).snippet(filler * 5_000 + "a Needle here " + filler * 5_000)
    assert "a <mark>Needle</mark> here" in snippet
    assert len(snippet) < 300


def _fits(key: str, word: str, finished: bool) -> bool:
    return key == word if finished else key.startswith(word)
