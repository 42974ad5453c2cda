"""Single sign-on by OpenID Connect: there, back, and whose account it is."""

import hashlib
import hmac
import logging
import re
import secrets
from typing import Any

import requests
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.signing_in import id_tokens
from config.signing_in import provider as providers
from config.signing_in.asking import Session
from publishing.auditing.models import Event
from publishing.auditing.recording import record

_log = logging.getLogger("lemma.accounts")
_ID = "oidc"
# Seconds for which what the provider says of itself, and its keys, are not asked for again.
_KEPT = 3600
_ENDPOINTS = {"authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"}


def _known() -> providers.Provider:
    """Whom the settings name. Where they name nobody, there are no such pages."""
    if settings.LEMMA_OIDC is None:
        raise Http404
    return settings.LEMMA_OIDC


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """To the provider, by way of a page: a form may lead to our own pages alone."""
    provider = SocialAdapter(request).get_provider(request, _ID)
    try:
        there = provider.redirect(request, process="login", next_url=get_next_redirect_url(request))
    except (requests.RequestException, OAuth2Error) as error:
        return _back_to_login(request, error)
    context = {"address": there.url, "name": _known().name}
    response = TemplateResponse(request, "account/leaving.html", context)
    response["Refresh"] = f"0; url={there.url}"
    return response


def back(request: HttpRequest) -> HttpResponse:
    """From the provider, with a code for which it tells who it was."""
    response: HttpResponse = OAuth2CallbackView.adapter_view(_Asked(request, _ID))(request)
    return response


class Provider(OpenIDConnectProvider):
    pkce_enabled_default = True

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> Any:
        """With a nonce, which comes back inside the signed token."""
        nonce = secrets.token_urlsafe(24)
        parameters = {**self.get_auth_params(), "nonce": nonce}
        return super().redirect(request, process, next_url, data={"nonce": nonce}, auth_params=parameters, **kwargs)

    def get_oauth2_adapter(self, request: HttpRequest) -> "_Asked":
        return _Asked(request, _ID)

    def extract_uid(self, data: dict[str, Any]) -> str:
        """With the issuer in it: another one may give out the same numbers."""
        return hashlib.sha256(f"{data['iss']}\n{data['sub']}".encode()).hexdigest()

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing: what the provider knows of people stays there."""
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        return []

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}


class SocialAdapter(DefaultSocialAccountAdapter):
    def get_requests_session(self) -> Session:
        return Session()

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Provider:
        at = _known()
        app = SocialApp(provider="openid_connect", provider_id=_ID, name=at.name, client_id=at.client_id,
                        secret=at.client_secret, settings={"server_url": at.issuer})  # fmt: skip
        return Provider(request, app=app)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Before anybody is signed in: whether they may, and as whom."""
        claims = sociallogin.claims
        nonce = (sociallogin.state.get("data") or {}).get("nonce", "")
        if not nonce or not hmac.compare_digest(nonce, str(claims.get("nonce", ""))):
            raise _refused(request, "the token is not the one that was asked for")
        mail = verified_mail(claims)
        domains = _known().domains
        if domains and mail.rpartition("@")[2].lower() not in domains:
            raise _refused(request, "the address is of another domain, or not verified")
        try:
            with transaction.atomic():
                user = sociallogin.user
                if user is None or user.pk is None:
                    user = _account_of(request, claims, mail)
                    sociallogin.user = sociallogin.account.user = user
                    sociallogin.account.save()
                _give_roles(request, user, claims)
        except IntegrityError:
            # The same person, in two windows at once.
            raise _refused(request, "the account is being made") from None

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        raise ImmediateHttpResponse(_back_to_login(request, exception or error or "there is no state for it"))


class _Asked(OpenIDConnectOAuth2Adapter):
    """The provider, as allauth asks it."""

    @property
    def openid_config(self) -> dict[str, Any]:
        at = _known()
        found = self._kept(f"{at.issuer}/.well-known/openid-configuration")
        if not isinstance(found, dict) or str(found.get("issuer", "")).rstrip("/") != at.issuer:
            raise OAuth2Error("The provider calls itself otherwise than LEMMA_OIDC_ISSUER does.")
        if missing := _ENDPOINTS - {"userinfo_endpoint"} - found.keys():
            raise OAuth2Error(f"The provider does not say its {', '.join(sorted(missing))}.")
        scheme = at.issuer.partition(":")[0]
        if not all(str(found.get(name, "")).startswith(f"{scheme}://") for name in _ENDPOINTS & found.keys()):
            raise OAuth2Error("The provider wants to be asked without HTTPS.")
        return found

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("single_sign_on_back"))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> SocialLogin:
        config, id_token = self.openid_config, kwargs["response"].get("id_token")
        if not isinstance(id_token, str):
            raise OAuth2Error("There is no ID token.")
        try:
            claims = id_tokens.read(
                id_token,
                keys=lambda again: self._kept(config["jwks_uri"], again=again),
                issuer=config["issuer"],
                client_id=app.client_id,
            )
        except id_tokens.BadTokenError as error:
            raise OAuth2Error(f"The ID token is not good: {error}.") from error
        wanted = {"email", *({_known().claim} if _known().roles else ())}
        if wanted - claims.keys() and "userinfo_endpoint" in config:
            more = self._fetch_user_info(token.token)
            if more.get("sub") != claims["sub"]:
                raise OAuth2Error("What the provider tells of the person is of another one.")
            claims = {**more, **claims}
        login = self.get_provider().sociallogin_from_response(request, claims)
        login.claims = claims
        return login

    def _kept(self, url: str, *, again: bool = False) -> Any:
        key = "lemma-oidc-" + hashlib.sha256(url.encode()).hexdigest()
        if not again and (kept := cache.get(key)) is not None:
            return kept
        with Session() as session:
            answer = session.get(url)
        answer.raise_for_status()
        found = answer.json()
        cache.set(key, found, _KEPT)
        return found


