"""Two items that are one and the same: what led to the first leads to the second."""

from typing import Any

from documents import Document, DocumentError, parse
from publishing import filing, kinds, names, redirecting, references, standing
from publishing.authors import Author
from publishing.errors import NotAllowed, StaleRevision, TextRefused
from publishing.models import Item, Revision
from publishing.problems import InvalidDocument
from publishing.redirecting import Redirect
from publishing.renaming import Plan, carry_out, with_previous
from publishing.standing import Standing
from publishing.steps import Delete, Signature


def plan_merge(item: Item, into: Item, *, base_revision: int | None = None) -> Plan:
    """All texts before and after. Nothing is written.

    Args:
        base_revision: of `item`, when somebody decided to give it up.

    Raises:
        NotAllowed: they are of different kinds or languages, or one and the same.
        TextRefused: a text that refers to `item` cannot be changed, or `into` cannot.
        StaleRevision: one of them was deleted, or `item` was edited since.
    """
    gone, kept = standing.of(item), standing.of(into)
    if base_revision not in (None, gone.revision):
        raise StaleRevision(gone.item, base_revision)
    if gone.item.pk == kept.item.pk:
        raise NotAllowed(f'"{gone.item.title}" cannot be merged with itself.')
    if (gone.kind, gone.item.locale) != (kept.kind, kept.item.locale):
        raise NotAllowed(f'"{gone.item.title}" and "{kept.item.title}" are not of the same kind and language.')
    old_slugs = standing.known_slugs(gone)
    to = Redirect(
        kind=kept.kind,
        old_keys=frozenset(map(names.key, old_slugs)),
        # The one by which readers know it.
        slug=standing.known_slugs(kept)[0],
        old_file=references.file_of(gone.item),
        new_file=references.file_of(kept.item),
        site=references.site(kept.item.locale),
        target=kept.item.pk,
    )
    texts = [_record(gone, data) for data in dict.fromkeys([gone.filed, gone.working]) if data is not None]

    def change(document: Document) -> Document:
        return redirecting.redirect(_named(document, kept, texts, old_slugs), kept.item, to)

    try:
        write = filing.edit(kept, change)
    except (DocumentError, InvalidDocument) as error:
        raise TextRefused(kept.item, error) from error
    others = redirecting.referrers(to, kept.item.locale, without={gone.item.pk, kept.item.pk})
    pairs = [(kept, write), *others]
    return Plan(
        kept.item,
        kept.path,
        old_slugs,
        [
            *(step for _, step in pairs),
            Delete(gone.item, gone.revision, base_filed=gone.filed_hash),
        ],
        [change for now, step in pairs for change in redirecting.changes(now, step)],
    )


def merge_items(
    item: Item,
    into: Item,
    *,
    base_revision: int | None = None,
    author: Any = None,
    origin: str = "admin",
    message: str = "",
) -> Item:
    """Deletes `item` and gives its slugs, titles and aliases to `into`, to which references and links now lead.

    What `item` said is not carried over; it stays in the history. Returns `into`.

    Raises:
        As `plan_merge`.
    """
    signature = Signature(Author.of(author), Revision.Origin(origin), message or f"Merged {item.slug} into {into.slug}")
    return carry_out(lambda: plan_merge(item, into, base_revision=base_revision), signature)


def _named(document: Document, kept: Standing, texts: list[Any], old_slugs: list[str]) -> Document:
    own: Any = standing.read(kept.kind, document, kept.path).record
    named = document.copy()
    own_key = names.key(own.slug)
    slugs = [*old_slugs, *(slug for record in texts for slug in record.previous_slugs)]
    with_previous(named, [slug for slug in slugs if names.key(slug) != own_key], own.previous_slugs)
    field = kinds.get(kept.kind).aliases
    if field:
        others = [name for record in texts for name in (record.title, *record.aliases)]
        known = {names.key(name): name for name in (own.title, *own.aliases)}
        for name in others:
            known.setdefault(names.key(name), name)
        # The title is the first of them.
        _, *wanted = known.values()
        if wanted != own.aliases:
            named[field] = wanted
    return named


def _record(now: Standing, data: bytes) -> Any:
    return standing.read(now.kind, parse(data, now.path), now.path).record
