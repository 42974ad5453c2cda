"""Tokens: made here, shown once, revoked by deleting them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from api.models import Scope, Token
from publishing.auditing.models import Event
from publishing.auditing.recording import record
from publishing.confirming import Confirmed
from publishing.managing import manageable, may_manage

_SCOPES = [
    (Scope.READ, _("Read drafts")),
    (Scope.WRITE, _("Write drafts, delete")),
    (Scope.PUBLISH, _("Publish, unpublish, rename")),
]
_DAYS = 365


class TokenForm(forms.ModelForm):
    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("What it is for."), widget=UnfoldAdminTextInputWidget
    )
    scopes = forms.MultipleChoiceField(
        label=_("May"),
        required=False,
        choices=_SCOPES,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At most that, and only what the account may do. Without any it reads what is published."),
    )
    days = forms.IntegerField(
        label=_("Days"),
        required=False,
        min_value=1,
        max_value=3650,
        initial=_DAYS,
        help_text=_("After so many days it ends. Empty: never."),
        widget=UnfoldAdminIntegerFieldWidget,
    )

    class Meta:
        model = Token
        fields = ("name", "user")
        labels = {"user": _("Account")}


@admin.register(Token)
class TokenAdmin(Confirmed, ModelAdmin):
    form = TokenForm
    list_display = ("shown_name", "user", "shown_scopes", "beginning", "created", "shown_expiry")
    list_display_links = None
    list_filter = ("user",)
    actions = ("revoke",)
    list_select_related = ("user",)

    def get_form(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        form = super().get_form(request, obj, **options)
        if obj is None:
            # Nobody makes a token that may do more than its maker could come to do.
            form.base_fields["user"].queryset = manageable(request.user)
        return form

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or may_manage(request.user, obj.user))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What it may do was decided when it was handed out.
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj:
            return ("name", "user", "scopes", "beginning", "created", "shown_expiry")
        return ("name", "user", "scopes", "days")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions  # type: ignore[no-any-return]

    @admin.action(description=_("Revoke"), permissions=["delete"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[Token]) -> None:
        tokens = tokens.filter(user__in=manageable(request.user))
        for token in tokens.select_related("user"):
            record(Event.Action.TOKEN_REVOKED, by=request.user, target=token.said, request=request)
        count, _others = tokens.delete()
        messages.success(request, _("%d revoked.") % count)

    def save_model(self, request: HttpRequest, obj: Token, form: Any, change: bool) -> None:
        made, text = Token.objects.make(
            obj.user, form.cleaned_data["scopes"], name=obj.name, days=form.cleaned_data["days"]
        )
        obj.pk = made.pk
        record(Event.Action.TOKEN_MADE, by=request.user, target=made.said, detail=made.scopes, request=request)
        messages.warning(
            request,
            format_html(
                translated("This is the token, shown this once. Keep it as you keep a password: {}"),
                format_html("<code>{}</code>", text),
            ),
        )

    def delete_model(self, request: HttpRequest, obj: Token) -> None:
        record(Event.Action.TOKEN_REVOKED, by=request.user, target=obj.said, request=request)
        super().delete_model(request, obj)

    def response_add(self, request: HttpRequest, obj: Token, post_url_continue: str | None = None) -> HttpResponse:
        # The token is all there is to say.
        return self.response_post_save_add(request, obj)  # type: ignore[no-any-return]

    @admin.display(description=_("Name"), ordering="name")
    def shown_name(self, token: Token) -> str:
        return str(token)

    @admin.display(description=_("Begins with"), ordering="token_key")
    def beginning(self, token: Token) -> str:
        return str(token.token_key)

    @admin.display(description=_("May"))
    def shown_scopes(self, token: Token) -> str:
        return token.scopes or "–"

    @admin.display(description=_("Ends"), ordering="expiry")
    def shown_expiry(self, token: Token) -> Any:
        if token.expiry is None:
            return _("never")
        return token.expiry if token.expiry > timezone.now() else _("ended")
