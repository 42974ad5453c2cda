"""What a sync wrote, as commits: one for each author of the edits, with only the files that were written."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from documents import limits
from publishing import assets, bulk
from publishing.models import Item, Revision
from sync import disk, folder, git, pictures
from sync.git import Repository
from sync.git_locks import own_index, update_index
from sync.models import Uncommitted
from sync.places import Place, SyncError
from sync.state import texts

_NAME_LIMIT = 200
# What would end a header line, or a name in it.
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f<>\u2028\u2029]+")
_MAIL = re.compile(r"[^\s<>@\x00-\x1f]+@[^\s<>@\x00-\x1f]+")
NOBODY = ("Lemma", "lemma@localhost")
_SUBJECT_LIMIT = 72


@dataclass(slots=True)
class Edit:
    """One file that waits for its commit, and the revisions it comes from, oldest first."""

    row: Uncommitted
    # Relative to the top of the repository.
    path: str
    title: str
    # Whether the file is gone: its item was deleted, or has it elsewhere now.
    gone: bool
    revisions: list[Revision] = field(default_factory=list)
    deleted_by: tuple[str, str] | None = None
    moment: datetime | None = None
    # Pictures that its text links, as `path`.
    pictures: list[str] = field(default_factory=list)

    @property
    def author(self) -> tuple[str, str]:
        """Of the newest revision with an author."""
        if self.deleted_by:
            return self.deleted_by
        authors = [identity(each.author_name, each.author_email) for each in self.revisions if each.author_name]
        return authors[-1] if authors else NOBODY

    @property
    def others(self) -> set[tuple[str, str]]:
        found = {identity(each.author_name, each.author_email) for each in self.revisions if each.author_name}
        return found - {self.author}


def identity(name: str, email: str) -> tuple[str, str]:
    """A name and an address that git takes, whatever an account is called."""
    # What git cuts from the ends of names: it refuses one of which nothing is left.
    clean = " ".join(_NOT_IN_NAMES.sub(" ", name).split())[:_NAME_LIMIT].strip(".,:;\"'\\ ")
    return clean or NOBODY[0], email if _MAIL.fullmatch(email) and len(email) <= _NAME_LIMIT else NOBODY[1]


def open_around(places: Sequence[Place]) -> Repository:
    """The repository that holds all the folders, ready for a commit.

    Raises:
        SyncError: there is none, they are in several, or something is under way in it.
    """
    repository = git.open_repository(places[0].folder)
    for place in places:
        repository.relative(place.folder)
        if place.folder.is_dir() and (other := git.open_repository(place.folder)).top != repository.top:
            raise SyncError(
                f"{place.folder} is in the git repository {other.top}, and {places[0].folder} in {repository.top}. "
                "Entries and books must be in one repository."
            )
    git.branch_of(repository)
    return repository


def commit(repository: Repository, places: Sequence[Place]) -> list[str]:
    """Commits every file that syncs of these folders wrote and that is not committed yet.

    What is staged otherwise, and what was changed by hand in other files, stays as it is. Gives a line for each commit.

    Raises:
        SyncError: a merge or rebase is under way, or git failed; what waits for its commit still does.
    """
    git.branch_of(repository)
    groups: dict[tuple[str, str], list[Edit]] = defaultdict(list)
    for place in places:
        for edit in _edits(repository, place):
            groups[edit.author].append(edit)
    lines = []
    with own_index(repository) as index:
        chain = _Chain(repository, index)
        for author, edits in sorted(groups.items(), key=lambda group: _moment(group[1])):
            new = chain.make(author, edits)
            # Branch and index at once: from an index that has still the text of before, somebody's next commit would
            # take it back. And also without a new commit, since a sync may have been killed before it came here.
            update_index(repository, partial(_stage, repository, edits), before=partial(chain.move_to, new))
            if new:
                lines.append(f"{new.name[:10]} {new.subject}")
            # Where somebody was faster, theirs may have done so: the next sync looks.
            if repository.find_commit("HEAD") == chain.head:
                bulk.delete(Uncommitted, "id", [edit.row.pk for edit in edits])
    return lines


class _New(NamedTuple):
    name: str
    tree: str
    subject: str


@dataclass(slots=True)
class _Chain:
    """Commits one upon the other, from an index of our own: filled once, for among 10,000 files that takes longest."""

    repository: Repository
    index: dict[str, str]
    # What the index is based on; "" before it was filled.
    head: str | None = ""
    tree: str = ""
    committer: dict[str, str] = field(default_factory=dict)

    def make(self, author: tuple[str, str], edits: list[Edit]) -> _New | None:
        """A commit that comes after HEAD; None where the files are committed already."""
        self._follow()
        _stage(self.repository, edits, self.index)
        # Of all the files git need not ask whether it has them: they are of HEAD, or were put there a moment ago.
        tree = self.repository.line("write-tree", "--missing-ok", env=self.index)
        if self.head and tree == self.tree:
            return None
        subject = _message(edits).partition("\n")[0]
        name = _new_commit(self.repository, self.head, tree, author, edits, self.committer)
        return _New(name, tree, subject)

    def move_to(self, new: _New | None) -> None:
        """Raises GitError where somebody has committed since."""
        if new:
            words = ("-m", f"lemma: {new.subject}", "HEAD", new.name, self.head or "")
            self.repository.run("update-ref", *words)
            self.head, self.tree = new.name, new.tree

    def _follow(self) -> None:
        """Starts at HEAD, and again where somebody else committed since."""
        head = self.repository.find_commit("HEAD")
        if head == self.head:
            return
        self.repository.run("read-tree", *([head] if head else ["--empty"]), env=self.index)
        self.tree = self.repository.line("rev-parse", f"{head}^{{tree}}") if head else ""
        self.committer = committer(self.repository)
        self.head = head


def _edits(repository: Repository, place: Place) -> list[Edit]:
    """The files that wait, with their revisions: a fixed number of queries."""
    rows = list(Uncommitted.objects.filter(root=place.root).select_related("item__updated_by").order_by("path"))
    since = _numbers_of(rows)
    revisions: dict[Any, list[Revision]] = defaultdict(list)
    for start in range(0, len(rows), 500):
        items = {row.item_id for row in rows[start : start + 500]}
        for revision in Revision.objects.filter(item__in=items).order_by("item", "number"):
            revisions[revision.item_id].append(revision)
    edits: list[Edit] = []
    for row in rows:
        item = row.item
        if not _is_written(place, row):
            continue
        filed = [each for each in revisions[item.pk] if each.document_id == item.filed_id]
        until = filed[-1].number if filed else item.revision
        edit = Edit(
            row,
            repository.relative(place.folder / row.path),
            item.title,
            not _lies_there(row),
            [each for each in revisions[item.pk] if since.get((item.pk, row.before_id), 0) < each.number <= until],
        )
        if _has_no_file(item):
            person = item.updated_by
            edit.deleted_by = (
                identity(person.get_full_name() or person.get_username(), person.email) if person else NOBODY
            )
            edit.moment = item.updated_at
        else:
            edit.moment = edit.revisions[-1].created_at if edit.revisions else item.updated_at
        edits.append(edit)
    _add_pictures(repository, place, edits)
    return edits


def _add_pictures(repository: Repository, place: Place, edits: Sequence[Edit]) -> None:
    """Whatever the folder has of what the texts show: git knows which of them are new."""
    if not disk.exists(place.pictures) or not place.pictures.is_relative_to(repository.top):
        return
    shelf = repository.relative(place.pictures)
    there = [(edit, text) for edit in edits if not edit.gone and (text := edit.row.item.filed_id)]
    for start in range(0, len(there), 500):
        some = there[start : start + 500]
        known = texts(text for _, text in some)
        for edit, text in some:
            names = assets.named_in(known[text])
            edit.pictures = [f"{shelf}/{name}" for name in pictures.whole(place, names)]


def _has_no_file(item: Item) -> bool:
    """Deleted, or never published: its first publication was undone."""
    return item.deleted_at is not None or item.filed_id is None


def _lies_there(row: Uncommitted) -> bool:
    """Whether the item's file belongs at this path; else it was removed from there."""
    return not _has_no_file(row.item) and row.item.path == row.path


