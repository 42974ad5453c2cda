"""Secrets, from the environment or from files that it names, as containers and systemd hand them over."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def secret(name: str) -> str:
    """The value of `NAME`, or what is in the file that `NAME_FILE` names, without the last newline; "" without either.

    Not through django-environ, which takes a leading $ for the name of another variable.
    """
    value, file = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "")
    if not file:
        return value
    if value:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set. Leave one of them out.")
    try:
        return Path(file).read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ImproperlyConfigured(f"{name}_FILE is “{file}”, which cannot be read: {reason}.") from None


def outgoing_host(name: str) -> str:
    """A host as requests name it. Raises ImproperlyConfigured for what would match none.

    >>> outgoing_host("Bücher.example.")
    'xn--bcher-kva.example'
    """
    # Not at every start: its tables are large.
    import idna

    try:
        found = idna.encode(name.strip("."), uts46=True).decode("ascii")
    except idna.IDNAError:
        raise ImproperlyConfigured(
            f"LEMMA_OUTGOING_HOSTS has “{name}”, which is no host. Write names alone, such as example.org."
        ) from None
    return found
