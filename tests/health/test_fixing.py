"""Every fix mends what it is for, in a few lines, and nothing else."""

import difflib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from documents import DocumentError, parse
from glossary.editing import save_entry
from glossary.health import fixing, keeping, loading, mending, report
from glossary.health.facts import of
from glossary.health.models import Edition, Finding
from glossary.health.problem import Fix, Problem
from glossary.health.snapshot import Snapshot
from glossary.linkcheck.results import Result
from glossary.linkcheck.verdicts import Verdict
from publishing import batches, kinds, writer
from publishing.authors import Author
from publishing.models import Item, Revision
from tests.health import folders

PLANTED = folders.ROOT / "fixtures" / "health"
CONTENT = folders.ROOT / "fixtures" / "content"
ACTIONS = {*fixing._FRONT, *fixing._BODY}
# Lines that a fix may take out and put in.
FEW = 2
FRONT = "---\ntitle: A\n---\n\n"


def files(root: Path) -> dict[int, tuple[str, str, bytes]]:
    """Kind, path and bytes of each file, by the number that `folders` gives it."""
    found = {}
    for number, facts in ((each.item, each) for each in folders.snapshot(root).all):
        data = (root / facts.path).read_bytes()
        found[number] = (facts.kind, facts.path.partition("/")[2], data)
    return found


def changed_lines(before: bytes, after: bytes) -> list[str]:
    rows = difflib.ndiff(before.decode().split("\n"), after.decode().split("\n"))
    return [row for row in rows if row[0] in "+-"]


def with_moved(root: Path) -> Snapshot:
    """As if the link check had found pages of the sample elsewhere, and some texts were changed today."""
    known = folders.snapshot(root)
    edited = {facts.item: known.rules.today for facts in known.all[::9] if facts.last_updated}
    urls = {url for facts in known.all for url, _ in facts.urls if url.startswith("https://")}
    now: Any = None
    checked = {url: Result(url, Verdict.MOVED, "", 301, f"{url}/elsewhere", now, 0, None) for url in sorted(urls)[:5]}
    return Snapshot(known.all, known.rules, edited, checked)


def fixable() -> Iterator[tuple[Path, Problem]]:
    for root in (PLANTED, CONTENT):
        for problem in report.problems(with_moved(root)):
            if problem.fix:
                yield root, problem


def test_every_action_is_met() -> None:
    assert {problem.fix.action for _, problem in fixable() if problem.fix} == ACTIONS


def test_every_code_that_the_guide_says_can_be_mended_is_met() -> None:
    guide = (folders.ROOT / "docs" / "editors.md").read_text()
    [told] = re.findall(r"^- \*\*Fix\*\* is there for (.*?)\.\n", guide, re.MULTILINE | re.DOTALL)
    lists = {f"{name}.{what}" for name in ("tags", "aliases", "related", "authors") for what in ("empty", "duplicate")}
    assert {one.code for _, one in fixable()} - lists == set(re.findall(r"`([a-z.-]+)`", told))
    assert len(lists & {one.code for _, one in fixable()}) > 4


def test_each_fix_changes_its_lines_and_the_finding_is_gone(record_property: Any) -> None:
    """On every fixable finding of the planted faults and of the sample."""
    count = 0
    for root in (PLANTED, CONTENT):
        known, every = with_moved(root), files(root)
        for problem in report.problems(known):
            if not problem.fix:
                continue
            kind, path, data = every[problem.fix.item]
            document = parse(data, path)
            fixed = fixing.fixed(document, problem.fix, f"{kinds.get(kind).folder}/{path}")
            lines = changed_lines(data, bytes(fixed))
            assert lines, f"{problem} is not mended"
            # An address is changed wherever it stands.
            places = data.decode().count(problem.value) if problem.fix.action == "address" else 1
            assert len(lines) <= FEW * places, f"{problem}: {lines}"
            facts = of(kind, problem.fix.item, path, bytes(fixed))
            everything = [facts if each.item == facts.item else each for each in known.all]
            after = Snapshot(everything, known.rules, known.edited, known.checked)
            about = next(each for each in after.all if each.item == problem.item)
            left = [one for one in report.of(about, after) if _same(one, problem)]
            assert not left, f"{problem} is still there"
            again = fixing.fixed(fixed, problem.fix, f"{kinds.get(kind).folder}/{path}")
            # A second mention could be linked as well; but nobody offers it, as the finding is gone.
            assert problem.fix.action == "link" or bytes(again) == bytes(fixed), "done twice is done once"
            count += 1
    record_property("figures", f"{count} fixes, each in at most {FEW} changed lines")
    assert count > 50


def _same(one: Problem, other: Problem) -> bool:
    return (one.code, one.item, one.value, one.field) == (other.code, other.item, other.value, other.field)


