"""What allauth asks of us."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth import login as sign_in
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.accounts import address_of
from config.signing_in.factors import is_last
from config.signing_in.sealing import seal, unseal

_BACKEND = "django.contrib.auth.backends.ModelBackend"


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # Of a wrong password, and of an account that has no business here: who tries is told no more.
        "username_password_mismatch": gettext_lazy("The username or the password is wrong."),
        "incorrect_password": gettext_lazy("The password is wrong."),
        "too_many_login_attempts": gettext_lazy("Tried too often. Wait a few minutes."),
        "rate_limited": gettext_lazy("Tried too often. Wait a few minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Without allauth's count of wrong passwords, which keeps an account out everywhere; axes counts them."""
        user = authenticate(request, **credentials)
        return user if user is not None and user.is_staff else None

    def pre_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse | None:
        """However somebody came here."""
        if user.is_active and user.is_staff:
            return None
        messages.error(request, _("This account may not sign in. Ask an administrator."))
        request.session.flush()
        return HttpResponseRedirect(reverse("account_login"))

    def login(self, request: HttpRequest, user: Any) -> None:
        sign_in(request, user, backend=getattr(user, "backend", _BACKEND))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """In the words of our pages."""
        said = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use your authenticator app or a recovery code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        return [{**one, "description": said[one["id"]]} for one in super().get_reauthentication_methods(user)]

    def get_client_ip(self, request: HttpRequest) -> str:
        # Through a Unix socket there is none; they are counted together then.
        return address_of(request) or "-"

    def send_mail(self, *arguments: Any, **options: Any) -> None:
        """There is no server for it."""


class FactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This code is not right, or was used already."),
        "cannot_delete_authenticator": gettext_lazy("A second factor is required here. Add another one first."),
    }

    def get_totp_label(self, user: Any) -> str:
        return str(user.get_username())

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        # In place of what cannot be read, a secret of which nobody has the codes.
        return unseal(encrypted_text) or get_random_string(32, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not (settings.LEMMA_REQUIRE_MFA and is_last(authenticator))

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return _("Passkey")

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        username = user.get_username()
        return {**super().get_public_key_credential_user_entity(user), "name": username,
                "display_name": user.get_full_name() or username}  # fmt: skip
