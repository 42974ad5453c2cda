"""The whole glossary in the formats of others."""

from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from api import description, linking, parameters, sites, state, streaming
from api.exporting import FORMATS, Format
from api.public import AddressDecides, PublicView


class FormatView(PublicView):
    content_negotiation_class = AddressDecides
    media_type = None
    what: Format

    def get(self, request: HttpRequest) -> HttpResponseBase:
        parameters.read(request.GET)
        site = sites.of(request)
        pieces = self.what.pieces
        return streaming.stream(
            request, state.read(), self.what.content_type, lambda: pieces(site), linking.validity(site)
        )


def _view(what: Format) -> type[FormatView]:
    view: type[FormatView] = type(f"{what.address[0].upper()}{what.address[1:]}View", (FormatView,), {"what": what})
    return cast(type[FormatView], description.format_(what)(view))


VIEWS = [(what, _view(what)) for what in FORMATS.values()]
