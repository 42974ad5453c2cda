"""How somebody comes to a first password, or to one in place of one that is lost: they choose it themselves, at an
address that an administrator makes and that is good once and for a day. Nobody else ever knows it.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm, UsernameField
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.html import format_html
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.forms import UserChangeForm

from config.accounts import end_sessions
from config.signing_in.forms import Dressed
from publishing.auditing.models import Event
from publishing.auditing.recording import record


class AccountForm(forms.ModelForm):
    """A new account, which has no password yet."""

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "groups", "is_staff")
        field_classes = {"username": UsernameField}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["is_staff"].initial = True

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError(_("There is an account of this name."))
        return name

    def save(self, commit: bool = True) -> User:
        self.instance.set_unusable_password()
        made: User = super().save(commit)
        return made


class AccountChangeForm(UserChangeForm):
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
        user: User | None = super().get_user(uidb64)
        return user if may_have_one(user) else None

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        # For an address that has ended, too, of which Django's page has another.
        return super().get_context_data(**more) | {"title": self.title}

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        end_sessions(self.user)
        record(Event.Action.PASSWORD_CHANGED, by=self.user, target=self.user, detail="at an address for it",
               request=self.request)  # fmt: skip
        messages.success(self.request, _("Your password is set. Log in with it."))
        return answer


choose = _Choose.as_view()


def may_have_one(user: Any) -> bool:
    """Only an account that may sign in."""
    return user is not None and user.is_active and user.is_staff


def address_for(request: HttpRequest, user: User) -> str:
    """Where its owner chooses a password. It ends with the next password, the next sign-in, or after a day."""
    who = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("new_password", args=[who, default_token_generator.make_token(user)])
    return request.build_absolute_uri(path)
