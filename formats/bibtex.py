"""Books as BibTeX, which BibLaTeX reads too."""

import re
from collections.abc import Iterable, Iterator

from formats.csl import bare_doi
from formats.identifiers import ascii_name
from formats.iris import iri
from formats.items import Item
from formats.people import person
from formats.xml import legal
from glossary.search.plain import plain

_SPECIAL = {
    "\\": r"\textbackslash{}",
    # BibTeX counts braces, escaped or not.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{char: f"\\{char}" for char in "$&#_%"},
}
_SPECIALS = re.compile(r"[\\{}~^$&#_%]")
# Styles make titles small: a word with a capital inside keeps its own.
_CAPITALS = re.compile(r"[\w-]*\w[A-ZÀ-ÖØ-Þ][\w-]*")


def bibtex(items: Iterable[Item]) -> Iterator[str]:
    """A record for each book, under its slug."""
    for item in items:
        lines = [f"  {name} = {{{value}}}" for name, value in _fields(item) if value]
        yield f"@book{{{ascii_name(item.slug)},\n" + ",\n".join(lines) + "\n}\n\n"


def _fields(item: Item) -> Iterator[tuple[str, str]]:
    said = item.said
    yield "title", _title(item.title)
    yield "subtitle", _title(said["subtitle"])
    yield "author", _people(said["authors"])
    yield "editor", _people(said["editors"])
    yield "publisher", _tex(said["publisher"] or "")
    yield "year", str(said["publishYear"] or "")
    yield "edition", _tex(said["edition"] or "")
    yield "isbn", _tex(said["isbn13"] or said["isbn"] or "")
    yield "pagetotal", str(said["pages"] or "")
    yield "language", _tex(said["language"] or "")
    yield "abstract", _tex(plain(said["description"]))
    # As they are: BibLaTeX reads these two word for word.
    yield "doi", _verbatim(bare_doi(said["doi"]))
    yield "url", _verbatim(iri(said["url"] or ""))


def _tex(text: str) -> str:
    """On one line, with what TeX takes for commands escaped; so its braces are always in pairs."""
    return _escaped(" ".join(legal(text).split()))


def _title(text: str) -> str:
    words = " ".join(legal(text).split())
    parts = []
    end = 0
    for found in _CAPITALS.finditer(words):
        parts += [_escaped(words[end : found.start()]), f"{{{_escaped(found[0])}}}"]
        end = found.end()
    return "".join([*parts, _escaped(words[end:])])


def _escaped(text: str) -> str:
    return _SPECIALS.sub(lambda found: _SPECIAL[found[0]], text)


def _people(names: Iterable[str]) -> str:
    return " and ".join(filter(None, map(_person, names)))


def _person(name: str) -> str:
    one = person(legal(name))
    if one.is_literal:
        # In braces an "and" does not part two people, nor a comma the parts of a name.
        return f"{{{_tex(one.family)}}}" if one.family else ""
    family = _tex(f"{one.particle} {one.family}")
    return ", ".join(filter(None, [family, _tex(one.suffix), _tex(one.given)]))


def _verbatim(text: str) -> str:
    return text.replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D")
