from typing import Any

from django.db import migrations

from config.roles import establish


def forwards(apps: Any, schema_editor: Any) -> None:
    establish(apps)


class Migration(migrations.Migration):
    """Run `establish` again in a new migration when the roles change."""

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("glossary", "0002_publish_permission"),
        ("books", "0002_publish_permission"),
        ("publishing", "0001_initial"),
        ("sync", "0001_initial"),
    ]

    # A role that is in use is not taken away.
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
