"""Secrets and signatures, as https://www.standardwebhooks.com has them.

A secret is shown once and kept nowhere: it is made anew from SECRET_KEY and a salt whenever it is needed. A copy of the
database alone signs nothing.
"""

import base64
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from secrets import token_hex

from django.conf import settings
from django.utils.crypto import salted_hmac
from standardwebhooks.webhooks import Webhook

_PURPOSE = "webhooks.signing.secret"


def new_salt() -> str:
    return token_hex(16)


def secret(salt: str, key: str | bytes | None = None) -> str:
    """As its receiver writes it down: whsec_ and 32 bytes in base64. key: another SECRET_KEY."""
    made = salted_hmac(_PURPOSE, salt, secret=key, algorithm="sha256").digest()
    return f"whsec_{base64.b64encode(made).decode()}"


def fingerprint(text: str) -> str:
    """By which a secret is recognised and cannot be guessed."""
    return sha256(text.encode()).hexdigest()


def known_secret(salt: str, wanted: str) -> str | None:
    """The secret with that fingerprint: made of SECRET_KEY, or of one of SECRET_KEY_FALLBACKS, or lost."""
    made = (secret(salt, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
    return next((text for text in made if fingerprint(text) == wanted), None)


def headers(secrets: Sequence[str], message: str, at: datetime, body: bytes) -> dict[str, str]:
    """What shows that a request is ours, and when it was made. Signed with each of the secrets."""
    stamp = at.replace(microsecond=0)
    signed = (Webhook(text).sign(message, stamp, body.decode()) for text in secrets)
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(stamp.timestamp())),
        "webhook-signature": " ".join(signed),
    }
