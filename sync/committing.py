"""What a sync wrote, as commits: one for each author of the edits, with only the files that were written."""

import os
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from publishing.models import Revision
from sync import git
from sync.git import GitError, Repository
from sync.models import Uncommitted
from sync.places import Place

_NAME_LIMIT = 200
# What git cuts from names itself, and what would end a header line.
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
    revisions: list[Revision] = field(default_factory=list)
    deleted_by: tuple[str, str] | None = None
    moment: datetime | None = None

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
    clean = " ".join(_NOT_IN_NAMES.sub(" ", name).split()).strip(".,:;\"' ")[:_NAME_LIMIT]
    return clean or NOBODY[0], email if _MAIL.fullmatch(email) and len(email) <= _NAME_LIMIT else NOBODY[1]


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
    for author, edits in sorted(groups.items(), key=lambda group: _moment(group[1])):
        if line := _commit(repository, author, edits):
            lines.append(line)
        Uncommitted.objects.filter(pk__in=[edit.row.pk for edit in edits]).delete()
    return lines


def _edits(repository: Repository, place: Place) -> list[Edit]:
    """The files that wait, with their revisions: a fixed number of queries."""
    rows = list(Uncommitted.objects.filter(root=place.root).select_related("item__updated_by").order_by("path"))
    since = _numbers_of(rows)
    revisions: dict[Any, list[Revision]] = defaultdict(list)
    for start in range(0, len(rows), 500):
        items = {row.item_id for row in rows[start : start + 500]}
        for revision in Revision.objects.filter(item__in=items).order_by("item", "number").defer("document"):
            revisions[revision.item_id].append(revision)
    edits = []
    for row in rows:
        item = row.item
        filed = [each for each in revisions[item.pk] if each.document_id == item.filed_id]
        until = filed[-1].number if filed else item.revision
        edit = Edit(
            row,
            repository.relative(place.folder / row.path),
            item.title,
            [each for each in revisions[item.pk] if since.get(row.pk, 0) < each.number <= until],
        )
        if item.deleted_at:
            person = item.updated_by
            edit.deleted_by = (
                identity(person.get_full_name() or person.get_username(), person.email) if person else NOBODY
            )
            edit.moment = item.deleted_at
        else:
            edit.moment = edit.revisions[-1].created_at if edit.revisions else item.updated_at
        edits.append(edit)
    return edits


def _numbers_of(rows: Sequence[Uncommitted]) -> dict[int, int]:
    """The number of the newest revision that had the text of the base before."""
    found: dict[int, int] = {}
    wanted = {(row.item_id, row.before_id): row.pk for row in rows if row.before_id}
    for start in range(0, len(rows), 500):
        some = rows[start : start + 500]
        pairs = Revision.objects.filter(
            item__in={row.item_id for row in some}, document__in={row.before_id for row in some if row.before_id}
        ).values_list("item", "document", "number")
        for item, document, number in pairs:
            if (key := wanted.get((item, document))) is not None:
                found[key] = max(found.get(key, 0), number)
    return found


def _moment(edits: Sequence[Edit]) -> datetime:
    return max(edit.moment for edit in edits if edit.moment)


def _commit(repository: Repository, author: tuple[str, str], edits: list[Edit]) -> str:
    """The short name and subject of the new commit; "" where the files are committed already."""
    index = repository.folder / f"lemma-index-{os.urandom(6).hex()}"
    own_index = {"GIT_INDEX_FILE": str(index)}
    head = git.head_of(repository)
    paths = [edit.path for edit in edits]
    try:
        # An index of our own, so that what somebody has staged plays no part.
        repository.run("read-tree", *([head] if head else ["--empty"]), env=own_index)
        _stage(repository, paths, own_index)
        tree = repository.line("write-tree", env=own_index)
    finally:
        index.unlink(missing_ok=True)
        index.with_name(f"{index.name}.lock").unlink(missing_ok=True)
    if head and tree == repository.line("rev-parse", f"{head}^{{tree}}"):
        return ""
    message = _message(edits)
    when = f"{_moment(edits).timestamp():.0f} +0000"
    env = {
        "GIT_AUTHOR_NAME": author[0],
        "GIT_AUTHOR_EMAIL": author[1],
        "GIT_AUTHOR_DATE": f"@{when}",
        **committer(repository),
    }
    parents = ("-p", head) if head else ()
    new = repository.run("commit-tree", tree, *parents, "-F", "-", data=message.encode(), env=env).decode().strip()
    subject = message.partition("\n")[0]
    # Only if nobody committed in between.
    repository.run("update-ref", "-m", f"lemma: {subject}", "HEAD", new, head or "")
    try:
        _stage(repository, paths, {})
    except GitError as error:
        raise GitError(
            f"The commit {new[:10]} was made, but its files could not be marked as unchanged. {error} "
            "Then run: git reset -q"
        ) from error
    return f"{new[:10]} {subject}"


def _stage(repository: Repository, paths: Sequence[str], env: dict[str, str]) -> None:
    """The files as they are in the folder, removed ones too. Paths go by standard input: none can be an option."""
    repository.run("update-index", "--add", "--remove", "-z", "--stdin", data=git.nul_joined(paths), env=env)


def committer(repository: Repository) -> dict[str, str]:
    """The account's own name for git, or Lemma's where it has none."""
    if repository.code("var", "GIT_COMMITTER_IDENT") == 0:
        return {}
    return {"GIT_COMMITTER_NAME": NOBODY[0], "GIT_COMMITTER_EMAIL": NOBODY[1]}


def _message(edits: Sequence[Edit]) -> str:
    titles = list(dict.fromkeys(_plain(edit.title) for edit in edits))
    verb = "Remove" if all(edit.row.item.deleted_at for edit in edits) else "Edit"
    subject = f"{verb} {titles[0]}" if len(titles) == 1 else f"{verb} {len(titles)} items: {', '.join(titles)}"
    if len(subject) > _SUBJECT_LIMIT:
        subject = subject[: _SUBJECT_LIMIT - 1] + "…"
    lines = [subject, ""]
    for edit in edits:
        notes = dict.fromkeys(_plain(each.message) for each in edit.revisions if each.message and each.author_name)
        lines.append(f"- {_plain(edit.path)}" + (f": {'; '.join(notes)}" if notes else ""))
    others = sorted({other for edit in edits for other in edit.others})
    if others:
        lines += ["", *(f"Co-authored-by: {name} <{mail}>" for name, mail in others)]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    return " ".join(_NOT_IN_NAMES.sub(" ", text).split())[:_NAME_LIMIT]


def refuse_outside(repository: Repository, places: Sequence[Place]) -> None:
    """Raises SyncError for a folder that is not in the repository."""
    for place in places:
        repository.relative(place.folder)
