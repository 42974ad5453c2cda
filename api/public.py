"""What all views for readers share."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.response import Response
from rest_framework.views import APIView

from api import access, problems
from api.caching import conditional
from api.problems import ApiError

JSON = "application/json"
ANYTHING = frozenset(["", "*/*", JSON])


class PublicView(APIView):
    """A view whose reads are plain Django: nobody is asked who they are, so no session is opened and no answer varies
    by cookie. What DRF does around a request takes as long as the whole of such an answer.

    Other methods go through DRF, and `schema` sees an APIView like any other.
    """

    authentication_classes: Sequence[Any] = []
    permission_classes: list[Any] = []
    # What `Accept` is held against; None where the address alone decides.
    media_type: str | None = JSON
    # What `Accept` can ask for in its place.
    other_types: Sequence[str] = ()
    # Whether it is answered to anybody even where reading needs a token: it says nothing of the content.
    is_open = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        get: Callable[..., HttpResponseBase] | None = getattr(self, "get", None)
        if request.method not in ("GET", "HEAD") or get is None:
            return super().dispatch(request, *args, **kwargs)
        try:
            access.admit(request, is_open=self.is_open)
            if self.media_type:
                check_accept(request, self.media_type, *self.other_types)
            answer = get(request, *args, **kwargs)
        except Exception as error:
            answer = problems.answer(error, request)
        if self.media_type:
            answer.headers.setdefault("Vary", "Accept")
        if settings.LEMMA_API_PRIVATE:
            _keep_private(answer)
        return answer

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """What may be asked here is in `Allow`; the rest is in the schema."""
        return Response(status=204)

    def json(
        self, request: HttpRequest, etag: str, changed: datetime | None, make: Callable[[], bytes]
    ) -> HttpResponseBase:
        """Finished JSON, or 304 in its place."""
        return conditional(request, etag, changed, lambda: HttpResponse(make(), content_type=JSON))


def _keep_private(answer: HttpResponseBase) -> None:
    """Where not everybody may read, only the reader's own cache may keep it."""
    if policy := answer.headers.get("Cache-Control"):
        answer.headers["Cache-Control"] = policy.replace("public", "private")
    patch_vary_headers(answer, ("Authorization", "Cookie"))


def check_accept(request: HttpRequest, *media_types: str) -> None:
    """Raises ApiError, 406, if `Accept` leaves out what there is here."""
    accepted = request.META.get("HTTP_ACCEPT", "")
    if accepted in ANYTHING:
        return
    try:
        fits = any(map(request.accepts, media_types))
    except ValueError as error:
        raise BadRequest("Accept cannot be read.") from error
    if not fits:
        raise ApiError(406, "not_acceptable", f"Here is {' or '.join(media_types)}, which Accept leaves out.")


class AddressDecides(BaseContentNegotiation):
    """The suffix names the format, so `Accept` is not asked."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type
