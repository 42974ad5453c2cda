"""The admin pages of people, in the same look as the others."""

from datetime import timedelta
from typing import Any

from allauth.account.admin import EmailAddress
from allauth.mfa.admin import Authenticator
from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from config.accounts import end_sessions, name_of
from config.signing_in.factors import remove_all
from config.signing_in.new_passwords import AccountChangeForm, AccountForm, address_for, may_have_one
from publishing.admin.choosing import ChosenRows
from publishing.auditing.models import Event
from publishing.auditing.recording import record
from publishing.confirming import Confirmed, confirmed
from publishing.managing import groups_to_give, may_manage, permissions_to_give

admin.site.unregister(User)
admin.site.unregister(Group)
# Tables of allauth, which come and go with what people do on the pages of their accounts.
for hidden in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(hidden)

# Who could give these could give themselves everything.
_FOR_SUPERUSERS = {"is_superuser", "user_permissions"}


@admin.register(User)
class UserAdmin(Confirmed, ChosenRows, DjangoUserAdmin, ModelAdmin):
    """Administrators give roles to people; superusers, and what only they may give, are left to superusers."""

    form = AccountChangeForm
    add_form = AccountForm
    # Of Django's page, which speaks of options that come later.
    add_form_template = None
    add_fieldsets = (
        (None, {"fields": AccountForm.Meta.fields, "description": _("Next comes an address for their password.")}),
    )
    list_display = ("username", "first_name", "last_name", "email", "roles", "second_factor", "is_active")
    list_filter = ("groups", "is_active")
    actions = ("sign_out",)
    actions_detail = ("remove_second_factor",)
    # A few roles to tick, in place of two boxes between which names are moved.
    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "groups":
            options["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
            options["queryset"] = groups_to_give(request.user)
        return super().formfield_for_manytomany(db_field, request, **options)

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def sign_out(self, request: HttpRequest, users: Any) -> None:
        """Ends the sessions of the chosen accounts."""
        for user in users:
            if not _may_touch(request, user):
                messages.error(request, f"{user} may do more than you, so that you may not do that.")
                continue
            number = end_sessions(user)
            record(Event.Action.SIGNED_OUT_EVERYWHERE, by=request.user, target=user, detail=f"{number} sessions",
                   request=request)  # fmt: skip
            messages.success(request, f"{user}: {number} sessions have ended.")

    @action(description="Second factor", url_path="second-factor", permissions=["second_factor"])
    def remove_second_factor(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """For somebody who lost their phone: shows what the account has, and takes it away."""
        user = self.get_object(request, unquote(object_id))
        if user is None:
            raise Http404
        return confirmed(self._without_second_factor)(request, user)  # type: ignore[return-value]

    def _without_second_factor(self, request: HttpRequest, user: User) -> HttpResponse:
        if request.method == "POST":
            names = remove_all(user, by=request.user, request=request)
            said = f"Removed from {user}: {', '.join(names)}." if names else f"{user} has none."
            messages.success(request, said)
            return HttpResponseRedirect(reverse("admin:auth_user_change", args=[user.pk]))
        factors = [name_of(one) for one in Authenticator.objects.filter(user=user).order_by("pk")]
        context = {
            **self.admin_site.each_context(request),
            "title": f"Second factor of {user}",
            "account": user,
            "factors": factors,
        }
        return TemplateResponse(request, "admin/second_factor.html", context)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """In place of Django's page: the account's owner chooses the password."""
        user = self.get_object(request, unquote(id))
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if user is None:
            raise Http404
        return confirmed(self._new_password)(request, user)  # type: ignore[return-value]

    def _new_password(self, request: HttpRequest, user: User) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"New password for {user}",
            "account": user,
            "possible": may_have_one(user),
        }
        if request.method == "POST" and context["possible"]:
            context["address"] = address_for(request, user, by=request.user)
            context["until"] = timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
            record(Event.Action.ACCOUNT_CHANGED, by=request.user, target=user, detail="address for a new password",
                   request=request)  # fmt: skip
        return TemplateResponse(request, "admin/new_password.html", context)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """On to the page from which the new account gets its password."""
        return super().response_add(request, obj, reverse("admin:auth_user_password_change", args=[obj.pk]))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        request.lemma_before = _rights(User.objects.get(pk=obj.pk)) if change else {}  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)
        if not change:
            record(Event.Action.ACCOUNT_MADE, by=request.user, target=obj, request=request)
        elif changed := sorted(set(form.changed_data) - {"groups", "user_permissions", *_FLAGS}):
            record(Event.Action.ACCOUNT_CHANGED, by=request.user, target=obj, detail=", ".join(changed),
                   request=request)  # fmt: skip

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        user = form.instance
        if detail := _difference(request.lemma_before, _rights(User.objects.get(pk=user.pk))):  # type: ignore[attr-defined]
            record(Event.Action.ROLE_CHANGED, by=request.user, target=user, detail=detail, request=request)
        if not (user.is_active and user.is_staff):
            # Else they would go on if the account came back.
            end_sessions(user)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        record(Event.Action.ACCOUNT_DELETED, by=request.user, target=obj, request=request)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for user in queryset:
            record(Event.Action.ACCOUNT_DELETED, by=request.user, target=user, request=request)
        super().delete_queryset(request, queryset)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups", "authenticator_set")

    @admin.display(description="Roles")
    def roles(self, user: User) -> str:
        names = [group.name for group in user.groups.all()]
        return ", ".join(["Superuser", *names] if user.is_superuser else names) or "–"

    @admin.display(description="Second factor", boolean=True)
    def second_factor(self, user: Any) -> bool:
        return any(one.type != Authenticator.Type.RECOVERY_CODES for one in user.authenticator_set.all())

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sets = super().get_fieldsets(request, obj)
        if request.user.is_superuser or obj is None:
            return sets
        return [
            (name, {**options, "fields": [each for each in options["fields"] if each not in _FOR_SUPERUSERS]})
            for name, options in sets
        ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def has_second_factor_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """As the theme asks: by the key of an account."""
        return self.has_change_permission(request, self.get_object(request, object_id) if object_id else None)


@admin.register(Group)
class GroupAdmin(Confirmed, ChosenRows, DjangoGroupAdmin, ModelAdmin):
    """Superusers' business; whoever else they let in gives nothing that they do not have."""

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **options: Any) -> Any:
        if db_field.name == "permissions":
            options["queryset"] = permissions_to_give(request.user).select_related("content_type")
        return super().formfield_for_manytomany(db_field, request, **options)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    def _may_touch(self, request: HttpRequest, group: Any) -> bool:
        return group is None or groups_to_give(request.user).filter(pk=group.pk).exists()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        group = form.instance
        before = {"": set(_codes(group.permissions))} if change else {}
        super().save_related(request, form, formsets, change)
        if detail := _difference(before, {"": set(_codes(group.permissions))}):
            record(Event.Action.ROLE_CHANGED, by=request.user, target=f"group {group}", detail=detail, request=request)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        record(Event.Action.ROLE_CHANGED, by=request.user, target=f"group {obj}", detail="deleted", request=request)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for group in queryset:
            record(Event.Action.ROLE_CHANGED, by=request.user, target=f"group {group}", detail="deleted",
                   request=request)  # fmt: skip
        super().delete_queryset(request, queryset)


def _may_touch(request: HttpRequest, account: Any) -> bool:
    return account is None or may_manage(request.user, account)


_FLAGS = ("is_active", "is_staff", "is_superuser")


def _codes(permissions: Any) -> Any:
    return permissions.values_list("codename", flat=True)


def _rights(user: Any) -> dict[str, set[str]]:
    """What an account may do, by the words for it."""
    return {
        "": {flag.removeprefix("is_") for flag in _FLAGS if getattr(user, flag)},
        "group ": set(user.groups.values_list("name", flat=True)),
        "permission ": set(_codes(user.user_permissions)),
    }


def _difference(before: dict[str, set[str]], after: dict[str, set[str]]) -> str:
    """
    >>> _difference({"group ": {"Writer"}}, {"group ": {"Editor"}})
    'group +Editor -Writer'
    """
    parts = []
    for what in sorted(after):
        was, now = before.get(what, set()), after[what]
        signs = [f"+{name}" for name in sorted(now - was)] + [f"-{name}" for name in sorted(was - now)]
        if signs:
            parts.append(what + " ".join(signs))
    return "; ".join(parts)
