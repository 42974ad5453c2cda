"""Finding: search, one item by a name, names in a text."""

from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from api import (
    access,
    answers,
    caching,
    description,
    filters,
    instants,
    paging,
    parameters,
    published,
    resources,
    selecting,
    state,
)
from api.parsers import StrictJSONParser
from api.problems import MISSING_CACHE, ApiError, field_error
from api.public import JSON, PublicView
from api.resources import BOOKS, ENTRIES, Roots
from api.views.items import selected
from glossary.search import naming, searching

_LONGEST_QUERY = 200
_LONGEST_TEXT, _LONGEST_IN_ADDRESS = 1_000_000, 100_000
_LONGEST_NAME = 300
# What is typed most is typed by many. For a minute, as for everybody else who keeps it: while `reindex` runs, less is
# found, and no position of the feed says so.
ANSWERS = answers.Answers(room=4_000_000, seconds=60)


@description.search
class SearchView(PublicView):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        kinds = [ENTRIES.kind, BOOKS.kind]
        allowed = ("q", "kind", *filters.allowed(*kinds), "page", "pageSize")
        values = parameters.read(request.GET, allowed, filters.REPEATABLE)
        text = _required(values, "q", _LONGEST_QUERY)
        chosen = filters.read(request.GET, values, *kinds)
        window = paging.window_of(request.GET, values, ())
        scope = _scope(values, chosen)
        if caching.is_conditional(request):
            now = state.read()
            if answer := caching.settled(request, now.etag(request), now.changed):
                return answer
        # Of what ETags are made too.
        address = request.build_absolute_uri()
        kept = ANSWERS.get(address)
        found = searching.search(text, scope, start=window.start, size=window.size, known=kept.stand if kept else None)
        if found.unchanged and kept:
            body = kept.body
        else:
            reachable = min(found.count, searching.RANKED)
            window.check(reachable)
            body = orjson.dumps(_answer(request, text, found, window, reachable))
            if found.moved:
                return instants.unkept(HttpResponse(body, content_type=JSON))
            ANSWERS.keep(address, answers.Answer(found.stand, body))
        now = state.State(*found.stand, found.changed)
        return caching.keepable(HttpResponse(body, content_type=JSON), now.etag(request), now.changed)


def _required(values: dict[str, str], name: str, longest: int) -> str:
    if name not in values:
        raise parameters.invalid(name, f'"{name}" is missing.', f"Write ?{name}=….")
    if len(values[name]) > longest:
        message = f'"{name}" has {len(values[name])} characters.'
        raise parameters.invalid(name, message, f"Give it at most {longest}.")
    return values[name]


def _scope(values: dict[str, str], chosen: filters.Filter) -> searching.Scope:
    conditions, parameters_ = chosen.conditions()
    if kind := parameters.one(values, "kind", (ENTRIES.kind, BOOKS.kind)):
        conditions.append("s.kind = %s")
        parameters_.append(kind)
    return searching.Scope(settings.LEMMA_LOCALE, conditions, parameters_)


def _answer(
    request: HttpRequest, text: str, found: searching.Search, window: paging.Window, reachable: int
) -> dict[str, Any]:
    address = request.build_absolute_uri(request.path)
    number = window.number or 1
    roots = resources.roots(request)
    more = number * window.size < reachable
    return {
        "query": text,
        "correctedQuery": found.corrected,
        "count": found.count,
        "approximate": found.approximate,
        "next": paging.link(address, request.GET, page=str(number + 1)) if more else None,
        "previous": paging.link(address, request.GET, page=str(number - 1) if number > 2 else None)
        if number > 1
        else None,
        "facets": {name: found.facets.get(name, []) for name in ("category", "difficulty", "tag", "status")},
        "results": [_hit(hit, roots) for hit in found.hits],
    }


def _hit(hit: searching.Hit, roots: Roots) -> dict[str, Any]:
    said = hit.summary
    return {
        "kind": hit.kind,
        "slug": said["slug"],
        "title": said["title"],
        "url": resources.detail(roots[hit.kind], said["slug"]),
        "matchedLabel": hit.matched_label,
        "snippet": hit.snippet,
        "category": said.get("category"),
        "difficulty": said["difficulty"],
        "tags": said.get("tags", []),
        "aliases": said.get("aliases", []),
        "status": said["status"],
        "lastUpdated": said["lastUpdated"],
        "briefDefinition": said.get("briefDefinition") or said.get("description") or "",
    }


