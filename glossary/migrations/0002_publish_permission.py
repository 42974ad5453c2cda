from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("glossary", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(
            name="entry",
            options={"permissions": [("publish_entry", "Can publish entry")], "verbose_name_plural": "entries"},
        ),
    ]
