"""The laws on files and edits that nobody has thought of.

A few hundred files run with the other tests, always the same ones. The deep run draws new ones each time:
LEMMA_DEEP_EXAMPLES says how many.
"""

import contextlib
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import documents
import documents.document
import documents.editing
import documents.emitting
import documents.front_matter
import documents.scalars
import documents.sections
from documents import DocumentError, parse
from tests.documents import laws, oracle
from tests.documents.edits import perform
from tests.documents.generated_edits import KINDS, edits
from tests.documents.generated_files import STYLES, files
from tests.documents.refusals import deserved

EDITS_PER_FILE = 2


@dataclass
class Figures:
    """What a run tried, and what came of it."""

    files: int = 0
    discarded: int = 0
    styles: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def shares(self) -> dict[str, float]:
        """Percent of the files that have a style, and of the edits that are of a kind."""
        return {style: 100 * self.styles[style] / (self.files - self.discarded) for style in STYLES} | {
            kind: 100 * self.kinds[kind] / self.kinds.total() for kind in KINDS
        }

    def rare(self, percent: float) -> dict[str, float]:
        """The styles and kinds that a run tried less often."""
        return {name: share for name, share in self.shares().items() if share < percent}

    def report(self) -> str:
        discarded = 100 * self.discarded / self.files
        shares = ", ".join(f"{name} {share:.1f}" for name, share in self.shares().items())
        lines = [
            f"{self.files:,} generated files, {self.discarded:,} discarded ({discarded:.2f} %)",
            f"{self.kinds.total():,} edits, {len(self.violations)} violations",
            f"refusals, all deserved: {dict(self.refused) or 'none'}",
            f"percent of files and of edits: {shares}",
        ]
        return "\n".join(lines)


def judge(data: bytes, draw: Callable[[st.SearchStrategy[Any]], Any], figures: Figures) -> list[str]:
    """What the laws have against this file and a few edits of it, one after the other."""
    try:
        oracle.state_of(data)
        oracle.tree(data)
    except Exception:
        # The file is none. Then it must not be taken for one either.
        figures.discarded += 1
        return [] if _is_refused(data) else [f"law 4: a file that no other reader accepts is accepted: {data!r}"]
    try:
        document = parse(data)
    except DocumentError as refusal:
        return [f"law 4: a good file is refused: {refusal}\n  in {data!r}"]
    found: list[str] = []
    is_mixed = len({oracle.ending(line) for line in oracle.lines_of(data.decode())} - {""}) > 1
    for _ in range(EDITS_PER_FILE):
        kind, edit = draw(edits(oracle.state_of(data)))
        figures.kinds[kind] += 1
        outcome = laws.check(data, edit)
        about = f"\n  by {edit}\n  in {data!r}"
        found += [text + about for text in outcome.violations]
        if outcome.refusal is not None:
            figures.refused[outcome.refusal.code] += 1
            if not deserved(data, edit, outcome.refusal):
                found.append(f"undeserved: {outcome.refusal}{about}")
        if found:
            break
        # A document that is edited again and again must come out like one that is read anew each time.
        with contextlib.suppress(DocumentError):
            perform(document, edit)
        data = data if outcome.after is None else outcome.after
        if bytes(document) != data:
            # Where line ends are mixed, what most lines have may change with each edit.
            in_hand, anew = (oracle.with_lf(text.decode()) for text in (bytes(document), data))
            if not is_mixed or in_hand != anew:
                found.append(f"law 2: edited in hand, the document became {bytes(document)!r}{about}")
            document = parse(data)
    return found


class _Found(Exception):
    pass


