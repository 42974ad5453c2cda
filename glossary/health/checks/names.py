"""Names: each should lead to one entry."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rapidfuzz.distance import OSA

from glossary.health.checks.made import error, hint, warning
from glossary.health.facts import Facts
from glossary.health.problem import Fix, Problem
from glossary.health.snapshot import Name, Snapshot, name_key, names_of
from publishing import kinds, names

_FIELDS = {"title": "title", "alias": "aliases", "slug": "slug", "previous slug": "previousSlugs"}


def twice(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A name that another entry has too."""
    if facts.kind != "entry" or not facts.is_readable:
        return
    for text, what in names_of(facts):
        for other in snapshot.named[name_key(text)]:
            if other.facts.item == facts.item or _succeeds(facts, other.facts):
                continue
            field = _FIELDS[what]
            message = f'The {what} "{text}" is also {_article(other.what)} of "{other.facts.slug}": "{other.text}".'
            if _differ_in_case(text, what, other):
                advice = "Readers who type one may mean the other; add what it is, as in “Go (game)”."
                yield warning(
                    "name.case", facts, facts.line(field), message, advice, None, field, f"{text} ({other.facts.slug})"
                )
            else:
                advice = "Give one of them another name, or merge the two."
                yield error(
                    "name.duplicate",
                    facts,
                    facts.line(field),
                    message,
                    advice,
                    None,
                    field,
                    f"{text} ({other.facts.slug})",
                )


def _succeeds(one: Facts, other: Facts) -> bool:
    """A name may go on from a deprecated entry to its successor."""
    return any(
        old.status == "deprecated" and new.slug_key in map(names.key, old.slugs("replacedBy"))
        for old, new in ((one, other), (other, one))
    )


def _article(what: str) -> str:
    return f"an {what}" if what == "alias" else f"the {what}"


def _differ_in_case(text: str, what: str, other: Name) -> bool:
    # A slug is in lower case whatever it stands for.
    written = {"title", "alias"}
    return text != other.text and what in written and other.what in written and names.key(text) == names.key(other.text)


def file_name(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A slug that is not the name of the file."""
    if not facts.path.endswith(".md") or not facts.is_readable:
        return
    below = facts.path.removeprefix(f"{kinds.get(facts.kind).folder}/")
    if below == f"{facts.slug}.md":
        return
    own = {names.key(names.slug_from_path(below)), names.key(names.slug_from_path(below.rpartition("/")[2]))}
    if facts.slug_key not in own:
        message = f'The slug is "{facts.slug}", but the file is called {below}.'
        yield warning(
            "slug.file-name", facts, facts.line("slug"), message, "Rename the file or the slug.", None, "slug"
        )


def near_keys(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A front-matter key that is nearly one we know, and so is not read."""
    missing = [key for key in kinds.get(facts.kind).keys if key not in facts.keys]
    for key, line in facts.unknown_keys:
        plain = key.casefold().replace("-", "").replace("_", "")
        allowed = 2 if len(plain) > 6 else 1
        near = [(OSA.distance(plain, each.casefold(), score_cutoff=allowed), each) for each in missing]
        distance, best = min(near, default=(99, ""))
        if len(plain) > 3 and distance <= allowed:
            fix = Fix("rename-key", facts.item, {"old": key, "new": best})
            message = f'The key "{key}" is not one we know.'
            yield warning("key.near", facts, line, message, f'Perhaps "{best}" is meant.', fix, key, key)


def tag_variants(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A tag that others write differently."""
    for tag in facts.tags:
        usual = snapshot.spelling(tag)
        if usual != tag:
            fix = Fix("replace", facts.item, {"key": "tags", "old": tag, "new": usual})
            message = f'The tag "{tag}" is elsewhere written "{usual}".'
            yield warning("tag.variant", facts, facts.line("tags"), message, f'Write "{usual}".', fix, "tags", tag)


def rare_tags(snapshot: Snapshot) -> Iterator[Problem]:
    """Tags that one entry has. One finding for the whole glossary."""
    once = once_used(snapshot.spellings)
    if once and snapshot.size > 1:
        yield rarely_used(once, next(each for each in snapshot.all if once[0] in each.tags))


def once_used(spellings: Mapping[str, Counter[str]]) -> list[str]:
    return sorted(tag for counts in spellings.values() if counts.total() == 1 for tag in counts)


def rarely_used(once: Sequence[str], holder: Facts) -> Problem:
    """holder: who has the first of them."""
    shown = ", ".join(once[:10]) + (" …" if len(once) > 10 else "")
    message = f"{len(once)} tags are used once: {shown}." if len(once) > 1 else f"One tag is used once: {shown}."
    return hint("tag.once", holder, holder.line("tags"), message, "Use each again, or leave it out.", None, "tags")
