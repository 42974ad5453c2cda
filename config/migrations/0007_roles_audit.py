from typing import Any

from django.db import migrations

from config.roles import establish


def forwards(apps: Any, schema_editor: Any) -> None:
    establish(apps)


class Migration(migrations.Migration):
    """Administrators read the audit log."""

    dependencies = [("config", "0006_roles_webhooks"), ("auditing", "0001_initial")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
