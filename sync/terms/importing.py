"""Terms into the database: read, plan, write all or nothing. What somebody wrote stays, unless asked otherwise."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

import documents
from documents import Document, DocumentError
from glossary.fields import EDITS, set_list_section, set_text_section
from glossary.search.plain import plain
from glossary.sections import KNOWN
from publishing import drafts, editing, kinds, names
from publishing.authors import Author
from publishing.errors import NameTaken, StaleRevision
from publishing.models import Item, Revision
from publishing.problems import InvalidDocument, Problem, Severity
from publishing.steps import Signature, Write
from sync.places import SyncError
from sync.reports import Report
from sync.terms import mapping as mappings
from sync.terms import reading
from sync.terms.mapping import LIST_SECTIONS, LISTS, Fields, Term

KIND = "entry"
Prefer = Literal["", "file", "database"]
_COLUMNS = ("new", "changed", "unchanged", "conflicts", "bad")
_SOME = 500
# Front matter in the order of a new file.
_FRONT = ("title", "slug", "category", "difficulty", "tags", "related", "recommendedBooks", "lastUpdated", "aliases",
          "status", "replacedBy", "requires", "broader")  # fmt: skip


def run(file: Path, mapping: Fields, *, prefer: Prefer = "", publish: bool = False, dry_run: bool = False) -> Report:
    """Reads the file and writes its terms as entries, or nothing if anything is wrong or undecided.

    An entry that is there is completed: what it lacks is filled in and its lists get what is new in them. Where both
    say something else it is a conflict, which `prefer` decides.

    Raises:
        SyncError: the file as a whole cannot be read, or somebody was faster.
    """
    report = Report(_COLUMNS)
    rows = reading.read(file, mapping, settings.LEMMA_LOCALE)
    report.problems += [*rows.problems, *(mappings.unread(mapping, rows.columns, file.name) if rows.columns else [])]
    for column in _COLUMNS:
        report.count(KIND, column, 0)
    if any(problem.code == "terms.no-column" for problem in report.problems):
        # Every row would lack it.
        return report
    terms = []
    for row in rows.rows:
        term, problems = mappings.term(mapping, row)
        report.problems += [problem.at(file.name) for problem in problems]
        terms.append(term)
    found = _Found(terms)
    steps: list[tuple[Term, Write]] = []
    seen: dict[str, Term] = {}
    for term in terms:
        try:
            if (step := _planned(term, found, seen, report, file.name, prefer=prefer, publish=publish)) is not None:
                steps.append((term, step))
        except InvalidDocument as error:
            report.problems += [_at(problem, term, file.name) for problem in error.problems]
        except DocumentError as error:
            report.problems.append(_at(Problem(error.code, error.message, error.hint), term, file.name))
    bad = {(problem.line, problem.message) for problem in report.errors}
    report.count(KIND, "bad", len(bad))
    if report.errors or report.conflicts:
        return report
    _write(steps, file.name, dry_run=dry_run)
    report.written = bool(steps) and not dry_run
    return report


def _write(steps: list[tuple[Term, Write]], name: str, *, dry_run: bool) -> None:
    signature = Signature(Author.of(None), Revision.Origin.COMMAND, f"Imported from {name}")
    try:
        with transaction.atomic():
            editing.together([step for _, step in steps], signature)
            transaction.set_rollback(dry_run)
    except NameTaken as error:
        raise SyncError(f"{name}: {error}") from error
    except StaleRevision as error:
        raise SyncError(f"{error} Nothing was imported; run it again.") from error


class _Found:
    """Entries that are there, by slug, and by title for rows that name no slug."""

    def __init__(self, terms: list[Term]) -> None:
        self._by_slug = self._look("slug_key", [names.key(slug_of(term)) for term in terms])
        titles = [names.key(term.title) for term in terms if "slug" not in term.values]
        self._by_title = self._look("sort_key", titles)

    def of(self, term: Term) -> Item | None:
        found = self._by_slug.get(names.key(slug_of(term)))
        if found is None and "slug" not in term.values:
            found = self._by_title.get(names.key(term.title))
        return found

    def _look(self, column: str, keys: list[str]) -> dict[str, Item]:
        found: dict[str, Item] = {}
        for start in range(0, len(keys), _SOME):
            wanted = {f"{column}__in": keys[start : start + _SOME]}
            items = Item.objects.of_kind(KIND).filter(locale=settings.LEMMA_LOCALE, **wanted).select_related("working")
            found |= {getattr(item, column): item for item in items}
        return found


def slug_of(term: Term) -> str:
    return str(term.values.get("slug") or slugify(term.title))


def _planned(
    term: Term, found: _Found, seen: dict[str, Term], report: Report, name: str, *, prefer: Prefer, publish: bool
) -> Write | None:
    """What has to be written for a term; None for nothing. Notes it in the report.

    Raises:
        InvalidDocument, DocumentError: the term cannot be an entry.
    """
    if not term.title:
        raise InvalidDocument([Problem("title.missing", "There is no title.", "Fill the column in.", field="title")])
    slug = slug_of(term)
    if not slug:
        hint = "Give a column with slugs, of lower-case letters, digits and hyphens."
        raise InvalidDocument([Problem("slug.missing", f'"{term.title}" makes no slug.', hint, field="slug")])
    item = found.of(term)
    key = names.key(item.slug if item else slug)
    if (other := seen.setdefault(key, term)) is not term:
        where = f"line {other.row.line}" if other.row.line else other.row.place
        message = f'"{key}" is there already, in {where}.'
        raise InvalidDocument([Problem("terms.twice", message, "Keep one of the two.", field="slug")])
    if item is None:
        document = _new(term, slug)
        step = editing.step(KIND, document, None, None, f"{slug}.md", publish)
        _note(report, term, key, "new")
        return step
    document = documents.parse(bytes(item.working.data), item.path)
    merged, conflicts = merge(document, item.path, term, prefer=prefer)
    if conflicts:
        report.conflicts.append((_place(term, key), conflicts))
        report.count(KIND, "conflicts")
        return None
    if bytes(merged) == bytes(document):
        report.count(KIND, "unchanged")
        return None
    publishing = publish and not item.has_unpublished_changes
    if publish and not publishing:
        message = f'"{item.title}" has unpublished changes, so it is saved and not published.'
        report.problems.append(_at(Problem("terms.unpublished", message, severity=Severity.WARNING), term, name))
    if publishing:
        merged = drafts.without_mark(KIND, merged)
    step = editing.step(KIND, merged, item, item.revision, "", publishing)
    _note(report, term, key, "changed")
    return step


def _new(term: Term, slug: str) -> Document:
    values = {**term.values, "slug": slug}
    if values.get("status") == "published":
        # Written by leaving it out.
        del values["status"]
    document = documents.new_document({key: values[key] for key in _FRONT if values.get(key)})
    for key in KNOWN:
        if values.get(key):
            _set(document, key, values[key])
    return document


def merge(document: Document, path: str, term: Term, *, prefer: Prefer) -> tuple[Document, list[str]]:
    """The document with what it lacks of the term, and the fields in which both say something else."""
    kind = kinds.get(KIND)
    reading_ = kind.read(document, path)
    if reading_.record is None:
        raise InvalidDocument(list(reading_.problems))
    said = kind.payload(reading_.record)
    merged = document.copy()
    conflicts = []
    for key, value in term.values.items():
        old = said[key]
        if key == "slug":
            continue
        if key in LISTS:
            known = {names.key(each) for each in old}
            if more := [each for each in value if names.key(each) not in known]:
                _set(merged, key, [*old, *more])
        elif not old:
            _set(merged, key, value)
        elif not _same(old, value):
            if prefer == "file":
                _set(merged, key, value)
            elif not prefer:
                conflicts.append(key)
    return merged, conflicts


def _same(old: Any, value: Any) -> bool:
    """Whether both say the same, but for white space and the marks of Markdown."""
    first, second = ("\n".join(each) if isinstance(each, list) else str(each) for each in (old, value))
    return first == second or " ".join(plain(first).split()) == " ".join(plain(second).split())


def _set(document: Document, key: str, value: Any) -> None:
    if key in LIST_SECTIONS:
        set_list_section(document, key, value)
    elif key in KNOWN:
        set_text_section(document, key, value)
    else:
        EDITS[key](document, key, value)


def _note(report: Report, term: Term, key: str, step: str) -> None:
    report.count(KIND, step)
    report.steps.append((_place(term, key), step))


def _place(term: Term, key: str) -> str:
    return f"line {term.row.line}, {key}" if term.row.line else key


def _at(problem: Problem, term: Term, name: str) -> Problem:
    """The problem of a document as one of the row that it was made of."""
    row = term.row
    message = problem.message if row.line or not row.place else f"{row.place}: {problem.message}"
    return replace(problem, message=message, path=name, line=row.line, column=0)
