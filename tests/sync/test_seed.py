"""The first promise of all: a real entry goes in and out without losing a byte, and an edit costs its own lines."""

from collections.abc import Callable
from pathlib import Path

import pytest

from documents import Document
from tests.sync import folders
from tests.sync.cast import edit, text
from tests.sync.commands import exported, imported

pytestmark = pytest.mark.django_db

SEED = Path(__file__).parents[3] / "shared" / "seeds" / "generative-ai.md"

needs_the_seed = pytest.mark.skipif(not SEED.exists(), reason=f"there is no {SEED}")


@pytest.fixture
def seed() -> bytes:
    return SEED.read_bytes()


@pytest.fixture
def known(tmp_path: Path, seed: bytes) -> Path:
    """The seed in a content folder, imported into an empty database."""
    root = folders.write(tmp_path / "content", {"terms/generative-ai.md": seed})
    assert imported(root).counts() == {"new": 1}
    return root


@needs_the_seed
def test_import_and_export_give_identical_bytes(known: Path, tmp_path: Path, seed: bytes) -> None:
    exported(tmp_path / "empty")
    assert folders.read(tmp_path / "empty") == {"terms/generative-ai.md": seed}
    exported(known)
    assert folders.read(known) == {"terms/generative-ai.md": seed}


def title(document: Document) -> None:
    document["title"] = 'Generative "AI": an overview'


def a_tag(document: Document) -> None:
    document["tags"] = [*document["tags"][:-1], "large language models"]


def description_of_a_link(document: Document) -> None:
    links = document["externalLinks"]
    links[1]["description"] = "How it works, shown in ten minutes"
    document["externalLinks"] = links


def a_key_concept(document: Document) -> None:
    section = document.sections["Key Concepts"]
    document.sections["Key Concepts"] = section.replace("- Multimodal generation", "- Text, image and sound at once")


def last_updated(document: Document) -> None:
    document["lastUpdated"] = "2026-02-03"


def one_more_link(document: Document) -> None:
    document["externalLinks"] = [
        *document["externalLinks"],
        {"title": "Diffusion, explained", "url": "https://example.org/diffusion", "type": "article"},
    ]


def one_related_slug_less(document: Document) -> None:
    document["related"] = [slug for slug in document["related"] if slug != "deep-learning"]


EDITS: list[tuple[Callable[[Document], None], list[str], list[str]]] = [
    (title, ['title: "Generative AI"'], ['title: "Generative \\"AI\\": an overview"']),
    (
        a_tag,
        ['tags: ["generation", "creativity", "gans", "diffusion", "llm"]'],
        ['tags: ["generation", "creativity", "gans", "diffusion", "large language models"]'],
    ),
    (
        description_of_a_link,
        ['    description: "Visual explanation of generative AI concepts"'],
        ['    description: "How it works, shown in ten minutes"'],
    ),
    (a_key_concept, ["- Multimodal generation"], ["- Text, image and sound at once"]),
    (last_updated, ['lastUpdated: "2025-01-28"'], ['lastUpdated: "2026-02-03"']),
    (
        one_more_link,
        [],
        [
            '  - title: "Diffusion, explained"',
            '    url: "https://example.org/diffusion"',
            '    type: "article"',
        ],
    ),
    (
        one_related_slug_less,
        ['related: ["artificial-intelligence", "deep-learning", "neural-networks", "natural-language-processing"]'],
        ['related: ["artificial-intelligence", "neural-networks", "natural-language-processing"]'],
    ),
]


@needs_the_seed
@pytest.mark.parametrize(("change", "removed", "added"), EDITS, ids=lambda value: getattr(value, "__name__", ""))
def test_an_edit_costs_the_lines_of_that_edit(
    known: Path, tmp_path: Path, seed: bytes, change: Callable[[Document], None], removed: list[str], added: list[str]
) -> None:
    edit("generative-ai", change)
    for root in (known, tmp_path / "empty"):
        exported(root)
        new = (root / "terms/generative-ai.md").read_bytes()
        assert folders.changes(seed, new) == ([line.encode() for line in removed], [line.encode() for line in added])
    assert text("generative-ai") == new


@needs_the_seed
@pytest.mark.parametrize("change", [change for change, *_ in EDITS], ids=lambda value: value.__name__)
def test_taking_an_edit_back_gives_the_first_bytes_again(
    known: Path, seed: bytes, change: Callable[[Document], None]
) -> None:
    def back(document: Document) -> None:
        first = Document(seed)
        for key in first:
            document[key] = first[key]
        document.sections["Key Concepts"] = first.sections["Key Concepts"]

    edit("generative-ai", change)
    exported(known)
    edit("generative-ai", back)
    exported(known)
    assert folders.read(known) == {"terms/generative-ai.md": seed}


@needs_the_seed
def test_all_edits_together_cost_the_sum_of_their_lines(known: Path, seed: bytes) -> None:
    for change, *_ in EDITS:
        edit("generative-ai", change)
    exported(known)
    removed, added = folders.changes(seed, (known / "terms/generative-ai.md").read_bytes())
    assert len(removed) == sum(len(lines) for _, lines, _ in EDITS)
    assert len(added) == sum(len(lines) for *_, lines in EDITS)
