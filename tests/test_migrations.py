"""docs/contributors.md, Migrations: during an upgrade the code of the release before works with the new tables."""

from pathlib import Path

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.functions import Now

from tests.migrating import trouble

ROOT = Path(__file__).resolve().parent.parent
# Written anew with each release; before the first it has what there was when the rule was made.
RELEASED = (ROOT / "tests/released_migrations.txt").read_text().splitlines()
OURS = {path.parent.parent.name for path in ROOT.glob("*/migrations/__init__.py")} | {
    path.parent.parent.name for path in ROOT.glob("*/*/migrations/__init__.py") if ".venv" not in path.parts
}
# With the reason why old code survives it all the same, such as: the release before no longer uses the column.
KNOWN_TO_BE_SAFE: dict[str, str] = {}

loader = MigrationLoader(None)
ALL = sorted(f"{app}.{name}" for app, name in loader.disk_migrations if app in OURS)


def new_ones() -> list[str]:
    return [key for key in ALL if key not in RELEASED]


def test_every_migration_that_was_released_is_still_there() -> None:
    assert set(RELEASED) <= set(ALL)


# One that says so, where nothing is new.
@pytest.mark.parametrize("key", new_ones() or [pytest.param("", marks=pytest.mark.skip(reason="No migration is new."))])
def test_old_code_survives_a_new_migration(key: str) -> None:
    app, _, name = key.partition(".")
    migration = loader.get_migration(app, name)
    state = loader.project_state((app, name), at_end=False)
    for operation in migration.operations:
        found = trouble(operation, state, app)
        assert not found or key in KNOWN_TO_BE_SAFE, (
            f"{key}: {operation.describe()}: {found}. See docs/contributors.md, Migrations. If that is safe, "
            "say why in KNOWN_TO_BE_SAFE."
        )
        operation.state_forwards(app, state)


# --- the judge itself ---


TABLE = ModelState(
    "shop",
    "Thing",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=20)),
        ("note", models.TextField(null=True)),
        ("made", models.DateTimeField(db_default=Now())),
    ],
)


def judged(operation: Operation) -> str:
    state = ProjectState()
    state.add_model(TABLE.clone())
    return trouble(operation, state, "shop")


@pytest.mark.parametrize(
    "operation",
    [
        migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField("Thing", "extra", models.TextField(null=True)),
        migrations.AddField("Thing", "extra", models.TextField(db_default="")),
        migrations.AddField("Thing", "others", models.ManyToManyField("shop.Thing")),
        migrations.AddIndex("Thing", models.Index(fields=["name"], name="by_name")),
        migrations.AlterField("Thing", "name", models.CharField(max_length=40)),
        migrations.AlterField("Thing", "name", models.CharField(max_length=20, help_text="What it is called.")),
        migrations.AlterField("Thing", "name", models.CharField(max_length=20, null=True)),
        migrations.RunPython(migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("Thing", "note")]),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_adds_is_survived(operation: Operation) -> None:
    assert judged(operation) == ""


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (migrations.AddField("Thing", "extra", models.TextField(default="")), "make it null, or give it a db_default"),
        (migrations.RemoveField("Thing", "note"), "still names that column"),
        (migrations.RenameField("Thing", "note", "remark"), "by its old name"),
        (migrations.DeleteModel("Thing"), "still asks for that table"),
        (migrations.RenameModel("Thing", "Item"), "by its old name"),
        (migrations.AlterModelTable("Thing", "things"), "by its old name"),
        (migrations.AlterField("Thing", "note", models.TextField()), "may still write null"),
        (migrations.AlterField("Thing", "name", models.CharField(max_length=10)), "more than has room"),
        (migrations.AlterField("Thing", "name", models.CharField(max_length=20, unique=True)), "what it forbids"),
        (migrations.AlterField("Thing", "name", models.IntegerField()), "knows the column otherwise"),
        (migrations.AlterField("Thing", "made", models.DateTimeField()), "leave it to the database"),
        (
            migrations.AddConstraint("Thing", models.UniqueConstraint(fields=["name"], name="one_name")),
            "may write what it forbids",
        ),
        (migrations.RunSQL("SELECT 1"), "nobody can tell"),
        (
            migrations.SeparateDatabaseAndState(database_operations=[migrations.RemoveField("Thing", "note")]),
            "still names that column",
        ),
    ],
    ids=lambda value: value.describe() if isinstance(value, Operation) else "",
)
def test_what_takes_away_or_is_stricter_is_found(operation: Operation, why: str) -> None:
    assert why in judged(operation)
