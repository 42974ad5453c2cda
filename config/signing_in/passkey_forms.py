"""The forms of passkeys, apart from the others, since they bring a library that hardly any process needs."""

from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn
from django.utils.translation import gettext_lazy as _

from config.accounts import name_of
from config.signing_in.forms import Dressed
from publishing.auditing.models import Event
from publishing.auditing.recording import record

_LONGEST_NAME = 60


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


class AddForm(_Named, webauthn.AddWebAuthnForm):
    pass


class RenameForm(_Named, webauthn.EditWebAuthnForm):
    def save(self) -> Authenticator:
        before = name_of(self.instance)
        saved: Authenticator = super().save()
        if (after := name_of(saved)) != before:
            record(Event.Action.FACTOR_CHANGED, by=saved.user, target=saved.user, detail=f"{before} → {after}",
                   request=context.request)  # fmt: skip
        return saved
