"""Which pages of allauth there are. What is not named here has no address: no sign-up, and nothing that needs mail."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from config.signing_in import new_passwords, pages
from config.signing_in.pages import page

_MFA = "allauth.mfa"
_CHOOSE = page(new_passwords.choose, _("Choose a password"))

urlpatterns = [
    path("login/", page(pages.login, _("Log in")), name="account_login"),
    path("login/code/", page(f"{_MFA}.base.views.authenticate", _("Second factor")), name="mfa_authenticate"),
    path("login/passkey/", page(f"{_MFA}.webauthn.views.login_webauthn"), name="mfa_login_webauthn"),
    path("login/start-over/", pages.start_over, name="account_start_over"),
    path("account/", page(f"{_MFA}.base.views.index", _("Account security")), name="mfa_index"),
    path(
        "account/password/",
        page("allauth.account.views.reauthenticate", _("Your password, please")),
        name="account_reauthenticate",
    ),
    path("account/code/", page(f"{_MFA}.base.views.reauthenticate", _("A code, please")), name="mfa_reauthenticate"),
    path(
        "account/passkey/",
        page(f"{_MFA}.webauthn.views.reauthenticate_webauthn", _("Your passkey, please")),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "account/app/add/",
        page(f"{_MFA}.totp.views.activate_totp", _("Set up an authenticator app")),
        name="mfa_activate_totp",
    ),
    path(
        "account/app/remove/",
        page(f"{_MFA}.totp.views.deactivate_totp", _("Remove the authenticator app")),
        name="mfa_deactivate_totp",
    ),
    path(
        "account/recovery-codes/",
        page(f"{_MFA}.recovery_codes.views.view_recovery_codes", _("Recovery codes")),
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/recovery-codes/renew/",
        page(f"{_MFA}.recovery_codes.views.generate_recovery_codes", _("Renew the recovery codes")),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/passkeys/add/",
        page(f"{_MFA}.webauthn.views.add_webauthn", _("Add a passkey")),
        name="mfa_add_webauthn",
    ),
    path(
        "account/passkeys/<int:pk>/",
        page("config.signing_in.passkeys.rename", _("Rename a passkey")),
        name="mfa_edit_webauthn",
    ),
    path(
        "account/passkeys/<int:pk>/remove/",
        page("config.signing_in.passkeys.remove", _("Remove a passkey")),
        name="mfa_remove_webauthn",
    ),
    path(
        "account/sessions/",
        page("config.signing_in.own_sessions.own_sessions", _("Where you are signed in")),
        name="own_sessions",
    ),
    path("login/new-password/<uidb64>/<token>/", _CHOOSE, name="new_password"),
    # The admin would lead who lost the last sign to the login, with the secret behind a question mark.
    path("login/new-password/<uidb64>/<token>", _CHOOSE),
    path("login/sso/", page("config.signing_in.single_sign_on.start"), name="single_sign_on"),
    path("login/sso/back/", page("config.signing_in.single_sign_on.back"), name="single_sign_on_back"),
]