def _is_written(place: Place, row: Uncommitted) -> bool:
    """Whether the folder holds what was to be written. If not, the disk refused, or a person was faster."""
    try:
        found = folder.digest(disk.read(place.folder / row.path, limits.FILE_BYTES))
    except (FileNotFoundError, NotADirectoryError):
        found = None
    except OSError:
        return False
    return found == (row.item.filed_id if _lies_there(row) else None)


def _numbers_of(rows: Sequence[Uncommitted]) -> dict[tuple[Any, Any], int]:
    """By item and text of the base before, the number of the newest revision that had it."""
    found: dict[tuple[Any, Any], int] = {}
    for start in range(0, len(rows), 500):
        some = rows[start : start + 500]
        triples = Revision.objects.filter(
            item__in={row.item_id for row in some}, document__in={row.before_id for row in some if row.before_id}
        ).values_list("item", "document", "number")
        for item, document, number in triples:
            found[item, document] = max(found.get((item, document), 0), number)
    return found


def _moment(edits: Sequence[Edit]) -> datetime:
    return max(edit.moment for edit in edits if edit.moment)


def _new_commit(
    repository: Repository,
    head: str | None,
    tree: str,
    author: tuple[str, str],
    edits: list[Edit],
    committer: dict[str, str],
) -> str:
    env = {
        "GIT_AUTHOR_NAME": author[0],
        "GIT_AUTHOR_EMAIL": author[1],
        "GIT_AUTHOR_DATE": f"@{int(_moment(edits).timestamp())} +0000",
        **committer,
    }
    parents = ("-p", head) if head else ()
    message = _message(edits).encode()
    return repository.run("commit-tree", tree, *parents, "-F", "-", data=message, env=env).decode().strip()