def verified_mail(claims: dict[str, Any]) -> str:
    """The address of somebody, if the provider says that it is theirs. Some write "false" as a text, which is true to
    Python."""
    mail = claims.get("email")
    return mail if isinstance(mail, str) and claims.get("email_verified") is True else ""


def _account_of(request: HttpRequest, claims: dict[str, Any], mail: str) -> User:
    """Of somebody who comes for the first time: the one with their address, else a new one that may nothing."""
    # A database may take other letters for these: dotless i is an I in capitals. The same letters, or nobody's.
    same = list(User.objects.filter(email__iexact=mail)) if mail else []
    found = [user for user in same if user.email.encode().lower() == mail.encode().lower()]
    if len(found) > 1:
        raise _refused(request, "several accounts have this address")
    if found:
        record(Event.Action.ACCOUNT_CHANGED, by=found[0], target=found[0], detail="single sign-on connected",
               request=request)  # fmt: skip
        return found[0]
    user = User(
        username=_free_name(claims, mail), email=mail, first_name=_text(claims, "given_name"),
        last_name=_text(claims, "family_name"), is_staff=True,
    )  # fmt: skip
    user.set_unusable_password()
    user.save()
    record(Event.Action.ACCOUNT_MADE, by=user, target=user, detail="single sign-on", request=request)
    return user


def _give_roles(request: HttpRequest, user: User, claims: dict[str, Any]) -> None:
    """Those that the provider's groups stand for, no more and no less; roles that no group stands for stay."""
    roles = _known().roles
    if not roles:
        return
    said = claims.get(_known().claim)
    groups = {said} if isinstance(said, str) else {one for one in said or () if isinstance(one, str)}
    named = {role for group, role in roles.items() if group in groups}
    wanted = set(Group.objects.filter(name__in=named).values_list("name", flat=True))
    if missing := named - wanted:
        _log.error("LEMMA_OIDC_ROLES gives %s, and there is no such role.", ", ".join(sorted(missing)))
    has = set(user.groups.filter(name__in=roles.values()).values_list("name", flat=True))
    if wanted == has:
        return
    user.groups.remove(*Group.objects.filter(name__in=has - wanted))
    user.groups.add(*Group.objects.filter(name__in=wanted - has))
    signs = [f"+{name}" for name in sorted(wanted - has)] + [f"-{name}" for name in sorted(has - wanted)]
    record(Event.Action.ROLE_CHANGED, by=user, target=user, detail=f"single sign-on: group {' '.join(signs)}",
           request=request)  # fmt: skip


def _free_name(claims: dict[str, Any], mail: str) -> str:
    """As the provider calls them, with a number where somebody has that name."""
    wanted = User.normalize_username(_text(claims, "preferred_username") or mail.partition("@")[0])
    name = re.sub(r"[^\w.@+-]", "", wanted)[:140] or "somebody"
    taken = set(User.objects.filter(username__istartswith=name).values_list("username", flat=True))
    lower, number = {one.lower() for one in taken}, 2
    free = name
    while free.lower() in lower:
        free, number = f"{name}-{number}", number + 1
    return free


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.replace("\0", "")[:150] if isinstance(value, str) else ""


def _refused(request: HttpRequest, why: str) -> ImmediateHttpResponse:
    """Of somebody whom the provider knows. What strangers send is in the log of the server alone."""
    record(Event.Action.REFUSED, detail=f"single sign-on: {why}", request=request)
    return ImmediateHttpResponse(_back_to_login(request, why))


def _back_to_login(request: HttpRequest, why: object) -> HttpResponse:
    """With a sentence for people; the reason is for the log."""
    name = _known().name
    # allauth puts what the provider said behind it, in which there may be a token.
    _log.warning("Nobody was signed in by %s: %s", name, str(why).partition(": b'")[0])
    messages.error(request, _("You could not be signed in by %(name)s. Try again, or ask an administrator.") % {
        "name": name})  # fmt: skip
    return HttpResponseRedirect(reverse("account_login"))
