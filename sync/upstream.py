"""What others pushed, brought into the folder; and what we committed, pushed to them.

Content that both sides changed is not left to git, which merges lines: the folder takes upstream's files, and the sync
that follows merges them with the items, field by field, from the text of the common ancestor.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.db import transaction

from publishing import bulk
from publishing.models import Blob, Item
from sync import folder, git
from sync.committing import committer
from sync.git import GitError, Repository
from sync.models import Base
from sync.places import Place, SyncError

# How often a push is tried again when others are faster.
TRIES = 5


@dataclass(frozen=True, slots=True)
class Upstream:
    """remote: its name. branch: on the remote, as refs/heads/…. tracking: what we last saw of it."""

    remote: str
    branch: str
    tracking: str


def upstream_of(repository: Repository) -> Upstream:
    """Raises SyncError where the branch follows no other."""
    branch = git.branch_of(repository)
    form = "%(upstream:remotename)%00%(upstream:remoteref)%00%(upstream)"
    found = repository.line("for-each-ref", f"--format={form}", f"refs/heads/{branch}").split("\0")
    if len(found) != 3 or not all(found):
        raise SyncError(
            f"The branch {branch} follows no branch of a remote. Run once: git push --set-upstream origin {branch}"
        )
    return Upstream(*found)


def pull(repository: Repository, places: Sequence[Place]) -> str:
    """Fetches and brings the work tree to what upstream has; our own commits stay. Gives a line for the report or "".

    Everything of ours has to be committed first. Afterwards the folder holds upstream's files wherever upstream changed
    them, and the base of those we changed too is the text of the common ancestor.

    Raises:
        SyncError: the remote cannot be reached, or files that are no content were changed on both sides.
    """
    upstream = upstream_of(repository)
    repository.run("fetch", "--quiet", "--no-tags", upstream.remote, upstream.branch, network=True)
    theirs = repository.line("rev-parse", "--verify", f"{upstream.tracking}^{{commit}}")
    ours = git.head_of(repository)
    if ours is None:
        raise SyncError("There is no commit yet. Make the first one, or clone the repository of the others.")
    if theirs == ours or repository.code("merge-base", "--is-ancestor", theirs, ours) == 0:
        return ""
    if repository.code("merge-base", "--is-ancestor", ours, theirs) == 0:
        _check_out(repository, ours, theirs, "fast-forward")
        return f"{theirs[:10]} is what others pushed"
    merged = _merge(repository, places, ours, theirs)
    _check_out(repository, ours, merged, "merge upstream")
    return f"{merged[:10]} Merge what others pushed"


def push(repository: Repository) -> bool:
    """Whether our commits are upstream now; False where somebody was faster.

    Raises:
        SyncError: the remote refuses for another reason, or cannot be reached.
    """
    upstream = upstream_of(repository)
    try:
        repository.run("push", "--porcelain", upstream.remote, f"HEAD:{upstream.branch}", network=True)
    except GitError as error:
        if any(word in str(error) for word in ("fetch first", "non-fast-forward", "stale info", "cannot lock ref")):
            return False
        raise
    return True


def _check_out(repository: Repository, old: str, new: str, reason: str) -> None:
    """Raises SyncError where a file that was changed by hand would be overwritten; nothing is changed then."""
    repository.run("read-tree", "-m", "-u", old, new)
    repository.run("update-ref", "-m", f"lemma: {reason}", "HEAD", new, old)


def _merge(repository: Repository, places: Sequence[Place], ours: str, theirs: str) -> str:
    """A merge commit in which every content file that upstream changed is upstream's."""
    ancestor = repository.line("merge-base", ours, theirs)
    theirs_changed = _changes(repository, ancestor, theirs)
    ours_changed = _changes(repository, ancestor, ours)
    renamed = _renames(repository, ancestor, ours)
    prefixes = {place: _prefix(repository, place) for place in places}
    content = {path for path in theirs_changed if _place_of(path, prefixes)}
    tree, conflicting = _merged_tree(repository, ours, theirs)
    others = sorted(path for path in conflicting if not _place_of(path, prefixes))
    if others:
        raise SyncError(
            f"{', '.join(others)} was changed here and upstream, and is no content of Lemma's. "
            "Merge it by hand: git pull --no-rebase"
        )
    entries = dict(theirs_changed)
    both = {path for path in content if path in ours_changed or path in renamed}
    for path in both & renamed.keys():
        # Under its old name again; the sync moves it once it has merged the text.
        entries.setdefault(renamed[path], None)
    tree = _with(repository, tree, {path: entry for path, entry in entries.items() if _place_of(path, prefixes)})
    _rebase(repository, ancestor, both, prefixes, renamed)
    message = "Merge what others pushed\n\nContent that both sides changed is merged by fields in the next commit.\n"
    return (
        repository.run(
            "commit-tree", tree, "-p", ours, "-p", theirs, "-F", "-", data=message.encode(), env=committer(repository)
        )
        .decode()
        .strip()
    )


