"""Numbers for Prometheus: requests as they are counted by every process, and the rest as the database says.

Imported only where `LEMMA_METRICS_TOKEN` is set: the library decides at its import how processes share their counts.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from hmac import compare_digest
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from publishing.models import Change, Conflict, FacetCount, FeedCounter, Schedule
from sync.models import Run
from webhooks import watching

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# Seconds: an answer of the API takes one or two thousandths, a page of the admin a tenth.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
# As many as are kept of a folder.
_RUNS = 200
_FILE = re.compile(r"[a-z]+_(\d+)\.db")

_requests = Counter("lemma_requests", "Requests that were answered.", ["method", "route", "status"])
_seconds = Histogram("lemma_request_seconds", "How long an answer took.", ["method", "route"], buckets=_BUCKETS)


def begin() -> None:
    """Forgets the counts of processes that are gone, unless one of their kind still counts."""
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    files = [(path, int(found[1])) for path in folder.iterdir() if (found := _FILE.fullmatch(path.name))]
    if any(_lives(number) for _, number in files if number != os.getpid()):
        return
    for path, number in files:
        if number != os.getpid():
            with suppress(FileNotFoundError):
                path.unlink()


def count(request: HttpRequest, status: int, seconds: float) -> None:
    """By the pattern of the address, not by the address, of which there are too many."""
    match = request.resolver_match
    method = request.method if request.method in _METHODS else "other"
    route = f"/{match.route}" if match else "none"
    _requests.labels(method, route, status).inc()
    _seconds.labels(method, route).observe(seconds)


def answer(request: HttpRequest) -> HttpResponse:
    """The page that Prometheus reads, if it has the token."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not compare_digest(token.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer realm="Lemma metrics"'})
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    registry.register(_Database())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Database:
    """Asked when somebody looks, so that no write has to count."""

    def collect(self) -> Iterator[Any]:
        now = timezone.now()
        position = FeedCounter.objects.values_list("position", flat=True).first() or 0
        yield _gauge(
            "lemma_feed_position", "Position of the change feed: it grows by one with each publication.", position
        )
        last = Change.objects.order_by("-position").values_list("created_at", flat=True).first()
        if last:
            yield _gauge("lemma_feed_last_change_timestamp_seconds", "When readers last got something new.",
                         last.timestamp())  # fmt: skip
        published = GaugeMetricFamily("lemma_published_items", "What readers see.", labels=["kind"])
        for kind, number in FacetCount.objects.filter(name="", locale=settings.LEMMA_LOCALE).values_list(
            "kind", "count"
        ):
            published.add_metric([kind], number)
        yield published
        schedules = Schedule.objects.filter(state=Schedule.State.WAITING, item__deleted_at=None).aggregate(
            waiting=Count("pk"), late=Count("pk", filter=Q(at__lt=now))
        )
        yield _gauge(
            "lemma_schedules_waiting", "Scheduled publications that are not carried out yet.", schedules["waiting"]
        )
        yield _gauge("lemma_schedules_late", "Those of them whose time is over.", schedules["late"])
        conflicts = Conflict.objects.filter(resolved_at=None).count()
        yield _gauge("lemma_conflicts_waiting", "Conflicts that a person has to decide.", conflicts)
        ended = GaugeMetricFamily(
            "lemma_sync_timestamp_seconds",
            "When the last one of its kind and outcome began.",
            labels=["half", "outcome"],
        )
        seen: dict[tuple[str, str], float] = {}
        for half, outcome, began in Run.objects.order_by("-started_at").values_list("half", "outcome", "started_at")[
            :200
        ]:
            seen.setdefault((half, outcome), began.timestamp())
        for labels, at in sorted(seen.items()):
            ended.add_metric(labels, at)
        yield ended
        told = watching.standing()
        yield _gauge("lemma_webhooks_waiting", "Messages to webhooks that did not get through yet.", told.waiting)
        yield _gauge("lemma_webhooks_behind", "Changes that the slowest webhook has not come to.", told.behind)
        yield _gauge("lemma_webhooks_off", "Webhooks that were switched off after failures.", told.off)
        if told.seen_at:
            yield _gauge(
                "lemma_webhooks_worker_timestamp_seconds", "When a worker was last seen.", told.seen_at.timestamp()
            )


def _gauge(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_text, value=value)


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