def _stage(repository: Repository, edits: Sequence[Edit], env: dict[str, str]) -> None:
    """The files as they are in the folder, removed ones too. Paths go by standard input: none can be an option."""
    paths = [path for edit in edits for path in (edit.path, *edit.pictures)]
    repository.run(
        "update-index", "--add", "--remove", "--replace", "-z", "--stdin", data=git.nul_joined(paths), env=env
    )


def committer(repository: Repository) -> dict[str, str]:
    """The account's own name for git, or Lemma's where it has none."""
    if repository.code("var", "GIT_COMMITTER_IDENT") == 0:
        return {}
    return {"GIT_COMMITTER_NAME": NOBODY[0], "GIT_COMMITTER_EMAIL": NOBODY[1]}


def _message(edits: Sequence[Edit]) -> str:
    titles = list(dict.fromkeys(_plain(edit.title) for edit in edits))
    verb = "Remove" if all(_has_no_file(edit.row.item) for edit in edits) else "Edit"
    subject = f"{verb} {titles[0]}" if len(titles) == 1 else f"{verb} {len(titles)} items: {', '.join(titles)}"
    if len(subject) > _SUBJECT_LIMIT:
        subject = subject[: _SUBJECT_LIMIT - 1] + "…"
    lines = [subject, ""]
    for edit in edits:
        notes = dict.fromkeys(_plain(each.message) for each in edit.revisions if each.message and each.author_name)
        gone = " (removed)" if edit.gone else ""
        lines.append(f"- {_plain(edit.path)}{gone}" + (f": {'; '.join(notes)}" if notes else ""))
    others = sorted({other for edit in edits for other in edit.others})
    if others:
        lines += ["", *(f"Co-authored-by: {name} <{mail}>" for name, mail in others)]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    return " ".join(_NOT_IN_NAMES.sub(" ", text).split())[:_NAME_LIMIT]
