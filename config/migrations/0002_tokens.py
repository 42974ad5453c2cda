from typing import Any

from django.db import migrations

from config.roles import establish


def forwards(apps: Any, schema_editor: Any) -> None:
    establish(apps)


class Migration(migrations.Migration):
    """Administrators make and revoke tokens."""

    dependencies = [("config", "0001_roles"), ("api", "0001_initial")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
