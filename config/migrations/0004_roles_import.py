from typing import Any

from django.db import migrations

from config.roles import establish


def forwards(apps: Any, schema_editor: Any) -> None:
    establish(apps)


class Migration(migrations.Migration):
    """Editors import files."""

    dependencies = [("config", "0003_roles_see_batches"), ("sync", "0002_upload")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
