import publishing.fields
from django.db import migrations, models

# Words are letters, digits and marks of any script; without the marks Hindi words would end at their vowel signs.
# Prefixes of one and two letters have lists of their own: put together from all words they would take as long as a
# glossary is large.
FTS = (
    "CREATE VIRTUAL TABLE {name} USING fts5({columns}, content='search_searchtext', content_rowid='id', "
    "prefix='1 2', tokenize=\"unicode61 remove_diacritics 2 categories 'L* N* Co M*'\")"
)
INDEXES = {"search_fts": "title, aliases, slug, tags, text", "search_fts_names": "title, aliases, slug, tags"}
NAMES = " || ".join(
    f"setweight(to_tsvector('simple', split_part(labels, chr(30), {place})), '{weight}')"
    for place, weight in enumerate("ABCD", start=1)
)


def fill(apps, schema_editor):
    schema_editor.execute(
        "INSERT INTO search_searchitem (id, kind, locale, labels, facets) "
        "SELECT id, kind, locale, labels, facets FROM search_searchtext"
    )
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.execute("DROP TABLE search_fts")
        return
    for statement in (
        # Out of the rows: hundreds are read for an answer, and their vectors for few of them.
        "ALTER TABLE search_searchitem ADD COLUMN names tsvector NOT NULL DEFAULT '', "
        "ADD COLUMN vector tsvector NOT NULL DEFAULT ''",
        "ALTER TABLE search_searchitem ALTER COLUMN vector SET STORAGE EXTERNAL",
        f"UPDATE search_searchitem i SET vector = x.vector, names = {NAMES.replace('labels', 'i.labels')} "
        "FROM search_searchtext x WHERE x.id = i.id",
        "DROP INDEX search_by_word",
        "ALTER TABLE search_searchtext DROP COLUMN vector",
        "CREATE INDEX search_by_word ON search_searchitem USING gin (vector)",
        "CREATE INDEX search_by_name ON search_searchitem USING gin (names)",
    ):
        schema_editor.execute(statement)


def index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        return
    for name, columns in INDEXES.items():
        schema_editor.execute(FTS.format(name=name, columns=columns))
        schema_editor.execute(f"INSERT INTO {name} ({name}) VALUES ('rebuild')")


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchItem',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', publishing.fields.KeyField(max_length=20)),
                ('locale', publishing.fields.KeyField(max_length=35)),
                ('labels', models.TextField()),
                ('facets', models.TextField()),
            ],
        ),
        migrations.RunPython(fill),
        migrations.RemoveField(model_name='searchtext', name='kind'),
        migrations.RemoveField(model_name='searchtext', name='locale'),
        migrations.RemoveField(model_name='searchtext', name='labels'),
        migrations.RemoveField(model_name='searchtext', name='facets'),
        migrations.RunPython(index),
    ]
