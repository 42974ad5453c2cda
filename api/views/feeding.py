"""Keeping a copy: changes, the whole, its sections, its graph."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from api import (
    chunks,
    description,
    feed,
    graphing,
    instants,
    joining,
    paging,
    parameters,
    resources,
    selecting,
    state,
    streaming,
)
from api.listing import PUBLISHED
from api.public import JSON, AddressDecides, PublicView
from api.resources import BOOKS, ENTRIES
from publishing import asking

_RESOURCES = {resource.kind: resource for resource in (ENTRIES, BOOKS)}
NDJSON = "application/x-ndjson"


@description.changes
class ChangesView(PublicView):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        values = parameters.read(request.GET, ("since", "pageSize"))
        size = parameters.number(values, "pageSize", default=paging.LARGEST_SIZE, largest=paging.LARGEST_SIZE)
        now = state.read()
        since = feed.since_of(values.get("since"), now)
        return instants.answer(request, now, lambda: HttpResponse(self._body(request, since, size), content_type=JSON))

    def _body(self, request: HttpRequest, since: feed.Since, size: int) -> bytes:
        page = feed.read(since, size)
        roots = resources.roots(request)
        results = []
        for line in page.lines:
            resource = _RESOURCES[line.kind]
            item: Any = None
            if line.payload is not None:
                item = orjson.Fragment(joining.with_addresses(resource, roots[line.kind], line.slug, line.payload))
            results.append(
                {
                    "id": line.uuid,
                    "kind": line.kind,
                    "action": line.action,
                    "slug": line.slug,
                    "previousSlug": line.previous_slug or None,
                    "changedAt": line.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                    "item": item,
                }
            )
        cursor = str(page.following)
        address = request.build_absolute_uri(request.path)
        following = paging.link(address, request.GET.copy(), since=cursor) if page.more else None
        return orjson.dumps({"results": results, "nextCursor": cursor, "more": page.more, "next": following})


class LinesView(PublicView):
    """JSON, one line after the other, as long as it takes."""

    content_negotiation_class = AddressDecides
    media_type = None


@description.export
class ExportView(LinesView):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        values = parameters.read(request.GET, ("kind", "fields"))
        kind = parameters.one(values, "kind", _RESOURCES)
        wanted = [kind] if kind else list(_RESOURCES)
        known = dict.fromkeys(name for each in wanted for name in selecting.allowed(each))
        fields = frozenset(parameters.chosen(values, "fields", known))
        selections = {
            each: selecting.Selection(each, fields & frozenset(selecting.allowed(each)) if fields else None)
            for each in wanted
        }
        now = state.read()
        return streaming.stream(request, now, NDJSON, lambda: self._lines(request, kind, selections))

    def _lines(
        self, request: HttpRequest, kind: str | None, selections: dict[str, selecting.Selection]
    ) -> Iterator[bytes]:
        roots = resources.roots(request)
        column = (
            "payload" if any(one.fields is None or one.needs_payload() for one in selections.values()) else "summary"
        )
        condition, values = ("AND kind = %s ", [kind]) if kind else ("", [])
        statement = f"SELECT kind, slug, {column} FROM {PUBLISHED} WHERE locale = %s {condition}ORDER BY id"  # noqa: S608
        for rows in asking.stream(statement, [settings.LEMMA_LOCALE, *values]):
            yield b"".join(self._line(selections[kind], roots, slug, bytes(body)) for kind, slug, body in rows)

    def _line(self, selection: selecting.Selection, roots: resources.Roots, slug: str, body: bytes) -> bytes:
        kind = selection.kind
        start = b'{"kind":"%b",' % kind.encode()
        resource = _RESOURCES[kind]
        if selection.is_plain or selection.is_whole:
            return start + joining.with_addresses(resource, roots[kind], slug, body)[1:] + b"\n"
        [one] = selection.documents([(slug, body)], resource, roots)
        return orjson.dumps({"kind": kind, **one}, option=orjson.OPT_APPEND_NEWLINE)


@description.chunks
class ChunksView(LinesView):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        values = parameters.read(request.GET, ("since",))
        now = state.read()
        since = feed.since_of(values.get("since"), now)
        following = str(feed.Since(now.epoch, now.position, 0))
        address = request.build_absolute_uri(request.path)
        link = f'<{paging.link(address, request.GET.copy(), since=following)}>; rel="next"'
        root = ENTRIES.root(request)

        def lines() -> Iterator[bytes]:
            yield from (
                chunks.everything(root)
                if since.target or not values.get("since")
                else chunks.changed(since, now.position, root)
            )
            # Who does not get this line did not get all.
            yield orjson.dumps({"nextCursor": following}, option=orjson.OPT_APPEND_NEWLINE)

        return streaming.stream(request, now, NDJSON, lines, headers={"Link": link})


@description.graph
class GraphView(PublicView):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        parameters.read(request.GET)
        now = state.read()
        return streaming.stream(request, now, JSON, lambda: graphing.graph(resources.roots(request)))
