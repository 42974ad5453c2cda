"""Names in texts: which are found, and that it takes no longer than it must."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossary.search.finder import Finder
from tests import timing


def found(names: list[str], text: str) -> list[str]:
    return [text[each.start : each.end] for each in Finder((name, name) for name in names).find(text)]


@pytest.mark.parametrize(
    ("names", "text", "expected"),
    [
        (["neural network", "network", "neural"], "A neural network is a network.", ["neural network", "network"]),
        (["black box"], "Black-Box, black  box, black\nbox, blackbox", ["Black-Box", "black  box", "black\nbox"]),
        # Names next to each other, and one that could begin within another.
        (["a b", "b c"], "a b c", ["a b"]),
        (["deep", "learning"], "deep learning", ["deep", "learning"]),
        # Whole words alone.
        (["art"], "smart start art", ["art"]),
        (["attention"], "self-attention and attention-based", ["attention"]),
        # Not from one sentence, clause, paragraph or cell into the next.
        (["black box", "box"], "It is black. Box it. Black, box. Black\n\nbox. Black | box", ["Box"] + ["box"] * 3),
        (["St. Petersburg"], "St. Petersburg, St Petersburg", ["St. Petersburg", "St Petersburg"]),
        (["bias vs. variance"], "bias vs. variance", ["bias vs. variance"]),
        (["F-score (metric)"], "An F-score (metric) is", ["F-score (metric"]),
        # Plurals and singulars.
        (["policy", "box", "class", "GAN"], "policies boxes classes GANs", ["policies", "boxes", "classes", "GANs"]),
        (["weights", "boxes", "caches"], "weight box cache", ["weight", "box", "cache"]),
        (["bias", "loss", "corpus"], "biases losses bia los corpu", ["biases", "losses"]),
        (["day", "array"], "days arrays daies", ["days", "arrays"]),
        # Short names in capitals are no words.
        (["IT", "GAN", "RAG", "C"], "it gan rag c; IT GAN RAG C", ["IT", "GAN", "RAG", "C"]),
        (["Gan", "LLMOPS"], "gan llmops", ["gan", "llmops"]),
        (["AWS", "OS"], "AW aws o O", []),
        # Signs, accents, other scripts.
        (["C", "C++", "C#"], "C, C++ and C#.", ["C", "C++", "C#"]),
        (["naïve Bayes"], "Naive bayes, NAÏVE BAYES", ["Naive bayes", "NAÏVE BAYES"]),
        (["Bayes' theorem"], "Bayes’ theorem", ["Bayes’ theorem"]),
        (["神经网络", "नेटवर्क"], "神经网络 और नेटवर्क", ["神经网络", "नेटवर्क"]),
        (["box"], "🙂 box 🙂🙂 box", ["box", "box"]),
        (["→", ""], "→ nothing", []),
        ([], "nothing", []),
    ],
)
def test_what_is_found(names: list[str], text: str, expected: list[str]) -> None:
    assert found(names, text) == expected


def test_a_name_is_not_the_plural_of_another() -> None:
    finder = Finder([("weight", 1), ("weights", 2)])
    assert [each.owners for each in finder.find("weight weights")] == [[1], [2]]


def test_one_name_of_several_has_all_of_them_in_their_order() -> None:
    finder = Finder([("Bank", "river"), ("bank", "money")])
    assert [each.owners for each in finder.find("banks")] == [["river", "money"]]


# --- against the simplest that could be right ---

WORDS = st.sampled_from(["aa", "bb", "ccd", "aab", "dd", "x1"])
NAMES = st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), max_size=12, unique=True)
TEXTS = st.lists(st.one_of(WORDS, st.sampled_from(["aad", ". ", ", ", "\n\n", "-", "zz"])), max_size=40)


def naive(names: list[str], text: str) -> Iterator[tuple[int, int]]:
    """At each word the longest name that stands there. Words are between single blanks."""
    at = 0
    while at < len(text):
        begins = at == 0 or text[at - 1] == " "
        fitting = [name for name in names if f"{text} ".startswith(f"{name} ", at)]
        if begins and fitting:
            longest = max(map(len, fitting))
            yield at, at + longest
            at += longest
        else:
            at += 1


@given(names=NAMES, words=st.lists(WORDS, max_size=40))
def test_it_is_the_longest_at_each_place_from_left_to_right(names: list[str], words: list[str]) -> None:
    text = " ".join(words)
    spans = [(each.start, each.end) for each in Finder((name, 0) for name in names).find(text)]
    assert spans == list(naive(names, text))


@given(names=NAMES, parts=TEXTS, more=st.text(max_size=30))
def test_spans_rise_and_hold_a_name(names: list[str], parts: list[str], more: str) -> None:
    text = " ".join(parts) + more
    at = 0
    for each in Finder((name, name) for name in names).find(text):
        assert at <= each.start < each.end <= len(text)
        at = each.end
        assert each.owners
        assert text[each.start].isalnum()


# --- time ---


@pytest.mark.parametrize(
    ("names", "unit"),
    [
        # Each name the beginning of the next, and a text that nearly fits the longest everywhere.
        ([" ".join(["a"] * length) for length in range(1, 120)], "a " * 119 + "b "),
        ([" ".join(["a"] * length) + " b" for length in range(1, 120)], "a "),
        ([f"neural {number}" for number in range(2000)], "neural "),
        (["x" * 250], "x" * 249 + " "),
        (["word"], "self-word "),
        (["a b"], "a. b, "),
        (["a"], "a" * 5000 + "! "),
    ],
)
def test_no_text_takes_more_than_its_length(names: list[str], unit: str) -> None:
    finder = Finder((name, 0) for name in names)

    def text(size: int) -> str:
        return unit * (size // len(unit))

    # Eight times as long. A square would be 64 times.
    assert timing.grows_faster(24, (60_000, 480_000), text, lambda each: list(finder.find(each))) == ""
