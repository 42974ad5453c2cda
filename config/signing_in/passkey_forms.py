"""The forms of passkeys, apart from the others, since they bring a library that hardly any process needs."""

import struct
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn
from cryptography.exceptions import UnsupportedAlgorithm
from django import forms
from django.utils.translation import gettext_lazy as _

from config.accounts import name_of
from config.signing_in.forms import Dressed
from publishing.auditing.models import Event
from publishing.auditing.recording import record

_LONGEST_NAME = 60
# What a device says is base64 in JSON, a few kilobytes of it.
_LARGEST = 64 * 1024
# As which the library takes what is no such thing; allauth knows of some.
_MALFORMED = (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError, struct.error,
              UnsupportedAlgorithm)  # fmt: skip


class CredentialField(forms.JSONField):
    """What a device signed. Without anything that a browser does not write, and a database may not take."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and (len(value) > _LARGEST or not value.isascii() or "\\" in value):
            raise _not_right()
        try:
            return super().to_python(value)
        except RecursionError:
            raise _not_right() from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        return None

    def prepare_value(self, value: Any) -> str:
        """Each is for one try, so that the form which is shown again has none in it."""
        return ""


class _Signed(forms.Form):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["credential"] = CredentialField()

    def clean_credential(self) -> Any:
        clean = getattr(super(), "clean_credential", lambda: self.cleaned_data["credential"])
        try:
            return clean()
        except _MALFORMED:
            raise _not_right() from None

    def clean(self) -> Any:
        try:
            return super().clean()
        except _MALFORMED:
            raise _not_right() from None


def _not_right() -> forms.ValidationError:
    error: forms.ValidationError = get_adapter().validation_error("incorrect_code")
    return error


class _Named(Dressed):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        name = self.fields["name"]
        name.label = _("Name")
        name.widget.attrs["maxlength"] = _LONGEST_NAME
        name.help_text = _("By which you know it again, such as the device that it is on.")

    def clean_name(self) -> str:
        cleaner = getattr(super(), "clean_name", lambda: self.cleaned_data["name"])
        return str(cleaner())[:_LONGEST_NAME]


class AddForm(_Named, _Signed, webauthn.AddWebAuthnForm):
    pass


class LoginForm(_Signed, webauthn.LoginWebAuthnForm):
    pass


class AuthenticateForm(_Signed, webauthn.AuthenticateWebAuthnForm):
    pass


class AgainForm(_Signed, webauthn.ReauthenticateWebAuthnForm):
    pass


class RenameForm(_Named, webauthn.EditWebAuthnForm):
    def save(self) -> Authenticator:
        before = name_of(self.instance)
        saved: Authenticator = super().save()
        if (after := name_of(saved)) != before:
            record(Event.Action.FACTOR_CHANGED, by=saved.user, target=saved.user, detail=f"{before} → {after}",
                   request=context.request)  # fmt: skip
        return saved
