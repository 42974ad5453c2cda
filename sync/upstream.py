"""What others pushed, brought into the folder; and what we committed, pushed to them.

Content that both sides changed is not left to git, which merges lines: Lemma merges it field by field. Where a person
has to decide, or our side moved the file, the folder takes upstream's, and the sync that follows merges it with the
item, from the text of the common ancestor.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from documents import DocumentError, limits, merge, parse
from publishing import kinds
from publishing.models import Blob, Item, Revision
from sync import disk, folder, git
from sync.committing import committer
from sync.git import GitError, Repository
from sync.git_locks import own_index
from sync.models import Base
from sync.nearness import is_nearer
from sync.places import Place, SyncError
from sync.state import Agreed, record_bases, store_texts
from sync.work_tree import Change, Entry, Passage, changes

# How often a push is tried again when others are faster.
TRIES = 5
# How a refused push is explained when somebody was faster, before it began or while it was under way.
_FASTER = ("fetch first", "non-fast-forward", "stale info", "cannot lock ref", "failed to update ref", "incorrect old")
# A commit after the one that is being brought into the folder and the one that merges it with ours; its message is the
# rest of a `_Note`. Where it is still named, the pull was killed: some files may have come, of which the index knows
# nothing, and others not yet.
_PULLING = "refs/lemma/pulling"
# Modes of what is no link and no submodule.
_FILES = ("100644", "100755")
# With what git ends when it does not know an option.
_UNKNOWN_OPTION = 129
_MESSAGE = b"Merge what others pushed\n\nContent that both sides changed is merged by fields.\n"


@dataclass(frozen=True, slots=True)
class Upstream:
    """remote: its name. branch: on the remote, as refs/heads/…. tracking: what we last saw of it."""

    remote: str
    branch: str
    tracking: str


@dataclass(frozen=True, slots=True)
class Fork:
    """Two commits and where they part: what each side changed since, by path."""

    ancestor: str
    ours: str
    theirs: str
    ours_changed: dict[str, Change]
    theirs_changed: dict[str, Change]


@dataclass(frozen=True, slots=True)
class Meeting:
    """A content file that both sides changed and that is not merged yet, and its item.

    path: where it lay, below the place. current: where our side has it. data: the text of the ancestor; None where both
    sides made a file.
    """

    place: Place
    item: Item
    path: str
    current: str
    data: bytes | None


def upstream_of(repository: Repository) -> Upstream:
    """Raises SyncError where the branch follows no other, or has no commit yet."""
    branch = git.branch_of(repository)
    if repository.find_commit("HEAD") is None:
        raise SyncError(
            f"There is no commit yet in {repository.top}. Make the first one, or clone the repository of the others."
        )
    form = "%(upstream:remotename)%00%(upstream:remoteref)%00%(upstream)"
    found = repository.line("for-each-ref", f"--format={form}", f"refs/heads/{branch}").split("\0")
    if len(found) != 3 or not all(found):
        raise SyncError(
            f"The branch {branch} follows no branch of a remote. Run once: git push --set-upstream origin {branch}"
        )
    return Upstream(*found)


def pull(repository: Repository, places: Sequence[Place]) -> str:
    """Fetches and brings the work tree to what upstream has; our own commits stay. Gives a line for the report or "".

    Everything of ours has to be committed first. Afterwards the folder holds what upstream changed, merged with what we
    did to the same files; where it cannot be merged here, upstream's text, and the base is that of the common ancestor.

    Raises:
        SyncError: the remote cannot be reached, files that are no content were changed on both sides, or a file that
            upstream changed was changed here and is not committed. Then work tree and branch are as they were, unless
            it was changed in the same moment: the next sync goes on from there.
    """
    theirs = _fetch(repository, upstream_of(repository))
    return _bring(repository, places, theirs) if theirs else ""


def resume(repository: Repository, places: Sequence[Place]) -> str:
    """Brings what a pull was bringing when it was killed. The folder may have some of it, and a sync may have taken it:
    after it newer text of the same files is merged from the right one. As `pull`, and "" where none was killed.
    """
    note = _note_of(repository)
    seen = repository.find_commit(upstream_of(repository).tracking)
    return _bring(repository, places, note.theirs) if note and seen and _has(repository, seen, note.theirs) else ""


def mend_bases(repository: Repository, places: Sequence[Place]) -> None:
    """After a pull that was killed before the folder had upstream's files: what folder and database agreed on is what
    it was before. From the text of the common ancestor, what was done here since would look like a change of the file.
    """
    note = _note_of(repository)
    if note is None or not note.bases or _has(repository, "HEAD", note.theirs):
        return
    content = _Content(repository, places)
    with transaction.atomic():
        for root, item, path, text in note.bases:
            place = next((place for place in places if place.root == root), None)
            if place is None or not Item.objects.filter(pk=item).exists():
                continue
            theirs = _shown(repository, note.theirs, content.path_of(path, place))
            if not is_nearer(_read(place.folder / path), theirs, bytes(Blob.objects.get(pk=text).data)):
                record_bases(root, [Agreed(item, path, text)])
    # Once: from now on bases are of what is done here, for as long as the pull is not carried through.
    _write_down(repository, replace(note, bases=[]))


def _shown(repository: Repository, commit: str, path: str) -> bytes:
    """The file in that commit; empty where it has none."""
    found = repository.line("ls-tree", "-z", commit, "--", path).rstrip("\0")
    return repository.run("cat-file", "blob", found.split()[2]) if found else b""


def _read(file: Path) -> bytes:
    try:
        return disk.read(file, limits.FILE_BYTES)
    except OSError:
        return b""


def _bring(repository: Repository, places: Sequence[Place], theirs: str) -> str:
    ours = repository.line("rev-parse", "HEAD")
    if _has(repository, ours, theirs):
        return ""
    if _has(repository, theirs, ours):
        passage = Passage(repository, ours, theirs)
        passage.refuse_overwriting()
        _write_down(repository, _Note(theirs, ours, theirs, timezone.now(), []))
        passage.go("fast-forward")
        repository.run("update-ref", "-d", _PULLING)
        return f"{theirs[:10]} is what others pushed"
    content = _Content(repository, places)
    fork = _fork(repository, ours, theirs)
    merged_files = _merged_files(repository, content, fork) | _gone_on_with(repository, content, fork)
    meetings = _meetings(repository, content, fork, merged_files)
    tree = _merged_tree(repository, content, fork, meetings, merged_files)
    words = ("commit-tree", tree, "-p", ours, "-p", theirs, "-F", "-")
    merged = repository.run(*words, data=_MESSAGE, env=committer(repository)).decode().strip()
    passage = Passage(repository, ours, merged)
    passage.refuse_overwriting()
    _write_down(repository, _Note(theirs, ours, merged, timezone.now(), _bases_of(meetings)))
    # Before the files, so that a sync that is killed in between merges from the same text.
    _rebase(meetings)
    passage.go("merge upstream")
    repository.run("update-ref", "-d", _PULLING)
    return f"{merged[:10]} Merge what others pushed"


def push(repository: Repository) -> bool:
    """Whether our commits are upstream now; False where somebody was faster.

    Raises:
        SyncError: the remote refuses for another reason, or cannot be reached.
    """
    upstream = upstream_of(repository)
    seen = repository.find_commit(upstream.tracking)
    if seen and _has(repository, seen, "HEAD"):
        return True
    code, out, reason = repository.talk("push", "--porcelain", upstream.remote, f"HEAD:{upstream.branch}")
    if not code:
        return True
    # One line for each branch: a flag, what was to go where, and why it did not.
    refused = [line.split("\t")[-1] for line in out.splitlines() if line.startswith("!\t")]
    if any(sign in line for line in refused for sign in _FASTER):
        return False
    raise GitError(git.explained("push", "\n".join([*refused, reason])))


def _fetch(repository: Repository, upstream: Upstream) -> str | None:
    """The newest commit upstream; None where nobody has pushed anything yet."""
    words = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", upstream.remote, upstream.branch)
    code, _, reason = repository.talk(*words)
    if code and "couldn't find remote ref" in reason and not repository.find_commit(upstream.tracking):
        return None
    if code:
        raise GitError(git.explained("fetch", reason))
    return repository.line("rev-parse", "--verify", f"{upstream.tracking}^{{commit}}")


def _has(repository: Repository, commit: str, other: str) -> bool:
    """Whether a commit is another one, or comes after it."""
    return repository.code("merge-base", "--is-ancestor", other, commit) == 0


@dataclass(frozen=True, slots=True)
class _Note:
    """What is being brought: `before` is checked out, `brought` will be, which merges `theirs` with it or is the same.

    since: when that began. bases: what folder and database agreed on before that: root, item, path and digest.
    """

    theirs: str
    before: str
    brought: str
    since: datetime
    bases: list[list[Any]]


def _bases_of(meetings: Sequence[Meeting]) -> list[list[Any]]:
    return [
        list(row)
        for meeting in meetings
        for row in Base.objects.filter(root=meeting.place.root, item=meeting.item).values_list(
            "root", "item", "path", "document"
        )
    ]


def _write_down(repository: Repository, note: _Note) -> None:
    message = {"before": note.before, "brought": note.brought, "since": note.since.isoformat(), "bases": note.bases}
    parents = [word for commit in dict.fromkeys([note.theirs, note.brought]) for word in ("-p", commit)]
    words = ("commit-tree", f"{note.theirs}^{{tree}}", *parents, "-F", "-")
    made = repository.run(*words, data=json.dumps(message).encode(), env=committer(repository)).decode().strip()
    repository.run("update-ref", _PULLING, made)


def _note_of(repository: Repository) -> _Note | None:
    """That of a pull that was killed, if there is one."""
    theirs = repository.find_commit(f"{_PULLING}^")
    if theirs is None:
        return None
    message = json.loads(repository.run("cat-file", "commit", _PULLING).partition(b"\n\n")[2])
    if isinstance(message, list):
        # Of an earlier Lemma, which noted the bases alone.
        return _Note(theirs, theirs, theirs, timezone.now(), message)
    since = datetime.fromisoformat(message["since"])
    return _Note(theirs, message["before"], message["brought"], since, message["bases"])


# --- merging ---


def _fork(repository: Repository, ours: str, theirs: str) -> Fork:
    if repository.code("merge-base", ours, theirs):
        raise SyncError("The branch has no commit in common with upstream's. Clone the repository of the others anew.")
    ancestor = repository.line("merge-base", ours, theirs)
    return Fork(ancestor, ours, theirs, changes(repository, ancestor, ours), changes(repository, ancestor, theirs))


def _merged_files(repository: Repository, content: "_Content", fork: Fork) -> dict[str, Entry]:
    """Content that both sides changed, merged field by field; without what cannot be merged, or moved."""
    found: dict[str, Entry] = {}
    for path in sorted(fork.ours_changed.keys() & fork.theirs_changed.keys()):
        ours, theirs = fork.ours_changed[path], fork.theirs_changed[path]
        place = content.place_of(path)
        entries = (ours.before, ours.after, theirs.after)
        if place is None or ours.after == theirs.after or not all(entry and entry[0] in _FILES for entry in entries):
            continue
        (old_mode, _), (our_mode, _), (their_mode, _) = found_entries = [entry for entry in entries if entry]
        texts = [repository.run("cat-file", "blob", blob) for _, blob in found_entries]
        merged = _merged(place.kind, content.below(path, place), *texts)
        if merged is not None:
            blob = repository.run("hash-object", "-w", "--stdin", data=merged).decode().strip()
            found[path] = (our_mode if their_mode == old_mode else their_mode, blob)
    return found


def _gone_on_with(repository: Repository, content: "_Content", fork: Fork) -> dict[str, Entry]:
    """Content that a pull had brought before it was killed, and with which somebody has gone on since: all that was
    upstream is in it, or was taken out of it again.
    """
    note = _note_of(repository)
    if note is None or note.theirs != fork.theirs:
        return {}
    found: dict[str, Entry] = {}
    for path in sorted(fork.ours_changed.keys() & fork.theirs_changed.keys()):
        ours = fork.ours_changed[path].after
        if not (ours and fork.theirs_changed[path].after and content.place_of(path)):
            continue
        new, old = (_shown(repository, commit, path) for commit in (note.brought, note.before))
        now = repository.run("cat-file", "blob", ours[1])
        taken = Revision.objects.filter(document=folder.digest(new), created_at__gte=note.since)
        # Two that are new on both sides may be alike in all that a template has.
        if old not in (new, now) and (taken.exists() or (old and is_nearer(now, new, old))):
            found[path] = ours
    return found


def _merged(kind: str, path: str, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """None where somebody has to decide, or what comes out would be no content."""
    try:
        sides = [parse(each, path) for each in (base, ours, theirs)]
        if len({str(side.get("slug")) for side in sides}) > 1:
            # One may be another item that has taken the place of the first.
            return None
        merged = merge(*sides)
        data = bytes(merged.document)
        reading = kinds.get(kind).read(parse(data, path), path)
    except DocumentError:
        return None
    return None if merged.conflicts or reading.record is None else data


def _meetings(repository: Repository, content: "_Content", fork: Fork, merged_files: Collection[str]) -> list[Meeting]:
    found = []
    renamed = _renames(repository, fork.ancestor, fork.ours)
    for path in sorted(fork.ours_changed.keys() & fork.theirs_changed.keys()):
        ours, theirs = fork.ours_changed[path], fork.theirs_changed[path]
        place = content.place_of(path)
        if place is None or path in merged_files or (ours.after is not None and ours.after == theirs.after):
            continue
        data = repository.run("cat-file", "blob", ours.before[1]) if ours.before else None
        below = content.below(path, place)
        base = _base_of(place, below, data, content.below(renamed.get(path, path), place))
        item = base.item if base else _removed(place, below)
        if item is not None and ours.before and ours.after:
            _refuse_untaken(place, below, item, repository, theirs.after)
        if item is not None:
            found.append(Meeting(place, item, below, base.path if base else below, data))
    # Both may have moved a file to the same place: that it is new there on both sides says nothing then.
    met = {meeting.item.pk for meeting in found if meeting.data is not None}
    return [meeting for meeting in found if meeting.data is not None or meeting.item.pk not in met]


def _refuse_untaken(place: Place, path: str, item: Item, repository: Repository, theirs: Entry) -> None:
    """Raises SyncError where upstream's text would take the place of one that is nowhere else."""
    # A pull that was killed may have removed it, or put upstream's there.
    text = _read(place.folder / path)
    if not text or (theirs and theirs[0] in _FILES and text == repository.run("cat-file", "blob", theirs[1])):
        return
    if not Revision.objects.filter(item=item, document=folder.digest(text)).exists():
        raise SyncError(
            f"{place.name(path)} was changed upstream too, and the text that is here was not taken yet: a conflict of "
            "it waits, something is wrong with it, or it was left out. See to that, then sync again."
        )


