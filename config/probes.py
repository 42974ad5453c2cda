"""For whoever restarts or routes around a broken process. No login, and nothing about the inside in the answer."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers too, and its tables are those of this code."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "reason": "The database does not answer."}, status=503)
    if missing:
        return JsonResponse({"status": "unavailable", "reason": "Run manage.py migrate."}, status=503)
    return JsonResponse({"status": "ready"})


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers for Prometheus, which has to have the token; without one in the settings there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    from config.metrics import answer

    return answer(request)
