"""References and links that lead to one item, made to lead to another slug or file."""

import posixpath
from dataclasses import dataclass
from typing import Any

from documents import Document, DocumentError, links
from publishing import filing, kinds, names, references, standing
from publishing.errors import TextRefused
from publishing.models import Item
from publishing.problems import InvalidDocument
from publishing.references import Site
from publishing.standing import Standing
from publishing.steps import Write

_SUFFIX = ".md"


@dataclass(frozen=True, slots=True)
class Redirect:
    """What led to one of the old slugs, or to the old file, is to lead to the new ones.

    Attributes:
        kind: that of the item.
        old_keys: its slugs until now, in their compared form.
        old_file, new_file: from the content root; "" where there is none.
        target: the item that must not come to refer to itself; None where it may, as in a rename.
    """

    kind: str
    old_keys: frozenset[str]
    slug: str
    old_file: str
    new_file: str
    site: Site
    target: Any = None

    @property
    def words(self) -> set[str]:
        """One of these stands in every text that has to be changed."""
        stem = posixpath.basename(self.old_file).removesuffix(_SUFFIX)
        return {*self.old_keys, names.key(stem)} - {""}


@dataclass(frozen=True, slots=True)
class TextChange:
    """What becomes of one text of an item. `text` is "filed", or "working" where that is another one."""

    item: Item
    text: str
    before: bytes
    after: bytes


def redirect(document: Document, holder: Item, to: Redirect) -> Document:
    """The document with its references and links redirected; the same one if there are none.

    Raises:
        DocumentError: it cannot be edited there.
    """
    changed = document
    for field, kind in kinds.get(holder.kind).references.items():
        if kind == to.kind and field in document:
            value = document[field]
            new = _redirected(document, field, value, holder, to)
            if new != value:
                changed = document.copy() if changed is document else changed
                if new is None:
                    del changed[field]
                else:
                    changed[field] = new
    file = references.file_of(holder) or references.file_of(holder, "unnamed.md")
    return links.rewrite(changed, lambda address: _new_address(address, file, holder.kind, to))


def referrers(to: Redirect, locale: str, *, without: set[Any]) -> list[tuple[Standing, Write]]:
    """The writes that redirect whatever refers to the item, in filed and working texts alike.

    Raises:
        TextRefused: a text that would have to be changed cannot be.
    """
    keys = [key for key in references.mentioning(locale, to.kind, to.words) if key not in without]
    found = []
    for now in standing.of_all(keys).values():
        write = edited(now, to)
        if changes(now, write):
            found.append((now, write))
    return found


def referring(item: Item) -> list[Item]:
    """The live items whose filed or working text refers to the item, in a list of slugs or by a link, by title.

    Reads all texts; `references.backlinks` answers for the lists of working texts alone, in one query.

    Raises:
        StaleRevision: the item was deleted.
    """
    now = standing.of(item)
    # What would have to be changed refers to it.
    nowhere = "0-nowhere"
    to = Redirect(
        kind=now.kind,
        old_keys=frozenset(map(names.key, standing.known_slugs(now))),
        slug=nowhere,
        old_file=references.file_of(now.item),
        new_file=references.file_of(now.item, f"{nowhere}.md"),
        site=references.site(now.item.locale),
    )
    keys = [key for key in references.mentioning(now.item.locale, to.kind, to.words) if key != now.item.pk]
    others = standing.of_all(keys).values()
    return sorted((other.item for other in others if _is_changed(other, to)), key=lambda other: other.sort_key)


def _is_changed(now: Standing, to: Redirect) -> bool:
    try:
        return bool(changes(now, edited(now, to)))
    except TextRefused:
        return True


def edited(now: Standing, to: Redirect) -> Write:
    """Raises TextRefused."""
    try:
        return filing.edit(now, lambda document: redirect(document, now.item, to))
    except (DocumentError, InvalidDocument) as error:
        raise TextRefused(now.item, error) from error


