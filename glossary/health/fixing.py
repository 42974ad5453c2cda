"""Fixes as edits of a document. Pure; a fix whose reason is gone changes nothing.

What is to be changed is looked for by what it says and not by its line, since working and filed text may differ.
"""

import posixpath
import re
from collections.abc import Callable
from typing import Any

from documents import Document, DocumentError, links, parse
from glossary.health import body
from glossary.health.problem import Fix
from publishing import names
from publishing.edits import set_date, set_text

_HEADING = re.compile(r"( {0,3})(#{1,6})([ \t]+)(.*?)([ \t]+#+)?[ \t]*")


def fixed(document: Document, fix: Fix, holder: str = "") -> Document:
    """The document with the fix in it; the same one if there is nothing to do.

    holder: the file of the text from the content root, from which its links count.

    Raises:
        DocumentError: the document cannot be edited there.
    """
    if fix.action in _BODY:
        return _BODY[fix.action](document, fix.values, holder)
    changed = document.copy()
    _FRONT[fix.action](changed, fix.values)
    if fix.action == "address":
        changed = links.rewrite(changed, lambda address: fix.values["new"] if address == fix.values["old"] else None)
    return document if bytes(changed) == bytes(document) else changed


# --- front matter ---


def _replace(document: Document, values: Any) -> None:
    """One word in a list, or the only one; a list has each word once."""
    key, old, new = values["key"], values["old"], values["new"]
    found = document.get(key)
    if not isinstance(found, list):
        if _same(key, found, old):
            set_text(document, key, new)
        return
    others = [item for item in found if not _same(key, item, old)]
    if len(others) == len(found):
        return
    is_there = any(_same(key, item, new) for item in others)
    _put(document, key, others if is_there else [new if _same(key, item, old) else item for item in found])


def _add(document: Document, values: Any) -> None:
    key, new = values["key"], values["new"]
    found = document.get(key)
    listed = found if isinstance(found, list) else [] if found in (None, "") else [found]
    if not any(_same(key, item, new) for item in listed):
        document[key] = [*listed, new]


def _remove(document: Document, values: Any) -> None:
    key, old = values["key"], values["old"]
    found = document.get(key)
    if isinstance(found, list):
        _put(document, key, [item for item in found if not _same(key, item, old)])
    elif _same(key, found, old):
        del document[key]


def _tidy(document: Document, values: Any) -> None:
    """Takes out empty and repeated items; a key with nothing in it goes."""
    key = _spelled(document, values["key"])
    found = document.get(key) if key else None
    if not key:
        return
    if not isinstance(found, list):
        if found in (None, ""):
            del document[key]
        return
    kept: list[Any] = []
    for item in found:
        is_empty = item is None or (isinstance(item, str) and not item.strip())
        if not is_empty and not any(_same(key, item, other) for other in kept):
            kept.append(item)
    _put(document, key, kept)


def _word(document: Document, values: Any) -> None:
    """A word of a vocabulary; with `inner`, in each map of a list."""
    key, old, new, inner = values["key"], values["old"], values["new"], values["inner"]
    found = document.get(key)
    if not inner:
        if found == old:
            set_text(document, key, new)
    elif isinstance(found, list):
        document[key] = [_with(item, inner, old, new) for item in found]


def _address(document: Document, values: Any) -> None:
    old, new = values["old"], values["new"]
    found = document.get("externalLinks")
    if isinstance(found, list) and any(_with(item, "url", old, new) != item for item in found):
        document["externalLinks"] = [_with(item, "url", old, new) for item in found]
    for key in ("url", "coverImage"):
        if document.get(key) == old:
            document[key] = new


def _date(document: Document, values: Any) -> None:
    set_date(document, "lastUpdated", values["new"])


def _with(item: Any, name: str, old: str, new: str) -> Any:
    if not isinstance(item, dict):
        return item
    return {
        key: new if str(key).casefold() == name.casefold() and value == old else value for key, value in item.items()
    }


def _same(key: str, one: Any, other: Any) -> bool:
    """Tags and other names differ by their letter case, slugs do not."""
    if not isinstance(one, str) or not isinstance(other, str):
        return bool(one == other)
    if key.casefold() in ("tags", "aliases"):
        return one.strip() == other.strip()
    return names.key(one.strip()) == names.key(other.strip())