def _renames(repository: Repository, old: str, new: str) -> dict[str, str]:
    words = ("diff-tree", "-r", "-z", "-M", "--diff-filter=R", "--name-status")
    fields = git.split(repository.run(*words, old, new))
    return dict(zip(fields[1::3], fields[2::3], strict=True))


def _base_of(place: Place, path: str, data: bytes | None, renamed: str) -> Base | None:
    bases = Base.objects.filter(root=place.root, item__kind=place.kind).select_related("item")
    base = bases.filter(path=path).first()
    if base is None and data is not None:
        # We moved the file. Its text tells whose it was; if it is older than the item, git tells what became of it.
        items = Revision.objects.filter(document=folder.digest(data)).values("item")
        base = bases.filter(item__in=items).first() or bases.filter(path=renamed).first()
    return base


def _removed(place: Place, path: str) -> Item | None:
    """The item whose file we removed: its base is forgotten."""
    gone = Item.objects.filter(kind=place.kind, path=path, deleted_at__isnull=False)
    return gone.order_by("-deleted_at").first()


def _merged_tree(
    repository: Repository,
    content: "_Content",
    fork: Fork,
    meetings: Sequence[Meeting],
    merged_files: Mapping[str, Entry],
) -> str:
    """The tree in which content that upstream changed is merged or upstream's, other content ours, and the rest merged
    by git.

    Raises:
        SyncError: git cannot merge a file that is no content.
    """
    words = ("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", fork.ours, fork.theirs)
    out = repository.run(*words, accepted=(0, 1, _UNKNOWN_OPTION))
    if not out:
        raise SyncError("To merge what others pushed, git 2.38 or newer is needed. This one is older.")
    tree, *conflicting = git.split(out)
    others = sorted({path for path in conflicting if not content.place_of(path)})
    if others:
        raise SyncError(
            f"{', '.join(others)}: changed here and upstream, and no content that Lemma could merge. "
            "Merge by hand: git pull --no-rebase"
        )
    # Whatever git made of our content is taken back, such as lines of both sides, or another folder.
    wanted = {path: change.after for path, change in changes(repository, tree, fork.ours).items()}
    wanted |= {path: change.after for path, change in fork.theirs_changed.items()}
    wanted |= merged_files
    for meeting in meetings:
        current = content.path_of(meeting.current, meeting.place)
        if meeting.current != meeting.path and current not in fork.theirs_changed:
            # Under its old name again; the sync moves it once it has merged the text.
            wanted[current] = None
    return _with(repository, tree, {path: entry for path, entry in wanted.items() if content.place_of(path)})


