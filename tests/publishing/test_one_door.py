"""Our tables are written by the writer and by nobody else. Columns are a projection of the document."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
OUR_APPS = ("api", "books", "config", "documents", "glossary", "outgoing", "publishing", "sync", "webhooks")
# Methods of rows and query sets that write.
WRITING = {
    "save",
    "delete",
    "create",
    "get_or_create",
    "update_or_create",
    "bulk_create",
    "bulk_update",
    "update",
    "save_base",
}
WRITING |= {f"a{name}" for name in WRITING}
# What shows that something is a query set. A dict or a list has none of it.
QUERY = {"objects", "_default_manager", "_base_manager", "filter", "exclude", "all", "queryset", "select_for_update"}
BULK = {"insert", "put", "update", "replace", "delete"}
# How rows of any model are called.
ROWS = {"obj", "object", "row", "instance", "self"}

# Who may, and what for.
ALLOWED = {
    "publishing/bulk.py": "the statements themselves",
    "publishing/storing.py": "the writer's tables",
    "publishing/finding.py": "the writer's facets and their counts",
    "publishing/asking.py": "questions; it refuses anything else",
    "glossary/search/backends/sqlite.py": "the search index",
    "glossary/search/backends/postgres.py": "the search index",
    "glossary/projection.py": "the writer's rows of entries",
    "books/projection.py": "the writer's rows of books",
    "publishing/schedule.py": "schedules, which are no content",
    "publishing/batches.py": "which items were changed together, which is no content",
    "publishing/saved_views.py": "views that people keep, which are no content",
    "publishing/reviews.py": "questions and answers about items, which are no content",
    "publishing/due.py": "the same",
    "publishing/autosaving.py": "forms that were not saved, which are no content",
    "publishing/sharing.py": "secret addresses, which are no content",
    "publishing/presence.py": "who is there, which is no content",
    "publishing/rebuilding.py": "payloads, made anew from the same texts",
    "api/assistants/guarding.py": "the setting that forbids to write",
    "config/backups/databases.py": "whole databases, out and in",
    "config/backups/restoring.py": "the epoch of the feed of a database that was put back",
    "config/doctor/data.py": "questions, in SQL where SQLite is asked about itself",
    "config/roles.py": "groups and permissions, which are no content",
}


def content() -> set[str]:
    """The names of the models that say what the glossary says."""
    return {
        model.__name__
        for label in ("publishing", "glossary", "books")
        for model in apps.get_app_config(label).get_models()
    }


def others() -> set[str]:
    return {model.__name__ for model in apps.get_models()} - content()


def writes(path: Path) -> Iterator[tuple[int, str]]:
    """Line and source of whatever may write to one of those tables."""
    tree = ast.parse(path.read_bytes(), str(path))
    rows = ROWS | {name.lower() for name in content()} | _names_of_rows_and_queries(tree, content())
    rows -= _names_of_rows_and_queries(tree, others())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _may_write(node, node.func, rows):
            yield node.lineno, ast.unparse(node)


def _may_write(call: ast.Call, method: ast.Attribute, rows: set[str]) -> bool:
    target = ast.unparse(method.value)
    words = _words(method.value)
    if target == "bulk" and method.attr in BULK:
        model = ast.unparse(call.args[0]) if call.args else ""
        # A text that is kept under its own hash belongs to no item and changes nothing.
        return model not in others() and (model, method.attr) != ("Blob", "insert")
    if method.attr in ("execute", "executemany", "copy"):
        return "cursor" in target
    if method.attr not in WRITING or words[0] in others():
        return False
    if method.attr in ("save", "delete") and call.args:
        # Of a form, a file, a picture: a row is saved or deleted without arguments, or with named ones.
        return False
    is_row = words[-1].strip("_").lower() in rows
    return (is_row and method.attr not in ("create", "get_or_create")) or bool(QUERY & set(words))


def _names_of_rows_and_queries(tree: ast.AST, models: set[str]) -> set[str]:
    """Variables that hold rows or query sets of the models, as far as one can see where they are set."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.AnnAssign) and node.value:
            pairs = [(node.target, node.value)]
        elif isinstance(node, ast.For | ast.comprehension):
            pairs = [(node.target, node.iter)]
        elif isinstance(node, ast.arg) and node.annotation:
            if set(re.findall(r"\w+", ast.unparse(node.annotation))) & (models | {"QuerySet"}):
                found.add(node.arg)
            continue
        else:
            continue
        for target, value in pairs:
            words = set(_words(value))
            made = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in models
            if made or ("objects" in words and words & models):
                found |= {name.id for name in ast.walk(target) if isinstance(name, ast.Name)}
    return found


def _words(node: ast.AST) -> list[str]:
    return re.findall(r"\w+", ast.unparse(node)) or [""]


def sources() -> list[Path]:
    return [
        path
        for app in OUR_APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts and path.relative_to(ROOT).as_posix() not in ALLOWED
    ]


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nobody_but_the_writer_writes_to_our_tables(path: Path) -> None:
    assert list(writes(path)) == []


def test_the_list_of_exceptions_names_files_that_are_there_and_write() -> None:
    for name in ALLOWED:
        assert any(writes(ROOT / name)), name


@pytest.mark.parametrize(
    "code",
    [
        "Entry.objects.create(item=item)",
        "Entry.objects.filter(item=item).update(status='draft')",
        "entry.save()",
        "self.item.save(update_fields=['slug'])",
        "obj.delete()",
        "Item.objects.get(pk=1).delete()",
        "Item._default_manager.bulk_create(rows)",
        "queryset.update(status='draft')",
        "item.references.all().delete()",
        "bulk.insert(Item, [], [])",
        "cursor.execute('UPDATE publishing_item SET slug = 1')",
        "drafts = Entry.objects.filter(status='draft')\ndrafts.update(status='published')",
        "mine = Entry()\nmine.save()",
        "for one in Item.objects.all():\n    one.delete()",
        "def change(it: Item) -> None:\n    it.save(update_fields=['slug'])",
    ],
)
def test_a_write_past_the_writer_is_found(tmp_path: Path, code: str) -> None:
    file = tmp_path / "wrong.py"
    file.write_text(code)
    assert len(list(writes(file))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "values.update(more)",
        "items.insert(0, one)",
        "writer.write([step])",
        "document.sections.insert(0, 'x')",
        "self.save(document, item=item)",
    ],
)
def test_what_writes_to_no_table_is_not(tmp_path: Path, code: str) -> None:
    file = tmp_path / "right.py"
    file.write_text(code)
    assert list(writes(file)) == []
