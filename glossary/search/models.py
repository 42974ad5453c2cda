"""What is published, as search needs it. Rows are made from published payloads alone, so no draft can be in here."""

from django.db import models

from publishing.fields import KeyField


class SearchItem(models.Model):
    """One published item as search narrows, ranks and counts it. Short, since hundreds are read for an answer.

    Beside it, or beside `SearchText`, stands what the database searches by: see `sqlite` and `postgres`.
    """

    # That of `Published`. An automatic field for its type alone: on SQLite any other is looked up by an index more.
    id = models.BigAutoField(primary_key=True)
    kind = KeyField(max_length=20)
    locale = KeyField(max_length=35)
    # Folded words of title, aliases, slug and tags: "\n title\n\x1e\n alias\n alias\n" and so on, each led by a blank.
    labels = models.TextField()
    # "name\x1fvalue\x1flabel" of each facet that an answer counts, one a line.
    facets = models.TextField()

    def __str__(self) -> str:
        return str(self.pk)


class SearchText(models.Model):
    """The texts of one published item, read for the hits that are shown."""

    # That of `Published`, as above.
    id = models.BigAutoField(primary_key=True)
    title = models.TextField()
    # One a line.
    aliases = models.TextField()
    slug = models.TextField()
    tags = models.TextField()
    # Last and longest: plain text of everything else, from which snippets are cut.
    text = models.TextField()

    def __str__(self) -> str:
        return self.title


class Name(models.Model):
    """One name under which a published item is known, by its folded words."""

    class Source(models.IntegerChoices):
        TITLE = 0
        SLUG = 1
        ALIAS = 2
        PREVIOUS = 3

    # That of `Published`.
    position = models.PositiveBigIntegerField(db_index=True)
    kind = KeyField(max_length=20)
    locale = KeyField(max_length=35)
    key = KeyField(max_length=300)
    # First word of the key: the names that can begin at a word of a text are found by it.
    first = KeyField(max_length=300)
    label = models.CharField(max_length=300)
    source = models.PositiveSmallIntegerField(choices=Source.choices)

    class Meta:
        indexes = [
            models.Index(fields=["key"], name="name_by_key"),
            models.Index(fields=["first"], name="name_by_first_word"),
        ]

    def __str__(self) -> str:
        return self.label


class SearchWord(models.Model):
    """A word that some text had; typing mistakes are corrected to one of these. Not taken back when the text goes:
    a correction counts only if it finds something.
    """

    word = KeyField(max_length=40, primary_key=True)

    def __str__(self) -> str:
        return self.word
