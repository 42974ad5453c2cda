"""Which names of entries a text says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glossary.health import body, facts
from glossary.health.checks.mentions import Vocabulary, snapshot_names
from glossary.health.snapshot import Snapshot
from tests.health import folders

SOMEBODY = facts.of("entry", 1, "a.md", b"---\ntitle: A\n---\n")
# Words, and what may stand within, behind and between them, so few that texts often say the names.
parts = st.lists(st.sampled_from(["a", "a", "b", "é²", "ß", "a-b", "b++", "_", " ", " ", "\n", "-", "’", "+", "."]))
words = parts.map("".join)


def key(text: str) -> tuple[str, ...]:
    return tuple(body.tokens(text.casefold()))


def vocabulary(names: list[str]) -> Vocabulary:
    return Vocabulary({key(name): (name, SOMEBODY) for name in names if key(name)})


@settings(max_examples=1000)
@given(st.lists(words, max_size=3), st.lists(words, max_size=3))
def test_a_text_that_is_passed_over_says_no_name(names: list[str], texts: list[str]) -> None:
    """The quick look at the whole text is there only to spare the slow one at its parts."""
    whole = f" {' '.join(key(body.joined([(text, 1) for text in texts])))} "
    says_one = any(f" {' '.join(key(name))} " in whole for name in names if key(name))
    assert vocabulary(names).may_be_in(body.joined([(text, 1) for text in texts])) or not says_one


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A black box, black\nboxes and GANs.", ["black box", "black\nboxes", "GANs"]),
        # Not in parts of names, of files and of addresses.
        ("In black-box, box.png, gan, a@box and my_box.", []),
        # The bare name of one with a qualifier may mean anything, but no shorter name is in it.
        ("A safe box, safe boxes, the Safe box (bank).", ["Safe box (bank"]),
        ("Two people have a cut box, a box, though, has one.", ["box"]),
        ("It was black. Box it, Black (the box), black box.", ["Box", "box", "black box"]),
        ("The theory of a black box", ["black box"]),
        ("दाल, but not दाली.", ["दाल"]),
    ],
)
def test_a_text_says_the_longest_name_in_either_number(text: str, expected: list[str]) -> None:
    titles = ["Box", "Black box", "GAN", "Safe box (bank)", "Cut box", "cut box", "दाल", "Black box theory"]
    texts = [f'---\ntitle: "{title}"\nslug: "s{number}"\n---\n' for number, title in enumerate(titles)]
    entries = [facts.of("entry", number, f"s{number}.md", text.encode()) for number, text in enumerate(texts)]
    found = snapshot_names(Snapshot(entries, folders.RULES)).found(text)
    assert [written for written, _ in found] == expected


def test_a_text_without_any_name_is_passed_over() -> None:
    assert vocabulary(["Black box", "C++"]).may_be_in("In a black\nbox.")
    assert not vocabulary(["Black box", "C++"]).may_be_in("In a black hole, in boxes, in abc++.")
    assert not vocabulary([]).may_be_in("In a black box.")
