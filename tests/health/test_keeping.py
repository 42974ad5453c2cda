"""What is kept after any changes is what a look at everything finds."""

import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from books.editing import save_book
from documents import parse
from glossary.editing import delete_entry, publish_entry, rename_entry, restore_entry, save_entry, unpublish_entry
from glossary.health import findings, keeping, loading, part, report
from glossary.health.facts import Facts
from glossary.health.models import Edition, Finding, KeptText, Mark, Topic
from glossary.health.problem import Problem
from glossary.health.snapshot import Snapshot
from glossary.linkcheck import results
from glossary.linkcheck.models import CheckedLink
from glossary.linkcheck.verdicts import Verdict
from publishing.errors import WriteRefused
from publishing.models import Item
from publishing.problems import InvalidDocument

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("LEMMA_DEEP_EXAMPLES", "20"))
SLUGS = ["alpha", "alpha-2", "beta", "gamma-ray", "gamma-rays", "delta"]
TITLES = ["Alpha", "alpha", "Beta", "Gamma ray", "Gamma-ray", "Gamma rays", "Delta", "Box", "Black box", "Box (bank)"]
TITLES += ["Dr. No", "Dr No"]
TAGS = ["ml", "ML", "deep-learning", "Deep Learning", "once"]
CATEGORIES = ["Theory", "theory", "Odd", "odd", "Other"]
BODIES = [
    "What people see of a black box and a gamma ray from outside.",
    "What people see of a black box and a gamma ray from outside!",
    "Alpha comes before Beta, and delta after Dr No.",
    "Black boxes and gamma rays, of which some are a box.",
    "See [it](beta.md) and [that](../books/alpha.md) or [none](gamma-raya.md).",
    "See [it](delta.md), [here](../terms/alpha-2.md) and [a page](https://example.org/a).",
]


