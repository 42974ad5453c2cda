"""Secrets of second factors, sealed with SECRET_KEY: a copy of the database gives none away."""

import logging
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

_log = logging.getLogger("lemma.accounts")
_PURPOSE = b"lemma second factors\0"


def seal(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str | None:
    """None: it was sealed with another key."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        _log.error(
            "The secret of a second factor was sealed with another SECRET_KEY, so its codes are refused. Name that key "
            "in SECRET_KEY_FALLBACKS, or take the factor away: manage.py remove_second_factor NAME."
        )
        return None


def _keys() -> MultiFernet:
    # Each use of the key has one of its own made of it; it is long and random, so that one round is enough.
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(urlsafe_b64encode(sha256(_PURPOSE + key.encode()).digest())) for key in keys])