def run(examples: int, always_the_same: bool, look_for: str = "") -> Figures:
    """Draws files and edits. Raises AssertionError at the first violation.

    look_for: how a violation begins that is to be found; the first of its kind is noted and ends the run.
    """
    figures = Figures()

    @settings(
        max_examples=examples,
        derandomize=always_the_same,
        database=None,
        deadline=None,
        phases=[Phase.generate] if look_for else [Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(files(), st.data())
    def draw_one(generated, data):
        figures.files += 1
        figures.styles.update(generated.styles)
        found = judge(generated.data, data.draw, figures)
        if not look_for:
            assert not found, "\n".join(found)
        elif any(text.startswith(look_for) for text in found):
            figures.violations += found
            raise _Found

    with contextlib.suppress(_Found):
        draw_one()
    return figures


def _is_refused(data: bytes) -> bool:
    try:
        parse(data)
    except DocumentError:
        return True
    return False


def test_generated_edits_keep_the_laws(record_property):
    # What is drawn depends on the modules that are loaded too; so many files have each style all the same.
    figures = run(1000, always_the_same=True)
    record_property("figures", figures.report())
    assert figures.discarded <= 0.05 * figures.files
    assert figures.rare(0.1) == {}


@pytest.mark.deep
def test_many_generated_edits_keep_the_laws(record_property):
    examples = int(os.environ.get("LEMMA_DEEP_EXAMPLES", "20000"))
    figures = run(examples, always_the_same=False)
    record_property("figures", figures.report())
    assert figures.files >= examples
    assert figures.discarded <= 0.05 * figures.files
    # A few files say little about shares.
    assert figures.rare(5 if examples >= 5000 else 0) == {}


# --- would a fault be found? ------------------------------------------------------------------------------------


def _line_ends_become_one(patch: pytest.MonkeyPatch) -> None:
    written = documents.Document.__bytes__
    patch.setattr(documents.Document, "__bytes__", lambda self: written(self).replace(b"\r\n", b"\n"))


def _the_last_newline_goes(patch: pytest.MonkeyPatch) -> None:
    written = documents.Document.__bytes__
    patch.setattr(documents.Document, "__bytes__", lambda self: written(self).rstrip(b"\r\n"))


def _nothing_gets_quotes_and_nobody_reads_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(documents.scalars, "is_plain", lambda value, flow: bool(value))
    patch.setattr(documents.front_matter.FrontMatter, "_guarded", lambda self, wanted, *attempts: attempts[0]())


def _a_section_loses_its_last_letter(patch: pytest.MonkeyPatch) -> None:
    clean = documents.sections._clean
    patch.setattr(documents.sections, "_clean", lambda text: clean(text)[:-1])


def _every_value_is_written_anew(patch: pytest.MonkeyPatch) -> None:
    replace = documents.editing.replace
    patch.setattr(
        documents.front_matter,
        "change",
        lambda text, node, old, new, slot, context: [replace(text, node, new, slot, context)],
    )


def _everything_gets_double_quotes(patch: pytest.MonkeyPatch) -> None:
    emit = documents.scalars.emit
    patch.setattr(documents.editing, "emit", lambda value, style, context: emit(value, '"', context))


def _new_lines_end_like_unix(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(documents.document, "dominant_newline", lambda text: "\n")


def _blank_lines_around_sections_are_tidied(patch: pytest.MonkeyPatch) -> None:
    read_back = documents.sections.Sections._read_back

    def tidy(self, pieces):
        for piece in pieces[:-1]:
            piece.tail = "\n\n"
        return read_back(self, pieces)

    patch.setattr(documents.sections.Sections, "_read_back", tidy)


def _a_refused_edit_leaves_its_mark(patch: pytest.MonkeyPatch) -> None:
    replace = documents.sections.Sections._replace

    def careless(self, pieces, expected, joints=()):
        try:
            replace(self, pieces, expected, joints)
        except DocumentError:
            self._pieces = pieces
            self.changed = True
            raise

    patch.setattr(documents.sections.Sections, "_replace", careless)


def _refusals_do_not_say_where(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(documents.sections.Sections, "_place", lambda self, at: (0, 0))


def _strange_values_crash(patch: pytest.MonkeyPatch) -> None:
    def typed(value):
        raise TypeError(f"cannot write {value!r}")

    patch.setattr(documents.scalars, "_typed", typed)


def _the_guard_has_to_step_in(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(documents.scalars, "is_plain", lambda value, flow: bool(value))


@pytest.mark.parametrize(
    ("law", "plant"),
    [
        ("law 1", _line_ends_become_one),
        ("law 1", _the_last_newline_goes),
        ("law 2", _nothing_gets_quotes_and_nobody_reads_again),
        ("law 2", _a_section_loses_its_last_letter),
        ("law 3", _every_value_is_written_anew),
        ("law 3", _everything_gets_double_quotes),
        ("law 3", _new_lines_end_like_unix),
        ("law 3", _blank_lines_around_sections_are_tidied),
        ("law 4", _a_refused_edit_leaves_its_mark),
        ("law 4", _refusals_do_not_say_where),
        ("law 4", _strange_values_crash),
        ("undeserved", _the_guard_has_to_step_in),
    ],
    ids=lambda each: each if isinstance(each, str) else each.__name__.strip("_"),
)
def test_a_planted_fault_is_found(law: str, plant: Callable[[pytest.MonkeyPatch], None], monkeypatch):
    plant(monkeypatch)
    assert run(400, always_the_same=True, look_for=law).violations
