"""Which promises were broken. Nothing here asks anybody: it reads what was written and what was found."""

from collections import defaultdict
from collections.abc import Iterable

from tests.chaos.evidence import Evidence, Found
from tests.chaos.ledger import Outcome, State, Write, words


def judge(seen: Evidence) -> list[str]:
    """A sentence for each broken promise; they begin with its name."""
    checks = (history, working, readers, lives, feed, copies, search, etags, webhooks, syncs)
    return [line for check in checks for line in check(seen)] + [
        *(f"sound: {line}" for line in seen.unsound),
        *(f"complaint: {line}" for line in seen.complaints),
    ]


def history(seen: Evidence) -> Iterable[str]:
    """What was acknowledged is in the history of its item, or in a conflict that waits; what was refused is nowhere."""
    kept: dict[str, set[str]] = defaultdict(set)
    for item in seen.items:
        kept[item.slug].update(word for text in [*item.revisions, *item.conflicts] for word in words(text))
    for write in seen.ledger.writes:
        is_kept = write.word in kept[write.slug]
        if write.outcome is Outcome.REFUSED and is_kept:
            yield f"history: {write.word} of {write.slug} was refused to {write.by}, and is there"
        # Of files only what is newest is owed: another may have come before the next sync.
        if write.outcome is Outcome.ACKNOWLEDGED and not write.by_file and not is_kept:
            yield f"history: {write.word} of {write.slug} was acknowledged to {write.by}, and is lost"


def working(seen: Evidence) -> Iterable[str]:
    """Editors see what was written last into each field, or it waits in a conflict."""
    items = _living(seen)
    for (slug, field), writes in _fields(seen).items():
        item = items.get(slug)
        if item is None:
            continue
        now = _of_field(item.working, writes)
        if len(now) > 1:
            yield f"working: {field} of {slug} has the words of several writes: {sorted(now)}"
            continue
        if _contested(writes):
            # Nobody can say which of them was the last, but one of them it is.
            if not now and any(one.outcome is Outcome.ACKNOWLEDGED for one in writes):
                yield f"working: {field} of {slug} has no word of anybody"
            continue
        last = _last(writes)
        waiting = {word for text in item.conflicts for word in words(text)}
        if last and not now & last and not (item.conflicts and last & waiting):
            yield f"working: {field} of {slug} has {sorted(now)}, and one of {sorted(last)} was written last"


def readers(seen: Evidence) -> Iterable[str]:
    """What was published last into a field is what readers see of it, or something later."""
    items = _living(seen)
    for (slug, field), writes in _fields(seen).items():
        item = items.get(slug)
        if item is None or item.published is None or _contested(writes):
            continue
        owed = [
            at for at, one in enumerate(writes)
            if one.outcome is Outcome.ACKNOWLEDGED and one.is_published and not one.by_file
        ]  # fmt: skip
        if not owed:
            continue
        later = {one.word for one in writes[owed[-1] :] if one.outcome is not Outcome.REFUSED}
        if not _of_field(item.published, writes) & later:
            yield f"readers: {field} of {slug} shows {sorted(_of_field(item.published, writes))}, older than published"


def lives(seen: Evidence) -> Iterable[str]:
    """An item is there, published, withdrawn or gone as its only owner was told last."""
    now: dict[str, State] = defaultdict(lambda: State.NOT_THERE)
    for item in seen.items:
        # Of several with the same slug the living one counts.
        if now[item.slug] in (State.NOT_THERE, State.DELETED):
            now[item.slug] = _state(item)
    steps = defaultdict(list)
    for step in seen.ledger.steps:
        steps[step.slug].append(step)
    for slug, own in steps.items():
        allowed = {State.NOT_THERE}
        for step in own:
            if step.outcome is Outcome.ACKNOWLEDGED:
                allowed = {step.to}
            elif step.outcome is Outcome.UNKNOWN:
                allowed = allowed | {step.to}
        if now[slug] not in allowed:
            yield f"lives: {slug} is {now[slug].value}, and should be {' or '.join(sorted(a.value for a in allowed))}"


def feed(seen: Evidence) -> Iterable[str]:
    """The feed leads to what is published, and to nothing else."""
    positions = [change.position for change in seen.changes]
    if positions and positions[-1] != seen.counter:
        yield f"feed: its counter is at {seen.counter}, and its last change at {positions[-1]}"
    told: dict[str, int] = {}
    for change in seen.changes:
        if change.action in ("published", "renamed"):
            told[change.uuid] = change.position
        else:
            told.pop(change.uuid, None)
    there = {item.uuid: item.position for item in seen.items if item.published is not None}
    names = {item.uuid: item.slug for item in seen.items}
    for uuid in sorted(told.keys() | there.keys()):
        if told.get(uuid) != there.get(uuid):
            yield f"feed: of {names.get(uuid, uuid)} it ends at {told.get(uuid)}, and is published at {there.get(uuid)}"


