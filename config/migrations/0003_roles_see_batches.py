from typing import Any

from django.db import migrations

from config.roles import establish


def forwards(apps: Any, schema_editor: Any) -> None:
    establish(apps)


class Migration(migrations.Migration):
    dependencies = [("config", "0002_tokens"), ("publishing", "0003_batches_and_views")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
