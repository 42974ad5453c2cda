"""The forms of allauth, dressed as the theme's; and each code counts once, and wrong ones as wrong passwords do."""

from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from unfold.widgets import BASE_INPUT_CLASSES


class Dressed(forms.Form):
    """The first field has the focus, and no text in it that goes as soon as one types."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # Not by visible_fields(), which keeps labels and help as they are now.
        shown = [field for field in self.fields.values() if not field.widget.is_hidden]
        for number, field in enumerate(shown):
            attributes = field.widget.attrs
            attributes.pop("placeholder", None)
            attributes["class"] = " ".join(BASE_INPUT_CLASSES)
            if number == 0:
                attributes["autofocus"] = ""


class LoginForm(Dressed, AllauthLoginForm):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["password"].help_text = ""
        self.fields["login"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}

    def add_prefix(self, field_name: str) -> str:
        """By the name that managers of passwords know, and that the form had before."""
        return super().add_prefix("username" if field_name == "login" else field_name)


class PasswordForm(Dressed, AllauthReauthenticateForm):
    """The password once more."""


class _Counted(Dressed, base.BaseAuthenticateForm):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["code"].help_text = _("The six digits that your authenticator app shows, or a recovery code.")
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "spellcheck": "false"}

    def clean_code(self) -> str:
        request, who = context.request, {"username": self.user.get_username()}
        if not AxesProxyHandler.is_allowed(request, who):
            # The middleware of axes answers in place of the form.
            request.axes_locked_out, request.axes_credentials = True, who
            raise forms.ValidationError(_("Tried too often."))
        code = str(super().clean_code())
        found = self.authenticator
        if found.type == Authenticator.Type.TOTP and not use_once(found, code):
            self._emit_authentication_failed(found)
            raise forms.ValidationError(_("This code was used already. Wait for the next one."))
        return code

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        super()._emit_authentication_failed(authenticator)
        credentials = {"username": self.user.get_username(), "by": "second factor"}
        user_login_failed.send(__name__, credentials=credentials, request=context.request)


class CodeForm(_Counted, base.AuthenticateForm):
    """The second step of signing in."""


class CodeAgainForm(_Counted, base.ReauthenticateForm):
    """Before something of consequence."""


class ActivateForm(Dressed, totp.ActivateTOTPForm):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["code"].label = _("The code that it shows now")
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "spellcheck": "false"}


def use_once(authenticator: Authenticator, code: str) -> bool:
    """Whether a code, which is right, is later than the last that was used; from now on it is the last.

    In the database, under a lock: allauth asks the cache, which processes may not share, and forgets after 30 seconds,
    while a code is taken for 90.
    """
    with transaction.atomic():
        kept = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        secret = base.get_adapter().decrypt(kept.data["secret"])
        counters = [
            at
            for at in yield_hotp_counters_from_time()
            if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, at)))
        ]
        if not counters or max(counters) <= kept.data.get("last_counter", 0):
            return False
        kept.data["last_counter"] = max(counters)
        kept.save(update_fields=["data"])
    return True
