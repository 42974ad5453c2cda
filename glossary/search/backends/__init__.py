"""The two databases behind one face: `add`, `learn`, `remove`, `clear`, `optimise`, `find`, `candidates`, `named`."""

from types import ModuleType

from django.db import connection


def backend() -> ModuleType:
    from glossary.search.backends import postgres, sqlite

    return postgres if connection.vendor == "postgresql" else sqlite
