"""Show 2 as a test: every edit of every real file beside the project. The deep run does all, the others a part."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from documents import DocumentError, parse
from tests.documents import laws, oracle
from tests.documents.edits import Edit
from tests.documents.files import CORPUS, name, needs_shared
from tests.documents.sweep import cases

pytestmark = needs_shared

# Every so many of the edits are made with the other tests; the count runs on from file to file.
PART = 4


@dataclass
class Sweep:
    """What was tried and what came of it."""

    files: int = 0
    edits: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def report(self) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in self.edits.most_common())
        return (
            f"{self.files} real files, {self.edits.total():,} edits: {len(self.violations)} violations, "
            f"{len(self.refused)} refused\n{kinds}"
        )


def accepted() -> tuple[list[tuple[Path, bytes]], list[str]]:
    """The real files that are read, and for each other one its message."""
    good, bad = [], []
    for path in CORPUS:
        data = path.read_bytes()
        try:
            parse(data, name(path))
        except DocumentError as refusal:
            bad.append(str(refusal))
        else:
            good.append((path, data))
    return good, bad


def sweep(every: int) -> Sweep:
    found = Sweep()
    number = 0
    for path, data in accepted()[0]:
        found.files += 1
        for case in cases(data):
            number += 1
            if number % every:
                continue
            outcome = laws.check(data, case.edit)
            found.edits[case.kind] += 1
            found.violations += [f"{name(path)}: {text}\n  by {case.edit}" for text in outcome.violations]
            if outcome.refusal is not None and not _must_be_refused(data, case.edit):
                found.refused.append(f"{name(path)}: {outcome.refusal}\n  by {case.edit}")
    return found


def _must_be_refused(data: bytes, edit: Edit) -> bool:
    """An anchor, an alias or a tag stands there. (None does in these files; a file with one is refused as a whole.)"""
    root = oracle.tree(data)
    entry = root.entry(edit["key"]) if root and "key" in edit else None
    lines = oracle.parts(data).lines
    value = "".join(lines[entry[1].first : entry[2].last + 1]) if entry else ""
    return any(f" {mark}" in value for mark in "&*!")


def test_of_real_files_at_most_one_in_a_hundred_is_refused(record_property):
    good, bad = accepted()
    record_property("figures", f"{len(good) + len(bad)} real files, {len(bad)} refused\n" + "\n".join(bad))
    assert len(good) > 100
    assert len(bad) <= len(CORPUS) / 100


def test_a_new_title_costs_a_real_file_one_line(record_property):
    changed, without = 0, []
    for path, data in accepted()[0]:
        document = parse(data)
        if "title" not in document:
            without.append(name(path))
            continue
        changed += 1
        document["title"] = f"{document['title']} anew"
        before, after = oracle.lines_of(data.decode()), oracle.lines_of(bytes(document).decode())
        assert len(before) == len(after), name(path)
        assert sum(a != b for a, b in zip(before, after, strict=True)) == 1, name(path)
    figures = f"{changed} real titles changed, each one line removed and one added; without a title: {without}"
    record_property("figures", figures)
    assert changed + len(without) == len(accepted()[0])
    assert len(without) <= len(CORPUS) / 100


def test_edits_of_real_files_keep_the_laws(record_property):
    found = sweep(PART)
    record_property("figures", found.report())
    assert not found.violations, "\n".join(found.violations[:10])
    assert not found.refused, "\n".join(found.refused[:10])


@pytest.mark.deep
def test_every_edit_of_every_real_file_keeps_the_laws(record_property):
    found = sweep(1)
    record_property("figures", found.report())
    assert not found.violations, "\n".join(found.violations[:10])
    assert not found.refused, "\n".join(found.refused[:10])
    assert found.edits.total() > 3000
