"""A new slug for an item, and for whatever refers to it."""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from documents import Document, DocumentError
from publishing import editing, filing, names, redirecting, references, standing, writer
from publishing.authors import Author
from publishing.errors import NameTaken, NotAllowed, StaleRevision, TextRefused
from publishing.models import Item, Reference, Revision
from publishing.problems import InvalidDocument
from publishing.redirecting import Redirect, TextChange
from publishing.standing import Standing
from publishing.steps import Step


@dataclass(frozen=True, slots=True)
class Plan:
    """What is going to be written, and what that does to each text.

    `item` is the one that stays, as it is now; `path` is its file from then on; `old_slugs` are those by which nobody
    refers to it any more.
    """

    item: Item
    path: str
    old_slugs: list[str]
    steps: list[Step]
    changes: list[TextChange]


def plan_rename(item: Item, new_slug: str, *, base_revision: int | None = None) -> Plan:
    """All texts before and after. Nothing is written.

    Raises:
        InvalidDocument: no such slug is given to an item.
        NotAllowed: the item has that slug already.
        NameTaken: another item has it.
        TextRefused: a text that refers to the item cannot be changed.
        StaleRevision: the item was edited since `base_revision`, or deleted.
    """
    now = standing.of(item)
    if base_revision not in (None, now.revision):
        raise StaleRevision(now.item, base_revision)
    _check(now.item, new_slug)
    old_slugs = standing.known_slugs(now)
    site = references.site(now.item.locale)
    path = _new_path(now.item, old_slugs, new_slug, site)
    to = Redirect(
        kind=now.kind,
        old_keys=frozenset(map(names.key, old_slugs)),
        slug=new_slug,
        old_file=references.file_of(now.item),
        new_file=references.file_of(now.item, path),
        site=site,
    )

    def change(document: Document) -> Document:
        return redirecting.redirect(_renamed(document, now, old_slugs, new_slug, path), now.item, to)

    try:
        write = filing.edit(now, change, path=path)
    except (DocumentError, InvalidDocument) as error:
        raise TextRefused(now.item, error) from error
    others = redirecting.referrers(to, now.item.locale, without={now.item.pk})
    pairs = [(now, write), *others]
    return Plan(
        now.item,
        path,
        [slug for slug in old_slugs if names.key(slug) != names.key(new_slug)],
        [step for _, step in pairs],
        [change for standing_, step in pairs for change in redirecting.changes(standing_, step)],
    )


def rename(
    item: Item,
    new_slug: str,
    *,
    base_revision: int | None = None,
    author: Any = None,
    origin: str = "admin",
    message: str = "",
) -> Item:
    """Gives the item a new slug, in filed and working text, and redirects every reference and link to it.

    Readers get the new texts at once; the old slug becomes one of `previousSlugs`. The file moves with the next export
    if it was named after the slug.

    Raises:
        As `plan_rename`.
    """
    signature = writer.Signature(
        Author.of(author), Revision.Origin(origin), message or f"Renamed {item.slug} to {new_slug}"
    )
    return carry_out(lambda: plan_rename(item, new_slug, base_revision=base_revision), signature)


def carry_out(make_plan: Callable[[], Plan], signature: writer.Signature) -> Item:
    """Plans from what is there now, and writes. Plans again if somebody was faster, in the end under locks."""
    for _ in range(editing.TRIES):
        try:
            return _write(make_plan(), signature)
        except StaleRevision as stale:
            if stale.item.deleted_at:
                # The next plan says so better.
                break
    with transaction.atomic():
        concerned = [step.item.pk for step in make_plan().steps if step.item]
        list(Item.objects.select_for_update().filter(pk__in=concerned).order_by("pk"))
        return _write(make_plan(), signature)


def _write(plan: Plan, signature: writer.Signature) -> Item:
    with transaction.atomic():
        results = writer.write(plan.steps, author=signature.author, origin=signature.origin, message=signature.message)
        _refuse_latecomers(plan)
    return results[0].item


def with_previous(document: Document, slugs: list[str], now: list[str]) -> Document:
    """The document with more `previousSlugs`, each once, and without the slug it has.

    Args:
        now: those it has already.
    """
    found: dict[str, str] = {}
    for slug in [*now, *slugs]:
        found.setdefault(names.key(slug), slug)
    wanted = list(found.values())
    if wanted != now:
        document["previousSlugs"] = wanted
    return document


def _check(item: Item, new_slug: str) -> None:
    if not editing.NEW_SLUG.fullmatch(new_slug):
        raise InvalidDocument([editing.unusual_slug(new_slug)])
    if new_slug == item.slug:
        raise NotAllowed(f'"{item.title}" has the slug "{new_slug}" already.')
    others = Item.objects.of_kind(item.kind).filter(locale=item.locale, slug_key=names.key(new_slug))
    if other := others.exclude(pk=item.pk).first():
        raise NameTaken("slug", new_slug, other.title)


def _new_path(item: Item, old_slugs: list[str], new_slug: str, site: references.Site) -> str:
    """The path with the new slug in it, if it has one of the old ones and the place is free."""
    folder, name = posixpath.split(item.path)
    stem = name.removesuffix(".md")
    old_keys = set(map(names.key, old_slugs))
    if not old_keys & {names.key(stem), names.key(names.slug_from_path(item.path))}:
        return item.path
    path = posixpath.join(folder, f"{new_slug}.md")
    wanted = names.key(references.file_of(item, path))
    taken = any(names.key(file) == wanted and pk != item.pk for file, pk in site.files.items())
    return item.path if taken else path


def _renamed(document: Document, now: Standing, old_slugs: list[str], new_slug: str, path: str) -> Document:
    record = standing.read(now.kind, document, now.path).record
    renamed = document.copy()
    if "slug" in renamed or names.slug_from_path(path) != new_slug:
        renamed["slug"] = new_slug
    new_key = names.key(new_slug)
    kept = [slug for slug in record.previous_slugs if names.key(slug) != new_key]
    if kept != record.previous_slugs:
        renamed["previousSlugs"] = kept
    return with_previous(renamed, [slug for slug in old_slugs if names.key(slug) != new_key], kept)


def _refuse_latecomers(plan: Plan) -> None:
    """Whoever named an old slug while we planned is to be redirected too."""
    late = Reference.objects.filter(
        target_kind=plan.item.kind,
        slug_key__in=[names.key(slug) for slug in plan.old_slugs],
        source__deleted_at=None,
        source__locale=plan.item.locale,
    )
    if first := late.select_related("source").first():
        raise StaleRevision(first.source, None)