def copies(seen: Evidence) -> Iterable[str]:
    """Who follows the feed has what the export has, and that is what is published."""
    for name, copy in (("followed", seen.mirrored), ("replayed", seen.replayed)):
        for slug in sorted(copy.keys() | seen.export.keys()):
            if copy.get(slug) != seen.export.get(slug):
                what = (
                    "lacks" if slug not in copy else "still has" if slug not in seen.export else "has another text of"
                )
                yield f"copies: who {name} the feed {what} {slug}"
    published = {item.slug for item in seen.items if item.published is not None}
    if published != seen.export.keys():
        yield f"copies: export and published state differ by {sorted(published ^ seen.export.keys())}"


def search(seen: Evidence) -> Iterable[str]:
    """A word finds the items that show it to readers, and no others."""
    shown = defaultdict(set)
    for item in seen.items:
        for word in words(item.published or ""):
            shown[word].add(item.slug)
    for word, slugs in seen.found_by.items():
        if set(slugs) != shown[word]:
            yield f"search: {word} finds {sorted(slugs)}, and is in {sorted(shown[word])}"


def etags(seen: Evidence) -> Iterable[str]:
    """The same ETag is the same bytes; with that of now there is nothing new, with an older one there is."""
    for (address, etag), digests in seen.bodies.items():
        if len(digests) > 1:
            yield f"etags: {address} gave {len(digests)} different bodies with {etag}"
    for address, (now, before) in seen.asked_again.items():
        if now != 304:
            yield f"etags: {address} gave {now} to who has what there is"
        if before is not None and before != 200:
            yield f"etags: {address} gave {before} to who has something older"


def webhooks(seen: Evidence) -> Iterable[str]:
    """Every change arrived at least once, and those of one item for the first time in their order."""
    firsts: dict[int, tuple[str, str]] = {}
    latest: dict[str, int] = {}
    for told in seen.told:
        if told.position in firsts:
            continue
        firsts[told.position] = told.uuid, told.action
        if latest.get(told.uuid, 0) > told.position:
            yield f"webhooks: change {told.position} arrived after {latest[told.uuid]} of the same item"
        latest[told.uuid] = told.position
    due = {change.position: (change.uuid, change.action) for change in seen.changes}
    for position in sorted(due.keys() | firsts.keys()):
        if position not in firsts:
            yield f"webhooks: change {position} was never told"
        elif position not in due:
            yield f"webhooks: change {position} was told, and never came to be"
        elif due[position] != firsts[position]:
            yield f"webhooks: change {position} was {due[position][1]}, and was told as {firsts[position][1]}"


def syncs(seen: Evidence) -> Iterable[str]:
    """After a sync folder and database are in step, and the next one has nothing to do."""
    if seen.syncs and seen.syncs[-1] not in (0, 2):
        yield f"syncs: the last ones ended with {seen.syncs}"
    for what in seen.changed_by_sync:
        yield f"syncs: a further one changed {what}"
    for item in seen.items:
        if item.is_deleted or item.filed is None:
            if item.is_deleted and item.slug in seen.files and item.slug not in _living(seen):
                yield f"syncs: {item.slug} is deleted, and its file is there"
        elif not item.conflicts and seen.files.get(item.slug) != item.filed:
            yield f"syncs: the file of {item.slug} is not what it should hold"
    for (slug, field), writes in _fields(seen).items():
        last = _last(one for one in writes if one.by_file)
        if last and slug in seen.files and _contested(writes) is False:
            there = set(words(seen.files[slug]))
            if not there & last:
                yield f"syncs: {field} of the file of {slug} has lost {sorted(last)}"


def _state(item: Found) -> State:
    if item.is_deleted:
        return State.DELETED
    return State.DRAFT if item.published is None else State.PUBLISHED


def _living(seen: Evidence) -> dict[str, Found]:
    return {item.slug: item for item in seen.items if not item.is_deleted}


def _fields(seen: Evidence) -> dict[tuple[str, str], list[Write]]:
    found: dict[tuple[str, str], list[Write]] = defaultdict(list)
    for write in seen.ledger.writes:
        found[write.slug, write.field].append(write)
    return found


def _contested(writes: Iterable[Write]) -> bool:
    return any(write.contested for write in writes)


def _of_field(text: str, writes: Iterable[Write]) -> set[str]:
    return {write.word for write in writes} & set(words(text))


def _last(writes: Iterable[Write]) -> set[str]:
    """The words that a field may have: that of the last write that was acknowledged, and of any later one of which
    nobody knows. Empty as long as nothing was acknowledged.
    """
    last: set[str] = set()
    for write in writes:
        if write.outcome is Outcome.ACKNOWLEDGED:
            last = {write.word}
        elif write.outcome is Outcome.UNKNOWN and last:
            last.add(write.word)
    return last
