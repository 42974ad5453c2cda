"""Links in Markdown: where their addresses stand, what they lead to, and how they are changed.

Inline links, reference definitions, `[[wiki links]]` and the `href` of HTML count; images and code do not.
"""

import html
import posixpath
import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import pyromark

from .document import Document, parse
from .errors import DocumentError
from .markdown import OPTIONS
from .text import place

_MARKDOWN = pyromark.Markdown(options=OPTIONS)
# Only asked for its wiki links: what else it would read as one is a link of Markdown, as in `[[1]](notes.md)`.
_WIKI = pyromark.Markdown(options=OPTIONS | pyromark.Options.ENABLE_WIKILINKS)

_CONTAINERS = frozenset(["BlockQuote", "List", "Item", "FootnoteDefinition"])
_BLANK = rb"(?:[ \t]|\r?\n[ \t>]*)*"
_INLINE = re.compile(rb"\]\(" + _BLANK)
_ANGLED = re.compile(rb"<([^<>\r\n]*)>")
_DEFINITION = re.compile(rb"\[(?!\^)(?:\\.|[^\[\]\\])+\]:" + _BLANK + rb"(?:<([^<>\r\n]*)>|([^\s<]\S*))")
_HREF = re.compile(
    rb"""<a\s(?:[^<>]*?\s)?href\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>`=]+))""", re.IGNORECASE | re.DOTALL
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f<>\\]")


class Form(StrEnum):
    """How an address is written, which says what has to be escaped in it."""

    PLAIN = "plain"
    ANGLED = "angled"
    WIKI = "wiki"
    HTML = "html"


class Link(NamedTuple):
    """`text[start:end]` is the address as written; `address` is what it means, still percent-encoded."""

    address: str
    start: int
    end: int
    form: Form


class LocalPath(NamedTuple):
    """An address without scheme and host: its path, decoded, and what follows it ("?…", "#…"), as written."""

    path: str
    rest: str


def find(text: str) -> list[Link]:
    """The links of a Markdown text, in its order.

    >>> [link.address for link in find("[a](../b.md#c), [[d]] and `[no](link.md)`")]
    ['../b.md#c', 'd']
    """
    data = text.encode()
    return _in_characters(data, _find(data))


def rewrite(document: Document, change: Callable[[str], str | None]) -> Document:
    """A document whose links have new addresses; the same one if there is nothing to change.

    Args:
        change: takes an address, gives the new one, or None to leave it as it is.

    Raises:
        DocumentError: link.unsafe, if an address cannot be changed without disturbing what stands around it.
    """
    body = document.body.encode()
    links = _find(body)
    wanted = ((link, change(link.address)) for link in links)
    changes = [(link, new) for link, new in wanted if new is not None and new != link.address]
    if not changes:
        return document
    parts: list[bytes] = []
    position = 0
    for link, new in changes:
        parts += [body[position : link.start], _written(new, link.form).encode()]
        position = link.end
    written = b"".join([*parts, body[position:]])
    data = bytes(document)
    head = data[: len(data) - len(body)]
    if not _reads_as(written, links, {link.start: new for link, new in changes}, body):
        line, column = place(data.decode(), len((head + body[: changes[0][0].start]).decode()))
        raise DocumentError(
            "link.unsafe",
            f"The link to {changes[0][0].address} cannot be changed to {changes[0][1]} safely.",
            line,
            column,
            "Write it as [text](address), on one line.",
            document.path,
        )
    return parse(head + written, document.path)


def local_path(address: str) -> LocalPath | None:
    """None for what leads elsewhere: to another host, or to a place in the same text.

    >>> local_path("../terms/black%20box.md#why")
    LocalPath(path='../terms/black box.md', rest='#why')
    """
    if _SCHEME.match(address) or address.startswith("//"):
        return None
    path = re.split(r"[?#]", address, maxsplit=1)[0]
    return LocalPath(unquote(path), address[len(path) :]) if path.strip() else None


def resolve(path: str, holder: str) -> str | None:
    """A relative path as one from the folder that `holder` is named from; None if it leads out, or is not relative.

    >>> resolve("../books/big.md", "terms/black-box.md")
    'books/big.md'
    """
    if path.startswith("/"):
        return None
    resolved = posixpath.normpath(posixpath.join(posixpath.dirname(holder), path))
    return None if resolved.startswith("..") else resolved


def with_path(path: str, rest: str) -> str:
    """An address, percent-encoded where it has to be."""
    return quote(path, safe="/:@!$&'()*+,;=-._~") + rest


# --- finding: spans count bytes, as the parser does ---


def _find(data: bytes) -> list[Link]:
    text = data.decode()
    found: list[Link] = []
    for event, start, end, inner in _with_inner_ends(_MARKDOWN.events_with_range(text), len(data)):
        if event == "Html":
            found += _hrefs(data, start, end)
        elif event == "Gap":
            found += _definitions(data, start, end)
        elif (link := _inline(data, event, start, end, inner)) is not None:
            found.append(link)
    if b"[[" in data:
        taken = [(link.start, link.end) for link in found]
        found += [link for link in _wiki_links(data, text) if not _overlaps(link, taken)]
    return sorted(found, key=lambda link: link.start)


