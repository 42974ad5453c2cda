"""Every fault that was planted is found, once, and nothing else is."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from glossary.health import facts, report
from glossary.health.problem import Severity
from glossary.health.snapshot import Snapshot
from tests.documents.files import needs_shared
from tests.documents.oracle import CORPORA
from tests.health import folders

PLANTED = folders.ROOT / "fixtures" / "health"
CONTENT = folders.ROOT / "fixtures" / "content"
EXPECTED = Counter((PLANTED / "expected.txt").read_text().splitlines())


def test_every_planted_fault_is_found_and_no_near_miss_alarms(record_property: Callable[[str, object], None]) -> None:
    problems = folders.problems(PLANTED)
    sound = {each.path for each in folders.snapshot(PLANTED).all} - {one.path for one in problems}
    planted, sample = report.counts(problems), report.counts(folders.problems(CONTENT))
    listed = ", ".join(f"{code} {planted[code]} + {sample[code]}" for code in sorted(planted | sample))
    record_property("figures", f"planted + in the sample: {listed}; {len(sound)} planted texts have nothing")
    found = Counter(f"{one.path} {one.code}" for one in problems)
    assert EXPECTED - found == Counter(), "not found"
    assert found - EXPECTED == Counter(), "false alarms"


def test_a_text_without_keys_is_judged_all_the_same() -> None:
    assert facts.of("entry", 1, "a.md", b"---\n---\n\nText.\n").prose == [("Text.", 4)]


def test_each_fault_is_planted_twice() -> None:
    counts = Counter(line.split()[1] for line in EXPECTED.elements())
    assert [code for code, count in counts.items() if count < 2] == []
    assert len(counts) > 40


def test_tags_that_are_used_once_are_one_hint_for_all_of_them() -> None:
    tags = (["a", "b"], ["b", "c"], ["c"], ["D", "d"])
    texts = [f'---\ntitle: "Entry {number}"\ntags: {each}\n---\n' for number, each in enumerate(tags)]
    entries = [facts.of("entry", number, f"e{number}.md", text.encode()) for number, text in enumerate(texts)]
    found = [one for one in report.problems(Snapshot(entries, folders.RULES)) if one.code == "tag.once"]
    assert [(one.path, one.severity, one.message) for one in found] == [
        ("terms/e0.md", Severity.HINT, "One tag is used once: a.")
    ]
    assert not report.problems(Snapshot([], folders.RULES))


def test_a_missing_slug_like_one_that_is_there_is_merged_with_it_by_mending_all_places() -> None:
    texts = [
        '---\ntitle: "One"\nrecommendedBooks: ["deep-learing", "deeplearning"]\n---\n',
        '---\ntitle: "Two"\nrecommendedBooks: ["deep-learing", "cooking"]\n---\n',
    ]
    everything = [facts.of("entry", number, f"e{number}.md", text.encode()) for number, text in enumerate(texts)]
    everything.append(facts.of("book", 2, "deep-learning.md", b'---\ntitle: "Deep learning"\n---\n'))
    found = [one for one in report.problems(Snapshot(everything, folders.RULES)) if one.code == "book.missing"]
    two = 'Perhaps "deep-learning" is meant. 2 places name it; mend them all to merge the two slugs.'
    assert {(one.value, one.hint) for one in found} == {
        ("deep-learing", two),
        ("deeplearning", 'Perhaps "deep-learning" is meant.'),
        ("cooking", "Write it or take it out."),
    }


def test_the_editors_guide_explains_every_code() -> None:
    guide = (folders.ROOT / "docs" / "editors.md").read_text()
    assert [code for code in {line.split()[1] for line in EXPECTED} if f"`{code}`" not in guide] == []


def test_of_the_sample_content_the_planted_faults_are_found() -> None:
    found = [one for one in folders.problems(CONTENT) if one.severity is not Severity.HINT]
    assert [(one.code, one.path, one.line) for one in sorted(found, key=lambda one: (one.code, one.path))] == [
        ("book.missing", "terms/bias-in-ai.md", 8),
        ("brief.length", "terms/bias-in-ai.md", 29),
        ("heading.near", "terms/overfitting.md", 34),
        ("link.dangling", "terms/diffusion-model.md", 37),
        ("link.insecure", "terms/reinforcement-learning.md", 12),
        # The topic of a book is a reference too.
        ("reference.draft", "books/ai-modern-approach.md", 13),
        ("reference.draft", "terms/artificial-intelligence.md", 7),
        ("related.dangling", "terms/reinforcement-learning.md", 7),
        ("related.dangling", "terms/transformer.md", 7),
        # Not in the table of the sample content, and yet so: an intermediate entry demands an advanced one.
        ("requires.harder", "terms/large-language-model.md", 27),
        ("section.missing", "terms/hallucination.md", 0),
        ("tag.variant", "terms/natural-language-processing.md", 6),
        ("tags.empty", "terms/tokenization.md", 6),
        ("topic.missing", "books/elements-of-statistical-learning.md", 14),
    ]


def test_of_the_sample_content_the_planted_hints_are_given() -> None:
    found = folders.problems(CONTENT)
    one_way = {one.path[len("terms/") : -len(".md")] for one in found if one.code == "related.one-way"}
    assert one_way == {
        "attention-mechanism",
        "bias-in-ai",
        "diffusion-model",
        "fine-tuning",
        "generative-adversarial-network",
        "retrieval-augmented-generation",
        "turing-test",
        "unsupervised-learning",
        "word-vector",
    }
    assert [one.path for one in found if one.code == "book.unused"] == ["books/probabilistic-machine-learning.md"]
    assert [one.path for one in found if one.code == "date.stale"] == ["terms/computer-vision.md"]


def test_hints_do_not_lower_the_score() -> None:
    found = folders.problems(CONTENT)
    hints = [one for one in found if one.severity is Severity.HINT]
    assert hints
    assert report.score(hints, 43) == 100
    assert report.score(found, 43) < 100


def test_the_most_wanted_entry_comes_first() -> None:
    counts = [count for _, _, count in report.wanted(folders.snapshot(PLANTED))]
    assert counts[0] == 2
    assert counts == sorted(counts, reverse=True)


@needs_shared
@pytest.mark.parametrize("name", ["cncf-en", "cncf-de", "cncf-hi"])
def test_real_glossaries_are_judged(name: str, record_property: Callable[[str, object], None]) -> None:
    root: Path = CORPORA / name
    snapshot = folders.snapshot(root, ".")
    counts = report.counts(report.problems(snapshot))
    listed = ", ".join(f"{code} {count}" for code, count in counts.most_common())
    record_property("figures", f"{name}: {len(snapshot.all)} texts: {listed}")
    # None of these has first-level headings, so every text lacks its definition.
    assert counts["section.missing"] > len(snapshot.all)
