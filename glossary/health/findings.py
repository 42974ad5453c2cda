"""Reading what is kept: numbers, and the findings themselves. Callers catch up first."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from glossary.health.checks.references import DANGLING
from glossary.health.models import Dismissal, Edition, Finding, KeptText
from glossary.health.problem import Severity
from publishing import names

COUNTED = (Severity.ERROR, Severity.WARNING)


@dataclass(frozen=True, slots=True)
class CodeCount:
    code: str
    severity: str
    count: int
    fixable: int


@dataclass(frozen=True, slots=True)
class Summary:
    """score: of a hundred texts so many have neither error nor warning."""

    texts: int
    score: int
    by_severity: dict[str, int]
    codes: list[CodeCount]
    dismissed: int


def open_findings(edition: Edition) -> QuerySet[Finding]:
    """Those that nobody dismissed, the worst first."""
    return Finding.objects.filter(edition=edition, is_dismissed=False).order_by(
        "severity", "code", "path", "line", "pk"
    )


def dismissed(edition: Edition) -> QuerySet[Finding]:
    return Finding.objects.filter(edition=edition, is_dismissed=True).order_by("code", "path", "line", "pk")


def reasons(findings: list[Finding]) -> dict[int, Dismissal]:
    """Of each dismissed finding, by its key, what dismissed it. One query."""
    rows = Dismissal.objects.filter(item__in={row.item_id for row in findings}, lifted_at=None)
    known = {(row.item_id, row.code, row.value): row for row in reversed(rows)}
    found = {}
    for row in findings:
        own = known.get((row.item_id, row.code, row.value)) or known.get((row.item_id, row.code, ""))
        if own:
            found[row.pk] = own
    return found


def summary(edition: Edition) -> Summary:
    """Four queries."""
    texts, of_hundred = _texts_and_score(edition)
    open_ = Finding.objects.filter(edition=edition, is_dismissed=False)
    rows = open_.values("code", "severity").annotate(n=Count("pk"), fixable=Count("pk", filter=Q(fix__isnull=False)))
    order = {severity.value: place for place, severity in enumerate(Severity)}
    codes = [CodeCount(row["code"], row["severity"], row["n"], row["fixable"]) for row in rows]
    codes.sort(key=lambda one: (order[one.severity], -one.count, one.code))
    by_severity = {severity.value: sum(one.count for one in codes if one.severity == severity) for severity in Severity}
    hidden = Finding.objects.filter(edition=edition, is_dismissed=True).count()
    return Summary(texts, of_hundred, by_severity, codes, hidden)


def score(edition: Edition) -> int:
    """As in the summary. Two queries."""
    return _texts_and_score(edition)[1]


def _texts_and_score(edition: Edition) -> tuple[int, int]:
    texts = KeptText.objects.filter(edition=edition).count()
    bad = Finding.objects.filter(edition=edition, is_dismissed=False, severity__in=COUNTED)
    ill = bad.aggregate(n=Count("item", distinct=True))["n"]
    return texts, round(100 * (texts - ill) / texts) if texts else 100


def wanted(edition: Edition, most: int) -> list[tuple[str, str, int]]:
    """Kind and slug of what is named and not there, with how often, the most wanted first."""
    rows = Finding.objects.filter(edition=edition, code__in=DANGLING.values()).values("code", "value")
    found: dict[tuple[str, str], tuple[str, int]] = {}
    for code, value, count in rows.annotate(n=Count("pk")).values_list("code", "value", "n"):
        kind = "book" if code == DANGLING["recommendedBooks"] else "entry"
        slug, before = found.get((kind, names.key(value)), (value, 0))
        found[kind, names.key(value)] = (min(slug, value), before + count)
    ranked = sorted(found.items(), key=lambda pair: (-pair[1][1], pair[0]))[:most]
    return [(kind, slug, count) for (kind, _), (slug, count) in ranked]
