"""The column type of names that are looked up, sorted and paged by."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class KeyField(models.CharField):
    """Text compared by code point on every database, whatever the locale of the server.

    SQLite does that by itself; PostgreSQL is told to (collation "C"). So both sort and page alike.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        kind = super().db_type(connection)
        if connection.vendor == "postgresql" and kind:
            # The long name of the same type. For the short one Django adds a second index to every unique column, for
            # LIKE; under collation "C" the first one serves LIKE too.
            return kind.replace("varchar", "character varying")
        return kind
