"""Passkeys, with an authenticator that the browser itself plays, and an app's code, typed."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from playwright.sync_api import CDPSession, Page, expect
from pytest_django.fixtures import Settings

from config.signing_in.provider import provider
from publishing.auditing.models import Event
from tests.browser.conftest import Visit
from tests.browser.test_accessibility import AXE, findings
from tests.operations.codes import code_of
from tests.operations.identity import CLIENT, SECRET, Identity, serving

ACCOUNT = "/admin/account/"


@pytest.fixture
def ada(visit: Callable[..., Visit]) -> Visit:
    ada = visit()
    ada.log_in()
    return ada


def give_authenticator(page: Page, *, verifies: bool = True) -> CDPSession:
    """verifies: whether its owner is there, with the right finger."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": verifies, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def give_password(page: Page) -> None:
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Go on").click()


def add_passkey(ada: Visit, name: str) -> Page:
    page = ada.go(ACCOUNT)
    page.get_by_role("link", name="Add a passkey").click()
    give_password(page)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("link", name="I have kept them").click()
    return page


def sign_out(ada: Visit) -> None:
    ada.context.clear_cookies()


def events() -> list[tuple[str, str]]:
    """After the session that each test begins with."""
    return [(one.action, one.detail) for one in Event.objects.order_by("pk")[1:]]


def test_a_passkey_opens_the_account_without_a_password(ada: Visit) -> None:
    give_authenticator(ada.page)
    page = add_passkey(ada, "My laptop")
    expect(page.get_by_text("My laptop")).to_be_visible()
    sign_out(ada)
    ada.go("/admin/glossary/entry/")
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page).to_have_url(f"{ada.address}/admin/glossary/entry/")
    assert events() == [
        ("second factor added", "passkey “My laptop”"), ("second factor added", "recovery codes"),
        ("signed in", "passkey"),
    ]  # fmt: skip


def test_a_passkey_is_the_second_step_after_a_password(ada: Visit) -> None:
    give_authenticator(ada.page)
    page = add_passkey(ada, "My laptop")
    sign_out(ada)
    ada.go("/admin/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{ada.address}/admin/")
    assert events()[-1] == ("signed in", "password, passkey")


def test_a_passkey_gets_another_name_and_is_removed(ada: Visit) -> None:
    give_authenticator(ada.page)
    page = add_passkey(ada, "My laptop")
    page.get_by_role("link", name="Rename My laptop").click()
    page.get_by_label("Name").fill("Old laptop")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Remove Old laptop").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page).to_have_url(ada.address + ACCOUNT)
    expect(page.get_by_text("Old laptop")).to_have_count(0)
    assert not Authenticator.objects.exists()
    assert events()[2:] == [
        ("second factor changed", "passkey “My laptop” → passkey “Old laptop”"),
        ("second factor removed", "passkey “Old laptop”"),
        ("second factor removed", "recovery codes"),
    ]
    sign_out(ada)
    ada.go("/admin/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("not right")


def test_the_password_is_replaced_by_the_passkey_where_it_is_asked_again(ada: Visit) -> None:
    give_authenticator(ada.page)
    page = add_passkey(ada, "My laptop")
    sign_out(ada)
    ada.go(ACCOUNT)
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page).to_have_url(ada.address + ACCOUNT)
    page.get_by_role("link", name="Set up an app").click()
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_alt_text("A QR code for your app")).to_be_visible()


def test_whoever_is_not_its_owner_is_told_so_and_stays_out(ada: Visit) -> None:
    session = give_authenticator(ada.page, verifies=False)
    page = ada.go("/admin/account/")
    page.get_by_role("link", name="Add a passkey").click()
    give_password(page)
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")
    assert not Authenticator.objects.exists()
    session.detach()


def test_an_app_is_set_up_and_used_by_keys(ada: Visit) -> None:
    page = ada.go(ACCOUNT)
    page.get_by_role("link", name="Set up an app").press("Enter")
    type_into(page, "Password", "secret")
    secret = page.get_by_label("Key").input_value()
    assert page.evaluate("document.querySelector('.lemma-qr img').naturalWidth") > 100
    type_into(page, "The code that it shows now", code_of(secret))
    page.get_by_text("shown only now").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download them").press("Enter")
    codes = download.value.path().read_text().split()
    assert len(codes) == 10
    assert codes == page.locator(".lemma-codes code").all_inner_texts()
    sign_out(ada)
    ada.go("/admin/")
    page.get_by_label("Username").press_sequentially("ada")
    page.keyboard.press("Tab")
    page.keyboard.type("secret")
    page.keyboard.press("Enter")
    type_into(page, "Code", codes[0])
    expect(page).to_have_url(f"{ada.address}/admin/")


