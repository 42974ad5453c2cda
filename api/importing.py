"""Many files in one request: each read, matched with its item and merged; then all are written, or none."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction

import documents
from api import preconditions, refusals, writing
from api.problems import ApiError, field_error
from api.resources import Resource
from documents import Document, DocumentError
from publishing import drafts, editing, kinds, names
from publishing.errors import EditConflict, NameTaken, StaleRevision, WriteRefused
from publishing.models import Item
from publishing.problems import InvalidDocument, Problem
from publishing.steps import Signature, Write
from sync import folder

MOST_FILES = 2000
_SOME = 500
_REFUSALS = (InvalidDocument, DocumentError, ApiError, WriteRefused)
_NAMES = ("path", "content", "etag")


# Each is itself, even where two say the same.
@dataclass(frozen=True, slots=True, eq=False)
class File:
    """path: from the content root. base: the revision that it was made from, None for a new one."""

    path: str
    data: bytes
    base: int | None


@dataclass(slots=True)
class Outcome:
    """results: of each file what became of it, in their order. problems: of all files, as members of `errors`."""

    results: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    conflict: bool = False


def files_of(data: Any) -> list[File]:
    """Raises ApiError, 400, for what is no list of files."""
    errors: list[dict[str, Any]] = []
    found = data.get("files") if isinstance(data, dict) else None
    if not isinstance(found, list) or not 0 < len(found) <= MOST_FILES:
        message = f'"files" must be a list of 1 to {MOST_FILES} files.'
        raise _invalid([field_error("files", message, 'Write {"files": [{"path": "terms/a.md", "content": "…"}]}.')])
    files = []
    for at, one in enumerate(found):
        place = f"files.{at}"
        if not isinstance(one, dict):
            errors.append(field_error(place, "It must be an object.", f"Its fields: {', '.join(_NAMES)}."))
            continue
        errors += [
            field_error(f"{place}.{name[:60]}", "There is no such field.", f"Allowed: {', '.join(_NAMES)}.")
            for name in one
            if name not in _NAMES
        ]
        path, content, etag = one.get("path"), one.get("content"), one.get("etag")
        errors += [
            field_error(f"{place}.{name}", f'"{name}" must be a text.')
            for name, value in (("path", path), ("content", content))
            if not isinstance(value, str)
        ]
        if etag is not None and not isinstance(etag, str):
            errors.append(field_error(f"{place}.etag", '"etag" must be a text.'))
        elif not errors:
            try:
                base = preconditions.revision(etag) if etag else None
            except ApiError as error:
                errors.append(field_error(f"{place}.etag", str(error.detail)))
            else:
                files.append(File(str(path), str(content).encode(), base))
    if errors:
        raise _invalid(errors)
    return files


def kind_of(path: str) -> tuple[str, str] | None:
    """The kind of a file by its folder, and its path below that."""
    for name in kinds.names():
        start = f"{kinds.get(name).folder}/"
        if path.startswith(start):
            return name, path.removeprefix(start)
    return None


def run(
    files: Sequence[File], signature: Signature, resources: dict[str, Resource], *, publish: bool, dry_run: bool
) -> Outcome:
    """Writes all files, or none if there is a problem with one. A dry run finds the same problems."""
    outcome = Outcome()
    read: dict[File, _Read] = {}
    refused: dict[File, Exception] = {}
    for file in files:
        try:
            read[file] = _read(file)
        except _REFUSALS as error:
            refused[file] = error
    items = _Items(list(read.values()))
    steps = []
    for file in files:
        try:
            if file in read:
                steps.append(_planned(read[file], items, publish, resources))
        except _REFUSALS as error:
            refused[file] = error
    refused |= _twins(read.values(), items)
    if refused:
        outcome.conflict = any(isinstance(error, WriteRefused) for error in refused.values())
        outcome.problems = [each for file in files if file in refused for each in _problems(file, refused[file])]
        return outcome
    try:
        with transaction.atomic():
            written = editing.together(steps, signature)
            for file, step, (item, revised) in zip(files, steps, written, strict=True):
                outcome.results.append(_result(file, step, item, revised=revised))
            transaction.set_rollback(dry_run)
    except NameTaken as error:
        outcome.conflict = True
        at = next((file for file, step in zip(files, steps, strict=True) if _wants(step, error)), files[0])
        outcome.problems.append(_at(at.path, field_error(error.field, str(error), "Choose another one.")))
    except StaleRevision as error:
        outcome.conflict = True
        at = next(
            (file for file, step in zip(files, steps, strict=True) if step.item and step.item.pk == error.item.pk),
            files[0],
        )
        outcome.problems.append(_at(at.path, field_error("", str(error), "Send it again.")))
    return outcome


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that can be read. path: below the folder of its kind. slug: None where it says none that can be."""

    file: File
    kind: str
    path: str
    document: Document
    slug: str | None


