"""Which names of entries a text says."""

from hypothesis import given, settings
from hypothesis import strategies as st

from glossary.health import body, facts
from glossary.health.checks.links import Vocabulary

SOMEBODY = facts.of("entry", 1, "a.md", b"---\ntitle: A\n---\n")
# Words, and what may stand within, behind and between them, so few that texts often say the names.
parts = st.lists(st.sampled_from(["a", "a", "b", "é²", "ß", "a-b", "b++", "_", " ", " ", "\n", "-", "’", "+", "."]))
words = parts.map("".join)


def vocabulary(names: list[str]) -> Vocabulary:
    return Vocabulary({key: (name, SOMEBODY) for name in names if (key := Vocabulary.key(name))})


@settings(max_examples=1000)
@given(st.lists(words, max_size=3), st.lists(words, max_size=3))
def test_a_text_that_is_passed_over_says_no_name(names: list[str], texts: list[str]) -> None:
    """The quick look at the whole text is there only to spare the slow one at its parts."""
    whole = f" {' '.join(Vocabulary.key(body.joined([(text, 1) for text in texts])))} "
    says_one = any(f" {' '.join(Vocabulary.key(name))} " in whole for name in names if Vocabulary.key(name))
    assert vocabulary(names).may_be_in(body.joined([(text, 1) for text in texts])) or not says_one


def test_a_text_without_any_name_is_passed_over() -> None:
    assert vocabulary(["Black box", "C++"]).may_be_in("In a black\nbox.")
    assert not vocabulary(["Black box", "C++"]).may_be_in("In a black hole, in boxes, in abc++.")
    assert not vocabulary([]).may_be_in("In a black box.")
