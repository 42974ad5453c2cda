"""The sample glossary: what a new user sees first, and what the tests of other parts build upon."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from publishing.models import Item, Published, Reference
from tests.sync import folders
from tests.sync.commands import Outcome, exported, imported

pytestmark = pytest.mark.django_db

# A copy of fixtures/content.
CONTENT = Path(settings.CONTENT_ROOT)
FILES = {path: data for path, data in folders.read(CONTENT).items() if path.startswith(("terms/", "books/"))}
SEED = Path(__file__).parents[3] / "shared" / "seeds" / "generative-ai.md"

# The references that are planted for the health report; its list is in fixtures/content/README.md.
DANGLING = {
    ("transformer", "related", "positional-encoding"),
    ("reinforcement-learning", "related", "markov-decision-process"),
    ("bias-in-ai", "recommendedBooks", "the-alignment-problem"),
    ("elements-of-statistical-learning", "topics", "support-vector-machine"),
}


@pytest.fixture
def report() -> Outcome:
    """Imported without naming it: it is the default of CONTENT_ROOT."""
    return imported()


def test_it_is_imported_without_errors(report: Outcome) -> None:
    assert report.problems() == []
    # The empty tag is one of the imperfections that are planted.
    assert [(warning["path"], warning["code"]) for warning in report.problems("warning")] == [
        ("terms/tokenization.md", "tags.empty")
    ]


def test_it_is_large_enough_to_look_like_a_glossary(report: Outcome) -> None:
    assert report.counts()["new"] == Item.objects.of_kind("entry").count() >= 24
    assert report.counts("books")["new"] == Item.objects.of_kind("book").count() >= 12
    assert len(FILES) == Item.objects.count()


def test_it_comes_out_as_it_went_in(report: Outcome, tmp_path: Path) -> None:
    exported(tmp_path / "empty")
    assert folders.read(tmp_path / "empty") == FILES
    stamps = folders.stamps(CONTENT)
    exported(CONTENT)
    assert folders.stamps(CONTENT) == stamps


def test_only_the_planted_references_dangle(report: Outcome) -> None:
    found = Reference.objects.dangling().values_list("source__slug", "field", "slug")
    assert set(found) == DANGLING


def test_it_is_richly_linked(report: Outcome) -> None:
    entries = Item.objects.of_kind("entry").count()
    assert Reference.objects.filter(field="related").count() >= 3 * entries
    assert Reference.objects.filter(field="recommendedBooks").count() >= entries
    cited = set(Reference.objects.filter(target_kind="book").values_list("slug", flat=True))
    assert len(cited) >= 12


def test_generative_ai_has_all_five_sections_and_links(report: Outcome) -> None:
    entry = Item.objects.get(kind="entry", slug="generative-ai").entry
    assert entry.brief_definition
    assert entry.detailed_explanation
    assert entry.key_concepts
    assert entry.common_applications
    assert entry.prerequisites
    assert entry.external_links.count() >= 2


@pytest.mark.skipif(not SEED.exists(), reason=f"there is no {SEED}")
def test_what_the_seed_refers_to_exists(report: Outcome) -> None:
    """So that a team that begins with the seed finds every link alive."""
    front = yaml.safe_load(SEED.read_text().split("---\n")[1])
    for slug in front["related"]:
        assert Published.objects.filter(kind="entry", slug=slug).exists(), slug
    for slug in front["recommendedBooks"]:
        assert Published.objects.filter(kind="book", slug=slug).exists(), slug
    ours = CONTENT / "terms/generative-ai.md"
    assert set(yaml.safe_load(ours.read_text().split("---\n")[1])["related"]) >= set(front["related"])


@pytest.mark.skipif(not SEED.exists(), reason=f"there is no {SEED}")
def test_its_sentences_are_its_own() -> None:
    def sentences(path: Path) -> set[str]:
        body = path.read_text().split("---\n", 2)[2]
        return {sentence.strip() for sentence in re.split(r"[.\n]", body) if len(sentence.split()) > 6}

    assert not sentences(CONTENT / "terms/generative-ai.md") & sentences(SEED)


def test_drafts_are_kept_from_readers(report: Outcome) -> None:
    assert not Published.objects.filter(slug="turing-test").exists()
    assert Published.objects.filter(kind="entry").count() == Item.objects.of_kind("entry").count() - 1
