"""What is wrong with what is published."""

from typing import Any

import orjson
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from api import description, paging, parameters, resources
from api.caching import etag_of
from api.problems import ApiError
from api.public import PublicView
from glossary.health import findings, keeping
from glossary.health.models import Edition, Finding
from glossary.health.problem import Severity

_PUBLISHED = Edition.PUBLISHED
_WANTED = 100


@description.health
class HealthView(PublicView):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        values = parameters.read(request.GET, ("severity", "code", "page", "pageSize"))
        severity = parameters.one(values, "severity", [each.value for each in Severity])
        size = parameters.number(values, "pageSize", default=paging.LARGEST_SIZE, largest=paging.LARGEST_SIZE)
        window = paging.Window(size, number=parameters.number(values, "page", default=1))
        if not keeping.catch_up_quickly(_PUBLISHED, whole=True):
            refusal = ApiError(503, "health.not_ready", "The findings are not made yet. Whoever runs this server can: "
                               "manage.py health_report --published --keep")  # fmt: skip
            refusal.wait = 60
            raise refusal
        body = self._body(request, severity, values.get("code"), window)
        # Findings change with a day or a link check as well, so that only the whole says whether they did.
        return self.json(request, etag_of(body), None, lambda: body)

    def _body(self, request: HttpRequest, severity: str | None, code: str | None, window: paging.Window) -> bytes:
        summary = findings.summary(_PUBLISHED)
        chosen = findings.open_findings(_PUBLISHED)
        if severity:
            chosen = chosen.filter(severity=severity)
        if code is not None:
            chosen = chosen.filter(code=code.replace("\0", ""))
        count = chosen.count()
        window.check(count)
        rows = chosen.select_related("item__published")[window.start : window.start + window.size]
        more = window.start + window.size < count
        address = request.build_absolute_uri(request.path)
        following = paging.link(address, request.GET.copy(), page=str((window.number or 1) + 1)) if more else None
        roots = resources.roots(request)
        return orjson.dumps(
            {
                "score": summary.score,
                "texts": summary.texts,
                "severities": summary.by_severity,
                "codes": [{"code": one.code, "severity": one.severity, "count": one.count} for one in summary.codes],
                "wanted": [
                    {"kind": kind, "slug": slug, "count": number}
                    for kind, slug, number in findings.wanted(_PUBLISHED, _WANTED)
                ],
                "count": count,
                "next": following,
                "problems": [_problem(row, roots) for row in rows],
            }
        )


def _problem(row: Finding, roots: resources.Roots) -> dict[str, Any]:
    kind, slug = row.item.kind, row.item.published.slug
    return {
        "code": row.code,
        "severity": row.severity,
        "kind": kind,
        "slug": slug,
        "line": row.line,
        "field": row.field,
        "value": row.value,
        "message": row.message,
        "hint": row.hint,
        "url": resources.detail(roots[kind], slug),
    }
