"""Real glossaries, as their authors left them: whatever is accepted goes in and out unchanged.

They are not part of the project. They lie beside it, in ../shared/corpora, and are only read.
"""

import shutil
from pathlib import Path

import pytest

from publishing.models import Item
from tests.sync import folders
from tests.sync.cast import retitle
from tests.sync.commands import Outcome, exported, import_content

pytestmark = pytest.mark.django_db

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
FOLDERS = sorted(path for path in CORPORA.iterdir() if path.is_dir()) if CORPORA.is_dir() else []

each_corpus = pytest.mark.parametrize(
    "corpus",
    FOLDERS or [pytest.param(None, marks=pytest.mark.skip(f"there is no {CORPORA}"))],
    ids=lambda path: path.name,
)

# Files that no reader could make sense of, and why.
REFUSED = {"cncf-hi": [("vertical-scaling.md", "title.missing")]}
DRAFT_MARKS = (b"draft: true", b"status: draft")


@pytest.fixture
def copy(corpus: Path, tmp_path: Path) -> Path:
    """A copy to write to."""
    return Path(shutil.copytree(corpus, tmp_path / "copy"))


def import_corpus(folder: Path) -> Outcome:
    """With the options these glossaries need: one folder of entries, no books, a bad file left out."""
    outcome = import_content(folder, "--entries", folder, "--books", "none", "--skip-invalid", "--json")
    assert outcome.code == 0, outcome.everything
    return outcome


def export_to(folder: Path) -> Outcome:
    return exported(folder, "--entries", folder, "--books", "none")


def accepted(outcome: Outcome, folder: Path) -> folders.Files:
    """The files that were imported, each under its path: those that are neither refused nor skipped by name."""
    out = [problem["path"] for problem in outcome.problems()] + [skip["path"] for skip in outcome.report["skipped"]]
    left = {str(Path(path).relative_to(folder)) for path in out}
    return {path: data for path, data in folders.read(folder).items() if path not in left}


@each_corpus
def test_at_most_one_file_in_a_hundred_is_refused_and_each_is_explained(corpus: Path, copy: Path) -> None:
    outcome = import_corpus(copy)
    wanted = [(str(copy / path), code) for path, code in REFUSED.get(corpus.name, [])]
    assert outcome.codes() == wanted
    for problem in outcome.problems():
        assert problem["message"]
        assert problem["hint"]
        # A title that is missing has no line, anything else has.
        assert problem["line"] or problem["code"] == "title.missing"
    assert outcome.counts()["new"] == len(accepted(outcome, copy))


@pytest.mark.skipif(not FOLDERS, reason=f"there is no {CORPORA}")
def test_of_all_files_together_at_most_one_in_a_hundred_is_refused() -> None:
    files = [path for folder in FOLDERS for path in folder.rglob("*.md")]
    assert sum(map(len, REFUSED.values())) <= len(files) / 100


@each_corpus
def test_what_is_skipped_is_listed(corpus: Path, copy: Path) -> None:
    assert [skip["path"] for skip in import_corpus(copy).report["skipped"]] == [str(copy / "_TEMPLATE.md")]


@each_corpus
def test_every_accepted_file_comes_out_as_it_went_in(corpus: Path, copy: Path, tmp_path: Path) -> None:
    files = accepted(import_corpus(copy), copy)
    assert files
    export_to(tmp_path / "empty")
    assert folders.read(tmp_path / "empty") == files
    stamps = folders.stamps(copy)
    export_to(copy)
    assert folders.stamps(copy) == stamps
    assert folders.read(copy) == folders.read(corpus)


@each_corpus
def test_a_new_title_costs_one_line_in_each(corpus: Path, copy: Path, tmp_path: Path) -> None:
    files = accepted(import_corpus(copy), copy)
    slugs = list(Item.objects.live().values_list("slug", flat=True))
    assert len(slugs) == len(files)
    for number, slug in enumerate(slugs):
        retitle(slug, f"Another title: number {number}")
    assert export_to(copy).counts()["changed"] == len(files)
    export_to(tmp_path / "empty")
    written = folders.read(tmp_path / "empty")
    assert {path: folders.read(copy)[path] for path in files} == written
    for path, old in files.items():
        removed, added = folders.changes(old, written[path])
        # Publishing takes the mark of a draft out of a file, and nothing else.
        assert removed[1:] == [line for line in old.split(b"\n") if line.lower() in DRAFT_MARKS], path
        assert removed[0].lower().lstrip().startswith(b"title:")
        assert len(added) == 1, path
        assert b"Another title: number " in added[0]


@each_corpus
def test_a_second_import_finds_nothing_new(corpus: Path, copy: Path) -> None:
    first = import_corpus(copy)
    second = import_corpus(copy)
    assert second.counts().get("unchanged") == first.counts()["new"]
    assert second.report["written"] is False