def _merged_tree(repository: Repository, ours: str, theirs: str) -> tuple[str, set[str]]:
    """git's own merge, for what is no content: the tree, and the paths that it could not merge."""
    out = repository.run(
        "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs, accepted=(0, 1)
    )
    tree, *paths = out.decode("utf-8", "surrogateescape").rstrip("\0").split("\0")
    return tree, set(paths)


def _changes(repository: Repository, old: str, new: str) -> dict[str, tuple[str, str] | None]:
    """Path to (mode, blob) of what is another in `new`; None for what is gone."""
    out = repository.run("diff-tree", "-r", "-z", "--no-renames", old, new).decode("utf-8", "surrogateescape")
    fields = out.split("\0")
    found: dict[str, tuple[str, str] | None] = {}
    for head, path in zip(fields[::2], fields[1::2], strict=False):
        _, mode, _, blob, status = head.lstrip(":").split(" ")
        found[path] = None if status.startswith("D") else (mode, blob)
    return found


def _renames(repository: Repository, old: str, new: str) -> dict[str, str]:
    out = repository.run("diff-tree", "-r", "-z", "-M", "--diff-filter=R", "--name-status", old, new)
    fields = out.decode("utf-8", "surrogateescape").split("\0")
    return {fields[at + 1]: fields[at + 2] for at in range(0, len(fields) - 2, 3)}


def _with(repository: Repository, tree: str, entries: dict[str, tuple[str, str] | None]) -> str:
    index = repository.folder / f"lemma-index-{os.urandom(6).hex()}"
    env = {"GIT_INDEX_FILE": str(index)}
    lines = [
        f"{entry[0]} {entry[1]}\t{path}" if entry else f"0 {'0' * len(tree)}\t{path}" for path, entry in entries.items()
    ]
    try:
        repository.run("read-tree", tree, env=env)
        repository.run("update-index", "-z", "--index-info", data=git.nul_joined(lines), env=env)
        return repository.line("write-tree", env=env)
    finally:
        index.unlink(missing_ok=True)
        index.with_name(f"{index.name}.lock").unlink(missing_ok=True)


def _rebase(
    repository: Repository, ancestor: str, paths: set[str], prefixes: dict[Place, str], renamed: dict[str, str]
) -> None:
    """The base of what both sides changed becomes the text of the common ancestor."""
    with transaction.atomic():
        for path in sorted(paths):
            if repository.code("cat-file", "-e", f"{ancestor}:{path}"):
                # New on both sides: they never met.
                continue
            data = repository.run("cat-file", "blob", f"{ancestor}:{path}")
            place = _place_of(path, prefixes)
            assert place is not None
            below = path.removeprefix(prefixes[place])
            current = renamed.get(path, path).removeprefix(prefixes[place])
            item = _item_at(place, below, current)
            if item is None:
                continue
            digest = folder.digest(data)
            bulk.insert(Blob, ["sha256", "data"], [(digest, data)], ignore_conflicts=True)
            Base.objects.update_or_create(root=place.root, item=item, defaults={"path": below, "document_id": digest})


def _item_at(place: Place, path: str, current: str) -> Item | None:
    base = Base.objects.filter(root=place.root, path__in={path, current}, item__kind=place.kind).first()
    if base:
        return base.item
    # Its base was forgotten when we removed its file.
    gone = Item.objects.filter(kind=place.kind, path=path, deleted_at__isnull=False)
    return gone.order_by("-deleted_at").first()


def _prefix(repository: Repository, place: Place) -> str:
    relative = repository.relative(place.folder)
    return "" if relative == "." else f"{relative}/"


def _place_of(path: str, prefixes: dict[Place, str]) -> Place | None:
    """Whose content a path is; of folders inside each other the innermost."""
    if PurePosixPath(path).suffix != ".md":
        return None
    inside = [(prefix, place) for place, prefix in prefixes.items() if path.startswith(prefix)]
    return max(inside, key=lambda each: len(each[0]))[1] if inside else None
