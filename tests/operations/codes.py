"""An authenticator app, as RFC 6238 describes it."""

import base64
import hmac
import re
import struct
import time
from typing import Any

from django.test import Client

PASSWORD = "correct horse battery"
ACCOUNT = "/admin/account/"


def code_of(secret: str, *, later: int = 0) -> str:
    """later: so many codes after the one that is shown now."""
    counter = int(time.time()) // 30 + later
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", counter), "sha1")
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def sign_in(name: str, password: str = PASSWORD, *, client: Client, address: str = "2.2.2.2") -> Any:
    return client.post(
        "/admin/login/", {"username": name, "password": password, "next": "/admin/"}, REMOTE_ADDR=address
    )


def confirm(client: Client, path: str, *, password: str = PASSWORD) -> Any:
    """Asks for a page that wants the password again, and gives it."""
    answer = client.get(path)
    assert answer.status_code == 302, path
    assert answer["Location"].startswith(f"{ACCOUNT}password/?next=")
    return client.post(answer["Location"], {"password": password, "next": path})


def known(client: Client) -> Client:
    """As if whoever is signed in had given their password a moment ago."""
    session = client.session
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session.save()
    return client


def set_up_app(client: Client) -> tuple[str, list[str]]:
    """With an account that is signed in; gives the secret of the app and the recovery codes."""
    confirm(client, f"{ACCOUNT}app/add/")
    page = client.get(f"{ACCOUNT}app/add/").content.decode()
    found = re.search(r'id="totp-key"[^>]*value="([A-Z2-7]+)"', page)
    assert found, page
    answer = client.post(f"{ACCOUNT}app/add/", {"code": code_of(found[1])})
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == f"{ACCOUNT}recovery-codes/"
    codes = re.findall(r"<code>(\d+)</code>", client.get(answer["Location"]).content.decode())
    assert len(codes) == 10
    return found[1], codes
