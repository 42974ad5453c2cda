from typing import Any

from django.db import migrations

from config.roles import establish


def forwards(apps: Any, schema_editor: Any) -> None:
    establish(apps)


class Migration(migrations.Migration):
    """Editors look at web links, and have them checked."""

    dependencies = [("config", "0004_roles_import"), ("linkcheck", "0002_hops")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
