from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.filters import SearchFilter
from rest_framework.viewsets import ModelViewSet

from benchmarks.api.peer.models import Entry, Stored
from benchmarks.api.peer.serializers import FullSerializer, LightSerializer

_STATEMENT = f"SELECT body FROM {Stored._meta.db_table} WHERE key = %s"


def looked_up(request: HttpRequest, key: str) -> HttpResponse:
    """One look-up by the primary key, as everybody writes it."""
    body = Stored.objects.values_list("body", flat=True).get(pk=key)
    # psycopg gives bytes as a memoryview.
    return HttpResponse(bytes(body), content_type="application/json")


def asked_by_cursor(request: HttpRequest, key: str) -> HttpResponse:
    """The same without the ORM: the least that a look-up costs."""
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, [key])
        [body] = cursor.fetchone()
    return HttpResponse(bytes(body), content_type="application/json")


def remembered(request: HttpRequest, key: str) -> HttpResponse:
    # Not at the top: only the server that answers from memory has them.
    from benchmarks.api.bare import ANSWERS

    return HttpResponse(ANSWERS[key], content_type="application/json")


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class LightEntries(ModelViewSet):
    """The list with what a list shows; the detail has everything."""

    lookup_field = "slug"
    filter_backends = [DjangoFilterBackend, SearchFilter]
    filterset_fields = ["category__name"]
    search_fields = ["title", "slug", "aliases", "brief_definition", "detailed_explanation"]

    def get_queryset(self) -> Any:
        found = Entry.objects.select_related("category").order_by("title", "pk")
        if self.action == "list":
            return found.prefetch_related("tags")
        return found.prefetch_related("tags", "links", "related", "books")

    def get_serializer_class(self) -> Any:
        return LightSerializer if self.action == "list" else FullSerializer


class FullEntries(ModelViewSet):
    """The list with everything."""

    queryset = (
        Entry.objects.select_related("category")
        .prefetch_related("tags", "links", "related", "books")
        .order_by("title", "pk")
    )
    lookup_field = "slug"
    serializer_class = FullSerializer
