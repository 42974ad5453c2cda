"""Passkeys that there are, under other names or no more. allauth leads to a list of its own afterwards; ours is the
page of the account."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.views import EditWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse_lazy

_ACCOUNT = reverse_lazy("mfa_index")


class _RemoveView(RemoveWebAuthnView):
    success_url = _ACCOUNT

    def form_valid(self, form: Any) -> HttpResponse:
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
            return HttpResponseRedirect(str(_ACCOUNT))
        return super().form_valid(form)  # type: ignore[no-any-return]


class _RenameView(EditWebAuthnView):
    success_url = _ACCOUNT


remove = _RemoveView.as_view()
rename = _RenameView.as_view()