@pytest.mark.parametrize(
    ("before", "fix", "after"),
    [
        # A comment, a quote and the order of the rest stay.
        (
            'related: [\'a\', "gama",   b] # mine',
            Fix("replace", 1, {"key": "related", "old": "gama", "new": "gamma"}),
            'related: [\'a\', "gamma",   b] # mine',
        ),
        # Who is there already is not named twice.
        ("related: [b, c]", Fix("replace", 1, {"key": "related", "old": "b", "new": "c"}), "related: [c]"),
        ("related:\n  - a\n  - b", Fix("add", 1, {"key": "related", "new": "c"}), "related:\n  - a\n  - b\n  - c"),
        ("tags: [a, '', a, b]", Fix("tidy", 1, {"key": "tags"}), "tags: [a, b]"),
        ("recomendedBooks: [a] # x", Fix("rename-key", 1, {"old": "recomendedBooks", "new": "recommendedBooks"}),
         "recommendedBooks: [a] # x"),
        ('lastUpdated: "2031-01-01"', Fix("date", 1, {"new": "2026-01-02"}), 'lastUpdated: "2026-01-02"'),
        ("lastUpdated: 2031-01-01", Fix("date", 1, {"new": "2026-01-02"}), "lastUpdated: 2026-01-02"),
    ],
)  # fmt: skip
def test_what_stands_around_it_stays(before: str, fix: Fix, after: str) -> None:
    text = "---\ntitle: A\n{}\n---\n\nText.\n"
    assert bytes(fixing.fixed(parse(text.format(before).encode()), fix)).decode() == text.format(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A black box, and a black box.", "A [black box](black-box.md), and a black box."),
        ("`black box` and\nblack\nbox", "`black box` and\n[black\nbox](black-box.md)"),
        ("# black box\n\nThe black box.", "# black box\n\nThe [black box](black-box.md)."),
        ("[a black box](x.md) or black box", "[a black box](x.md) or [black box](black-box.md)"),
        ("- one\n- black box\n", "- one\n- [black box](black-box.md)\n"),
        ("    black box\n\nblackbox black boxes", None),
        ("```\nblack box\n```", None),
    ],
)
def test_the_first_mention_that_can_be_linked_is(before: str, after: str | None) -> None:
    fix = Fix("link", 1, {"name": "black box", "slug": "black-box", "path": "terms/black-box.md"})
    found = fixing.fixed(parse(f"{FRONT}{before}".encode()), fix, "terms/other.md")
    assert bytes(found).decode() == FRONT + (before if after is None else after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("## Key Concept\n\n- a\n", "# Key Concepts\n\n- a\n"),
        ("Key Concept\n---\n\n- a\n", "Key Concepts\n===\n\n- a\n"),
        ("Text.\r\n\r\n### Key Concept ###\r\n\r\n- a\r\n", "Text.\r\n\r\n# Key Concepts #\r\n\r\n- a\r\n"),
    ],
)
def test_a_heading_is_raised_in_its_line(before: str, after: str) -> None:
    level = 3 if "###" in before else 2
    fix = Fix("heading", 1, {"level": level, "old": "Key Concept", "new": "Key Concepts", "line": 1})
    assert bytes(fixing.fixed(parse(f"{FRONT}{before}".encode()), fix)).decode() == FRONT + after


# --- through the door ---


def save(slug: str, **front: str) -> Item:
    lines = "".join(f"{key}: {value}\n" for key, value in front.items())
    text = f'---\ntitle: "{slug.title()}"\nslug: "{slug}"\n{lines}---\n\n# Brief Definition\n\nOf {slug} alone.\n'
    return save_entry(parse(text.encode()), publish=True)


def data(item: Item) -> bytes:
    return bytes(Item.objects.select_related("working").get(pk=item.pk).working.data)


@pytest.mark.django_db
def test_a_fix_goes_through_the_writer_and_can_be_undone() -> None:
    one, other = save("alpha", related='["beta"]'), save("beta")
    before = data(other)
    keeping.catch_up(Edition.WORKING)
    fixes = mending.of_findings(Finding.objects.filter(code="related.one-way"))
    [planned] = mending.plan(fixes)
    assert planned.item == other
    assert [line for line in planned.diff.split("\n") if line[:1] == "+" and line[:3] != "+++"] == [
        '+related: ["alpha"]'
    ]
    assert data(other) == before, "a preview writes nothing"
    outcome = mending.carry_out(fixes, label="Mended", author=None, origin=Revision.Origin.COMMAND)
    keeping.catch_up(Edition.WORKING)
    assert not Finding.objects.filter(code="related.one-way").exists()
    newest = Revision.objects.filter(item=other).first()
    assert newest is not None
    assert (newest.message, newest.origin) == ("Mended", "command")
    assert Item.objects.get(pk=one.pk).revision == 1, "only the other one is changed"
    assert outcome.batch is not None
    batches.undo(outcome.batch, author=None)
    keeping.catch_up(Edition.WORKING)
    assert data(other) == before
    assert Finding.objects.filter(code="related.one-way").count() == 1


@pytest.mark.django_db
def test_all_planted_faults_of_a_code_are_mended_by_the_command() -> None:
    for kind, path, text in files(PLANTED).values():
        try:
            reading = kinds.get(kind).read(parse(text, path), path)
        except DocumentError:
            continue
        if reading.record is not None:
            step = writer.Write(kind, text, reading.record, path=path, publish=True)
            writer.write([step], author=Author(), origin=Revision.Origin.FILES)
    before = {item.pk: data(item) for item in Item.objects.all()}
    codes = sorted({one.code for one in report.problems(loading.snapshot()) if one.fix})
    assert len(codes) > 10
    for code in codes:
        if not any(one.code == code and one.fix for one in report.problems(loading.snapshot())):
            # Another fix has mended it too.
            continue
        out = io.StringIO()
        call_command("health_report", "--fix", code, "--dry-run", stdout=out)
        assert "+++ b/" in out.getvalue()
        now = {item.pk: data(item) for item in Item.objects.all()}
        assert now == before, "a dry run writes nothing"
        call_command("health_report", "--fix", code, stdout=out)
        left = [one for one in report.problems(loading.snapshot()) if one.code == code and one.fix]
        assert left == [], code
        before = {item.pk: data(item) for item in Item.objects.all()}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments",
    [["--dry-run"], ["--fix", "related.one-way", "--published"], ["--fix", "no.such"], ["--fix", "entry.orphan"]],
)
def test_what_makes_no_sense_is_refused(arguments: list[str]) -> None:
    save("alpha")
    save("beta")
    with pytest.raises(CommandError):
        call_command("health_report", *arguments, stdout=io.StringIO())
