from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("books", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(
            name="book",
            options={"permissions": [("publish_book", "Can publish book")]},
        ),
    ]