def _spelled(document: Document, key: str) -> str:
    return next((each for each in document if each.casefold() == key.casefold()), "")


def _put(document: Document, key: str, items: list[Any]) -> None:
    if items:
        document[key] = items
    else:
        del document[key]


# --- text ---


def _rename_key(document: Document, values: Any, holder: str) -> Document:
    """In its line, so that what stands around it stays."""
    old, new = _spelled(document, values["old"]), values["new"]
    if not old or _spelled(document, new):
        return document
    at = document.lines()[old]
    rows = _rows(document)
    written = re.compile(rf"""(\ufeff?)(["']?){re.escape(old)}\2(\s*:)""")
    rows[at - 1], count = written.subn(lambda found: f"{found[1]}{new}{found[3]}", rows[at - 1], count=1)
    changed = _parsed(rows, document)
    expected = [new if key == old else key for key in document]
    if not count or list(changed) != expected or changed.body != document.body:
        raise DocumentError(
            "key.rename", f'The key "{old}" cannot be renamed.', at, 1, "Write it by hand.", document.path
        )
    return changed


def _heading(document: Document, values: Any, holder: str) -> Document:
    """On the first level, with the text of the format."""
    level, old, new = values["level"], values["old"], values["new"]
    if level == 1:
        sections = list(document.sections)
        if old not in sections:
            return document
        changed = document.copy()
        changed.sections.rename(sections.index(old), new)
        return changed
    above = _lines_above(document)
    for each, text, line in body.read(document.body).headings:
        if (each, text) != (level, old):
            continue
        rows = _rows(document)
        place = above + line - 1
        ending = "\r" if rows[place].endswith("\r") else ""
        found = _HEADING.fullmatch(rows[place].removesuffix("\r"))
        if found:
            rows[place] = f"{found[1]}#{found[3]}{new}{' #' if found[5] else ''}{ending}"
        else:
            # Underlined by hyphens, or by whatever stands below.
            rows[place] = f"{new}{ending}"
            rows[place + 1] = re.sub("-", "=", rows[place + 1])
        changed = _parsed(rows, document)
        if new in list(changed.sections):
            return changed
        raise DocumentError(
            "heading.level", f'The heading "{old}" cannot be raised.', place + 1, 1, f'Write "# {new}".', document.path
        )
    return document


def _link(document: Document, values: Any, holder: str) -> Document:
    """The first place that says the name, and may hold a link."""
    text = document.body
    before = body.read(text)
    address = links.with_path(posixpath.relpath(values["path"], posixpath.dirname(holder) or "."), "")
    name = r"\s+".join(re.escape(part) for part in values["name"].split())
    for found in re.finditer(rf"(?<![\w\[]){name}(?![\w\]])", text):
        if body.is_part(text, *found.span()):
            continue
        written = f"{text[: found.start()]}[{found[0]}]({address}){text[found.end() :]}"
        after = body.read(written)
        is_one_more = len(after.links) == len(before.links) + 1 and after.headings == before.headings
        if is_one_more and _said(after) < _said(before):
            head = bytes(document)[: len(bytes(document)) - len(text.encode())]
            return parse(head + written.encode(), document.path)
    return document


def _said(found: body.Body) -> int:
    """How many words running text has; those of links, headings and code are none of it."""
    return sum(word != "\0" for text, _ in found.prose for word in body.tokens(text))


def _rows(document: Document) -> list[str]:
    # Not splitlines(), which also cuts at U+2028 and its like.
    return bytes(document).decode().split("\n")


def _parsed(rows: list[str], document: Document) -> Document:
    return parse("\n".join(rows).encode(), document.path)


def _lines_above(document: Document) -> int:
    whole = bytes(document)
    return whole[: len(whole) - len(document.body.encode())].count(b"\n")


_FRONT: dict[str, Callable[[Document, Any], None]] = {
    "replace": _replace,
    "add": _add,
    "remove": _remove,
    "tidy": _tidy,
    "word": _word,
    "address": _address,
    "date": _date,
}
_BODY: dict[str, Callable[[Document, Any, str], Document]] = {
    "rename-key": _rename_key,
    "heading": _heading,
    "link": _link,
}
