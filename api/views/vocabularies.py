"""What there is to filter by, with counts."""

from urllib.parse import urlencode

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from api import counting, description, filters, instants, parameters, state
from api.public import JSON, PublicView
from api.resources import BOOKS, ENTRIES


@description.facets
class FacetsView(PublicView):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        kinds = {resource.kind: resource for resource in (ENTRIES, BOOKS)}
        # Of the last, should there be several: that is refused below.
        wanted = request.GET.get("kind", ENTRIES.kind)
        known = [wanted] if wanted in kinds else list(kinds)
        values = parameters.read(request.GET, ("kind", *filters.allowed(*known)), filters.REPEATABLE)
        kind = parameters.one(values, "kind", kinds) or ENTRIES.kind
        chosen = filters.read(request.GET, values, kind)
        now = state.read()
        return instants.answer(
            request,
            now,
            lambda: HttpResponse(
                orjson.dumps(counting.facets(kind, counting.FACET_NAMES[kind], chosen)), content_type=JSON
            ),
        )


class VocabularyView(PublicView):
    facet: str

    def get(self, request: HttpRequest) -> HttpResponseBase:
        parameters.read(request.GET)
        now = state.read()
        return instants.answer(request, now, lambda: HttpResponse(self._body(request), content_type=JSON))

    def _body(self, request: HttpRequest) -> bytes:
        root = ENTRIES.root(request)
        found = counting.facets(ENTRIES.kind, (self.facet,), filters.Filter())[self.facet]
        results = [{**one, "url": f"{root}?{urlencode({self.facet: one['label']})}"} for one in found]
        return orjson.dumps({"count": len(results), "results": results})


@description.categories
class CategoriesView(VocabularyView):
    facet = "category"


@description.tags
class TagsView(VocabularyView):
    facet = "tag"