def _with(repository: Repository, tree: str, entries: Mapping[str, Entry]) -> str:
    nothing = ("0", "0" * len(tree))
    lines = [
        f"{mode} {blob}\t{path}" for path, (mode, blob) in ((path, entry or nothing) for path, entry in entries.items())
    ]
    with own_index(repository) as index:
        repository.run("read-tree", tree, env=index)
        repository.run("update-index", "-z", "--index-info", data=git.nul_joined(lines), env=index)
        return repository.line("write-tree", env=index)


def _rebase(meetings: Sequence[Meeting]) -> None:
    """What folder and database last agreed on is the text of the common ancestor."""
    # New on both sides: they never met.
    strangers = [meeting.item.pk for meeting in meetings if meeting.data is None]
    with transaction.atomic():
        for place in {meeting.place for meeting in meetings}:
            met = [(each, each.data) for each in meetings if each.place == place and each.data is not None]
            store_texts({folder.digest(data): data for _, data in met})
            agreed = {each.item.pk: Agreed(each.item.pk, each.path, folder.digest(data)) for each, data in met}
            record_bases(place.root, agreed.values(), strangers)


class _Content:
    """Which paths of the repository are content."""

    def __init__(self, repository: Repository, places: Sequence[Place]):
        self._prefixes = {}
        for place in places:
            relative = repository.relative(place.folder)
            self._prefixes[place] = "" if relative == "." else f"{relative}/"

    def place_of(self, path: str) -> Place | None:
        """Whose content a path is; of folders inside each other the innermost."""
        inside = [place for place, prefix in self._prefixes.items() if path.startswith(prefix)]
        if not inside:
            return None
        place = max(inside, key=lambda each: len(self._prefixes[each]))
        return place if folder.is_content(self.below(path, place)) else None

    def below(self, path: str, place: Place) -> str:
        return path.removeprefix(self._prefixes[place])

    def path_of(self, below: str, place: Place) -> str:
        return self._prefixes[place] + below
