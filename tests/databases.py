"""The database of a test, for processes beside it."""

import os

from django.db import connection


def database_url() -> str:
    """The database of this test, as the product is told of it."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        # As in production: a database that survives a power cut.
        return f"sqlite:///{name}"
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"