def _read(file: File) -> _Read:
    """Raises InvalidDocument, DocumentError."""
    found = kind_of(file.path)
    if found is None or not folder.is_content(found[1]) or {"", ".", ".."} & set(found[1].split("/")):
        roots = " or ".join(f"{kinds.get(name).folder}/…" for name in kinds.names())
        raise InvalidDocument(
            [Problem("path.invalid", "There cannot be content at this path.", f"Write {roots}.md.", field="path")]
        )
    kind, path = found
    document = documents.parse(file.data, file.path)
    record = kinds.get(kind).read(document, path).record
    return _Read(file, kind, path, document, None if record is None else names.key(record.slug))


def _twins(files: Collection[_Read], items: "_Items") -> dict[File, Exception]:
    """Why files cannot lie in one folder, with each other and with those of items, that do not have the same path."""
    found: dict[File, Exception] = {}
    for kind in kinds.names():
        own = {one.path: one.file for one in files if one.kind == kind}
        # Others stay where they are.
        new = any(one.kind == kind and items.of(one) is None for one in files)
        for path, other in folder.twins([*(items.paths(kind) if new else ()), *own]).items():
            if path in own:
                message = f"{path} and {other} are one file on disks that ignore letter case."
                problem = Problem("path.twin", message, "Rename one of them.", field="path")
                found[own[path]] = InvalidDocument([problem])
    return found


def _planned(one: _Read, items: "_Items", publish: bool, resources: dict[str, Resource]) -> Write:
    """What has to be written for a file.

    Raises:
        InvalidDocument, DocumentError, ApiError, WriteRefused
    """
    item = items.of(one)
    document = one.document
    if item is None:
        if one.file.base is not None:
            raise _refused("There is no such item.", "Leave the etag of a new file out.")
        if publish:
            document = drafts.without_mark(one.kind, document)
        return editing.step(one.kind, document, None, None, one.path, publish)
    if one.file.base is None:
        message = f'"{item.title}" is there already, and the file does not say what it was made from.'
        raise _refused(message, 'Send the ETag that you read as "etag" beside it.')
    document = writing.replaced(resources[one.kind], item, one.file.base, one.file.data)
    if publish:
        editing.refuse_pending(item)
        document = drafts.without_mark(one.kind, document)
    if item.revision != one.file.base:
        document = editing.merged_since(item, one.file.base, document)
    return editing.step(one.kind, document, item, item.revision, "", publish)


def _refused(message: str, hint: str) -> InvalidDocument:
    return InvalidDocument([Problem("etag.invalid", message, hint, field="etag")])


class _Items:
    """The items that files may be of: by path, else by slug."""

    def __init__(self, files: Sequence[_Read]) -> None:
        self._found: dict[tuple[str, str, str], Item] = {}
        for kind in kinds.names():
            own = [one for one in files if one.kind == kind]
            self._look(kind, "path", [one.path for one in own])
            self._look(kind, "slug_key", [one.slug for one in own if one.slug])

    def _look(self, kind: str, column: str, values: list[str]) -> None:
        for start in range(0, len(values), _SOME):
            wanted = {f"{column}__in": values[start : start + _SOME]}
            for item in Item.objects.of_kind(kind).filter(locale=settings.LEMMA_LOCALE, **wanted):
                self._found[kind, column, getattr(item, column)] = item

    def paths(self, kind: str) -> Iterator[str]:
        """Of all items of a kind. Which of them are one file to a disk, no database can tell."""
        items = Item.objects.of_kind(kind).filter(locale=settings.LEMMA_LOCALE).exclude(path="")
        yield from items.values_list("path", flat=True).iterator()

    def of(self, one: _Read) -> Item | None:
        return self._found.get((one.kind, "path", one.path)) or self._found.get((one.kind, "slug_key", one.slug or ""))


def _problems(file: File, error: Exception) -> list[dict[str, Any]]:
    """Why a file cannot be written."""
    if isinstance(error, EditConflict):
        message = "Somebody else changed it too."
        return [
            {**_at(file.path, field_error(each["field"], message, "Get it again, and decide.")), **each}
            for each in refusals.conflicts(error.merge)
        ]
    if isinstance(error, InvalidDocument):
        found = refusals.errors(error.problems, with_lines=True)
    elif isinstance(error, DocumentError):
        found = [refusals.of(error, with_lines=True)]
    elif isinstance(error, ApiError):
        found = error.errors
    else:
        found = [field_error("", str(error))]
    return [_at(file.path, each) for each in found]


def _result(file: File, step: Write, item: Item, *, revised: bool) -> dict[str, Any]:
    action = "created" if step.item is None else "changed" if revised else "unchanged"
    return {"path": file.path, "kind": item.kind, "slug": item.slug, "action": action, "version": item.revision}


def _wants(step: Write, error: NameTaken) -> bool:
    return error.value in (step.record.slug, step.path)


def _at(path: str, error: dict[str, Any]) -> dict[str, Any]:
    return {**error, "path": path}


def _invalid(errors: list[dict[str, Any]]) -> ApiError:
    return ApiError(400, "invalid", "The request has mistakes. Nothing was written.", errors)