def changes(now: Standing, write: Write) -> list[TextChange]:
    """What a write does to the texts of an item, for a preview."""
    filed = write.filed.data if write.filed else write.data if write.publish else None
    found = []
    if filed is not None and filed != now.filed:
        found.append(TextChange(now.item, "filed", now.filed or b"", filed))
    if write.data != now.working and not (write.data == filed and now.working == now.filed):
        found.append(TextChange(now.item, "working", now.working, write.data))
    return found


# --- lists of slugs ---


def _redirected(document: Document, field: str, value: Any, holder: Item, to: Redirect) -> Any:
    """The new value; None to remove the key."""
    spelled = next(key for key in document if key.casefold() == field.casefold())
    if not isinstance(value, list):
        if _key(document, (spelled,), value) not in to.old_keys:
            return value
        return None if holder.pk == to.target else to.slug
    keys = [_key(document, (spelled, index), item) for index, item in enumerate(value)]
    new_key = names.key(to.slug)
    # The renamed item's own key may differ from the old one in letter case only.
    has_new = new_key in keys and new_key not in to.old_keys
    result = []
    for key, item in zip(keys, value, strict=True):
        if key not in to.old_keys:
            result.append(item)
        elif not has_new and holder.pk != to.target:
            result.append(to.slug)
            has_new = True
    return result


def _key(document: Document, place: tuple[str | int, ...], value: Any) -> str:
    """The slug as it is compared. Numbers count as the file writes them."""
    if value is None or isinstance(value, list | dict):
        return ""
    return names.key(value.strip() if isinstance(value, str) else document.source(*place).strip())


# --- links ---


def _new_address(address: str, holder_file: str, holder_kind: str, to: Redirect) -> str | None:
    """None for an address that leads elsewhere."""
    local = links.local_path(address)
    if local is None:
        return None
    path, rest = local
    resolved = links.resolve(path, holder_file)
    if resolved is not None and to.old_file and resolved == to.old_file:
        return _to_new_file(address, path, rest, holder_file, to)
    if resolved is not None and resolved.endswith(_SUFFIX) and resolved in to.site.files:
        return None
    bare = path.rstrip("/")
    last = posixpath.basename(bare)
    stem = last.removesuffix(_SUFFIX)
    if names.key(stem) not in to.old_keys:
        if resolved is not None and to.old_file and resolved + _SUFFIX == to.old_file:
            return _to_new_file(address, path, rest, holder_file, to)
        return None
    if not _means_kind(posixpath.dirname(bare), stem, holder_kind, to):
        return None
    ending = last[len(stem) :] + path[len(bare) :]
    return _before_last(address, rest) + to.slug + ending + rest


def _to_new_file(address: str, path: str, rest: str, holder_file: str, to: Redirect) -> str | None:
    if to.new_file == to.old_file or not to.new_file:
        return None
    suffix = "" if path.endswith(_SUFFIX) else _SUFFIX
    if posixpath.dirname(to.new_file) == posixpath.dirname(to.old_file):
        last = posixpath.basename(to.new_file).removesuffix(suffix)
        return _before_last(address, rest) + links.with_path(last, rest)
    relative = posixpath.relpath(to.new_file, posixpath.dirname(holder_file))
    return links.with_path(relative.removesuffix(suffix), rest)


def _before_last(address: str, rest: str) -> str:
    """All before the last part of the path, as written."""
    path = address.removesuffix(rest) if rest else address
    return path[: path.rstrip("/").rfind("/") + 1]


def _means_kind(folder: str, slug: str, holder_kind: str, to: Redirect) -> bool:
    """Entries and books may have the same slug: then the folder in the address decides, else where the link stands."""
    by_folder = {posixpath.basename(kinds.get(kind).folder): kind for kind in kinds.names()}
    for part in reversed(folder.split("/")):
        if part in by_folder:
            return by_folder[part] == to.kind
    others = (kind for kind in kinds.names() if kind != to.kind)
    is_unique = not any((kind, names.key(slug)) in to.site.slugs for kind in others)
    return is_unique or holder_kind == to.kind
