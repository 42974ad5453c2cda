"""How somebody comes to a first password, or to one in place of one that is lost: they choose it themselves, at an
address that an administrator makes and that is good once and for a day. Nobody else ever knows it.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.forms import SetPasswordForm, UsernameField
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.forms import UserChangeForm

from config.accounts import end_sessions
from config.signing_in.forms import Dressed
from publishing.auditing.models import Event
from publishing.auditing.recording import record
from publishing.managing import may_manage

_SALT = "lemma.new-password"


class _Named(forms.ModelForm):
    """Names that people would take for one are refused, also where the database tells them apart."""

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        others = User.objects.exclude(pk=self.instance.pk).values_list("username", flat=True)
        if name.casefold() in {other.casefold() for other in others}:
            raise forms.ValidationError(_("There is an account of this name."))
        return name


class AccountForm(_Named):
    """A new account, which has no password yet."""

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "groups", "is_staff")
        field_classes = {"username": UsernameField}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["is_staff"].initial = True

    def save(self, commit: bool = True) -> User:
        self.instance.set_unusable_password()
        made: User = super().save(commit)
        return made


class AccountChangeForm(_Named, UserChangeForm):
    """Without a way to type a password for somebody else."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if password := self.fields.get("password"):
            link = _("Make an address for a new one")
            password.help_text = format_html(
                '{} <a href="../password/" class="underline">{}</a>', _("Its owner chooses it."), link
            )


class PasswordForm(Dressed, SetPasswordForm):
    """The password twice."""


class _Choose(PasswordResetConfirmView):
    form_class = PasswordForm
    template_name = "account/new_password.html"
    title = gettext_lazy("Choose a password")
    success_url = reverse_lazy("account_login")

    def get_user(self, uidb64: str) -> User | None:
        """Only as long as whoever made the address might make it now."""
        try:
            key, maker_key = signing.loads(uidb64, salt=_SALT)
        except signing.BadSignature:
            return None
        people = User.objects.in_bulk([key, maker_key])
        user, maker = people.get(key), people.get(maker_key)
        return user if maker and may_have_one(user) and _may_give_one(maker, user) else None

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        # For an address that has ended, too, of which Django's page has another.
        return super().get_context_data(**more) | {"title": self.title}

    def form_valid(self, form: Any) -> HttpResponse:
        user: Any = self.user
        # All in one statement: what else is known of the account may have changed since, and of two who have the
        # address one comes first.
        still = User.objects.filter(pk=user.pk, password=user.password, is_active=True, is_staff=True)
        if not still.update(password=make_password(form.cleaned_data["new_password1"])):
            self.validlink = False
            return self.render_to_response(self.get_context_data())
        if self.request.user == user:
            logout(self.request)
        self.request.session.pop(INTERNAL_RESET_SESSION_TOKEN, None)
        end_sessions(user)
        record(Event.Action.PASSWORD_CHANGED, by=user, target=user, detail="at an address for it",
               request=self.request)  # fmt: skip
        messages.success(self.request, _("Your password is set. Log in with it."))
        return HttpResponseRedirect(self.get_success_url())


choose = _Choose.as_view()


def may_have_one(user: Any) -> bool:
    """Only an account that may sign in."""
    return user is not None and user.is_active and user.is_staff


def _may_give_one(maker: User, user: Any) -> bool:
    return maker.is_active and maker.is_staff and maker.has_perm("auth.change_user") and may_manage(maker, user)


def address_for(request: HttpRequest, user: User, *, by: Any) -> str:
    """Where its owner chooses a password. It ends with the next password, the next sign-in, after a day, or when who
    made it may not manage the account any more.
    """
    who = signing.dumps([user.pk, by.pk], salt=_SALT)
    path = reverse("new_password", args=[who, default_token_generator.make_token(user)])
    return request.build_absolute_uri(path)
