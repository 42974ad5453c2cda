"""What of a migration the code of the release before would not survive, while both run beside each other."""

from typing import Any

from django.db import models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

_HARMLESS = {
    "CreateModel", "AddIndex", "AddIndexConcurrently", "RemoveIndex", "RemoveIndexConcurrently", "RenameIndex",
    "RemoveConstraint", "AlterModelOptions", "AlterModelManagers", "AlterModelTableComment", "RunPython",
    "CreateExtension", "TrigramExtension", "CreateCollation",
}  # fmt: skip
_BREAKS = {
    "DeleteModel": "old code still asks for that table",
    "RenameModel": "old code asks for the table by its old name",
    "AlterModelTable": "old code asks for the table by its old name",
    "RemoveField": "old code still names that column",
    "RenameField": "old code asks for the column by its old name",
    "AddConstraint": "old code may write what it forbids",
    "AlterUniqueTogether": "old code may write what it forbids",
    "RunSQL": "nobody can tell what it does",
}


def trouble(operation: Operation, before: ProjectState, app: str) -> str:
    """Why old code may fail once this has run; "" if it does not.

    Args:
        before: the tables as they are without it.
    """
    name = type(operation).__name__
    if name == "SeparateDatabaseAndState":
        found = [trouble(each, before, app) for each in operation.database_operations]  # type: ignore[attr-defined]
        return next(filter(None, found), "")
    if name == "AddField":
        return _of_new(operation.field)  # type: ignore[attr-defined]
    if name == "AlterField":
        state = before.models[app, operation.model_name_lower]  # type: ignore[attr-defined]
        return _of_changed(state.fields[operation.name], operation.field)  # type: ignore[attr-defined]
    if name in _HARMLESS:
        return ""
    return _BREAKS.get(name, "this kind of operation is not known here")


def _of_new(field: Any) -> str:
    if field.many_to_many or field.null or field.has_db_default():
        return ""
    return "old code leaves that column out when it writes: make it null, or give it a db_default"


def _of_changed(old: Any, new: Any) -> str:
    if old.null and not new.null:
        return "old code may still write null"
    if new.unique and not old.unique:
        return "old code may write what it forbids"
    if type(old) is not type(new) or old.db_column != new.db_column:
        return "old code knows the column otherwise"
    if isinstance(old, models.ForeignKey) and old.remote_field.model != new.remote_field.model:
        return "old code knows the column otherwise"
    longest = [getattr(field, "max_length", None) for field in (old, new)]
    if longest[1] is not None and (longest[0] is None or longest[1] < longest[0]):
        return "old code may write more than has room"
    if old.has_db_default() and not new.has_db_default() and not new.null:
        return "old code may leave it to the database to fill in"
    return ""
