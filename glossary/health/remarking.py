"""The findings of one item, beside the fields of its form."""

from django.urls import reverse

from glossary.health import findings, keeping, mending
from glossary.health.models import Edition, Finding
from publishing.models import Item
from publishing.remarks import Remark

TONES = {"error": "red", "warning": "amber", "hint": "grey"}


def of(item: Item) -> list[Remark]:
    """The errors first. Nothing while the findings of the whole glossary are not there yet."""
    if not keeping.catch_up_quickly(Edition.WORKING):
        return []
    rows = list(findings.open_findings(Edition.WORKING).filter(item=item))
    diffs = mending.diffs(rows)
    return [_remark(row, diffs.get(row.pk, "")) for row in rows]


def _remark(row: Finding, diff: str) -> Remark:
    address = reverse("admin:health_finding_mend_one", args=[row.pk]) if diff else ""
    return Remark(row.code, TONES[row.severity], row.field, row.message, row.hint, address, diff)
