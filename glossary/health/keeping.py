"""Keeping the findings in step with the texts.

A write only notes which items it changed (`follow`). Whoever wants to read findings calls `catch_up` first: it reads
those texts, works out whose findings may be others now (`topics`), and checks these again. What that takes depends on
what was changed and not on how large the glossary is, but for two checks over all texts at once, which are made for
those who look at all findings. Why so: docs/decisions/0003-health.md.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from glossary.health import body, dismissing, loading, part, report, topics
from glossary.health.checks import OVERALL, dates
from glossary.health.checks.likeness import compared_brief
from glossary.health.facts import Facts
from glossary.health.models import Edition, Finding, Keeping, KeptText, Mark, Topic
from glossary.health.part import number
from glossary.health.problem import Problem
from glossary.health.report import Report
from glossary.health.snapshot import Rules
from publishing import bulk
from publishing.models import Item

# One more whenever a check, its messages or what is kept of a text changes.
VERSION = 4
# So many texts are read and checked in a second or two.
_QUICK = 1000
# So many marks wait in an edition that nobody asks for before it is given up.
_NEGLECTED = 20_000
_FINDING = [
    "edition",
    "item",
    "code",
    "severity",
    "path",
    "line",
    "message",
    "hint",
    "field",
    "value",
    "fix",
    "is_of_all",
    "is_dismissed",
]


def follow(items: Collection[int]) -> None:
    """Called by the writer, inside its transaction, with the keys of what it changed."""
    kept = list(Keeping.objects.values_list("edition", flat=True))
    bulk.insert(Mark, ["edition", "item"], ((edition, item) for edition in kept for item in items))


def follow_pages(pages: Sequence[str]) -> None:
    """Called by the link check with the pages of which it knows something else than before."""
    for edition in Keeping.objects.values_list("edition", flat=True):
        numbers = [number(edition, topics.page(page)) for page in pages]
        items: set[int] = set()
        for some in part.in_parts(numbers):
            items.update(Topic.objects.filter(number__in=some, says=0).values_list("text__item", flat=True))
        bulk.insert(Mark, ["edition", "item"], ((edition, item) for item in items))


def catch_up(edition: Edition, *, whole: bool = False) -> Report | None:
    """Brings what is kept up to date.

    Args:
        whole: also the checks over all texts at once. Without, their findings are those of the last time.

    Returns:
        The whole report, if everything had to be looked at for it.
    """
    rules = loading.rules()
    made = None
    while not _try(edition, rules, whole):
        made = _make_anew(edition, rules)
    return made


def catch_up_quickly(edition: Edition, *, whole: bool = False) -> bool:
    """The same if it takes no longer than a page may take: little was changed, or there are few texts. Otherwise
    nothing is done, and the answer is False.
    """
    return _quickly(edition, _kept(edition), whole)


def is_readable(edition: Edition) -> bool:
    """Whether there are findings to be read: brought up to date if that is quick, otherwise those of the last time."""
    kept = _kept(edition)
    return _quickly(edition, kept, whole=False) or kept is not None


# --- what there is ---


@dataclass(frozen=True, slots=True)
class _Kept:
    """An edition that is kept. waiting: how many marks; is_due: whether the day has changed findings."""

    is_behind: bool
    waiting: int
    is_due: bool


def _kept(edition: Edition) -> _Kept | None:
    """In one query, since every page asks that shows findings."""
    rules = loading.rules()
    marks = Mark.objects.filter(edition=OuterRef("pk")).values("edition").annotate(n=Count("pk")).values("n")
    due = KeptText.objects.filter(edition=OuterRef("pk"), due__lte=rules.today)
    found = Keeping.objects.filter(pk=edition, made_with=_made_with(rules))
    row = found.values_list("is_behind", Coalesce(Subquery(marks), 0), Exists(due)).first()
    return _Kept(*row) if row else None


def _quickly(edition: Edition, kept: _Kept | None, whole: bool) -> bool:
    waiting = kept.waiting if kept else 0
    if not kept or not part.is_part(0, waiting):
        size = Item.objects.live().count()
        if size > _QUICK and not (kept and part.is_part(size, waiting)):
            return False
    if not kept or waiting or kept.is_due or (whole and kept.is_behind):
        catch_up(edition, whole=whole)
    return True


# --- a little ---


def _try(edition: Edition, rules: Rules, whole: bool) -> bool:
    """False if everything has to be made anew."""
    kept = Keeping.objects.filter(pk=edition).first()
    if kept is None or kept.made_with != _made_with(rules):
        return False
    due = KeptText.objects.filter(edition=edition, due__lte=rules.today)
    marks = Mark.objects.filter(edition=edition)
    if not (marks.exists() or due.exists() or (whole and kept.is_behind)):
        return True
    with transaction.atomic():
        kept = Keeping.objects.select_for_update().get(pk=edition)
        waiting = dict(marks.values_list("pk", "item"))
        items = {*waiting.values(), *due.values_list("item", flat=True)}
        if items:
            size = KeptText.objects.filter(edition=edition).count()
            if not part.is_part(size, len(items)) or not _again(edition, rules, items, kept):
                # Nothing of this was written yet.
                return False
        bulk.delete(Mark, "id", list(waiting))
        if whole and kept.is_behind:
            _check_all(edition, rules)
            kept.is_behind = False
        kept.version += 1
        kept.save()
    return True


def _again(edition: Edition, rules: Rules, items: set[int], kept: Keeping) -> bool:
    """Reads these items and checks them, and whatever depends on what they say. False if that is too much."""
    change = part.Change(edition, rules, items, loading.texts(edition, items))
    woken = change.woken()
    if not part.is_part(change.size, len(woken)) or change.crosses_one:
        return False
    kept.is_behind = kept.is_behind or change.concerns_all
    change.store(_text_rows(edition, change.coming.values(), rules))
    snapshot = change.snapshot(woken)
    checked = [facts for facts in snapshot.all if facts.item in woken]
    found = [problem for facts in checked for problem in report.of(facts, snapshot)]
    for some in part.in_parts(woken):
        Finding.objects.filter(edition=edition, item__in=some, is_of_all=False).delete()
    for some in part.in_parts(items - change.coming.keys()):
        Finding.objects.filter(edition=edition, item__in=some).delete()
    _write_findings(edition, found, is_of_all=False)
    change.ask(checked, snapshot)
    return True


# --- everything ---


def _make_anew(edition: Edition, rules: Rules) -> Report:
    """Reads and checks everything, without keeping anybody waiting, and puts it in the place of what is there."""
    before = Keeping.objects.filter(pk=edition).first()
    with transaction.atomic():
        if before is None:
            # From now on writes are noted, so that none is missed while the texts are read.
            before, _ = Keeping.objects.get_or_create(pk=edition, defaults={"made_with": ""})
        seen = list(Mark.objects.filter(edition=edition).values_list("pk", flat=True))
    snapshot = loading.snapshot(published=edition == Edition.PUBLISHED)
    found = [problem for facts in snapshot.all for problem in report.of(facts, snapshot)]
    of_all = [problem for check in OVERALL for problem in check(snapshot)]
    made = Report(snapshot, report.ordered([*found, *of_all]))
    asked = {facts.item: topics.asked(facts, snapshot) for facts in snapshot.all}
    rows = list(_text_rows(edition, snapshot.all, rules))
    with transaction.atomic(), bulk.large_cache():
        kept = Keeping.objects.select_for_update().get(pk=edition)
        if kept.version != before.version:
            # Somebody else was faster, and knows more than we read.
            return made
        part.empty(edition)
        Finding.objects.filter(edition=edition).delete()
        bulk.insert(KeptText, part.TEXT, rows)
        part.write_topics(edition, snapshot.all, asked)
        _write_findings(edition, found, is_of_all=False)
        _write_findings(edition, of_all, is_of_all=True)
        bulk.delete(Mark, "id", seen)
        Keeping.objects.filter(pk=edition).update(
            made_with=_made_with(rules), version=kept.version + 1, is_behind=False
        )
        _give_up_neglected(edition)
    return made


def _give_up_neglected(edition: Edition) -> None:
    for other in Keeping.objects.exclude(pk=edition):
        if Mark.objects.filter(edition=other.pk).count() > _NEGLECTED:
            Mark.objects.filter(edition=other.pk).delete()
            other.delete()


def _check_all(edition: Edition, rules: Rules) -> None:
    found = part.of_all(edition, rules)
    Finding.objects.filter(edition=edition, is_of_all=True).delete()
    _write_findings(edition, found, is_of_all=True)


# --- rows ---


def _text_rows(edition: Edition, texts: Iterable[Facts], rules: Rules) -> Iterable[Sequence[Any]]:
    for facts in texts:
        brief, words = compared_brief(facts), body.words(facts.prose) if facts.kind == "entry" else ""
        data = orjson.dumps(facts)
        day = dates.due(facts, rules)
        yield edition.value, facts.item, facts.kind, facts.slug, facts.slug_key, day, brief, words, data


def _write_findings(edition: Edition, found: Sequence[Problem], *, is_of_all: bool) -> None:
    dismissed = dismissing.Dismissed({problem.item for problem in found})
    bulk.insert(
        Finding,
        _FINDING,
        (
            (
                edition.value,
                one.item,
                one.code,
                one.severity.value,
                one.path,
                one.line,
                _plain(one.message),
                _plain(one.hint),
                _plain(one.field),
                _plain(one.value),
                _fix(one),
                is_of_all,
                dismissed.covers(one.item, one.code, _plain(one.value)),
            )
            for one in found
        ),
    )


def _fix(problem: Problem) -> Any:
    fix = problem.fix
    return {"action": fix.action, "item": fix.item, "values": dict(fix.values)} if fix else None


def _plain(text: str) -> str:
    # PostgreSQL takes no NUL in a text.
    return text.replace("\0", "")


def _made_with(rules: Rules) -> str:
    """All that findings depend on beside texts and days."""
    parts = [
        VERSION,
        rules.stale_months,
        sorted(rules.months.items()),
        list(rules.categories),
        settings.LEMMA_LOCALE,
        settings.LEMMA_ENTRIES_DIR,
        settings.LEMMA_BOOKS_DIR,
        settings.TIME_ZONE,
    ]
    return blake2b(orjson.dumps(parts), digest_size=16).hexdigest()
