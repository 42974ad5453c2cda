"""A whole sync: the folder, and the git repository around it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sync import committing, engine, git, upstream
from sync.git_locks import at_work
from sync.locks import locked
from sync.places import Place, SyncError
from sync.plan import Half
from sync.reports import Report


@dataclass(frozen=True, slots=True)
class Options:
    """See `engine.Options`. commit, pull and push: as the arguments of the command; the last two go with the first."""

    dry_run: bool = False
    prefer: str = ""
    only: frozenset[str] = frozenset()
    allow_mass_delete: bool = False
    commit: bool = False
    pull: bool = False
    push: bool = False


def sync(places: Sequence[Place], options: Options, *, progress: Callable[[int], None] = lambda number: None) -> Report:
    """Brings folders and database into step and, if asked, commits, takes what others pushed, and pushes.

    Raises:
        SyncError: it cannot begin. What stops it later is the report's `failure`; the next sync goes on from there.
    """
    repository = committing.open_around(places) if options.commit else None
    if repository and (options.pull or options.push) and repository.find_commit("HEAD"):
        # Known before anything is done; a branch without a commit is asked again after the first.
        upstream.upstream_of(repository)
    if options.dry_run or repository is None:
        return engine.run(places, _engine(options), progress=progress)
    # One lock for all rounds: another sync in between would see upstream's files without their base.
    with locked(places), at_work(repository) as repository:
        upstream.mend_bases(repository, places)
        report = engine.run(places, _engine(options), progress=progress, lock=False)
        try:
            report.commits += committing.commit(repository, places)
            if options.pull or options.push:
                _with_upstream(repository, places, options, report)
        except SyncError as error:
            report.failure = str(error)
    return report


def _with_upstream(repository: git.Repository, places: Sequence[Place], options: Options, report: Report) -> None:
    for _ in range(upstream.TRIES):
        if options.pull:
            if line := upstream.resume(repository, places):
                report.commits.append(line)
                _take(repository, places, options, report)
            if line := upstream.pull(repository, places):
                report.commits.append(line)
            # Always, since a sync that was killed may have pulled and not gone on.
            _take(repository, places, options, report)
        if not options.push or upstream.push(repository):
            return
        if not options.pull:
            raise SyncError("Others have pushed since. Run it with --pull too.")
    raise SyncError(f"Others were faster {upstream.TRIES} times. Run it again.")


def _take(repository: git.Repository, places: Sequence[Place], options: Options, report: Report) -> None:
    """What is in the folder now."""
    _add(report, engine.run(places, _engine(options), lock=False))
    report.commits += committing.commit(repository, places)


def _engine(options: Options) -> engine.Options:
    return engine.Options(
        half=Half.BOTH,
        dry_run=options.dry_run,
        prefer=options.prefer,
        only=options.only,
        allow_mass_delete=options.allow_mass_delete,
        committing=options.commit,
    )


def _add(report: Report, later: Report) -> None:
    """What the second sync did, in the report of the first. What it found unchanged was counted already."""
    for kind, row in later.counts.items():
        for column in ("imported", "exported", "merged", "removed"):
            report.count(kind, column, row[column])
        for column in ("conflicts", "bad", "skipped"):
            report.counts[kind][column] = row[column]
    report.steps += later.steps
    report.problems, report.conflicts, report.skipped = later.problems, later.conflicts, later.skipped
    report.written = report.written or later.written
