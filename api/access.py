"""Who asks, and what they may do: at most what the scopes of a token and the permissions of its account allow."""

from enum import Enum
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from knox.auth import TokenAuthentication as KnoxAuthentication
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from api import throttling
from api.models import Scope, Token
from api.problems import ApiError
from api.resources import Resource

CHALLENGE = 'Bearer realm="Lemma"'


class TokenAuthentication(KnoxAuthentication):
    def authenticate(self, request: Request) -> Any:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _, text = header.partition(" ")
        if scheme.lower() != "bearer" or not text.isascii():
            raise AuthenticationFailed("Authorization must be: Bearer, a space, and a token.")
        return super().authenticate(request)

    def authenticate_header(self, request: Request) -> str:
        # knox compares the scheme of the header with it too.
        return "Bearer"


class Act(Enum):
    """What a token needs, and the account: the verbs of permissions of the model."""

    READ_DRAFTS = (Scope.READ, ("view",))
    ADD = (Scope.WRITE, ("add",))
    CHANGE = (Scope.WRITE, ("change",))
    DELETE = (Scope.WRITE, ("delete",))
    PUBLISH = (Scope.PUBLISH, ("change", "publish"))


_MODELS = {"entry": "glossary", "book": "books"}

AUTHENTICATION = (TokenAuthentication, SessionAuthentication)


def known(request: HttpRequest) -> Request:
    """The request with its account, if it says whose it is.

    Raises:
        AuthenticationFailed: by a token that is not valid.
    """
    asked: Request | None = getattr(request, "_asked", None)
    if asked is not None:
        return asked
    asked = Request(request, authenticators=[each() for each in AUTHENTICATION])
    try:
        asked.user  # noqa: B018 (looked up now, since it may raise)
    except AuthenticationFailed as error:
        error.auth_header = CHALLENGE  # type: ignore[attr-defined]
        raise
    # Several parts of one answer ask, and each look-up is a query.
    request._asked = asked  # type: ignore[attr-defined]
    return asked


def admit(request: HttpRequest, *, is_open: bool) -> None:
    """Lets readers in. One who does not say who it is costs nothing, unless settings want it.

    Raises:
        ApiError: 401, where reading needs a token.
        AuthenticationFailed, Throttled
    """
    needs_token = settings.LEMMA_API_PRIVATE and not is_open
    if "HTTP_AUTHORIZATION" in request.META or needs_token:
        asked = known(request)
        if needs_token and not asked.user.is_authenticated:
            raise unauthenticated("Reading this glossary needs a token.")
        throttling.check(throttling.TokenRate(), asked)
    elif settings.LEMMA_RATES["anonymous"]:
        throttling.check(throttling.AnonymousRate(), request)


def allow(request: Request, resource: Resource, *acts: Act) -> None:
    """Raises ApiError: 401 for nobody, 403 for somebody who may not do all of that with such items."""
    if not request.user.is_authenticated:
        raise unauthenticated("This needs a token, or a login.")
    for act in acts:
        scope, verbs = act.value
        if isinstance(request.auth, Token) and not request.auth.allows(scope):
            raise ApiError(403, "scope.missing", f'This needs a token with the scope "{scope}".')
        if not request.user.has_perms([f"{_MODELS[resource.kind]}.{verb}_{resource.kind}" for verb in verbs]):
            raise ApiError(403, "permission_denied", f"Your account may not {_said(act)} {resource.plural}.")


def unauthenticated(detail: str) -> ApiError:
    error = ApiError(401, "not_authenticated", f"{detail} Send it as Authorization: Bearer ….")
    error.auth_header = CHALLENGE
    return error


def _said(act: Act) -> str:
    return "read drafts of" if act is Act.READ_DRAFTS else act.name.lower()