def listed(values: list[str]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    """The parts of a text, all from a small stock, so that they have much to do with each other."""
    some = lambda values: draw(st.lists(st.sampled_from(values), max_size=3, unique=True))  # noqa: E731
    return {
        "title": draw(st.sampled_from(TITLES)),
        "slug": draw(st.sampled_from(SLUGS)),
        "status": draw(st.sampled_from(["", "", "draft", "deprecated"])),
        "category": draw(st.sampled_from(["", *CATEGORIES])),
        "difficulty": draw(st.sampled_from(["", "beginner", "advanced"])),
        "lastUpdated": draw(st.sampled_from(["", "2020-01-31", "2026-01-01", "2031-01-01"])),
        "replacedBy": draw(st.sampled_from(["", *SLUGS])),
        "related": some([*SLUGS, "gamma-raya"]),
        "requires": some(SLUGS),
        "broader": some(SLUGS),
        "recommendedBooks": some(["alpha", "big-book"]),
        "aliases": some(TITLES),
        "tags": some(TAGS),
        "previousSlugs": some(SLUGS),
        "body": draw(st.sampled_from(BODIES)),
    }


def text(parts: dict[str, Any]) -> bytes:
    front = ""
    for key, value in parts.items():
        if key != "body" and value:
            front += f"{key}: {listed(value) if isinstance(value, list) else chr(34) + value + chr(34)}\n"
    body = parts["body"]
    return f"---\n{front}---\n\n# Brief Definition\n\n{body}\n\n# Detailed Explanation\n\nMore of it. {body}\n".encode()


VERBS = ["save", "save", "save", "save", "delete", "rename", "publish", "unpublish", "restore", "book", "check"]
steps = st.tuples(st.sampled_from(VERBS), st.integers(0, 7), entries(), st.booleans())


def carry_out(verb: str, which: int, parts: dict[str, Any], also_publishes: bool) -> None:
    """One thing that somebody does. What is refused changes nothing."""
    live = list(Item.objects.live().filter(kind="entry").order_by("pk"))
    item = live[which] if which < len(live) else None
    try:
        if verb == "save":
            base = item.revision if item else None
            save_entry(parse(text(parts)), item=item, base_revision=base, publish=also_publishes)
        elif verb == "book":
            front = f'title: "{parts["title"]}"\nslug: "{parts["slug"]}"\nisbn: "9780387310732"'
            save_book(parse(f"---\n{front}\n---\n".encode()), publish=also_publishes)
        elif verb == "check":
            verdict = Verdict.BROKEN if also_publishes else Verdict.MOVED
            CheckedLink.objects.update_or_create(
                key=results.key("https://example.org/a"),
                defaults={"address": "https://example.org/a", "host": "example.org", "verdict": verdict,
                          "verdict_at": timezone.now(), "moved_to": "https://example.org/b", "reason": "http.404",
                          "checked_at": timezone.now(), "due_at": timezone.now()},
            )  # fmt: skip
            results.announce(["https://example.org/a"])
        elif verb == "restore":
            if gone := Item.objects.exclude(deleted_at=None).order_by("pk").first():
                restore_entry(gone, gone.revision)
        elif item and verb == "delete":
            delete_entry(item, base_revision=item.revision)
        elif item and verb == "rename":
            rename_entry(item, parts["slug"])
        elif item and verb == "publish":
            publish_entry(item, base_revision=item.revision)
        elif item and verb == "unpublish":
            unpublish_entry(item, base_revision=item.revision)
    except (WriteRefused, InvalidDocument):
        pass


def kept(edition: Edition) -> Counter[Any]:
    rows = Finding.objects.filter(edition=edition)
    names = ("code", "severity", "item", "path", "line", "message", "hint", "field", "value", "fix")
    # PostgreSQL keeps the keys of JSON in an order of its own.
    return Counter(str((*row, json.dumps(fix, sort_keys=True))) for *row, fix in rows.values_list(*names))


def found(edition: Edition) -> Counter[Any]:
    problems = report.problems(loading.snapshot(published=edition == Edition.PUBLISHED))
    return Counter(
        str((one.code, one.severity.value, one.item, one.path, one.line, one.message, one.hint, one.field, one.value,
             json.dumps(keeping._fix(one), sort_keys=True)))
        for one in problems
    )  # fmt: skip


# Not made smaller when it fails: each example takes a second, and that would take minutes.
@settings(max_examples=EXAMPLES, phases=[Phase.generate])
@given(
    st.lists(steps, min_size=1, max_size=12), st.lists(st.lists(steps, min_size=1, max_size=4), min_size=1, max_size=5)
)
def test_what_is_kept_is_what_a_look_at_everything_finds(first: list[Any], later: list[list[Any]]) -> None:
    with transaction.atomic():
        for step in first:
            carry_out(*step)
        for edition in Edition:
            keeping.catch_up(edition, whole=True)
        for some in later:
            for step in some:
                carry_out(*step)
            for edition in Edition:
                keeping.catch_up(edition, whole=True)
                now, expected = kept(edition), found(edition)
                assert now - expected == Counter(), "kept, but not so"
                assert expected - now == Counter(), "so, but not kept"
        assert not Mark.objects.exists()
        transaction.set_rollback(True)


# --- what it costs ---


def fill(count: int) -> list[Item]:
    """Entries that name each other in a ring, each three others."""
    written = []
    for number in range(count):
        related = listed([f"entry-{(number + step) % count}" for step in (1, 2, 3)])
        front = f'title: "Entry {number}"\nslug: "entry-{number}"\nrelated: {related}\ntags: ["tag-{number % 7}"]'
        body = f"What is said of thing {number} and of no other thing, in words enough."
        document = parse(f"---\n{front}\n---\n\n# Brief Definition\n\n{body}\n".encode())
        written.append(save_entry(document, publish=True))
    return written


def edit(item: Item, old: bytes, new: bytes) -> Item:
    now = Item.objects.get(pk=item.pk)
    document = parse(bytes(now.working.data).replace(old, new))
    return save_entry(document, item=now, base_revision=now.revision)


def asked(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def test_after_one_save_only_what_it_concerns_is_checked_again(
    monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    """The entry itself, and those that name it or that it names."""
    items = fill(60)
    keeping.catch_up(Edition.WORKING)
    checked: list[int] = []
    check = report.of

    def counted(facts: Facts, snapshot: Snapshot) -> list[Problem]:
        checked.append(facts.item)
        return check(facts, snapshot)

    monkeypatch.setattr(report, "of", counted)
    edit(items[10], b"no other thing", b"nothing else")
    same = asked(lambda: keeping.catch_up(Edition.WORKING))
    assert checked == [items[10].pk], "a word of its text concerns nobody else"
    checked.clear()
    edit(items[10], b'"entry-11", ', b"")
    related = asked(lambda: keeping.catch_up(Edition.WORKING))
    assert set(checked) == {items[10].pk, items[11].pk}
    checked.clear()
    rename_entry(Item.objects.get(pk=items[10].pk), "tenth")
    renamed = asked(lambda: keeping.catch_up(Edition.WORKING))
    assert {items[number].pk for number in (7, 8, 9, 10)} <= set(checked)
    assert len(checked) < 10
    record_property("figures", f"queries after one save: {same}; after a reference: {related}; a rename: {renamed}")
    assert max(same, related, renamed) <= 55


def test_the_number_of_queries_does_not_grow_with_the_glossary() -> None:
    def cost(count: int) -> int:
        with transaction.atomic():
            items = fill(count)
            keeping.catch_up(Edition.WORKING)
            edit(items[3], b"no other thing", b"nothing else")
            number = asked(lambda: keeping.catch_up(Edition.WORKING))
            transaction.set_rollback(True)
        return number

    assert cost(12) == cost(72)


def test_nothing_is_asked_twice_where_nothing_changed() -> None:
    fill(5)
    keeping.catch_up(Edition.WORKING, whole=True)
    assert asked(lambda: keeping.catch_up(Edition.WORKING, whole=True)) <= 3


def test_a_page_asks_once_whether_there_is_something_to_do() -> None:
    items = fill(5)
    assert keeping.is_readable(Edition.WORKING)
    assert asked(lambda: keeping.is_readable(Edition.WORKING)) == 1
    keeping.catch_up(Edition.WORKING, whole=True)
    assert asked(lambda: keeping.catch_up_quickly(Edition.WORKING, whole=True)) == 1
    edit(items[0], b"What is said", b"What we say")
    assert keeping.is_readable(Edition.WORKING)
    assert not Mark.objects.exists()


def test_of_a_large_glossary_a_page_reads_what_was_last_found(monkeypatch: pytest.MonkeyPatch) -> None:
    fill(5)
    monkeypatch.setattr(keeping, "_QUICK", 1)
    assert not keeping.is_readable(Edition.WORKING), "nobody has looked at it yet"
    keeping.catch_up(Edition.WORKING)
    before = findings.score(Edition.WORKING)
    monkeypatch.setattr(part, "_FEW", 0)
    monkeypatch.setattr(part, "_SHARE", 0)
    save_entry(parse(b"---\ntitle: Bad\nslug: bad\nrelated: [nowhere]\n---\n"))
    assert not keeping.catch_up_quickly(Edition.WORKING)
    # What there is, and how large the glossary is.
    assert asked(lambda: keeping.is_readable(Edition.WORKING)) == 2
    assert keeping.is_readable(Edition.WORKING)
    assert findings.score(Edition.WORKING) == before
    keeping.catch_up(Edition.WORKING)
    assert findings.score(Edition.WORKING) == findings.summary(Edition.WORKING).score
    assert not Mark.objects.exists()


def test_a_write_only_notes_what_it_changed() -> None:
    items = fill(6)
    before = asked(lambda: edit(items[0], b"What is said", b"What we say"))
    keeping.catch_up(Edition.WORKING)
    keeping.catch_up(Edition.PUBLISHED)
    assert not Mark.objects.exists()
    after = asked(lambda: edit(items[1], b"What is said", b"What we say"))
    assert after - before <= 1
    assert sorted(Mark.objects.values_list("item", "edition")) == [
        (items[1].pk, "published"),
        (items[1].pk, "working"),
    ]


def test_a_day_that_passes_changes_what_depends_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    today = timezone.localdate()
    front = f'title: "Alpha"\nslug: "alpha"\nlastUpdated: "{today + timedelta(days=1)}"'
    save_entry(parse(f"---\n{front}\n---\n\n# Brief Definition\n\nOne.\n".encode()))
    keeping.catch_up(Edition.WORKING)
    assert Finding.objects.filter(code="date.future").exists()
    rules = loading.rules
    for days, code in ((1, None), (2, None), (37 * 31, "date.stale"), (74 * 31, "date.stale")):
        later = replace(rules(), today=today + timedelta(days=days))
        monkeypatch.setattr(loading, "rules", lambda later=later: later)
        keeping.catch_up(Edition.WORKING)
        assert kept(Edition.WORKING) == found(Edition.WORKING)
        codes = set(Finding.objects.filter(code__startswith="date.").values_list("code", flat=True))
        assert codes == ({code} if code else set())


def test_what_is_kept_is_made_anew_when_settings_change(settings: Any) -> None:
    fill(3)
    keeping.catch_up(Edition.WORKING)
    KeptText.objects.update(due=None)
    settings.LEMMA_STALE_MONTHS = {"": 1}
    keeping.catch_up(Edition.WORKING, whole=True)
    assert kept(Edition.WORKING) == found(Edition.WORKING)


def test_nothing_is_left_of_what_is_gone() -> None:
    items = fill(4)
    keeping.catch_up(Edition.WORKING)
    for item in items:
        delete_entry(Item.objects.get(pk=item.pk), base_revision=item.revision)
        keeping.catch_up(Edition.WORKING, whole=True)
    assert not KeptText.objects.exists()
    assert not Topic.objects.exists()
    assert not Finding.objects.exists()
