"""What a fresh installation needs before its first visitor."""

import secrets
import socket

from django.contrib.auth import get_user_model

from publishing.models import Item

EDITOR = "editor"


def is_empty() -> bool:
    """Whether nothing was ever imported or written; deleted items count, so an emptied glossary stays empty."""
    return not Item.objects.exists()


def create_editor() -> str | None:
    """The password of the account it made, or None where somebody has an account already."""
    people = get_user_model().objects
    if people.exists():
        return None
    password = secrets.token_urlsafe(12)
    people.create_superuser(EDITOR, password=password)
    return password


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        # A port that was closed a moment ago counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
