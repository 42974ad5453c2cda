"""Links to entries, put into HTML where it mentions them. Pure."""

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator
from html import escape
from typing import NamedTuple
from urllib.parse import unquote

from glossary.search.finder import Finder
from glossary.search.vocabulary import Named
from publishing import names

_TAG = re.compile(r'<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^">]|"[^"]*")*)>')
_HREF = re.compile(r'\shref="([^"]*)"')
_ENTITY = re.compile(r"&#?[a-zA-Z0-9]+;")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
# In these nothing is linked: headings, links, and what is code or stands for keys and output.
_SILENT = frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "a", "code", "pre", "kbd", "samp"])
# Between these a word may go on: trans<em>former</em>.
_INLINE = frozenset(
    """
    a abbr b bdi bdo cite code data del dfn em i ins kbd mark q rp rt ruby s samp small span strong sub sup time tt u
    var wbr
    """.split()  # noqa: SIM905
)
# Of the length of what they stand for; the first ends every name.
_WALL, _FILL = "|", "\0"


class _Run(NamedTuple):
    """`html[start:end]` is text. `goes_on`: it is in one word with the text before it, unless a blank stands there."""

    start: int
    end: int
    goes_on: bool


def linked_slugs(html: str) -> Iterator[str]:
    """The last part of each address within the glossary, as `names.key` has it: what is linked by hand.

    >>> list(linked_slugs('<a href="../terms/Black-Box.md#why">a</a> <a href="https://example.org/b">b</a>'))
    ['black-box']
    """
    for match in _TAG.finditer(html):
        address = _HREF.search(match[3]) if match[2].lower() == "a" else None
        if address and not _SCHEME.match(address[1]):
            path = unquote(re.split("[?#]", address[1], maxsplit=1)[0])
            yield names.key(path.rstrip("/").rpartition("/")[2].removesuffix(".md"))


def link(html: str, finder: Finder[Named], address: Callable[[str], str], seen: set[str]) -> str:
    """The same HTML, in which the first mention of each entry is a link to it.

    A name that several entries have is left alone, and so is one of a deprecated entry: neither says where to go.

    Args:
        html: as the sanitiser writes it.
        address: of an entry by its slug.
        seen: keys of slugs that are not to be linked; those that were are put in.
    """
    runs = list(_runs(html))
    flat = _flat(html, runs)
    starts = [run.start for run in runs]
    parts: list[str] = []
    at = 0
    for found in finder.find(flat):
        run = bisect_right(starts, found.start) - 1
        if _is_part_of_a_word(flat, runs, run, found.start, found.end):
            continue
        slug = _meant(found.owners)
        if slug is None or (key := names.key(slug)) in seen:
            continue
        seen.add(key)
        tag = f'<a href="{escape(address(slug))}" class="autolink" data-slug="{escape(slug)}">'
        parts += [html[at : found.start], tag, html[found.start : found.end], "</a>"]
        at = found.end
    return "".join([*parts, html[at:]]) if parts else html


def _meant(owners: Collection[Named]) -> str | None:
    slugs = {one.slug for one in owners if not one.is_deprecated}
    return slugs.pop() if len(slugs) == 1 else None


def _runs(html: str) -> Iterator[_Run]:
    """The stretches of text in which links may be put."""
    # It is well-formed, so that how many are open tells whether one is in any of them.
    silent = 0
    at = 0
    goes_on = False
    for match in _TAG.finditer(html):
        if at < match.start():
            if not silent:
                yield _Run(at, match.start(), goes_on)
            goes_on = True
        at = match.end()
        name = match[2].lower()
        goes_on = goes_on and name in _INLINE
        if name in _SILENT:
            silent += -1 if match[1] else 1
    if at < len(html) and not silent:
        yield _Run(at, len(html), goes_on)


def _flat(html: str, runs: list[_Run]) -> str:
    """The text, of the length of the HTML, with walls where tags are."""
    parts: list[str] = []
    at = 0
    for run in runs:
        parts.append(_wall(run.start - at))
        text = html[run.start : run.end]
        # The sanitiser leaves only those of signs, none of letters.
        parts.append(_ENTITY.sub(lambda entity: _FILL * len(entity[0]), text) if "&" in text else text)
        at = run.end
    parts.append(_wall(len(html) - at))
    return "".join(parts)


def _wall(length: int) -> str:
    return _WALL + _FILL * (length - 1) if length else ""


def _is_part_of_a_word(flat: str, runs: list[_Run], number: int, start: int, end: int) -> bool:
    run = runs[number]
    if start == run.start and run.goes_on and number and _touches(flat[runs[number - 1].end - 1]):
        return True
    following = runs[number + 1] if number + 1 < len(runs) else None
    return bool(end == run.end and following and following.goes_on and _touches(flat[following.start]))


def _touches(character: str) -> bool:
    return character.isalnum()
