"""Why nothing was written, as an answer."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from api.problems import ApiError, field_error
from documents import DocumentError, Merge
from publishing.errors import EditConflict, NameTaken, StaleRevision, TextRefused, WriteRefused
from publishing.problems import InvalidDocument, Problem, Severity

_SEEN = "Get it again, with ?draft=true, and send the ETag of that answer."


@contextmanager
def answered(*, with_lines: bool = False) -> Iterator[None]:
    """Refusals of the writer become ApiErrors. with_lines: the client sent the file, so it knows its lines."""
    try:
        yield
    except (InvalidDocument, DocumentError, WriteRefused) as error:
        raise answer(error, with_lines=with_lines) from error


def answer(error: Exception, *, with_lines: bool = False) -> ApiError:
    if isinstance(error, InvalidDocument):
        return ApiError(
            400, "invalid", "The request has mistakes. Nothing was written.", errors(error.problems, with_lines)
        )
    if isinstance(error, DocumentError):
        return ApiError(400, "invalid", "The request has mistakes. Nothing was written.", [of(error, with_lines)])
    if isinstance(error, EditConflict):
        return _conflict(error)
    if isinstance(error, NameTaken):
        return ApiError(409, "name.taken", str(error), [field_error(error.field, str(error), "Choose another one.")])
    if isinstance(error, StaleRevision):
        if error.item.deleted_at:
            return ApiError(410, "item.gone", f"{error} Restore brings it back.")
        return ApiError(412, "precondition.failed", f"{error} {_SEEN}")
    if isinstance(error, TextRefused):
        reasons = errors(error.reason.problems, False) if isinstance(error.reason, InvalidDocument) else []
        return ApiError(409, "write.refused", str(error), reasons)
    return ApiError(409, "write.refused", str(error))


def errors(problems: Iterable[Problem], with_lines: bool) -> list[dict[str, Any]]:
    """What is wrong; warnings are about what is kept."""
    return [
        field_error(each.field, each.message, each.hint, (each.line or None) if with_lines else None)
        for each in problems
        if each.severity is Severity.ERROR
    ]


def of(error: DocumentError, with_lines: bool) -> dict[str, Any]:
    return field_error("", error.message, error.hint, (error.line or None) if with_lines else None)


def conflicts(merge: Merge) -> list[dict[str, Any]]:
    """Field by field. Ours, to the client, is what the merge calls theirs: the text that was handed in."""
    found = []
    for conflict in merge.conflicts:
        sides = conflict.as_json()
        found.append(
            {"field": sides["field"], "base": sides["base"], "yours": sides["theirs"], "theirs": sides["ours"]}
        )
    return found


def _conflict(error: EditConflict) -> ApiError:
    found = conflicts(error.merge)
    names = ", ".join(each["field"] for each in found)
    problem = ApiError(
        409,
        "edit.conflict",
        f"Somebody else changed the same in the meantime: {names}. Nothing was written. {_SEEN}",
        [field_error(each["field"], "Somebody else changed it too.", "Decide, and send it again.") for each in found],
    )
    problem.more = {"conflicts": found}
    return problem
