from typing import Any

from django.db import migrations

from config.roles import establish


def forwards(apps: Any, schema_editor: Any) -> None:
    establish(apps)


class Migration(migrations.Migration):
    """Administrators manage webhooks."""

    dependencies = [("config", "0005_roles_check_links"), ("webhooks", "0001_initial")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
