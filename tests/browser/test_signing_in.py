"""Passkeys, with an authenticator that the browser itself plays, and an app's code, typed."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import CDPSession, Page, expect

from publishing.auditing.models import Event
from tests.browser.conftest import Visit
from tests.operations.codes import code_of

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
