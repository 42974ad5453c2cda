"""What all views for anonymous readers share."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.caching import conditional


class PublicView(APIView):
    """Nobody is asked who they are, so no session is opened and no answer varies by cookie."""

    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """What may be asked here is in `Allow`; the rest is in the schema."""
        return Response(status=204)

    def json(self, request: Request, body: bytes, etag: str, changed: datetime | None = None) -> HttpResponse:
        """Finished JSON, or 304 in its place."""
        # Whoever accepts no JSON gets 406 here, and there will be other formats.
        return conditional(request, Response(body, headers={"Vary": "Accept"}), etag, changed)


class AddressDecides(BaseContentNegotiation):
    """The suffix names the format, so `Accept` is not asked."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type