@description.lookup
class LookupView(PublicView):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        values = parameters.read(request.GET, ("name", *selecting.PARAMETERS))
        name = _required(values, "name", _LONGEST_NAME)
        selection = selecting.read(values, ENTRIES, is_list=False)
        now = state.read()
        # Another publication may give the name to another entry, so the ETag is that of all.
        if answer := caching.settled(request, now.etag(request), now.changed):
            return answer
        named = naming.lookup(name, ENTRIES.kind, settings.LEMMA_LOCALE)
        if not named:
            raise ApiError(404, "entry.not_found", f'No entry is called "{name[:100]}".', cache=MISSING_CACHE)
        if len(named) > 1:
            return instants.kept(self._choices(request, name, named), now, now.etag(request))
        found = published.stated(ENTRIES.kind, named[0].slug)
        if found is None:
            raise ApiError(404, "entry.not_found", f'No entry is called "{name[:100]}".')
        response = selected(request, ENTRIES, selection, found)
        response.headers["Content-Location"] = resources.detail(ENTRIES.path(), found.slug)
        return instants.kept(response, now, now.etag(request))

    def _choices(self, request: HttpRequest, name: str, named: list[naming.Named]) -> HttpResponse:
        root = ENTRIES.root(request)
        choices = [
            {
                "slug": one.slug,
                "title": one.title,
                "matchedLabel": one.label,
                "url": resources.detail(root, one.slug),
                "qualifier": naming.qualifier(one.title),
                "category": summary["category"],
                "briefDefinition": summary["briefDefinition"],
                "status": summary["status"],
                "replacedBy": one.successor,
            }
            for one, summary in naming.described(named, ENTRIES.kind, settings.LEMMA_LOCALE)
        ]
        return HttpResponse(orjson.dumps({"name": name, "choices": choices}), status=300, content_type=JSON)


@description.annotate
class AnnotateView(PublicView):
    """A text is read and kept nowhere, so that asking by POST is reading too."""

    parser_classes = [StrictJSONParser]

    def get(self, request: HttpRequest) -> HttpResponseBase:
        values = parameters.read(request.GET, ("text", "offsets", "once", "exclude"))
        text = _required(values, "text", _LONGEST_IN_ADDRESS)
        options: dict[str, Any] = {
            "utf16": _units(values) == "utf16",
            "once": parameters.flag(values, "once"),
            "exclude": parameters.words(values, "exclude"),
        }
        now = state.read()
        if answer := caching.settled(request, now.etag(request), now.changed):
            return answer
        body = self._annotated(request, text, **options)
        return instants.kept(HttpResponse(body, content_type=JSON), now, now.etag(request))

    def post(self, request: Request) -> HttpResponseBase:
        access.admit(request._request, is_open=False)
        parameters.read(request.query_params)
        data = _checked(request.data)
        body = self._annotated(
            request._request,
            data["text"],
            utf16=data["offsets"] == "utf16",
            once=data["once"],
            exclude=data["exclude"],
        )
        response = HttpResponse(body, content_type=JSON)
        response["Cache-Control"] = "no-store"
        return response

    def _annotated(self, request: HttpRequest, text: str, *, utf16: bool, once: bool, exclude: list[str]) -> bytes:
        root = ENTRIES.root(request)
        seen = set(exclude)
        matches = []
        place = _Utf16(text) if utf16 and not text.isascii() else None
        for match in naming.annotate(text, ENTRIES.kind, settings.LEMMA_LOCALE):
            best, *others = match.entries
            if best.slug in seen:
                continue
            if once:
                seen.add(best.slug)
            matches.append(
                {
                    "start": place.of(match.start) if place else match.start,
                    "end": place.of(match.end) if place else match.end,
                    "text": text[match.start : match.end],
                    "slug": best.slug,
                    "title": best.title,
                    "url": resources.detail(root, best.slug),
                    "deprecated": best.is_deprecated,
                    "replacedBy": best.successor,
                    "alternatives": list(dict.fromkeys(one.slug for one in others if one.slug != best.slug)),
                }
            )
        return orjson.dumps({"count": len(matches), "matches": matches})


def _units(values: dict[str, str]) -> str:
    return parameters.one(values, "offsets", ("codePoints", "utf16")) or "codePoints"


class _Utf16:
    """Places in a text as JavaScript counts them. Asked in rising order, it goes through the text once."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._units = text, 0, 0

    def of(self, place: int) -> int:
        passed = self._text[self._at : place]
        self._units += len(passed) + sum(character > "\uffff" for character in passed)
        self._at = place
        return self._units


_BODY: dict[str, tuple[type, Any]] = {
    "text": (str, None),
    "offsets": (str, "codePoints"),
    "once": (bool, False),
    "exclude": (list, []),
}


def _checked(data: Any) -> dict[str, Any]:
    errors = []
    if not isinstance(data, dict):
        errors.append(field_error("", "It must be an object.", 'Write {"text": "…"}.'))
        data = {"text": ""}
    errors += [
        field_error(name[:60], f'There is no field "{name[:60]}".', f"Allowed: {', '.join(_BODY)}.")
        for name in data
        if name not in _BODY
    ]
    found = {name: data.get(name, default) for name, (_, default) in _BODY.items()}
    for name, (type_, _) in _BODY.items():
        if not isinstance(found[name], type_):
            errors.append(field_error(name, f'"{name}" must be a {_NOUNS[type_]}.', ""))
    if not errors:
        if len(found["text"]) > _LONGEST_TEXT:
            errors.append(field_error("text", f"It has {len(found['text'])} characters.", f"At most {_LONGEST_TEXT}."))
        if found["offsets"] not in ("codePoints", "utf16"):
            errors.append(field_error("offsets", "It must be codePoints or utf16.", ""))
        if not all(isinstance(slug, str) for slug in found["exclude"]):
            errors.append(field_error("exclude", "It must be a list of slugs.", ""))
    if errors:
        raise ApiError(400, "invalid", "The request has mistakes.", errors)
    return found


_NOUNS = {str: "text", bool: "true or false", list: "list"}