def type_into(page: Page, label: str, text: str) -> None:
    page.get_by_label(label).press_sequentially(text)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_way(visit: Callable[..., Visit], scheme: Any, settings: Settings) -> None:
    settings.LEMMA_OIDC = provider(
        issuer="https://login.example.org", client_id="x", client_secret="x", name="Example", domains=[],
        claim="groups", roles=[],
    )  # fmt: skip
    ada = visit(color_scheme=scheme)
    ada.context.add_init_script(path=AXE)
    found: list[str] = []
    widths: dict[str, int] = {}

    def look(name: str) -> None:
        ada.settle(ada.page)
        found.extend(findings(ada.page, name))
        ada.page.set_viewport_size({"width": 390, "height": 844})
        widths[name] = ada.page.evaluate("document.documentElement.scrollWidth")
        ada.page.set_viewport_size({"width": 1440, "height": 900})

    page = ada.go("/admin/")
    give_authenticator(page)
    look("login")
    page.get_by_label("Username").fill("ada")
    type_into(page, "Password", "wrong")
    page.get_by_text("is wrong").wait_for()
    look("login refused")
    ada.log_in()
    ada.go(ACCOUNT)
    page.get_by_role("link", name="Set up an app").click()
    look("password again")
    give_password(page)
    secret = page.get_by_label("Key").input_value()
    look("app")
    type_into(page, "The code that it shows now", code_of(secret))
    page.get_by_text("shown only now").wait_for()
    look("codes")
    ada.go(f"{ACCOUNT}recovery-codes/")
    look("codes again")
    ada.go(f"{ACCOUNT}recovery-codes/renew/")
    look("new codes")
    ada.go(f"{ACCOUNT}passkeys/add/")
    look("new passkey")
    page.get_by_label("Name").fill("My laptop <script>alert(1)</script> with a very long name indeed")
    page.get_by_role("button", name="Add it").click()
    expect(page).to_have_url(ada.address + ACCOUNT)
    look("account")
    key = Authenticator.objects.get(type="webauthn").pk
    ada.go(f"{ACCOUNT}passkeys/{key}/")
    look("rename")
    ada.go(f"{ACCOUNT}passkeys/{key}/remove/")
    look("remove")
    ada.go(f"{ACCOUNT}app/remove/")
    look("remove the app")
    ada.go(f"{ACCOUNT}code/")
    look("code again")
    ada.go(f"{ACCOUNT}passkey/")
    look("passkey again")
    ada.go(f"/admin/auth/user/{User.objects.get().pk}/second-factor/")
    look("second factor of somebody")
    sign_out(ada)
    ada.go("/admin/")
    page.get_by_label("Username").fill("ada")
    type_into(page, "Password", "secret")
    page.get_by_role("button", name="Use a passkey").wait_for()
    look("code")
    type_into(page, "Code", "000000")
    page.get_by_text("not right").wait_for()
    look("code refused")
    assert found == [], "\n".join(found)
    assert {name: width for name, width in widths.items() if width > 390} == {}


def test_single_sign_on_goes_there_and_back_in_a_real_browser(visit: Callable[..., Visit], settings: Settings) -> None:
    person = {"sub": "1", "preferred_username": "eve", "email": "eve@example.org", "email_verified": True}
    with serving(Identity(person=person)) as identity:
        settings.LEMMA_OIDC = provider(
            issuer=identity.address, client_id=CLIENT, client_secret=SECRET, name="Example University", domains=[],
            claim="groups", roles=[],
        )  # fmt: skip
        eve = visit()
        page = eve.go("/admin/")
        page.get_by_role("button", name="Log in with Example University").click()
        page.get_by_text("Your account has no role yet.").wait_for()
        assert page.url == f"{eve.address}/admin/"