def _with_inner_ends(events: Any, length: int) -> Iterator[tuple[Any, int, int, int]]:
    """Link events with their span and the end of what stands inside; stretches of HTML; gaps between blocks."""
    open_links: list[list[Any]] = []
    depth = 0
    covered = 0
    for event, span in events:
        name, tag = (event, None) if isinstance(event, str) else next(iter(event.items()))
        start, end = span["start"], span["end"]
        kind = tag if isinstance(tag, str) else next(iter(tag)) if isinstance(tag, dict) else ""
        is_container = name in ("Start", "End") and (kind in _CONTAINERS or (name == "End" and depth == 0))
        if depth == 0 and not is_container:
            if start > covered:
                yield "Gap", covered, start, 0
            covered = max(covered, end)
        if name == "Start" and not (depth == 0 and is_container):
            depth += 1
        elif name == "End" and depth:
            depth -= 1
        if name == "Start" and kind in ("Link", "Image"):
            open_links.append([tag, start, end, start + 1])
            continue
        if name == "End" and open_links and kind in ("Link", "Image"):
            tag, start, end, inner = open_links.pop()
            if "Link" in tag:
                yield tag["Link"], start, end, inner
        if open_links:
            open_links[-1][3] = max(open_links[-1][3], end)
        if name == "InlineHtml" or (name == "Start" and kind == "HtmlBlock"):
            yield "Html", start, end, 0
    yield "Gap", covered, length, 0


def _inline(data: bytes, link: Any, start: int, end: int, inner: int) -> Link | None:
    if link["link_type"] != "Inline":
        return None
    opening = _INLINE.match(data, inner, end)
    if opening is None:
        return None
    at = opening.end()
    if angled := _ANGLED.match(data, at, end):
        return Link(link["dest_url"], *angled.span(1), Form.ANGLED)
    return Link(link["dest_url"], at, _raw_end(data, at, end), Form.PLAIN)


def _raw_end(data: bytes, at: int, end: int) -> int:
    """Where an address without angle brackets ends: at a blank, or at the parenthesis that closes the link."""
    depth = 0
    while at < end:
        byte = data[at : at + 1]
        if byte in b" \t\r\n" or (byte == b")" and not depth):
            break
        depth += (byte == b"(") - (byte == b")")
        at += 2 if byte == b"\\" else 1
    return min(at, end)


def _definitions(data: bytes, start: int, end: int) -> Iterator[Link]:
    for found in _DEFINITION.finditer(data, start, end):
        form, group = (Form.ANGLED, 1) if found[1] is not None else (Form.PLAIN, 2)
        address = html.unescape(_ESCAPED.sub(r"\1", found[group].decode()))
        yield Link(address, *found.span(group), form)


def _hrefs(data: bytes, start: int, end: int) -> Iterator[Link]:
    for found in _HREF.finditer(data, start, end):
        group = found.lastindex or 0
        yield Link(html.unescape(found[group].decode()), *found.span(group), Form.HTML)


def _wiki_links(data: bytes, text: str) -> Iterator[Link]:
    for event, span in _WIKI.events_with_range(text):
        tag = event.get("Start") if isinstance(event, dict) else None
        link = tag.get("Link") if isinstance(tag, dict) else None
        if link and isinstance(link["link_type"], dict):
            start = span["start"] + 2
            source = re.split(rb"\\?\||\]\]", data[start : span["end"]], maxsplit=1)[0]
            yield Link(source.decode(), start, start + len(source), Form.WIKI)


def _overlaps(link: Link, spans: list[tuple[int, int]]) -> bool:
    # `[[1]](notes.md)` is one link, whose address follows the brackets.
    return any(link.start <= end and start <= link.end + len("]](") for start, end in spans)


def _in_characters(data: bytes, links: list[Link]) -> list[Link]:
    if data.isascii():
        return links
    found = []
    byte = character = 0
    for link in links:
        character += len(data[byte : link.start].decode())
        length = len(data[link.start : link.end].decode())
        found.append(link._replace(start=character, end=character + length))
        character += length
        byte = link.end
    return found


# --- changing ---


def _written(address: str, form: Form) -> str:
    if form is Form.WIKI:
        return address
    if form is Form.HTML:
        return html.escape(address)
    safe = _UNSAFE.sub(lambda found: quote(found[0]), address)
    if html.unescape(safe) != safe:
        safe = safe.replace("&", "&amp;")
    if form is Form.PLAIN and not _is_balanced(safe):
        safe = safe.replace("(", "%28").replace(")", "%29")
    return safe


def _is_balanced(address: str) -> bool:
    depth = 0
    for character in address:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return depth == 0


def _reads_as(written: bytes, links: list[Link], changed: dict[int, str], before: bytes) -> bool:
    """Whether the new text has the same shape and the same links, apart from the addresses that were to change."""
    expected = [(changed.get(link.start, link.address), link.form) for link in links]
    found = [(link.address, link.form) for link in _find(written)]
    return _same_addresses(found, expected) and _shape(written) == _shape(before)


def _same_addresses(found: list[tuple[str, Form]], expected: list[tuple[str, Form]]) -> bool:
    # What had to be percent-encoded is the same address.
    return [(unquote(address), form) for address, form in found] == [
        (unquote(address), form) for address, form in expected
    ]


def _shape(data: bytes) -> list[str]:
    """What a text is made of. Pieces of running text do not count: an address in a wiki link is one or several."""
    names = []
    events: Any = _MARKDOWN.events(data.decode())
    for event in events:
        name, tag = (event, None) if isinstance(event, str) else next(iter(event.items()))
        if name in ("Start", "End"):
            name += tag if isinstance(tag, str) else next(iter(tag or ()))
        if name != "Text":
            names.append(name)
    return names
