"""The body as sections: what stands below each first-level heading."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise

from . import limits
from .errors import DocumentError
from .markdown import flat_list, headings
from .matching import match
from .text import line_end, line_start, lines, place, refuse_conflict_markers, refuse_control, refuse_size, to_lf

KNOWN = ("Brief Definition", "Detailed Explanation", "Key Concepts", "Common Applications", "Prerequisites")

# Items that begin with a letter or a number without a dot can be nothing but paragraphs. Ten times as fast as parsing,
# and most lists are so.
_PLAIN_LIST = re.compile(r"{0}(?:\n{0})*".format(r"- (?:\*\*)?(?:[^\W\d_]|[0-9]{1,9}[^0-9.)\n])[^\n]*"))
_BLANKS = " \t\r"
_CLOSING = " \t\r#"
_MARKER = re.compile(r" {0,3}[-*+](?:[ \t]+|\Z)")


@dataclass(slots=True)
class _Piece:
    """One stretch of the body. The preamble is the first, without a heading.

    heading: source of the heading without its marks. head: its lines, without the last line end. gap: line end of the
    head and blank lines after it. text: without blank lines around it. tail: what separates it from the next piece.
    The tail belongs to the place, not to the section: a section that moves leaves it behind.
    """

    heading: str
    head: str
    gap: str
    text: str
    tail: str

    def __str__(self) -> str:
        return self.head + self.gap + self.text + self.tail


class Sections:
    """An ordered sequence of sections. Iterating gives the headings; several may be the same.

    `sections["Key Concepts"]` and `sections[2]` are texts, with "\\n" line ends and without blank lines around them.
    """

    def __init__(
        self, body: str, newline: str, opening: str = "", before: Callable[[], str] = str, path: str = ""
    ) -> None:
        """
        Args:
            opening: the line end that is due before a body begins, where the closing fence has none.
            before: gives what stands in the file above the body; errors count lines from there.
            path: how errors name the file.
        """
        self._newline = newline
        self._opening = opening
        self._before = before
        self._path = path
        # Set by every edit; whoever keeps the body elsewhere too may reset it.
        self.changed = False
        self._pieces = _parse(body)

    def __str__(self) -> str:
        return "".join(map(str, self._pieces))

    def __len__(self) -> int:
        return len(self._pieces) - 1

    def __iter__(self) -> Iterator[str]:
        return (piece.heading for piece in self._pieces[1:])

    def __contains__(self, heading: object) -> bool:
        return any(heading == each for each in self)

    def __repr__(self) -> str:
        return f"Sections({list(self)!r})"

    # --- reading ---

    def __getitem__(self, which: str | int) -> str:
        """Raises KeyError or IndexError when absent, DocumentError `section.ambiguous` when a name stands twice."""
        return to_lf(self._pieces[self._find(which)].text)

    def texts(self) -> list[str]:
        """The text of every section, in order."""
        return [to_lf(piece.text) for piece in self._pieces[1:]]

    def get(self, heading: str, default: str | None = None) -> str | None:
        try:
            return self[heading]
        except KeyError:
            return default

    def line(self, which: str | int) -> int:
        """Line of the heading within the body, from 1."""
        before = "".join(map(str, self._pieces[: self._find(which)]))
        return to_lf(before).count("\n") + 1

    def items_of(self, which: str | int) -> list[str] | None:
        """The items where the section is one flat bullet list, else None. Lines of one item are joined by a space."""
        found = _items(self[which])
        return None if found is None else [text for _, text in found]

    @property
    def preamble(self) -> str:
        """Text before the first heading."""
        return to_lf(self._pieces[0].text)

    # --- writing: each method raises DocumentError and leaves the body as it was ---

    @preamble.setter
    def preamble(self, text: str) -> None:
        with self._placed(0):
            text = _clean(text)
            old = self._pieces[0]
            if text == to_lf(old.text):
                return
            new = replace(old, text=self._written(old.text, text))
            if text and not old.text:
                separate = self._newline * 2 if len(self) else self._last_end()
                new = replace(new, gap=old.gap or self._lead(), tail=separate)
            elif not text:
                new = replace(new, tail="")
            self._replace([new, *self._pieces[1:]], [(None, text), *self._expected()[1:]], {0})

    def __setitem__(self, which: str | int, text: str) -> None:
        """Sets the text; a heading that is absent is added, a known one in the order of the seed."""
        try:
            at = self._find(which)
        except KeyError:
            assert isinstance(which, str)
            self.insert(self._place_for(which), which, text)
            return
        with self._placed(at):
            text = _clean(text)
            old = self._pieces[at]
            if text == to_lf(old.text):
                return
            new = replace(old, text=self._written(old.text, text))
            # Whatever follows the heading, its line keeps its own end.
            if not text:
                end, _ = _cut(old.gap)
                new = replace(new, gap="", tail=end + _cut(old.tail)[1] if old.tail else "")
            elif not old.text:
                end, _ = _cut(old.tail)
                new = replace(new, gap=(end or self._newline) + _cut(self._usual_gap())[1])
            expected = self._expected()
            expected[at] = (old.heading, text)
            self._replace([*self._pieces[:at], new, *self._pieces[at + 1 :]], expected, {at})

    def set_whole(self, text: str) -> None:
        """The preamble and all sections at once, as one text."""
        with self._placed(0):
            text, old = _clean(text), str(self)
            gap = _gap(old)
            core, tail = _core(old[gap:])
            if text == to_lf(core):
                return
            if text and not core:
                lead, tail = old[:gap] or self._lead(), self._last_end()
            else:
                lead = old[:gap]
            self._pieces = self._checked(lead + self._written(core, text) + tail if text else "")
            self.changed = True

    def __delitem__(self, which: str | int) -> None:
        at = self._find(which)
        kept = [*self._pieces[:at], *self._pieces[at + 1 :]]
        if at == len(self._pieces) - 1 and at > 0:
            before = kept[-1]
            # What ended the body still ends it.
            if before.text or before.head:
                tail = self._pieces[at].tail
                end = _cut(before.tail)[0] or self._newline
                kept[-1] = replace(before, tail=end + _cut(tail)[1] if tail else "")
        expected = self._expected()
        del expected[at]
        # Of the blank lines above and below the section one may have to stay.
        blank = _cut(_cut(self._pieces[at].tail)[1])[0]
        with self._placed(at):
            self._replace(kept, expected, {at - 1}, blank)

    def insert(self, index: int, heading: str, text: str = "") -> None:
        """Adds a section before the one at `index`; `len(sections)` adds it at the end."""
        at = range(len(self) + 1)[index] + 1
        with self._placed(at):
            self._insert(at, _clean_heading(heading), _clean(text))

    def _insert(self, at: int, heading: str, text: str) -> None:
        written = text.replace("\n", self._newline)
        new = _Piece(heading, f"# {heading}".rstrip(), self._usual_gap() if text else "", written, self._newline * 2)
        pieces = [*self._pieces[:at], new, *self._pieces[at:]]
        before = pieces[at - 1]
        if at == len(pieces) - 1:
            if before.text or before.head:
                pieces[at] = replace(new, tail=before.tail and self._newline + _cut(before.tail)[1])
                pieces[at - 1] = replace(before, tail=(_cut(before.tail)[0] or self._newline) + self._newline)
            else:
                pieces[at - 1] = replace(before, gap=before.gap or self._lead())
                pieces[at] = replace(new, tail=self._last_end())
        expected = self._expected()
        expected.insert(at, (heading, text))
        self._replace(pieces, expected, {at - 1, at})

    def append(self, heading: str, text: str = "") -> None:
        self.insert(len(self), heading, text)

    def rename(self, which: str | int, heading: str) -> None:
        at = self._find(which)
        with self._placed(at):
            heading = _clean_heading(heading)
            old = self._pieces[at]
            new = replace(old, heading=heading, head=_rename(old.head, heading))
            expected = self._expected()
            expected[at] = (heading, expected[at][1])
            pieces = [*self._pieces[:at], new, *self._pieces[at + 1 :]]
            try:
                self._replace(pieces, expected)
            except DocumentError:
                # Underlined, some texts are no heading: "1. One" is a list.
                pieces[at] = replace(new, head=f"# {heading}")
                self._replace(pieces, expected)

    def move(self, which: str | int, index: int) -> None:
        """Puts a section at another place; `index` counts after it was taken out."""
        at, to = self._find(which), range(len(self))[index] + 1
        tails = [piece.tail for piece in self._pieces]
        pieces, expected = list(self._pieces), self._expected()
        pieces.insert(to, pieces.pop(at))
        expected.insert(to, expected.pop(at))
        with self._placed(at):
            pieces = [replace(piece, tail=tail) for piece, tail in zip(pieces, tails, strict=True)]
            # All between get another tail, as those belong to the place.
            self._replace(pieces, expected, range(min(at, to) - 1, max(at, to) + 1))

    def set_items(self, which: str | int, items: list[str]) -> None:
        """Sets the items of a list section; items that stay keep their text, marks included.

        Raises:
            DocumentError: section.items where the section is no flat list, or an item would not be one.
        """
        try:
            at = self._find(which)
            text = self[which]
        except KeyError:
            at, text = len(self._pieces), ""
        with self._placed(at):
            old = _items(text) if text else []
            if old is None:
                message = f'The section "{which}" is not one flat list.'
                raise DocumentError("section.items", message, hint="Edit it as text.")
            wanted = [item.strip(" \t") for item in items]
            if wanted == [name for _, name in old]:
                return
            before = list(self._pieces)
            now = None
            if all(wanted):
                self[which] = _list_text(text, old, wanted, self._mark_before(at + 1))
                now = self.items_of(which) if wanted else []
            if now != wanted:
                self._pieces = before
                self.changed = True
                raise DocumentError(
                    "section.items",
                    f'An item of "{which}" would not be read as one line of a list.',
                    hint="Leave out empty items, line breaks, list marks and headings.",
                )

    # --- inside ---

    def _mark_before(self, at: int) -> str:
        """What begins an item of a new list above a piece: a heading that is indented as far as the item's text would
        be part of the item (CommonMark, list items, rule 1).
        """
        head = self._pieces[at].head if at < len(self._pieces) else ""
        indent = len(head) - len(head.lstrip(" "))
        return "-" + " " * max(1, indent)

    def _find(self, which: str | int) -> int:
        """Position among the pieces."""
        if isinstance(which, int):
            return range(len(self))[which] + 1
        found = [at for at, piece in enumerate(self._pieces) if at and piece.heading == which]
        if not found:
            found = [at for at, piece in enumerate(self._pieces) if at and piece.heading.casefold() == which.casefold()]
        if not found:
            raise KeyError(which)
        if len(found) > 1:
            raise DocumentError(
                "section.ambiguous",
                f'The heading "{which}" stands {len(found)} times.',
                *self._place(found[1]),
                "Say which by its position.",
                self._path,
            )
        return found[0]

    def _place(self, at: int) -> tuple[int, int]:
        """Line and column, within the file, where a piece begins or the body ends."""
        before = self._before() + "".join(map(str, self._pieces[:at]))
        return place(before, len(before))

    @contextmanager
    def _placed(self, at: int) -> Iterator[None]:
        """A refused edit names the place of the piece it was meant for."""
        try:
            yield
        except DocumentError as error:
            raise DocumentError(error.code, error.message, *self._place(at), error.hint, self._path) from None

    def _place_for(self, heading: str) -> int:
        if heading not in KNOWN:
            return len(self)
        rank = KNOWN.index(heading)
        known = [(KNOWN.index(each), position) for position, each in enumerate(self) if each in KNOWN]
        before = [pair for pair in known if pair[0] < rank]
        if before:
            return max(before)[1] + 1
        return min(known)[1] if known else len(self)

    def _usual_gap(self) -> str:
        """What stands between a heading and its text, in this document."""
        gap = next((piece.gap for piece in self._pieces[1:] if piece.gap), self._newline)
        return to_lf(gap).replace("\n", self._newline)

    def _lead(self) -> str:
        """What stands between the closing fence and a body that begins."""
        return self._opening + self._newline

    def _last_end(self) -> str:
        """What ends the file after a body that begins: nothing where nothing ended it before."""
        return "" if self._opening else self._newline

    def _written(self, old: str, new: str) -> str:
        """New text with the document's line ends; lines at either end that stay keep their own."""
        was, now = lines(old), new.split("\n")
        if new == "" or to_lf(old).replace("\n", self._newline) == old:
            return new.replace("\n", self._newline)
        bare = [line.rstrip("\r\n") for line in was]
        first = 0
        while first < min(len(bare), len(now)) and bare[first] == now[first]:
            first += 1
        last = 0
        while last < min(len(bare), len(now)) - first and bare[-1 - last] == now[-1 - last]:
            last += 1
        ends = [line[len(text) :] for line, text in zip(was, bare, strict=True)]
        middle = len(now) - first - last
        result_ends = [*ends[:first], *[""] * middle, *(ends[len(ends) - last :] if last else [])]
        rows = [text + (end or self._newline) for text, end in zip(now, result_ends, strict=True)]
        rows[-1] = now[-1]
        return "".join(rows)

    def _expected(self) -> list[tuple[str | None, str]]:
        return _texts(self._pieces)

    def _replace(
        self, pieces: list[_Piece], expected: list[tuple[str | None, str]], joints: Iterable[int] = (), blank: str = ""
    ) -> None:
        """Takes the new pieces if the body they make reads back as expected.

        joints: pieces that have a new neighbour below; a blank line may go between, if Markdown needs one. blank: that
        line, where there is one to be had.
        """
        new = self._read_back(pieces)
        if _texts(new) != expected:
            ends = [at for at in joints if at < len(pieces) - 1 and to_lf(pieces[at].tail).count("\n") == 1]
            for at in ends:
                pieces[at] = replace(pieces[at], tail=pieces[at].tail + (blank or self._newline))
            new = self._read_back(pieces) if ends else new
        if _texts(new) != expected:
            raise DocumentError(
                "section.text",
                "The text would open a section of its own or run into the next one.",
                hint="Close code fences and HTML blocks, and write headings of the second level or below.",
            )
        self._pieces = new
        self.changed = True

    def _read_back(self, pieces: list[_Piece]) -> list[_Piece]:
        return self._checked("".join(map(str, pieces)))

    def _checked(self, written: str) -> list[_Piece]:
        above = self._before()
        refuse_size(above, written)
        refuse_many(written)
        refuse_conflict_markers(above + written)
        return _parse(written)


def refuse_many(body: str) -> None:
    """Raises DocumentError `limit.sections`, with a place that counts within the body."""
    # An upper bound first: it costs next to nothing, and hardly a body goes beyond it.
    if body.count("#") + body.count("=") <= limits.SECTIONS:
        return
    found = headings(body)
    if len(found) > limits.SECTIONS:
        line, column = place(body, found[limits.SECTIONS].start)
        message = f"The body has {len(found):,} sections; {limits.SECTIONS:,} are allowed."
        raise DocumentError("limit.sections", message, line, column, "Split it into several entries.")


def _texts(pieces: list[_Piece]) -> list[tuple[str | None, str]]:
    return [(piece.heading if at else None, to_lf(piece.text)) for at, piece in enumerate(pieces)]


def _parse(body: str) -> list[_Piece]:
    found = headings(body)
    # The indent of a heading belongs to it; nearly all have none.
    bounds = [line_start(body, start) if start and body[start - 1] not in "\r\n" else start for start, _ in found] + [
        len(body)
    ]
    pieces = [_preamble(body[: bounds[0]])]
    for number, heading in enumerate(found):
        head = body[bounds[number] : heading.end].rstrip("\r\n")
        rest = body[bounds[number] + len(head) : bounds[number + 1]]
        pieces.append(_Piece(_heading_text(head), head, *_split(rest)))
    return pieces


def _preamble(text: str) -> _Piece:
    gap = _gap(text)
    return _Piece("", "", text[:gap], *_core(text[gap:]))


def _split(rest: str) -> tuple[str, str, str]:
    """Gap, text and tail of what follows a heading; where there is no text, all is tail."""
    text = rest.strip("\n")
    if text and text[0] not in _BLANKS and text[-1] not in _BLANKS:
        # Nothing but line ends around it, which is so in nearly all.
        gap = len(rest) - len(rest.lstrip("\n"))
        return rest[:gap], text, rest[gap + len(text) :]
    gap = _gap(rest)
    return ("", "", rest) if gap == len(rest) else (rest[:gap], *_core(rest[gap:]))


def _gap(text: str) -> int:
    """Index of the first line with content: its indent belongs to the text. The end where there is none."""
    blank = len(text) - len(text.lstrip(" \t\r\n"))
    return line_start(text, blank) if blank < len(text) else blank


def _cut(blank: str) -> tuple[str, str]:
    """The first line end of a blank stretch, blanks before it included, and the rest."""
    end = line_end(blank, 0)
    return blank[:end], blank[end:]


def _core(text: str) -> tuple[str, str]:
    """Text up to its last line with content, and the rest from that line's end."""
    stop = len(text.rstrip(" \t\r\n"))
    ends = [index for index in (text.find("\n", stop), text.find("\r", stop)) if index >= 0]
    stop = min(ends, default=len(text))
    return text[:stop], text[stop:]


def _heading_text(head: str) -> str:
    text = head[2:]
    if head[:2] == "# " and text and text[0] not in _BLANKS and text[-1] not in _CLOSING and "\n" not in text:
        return text
    rows = to_lf(head).split("\n")
    if len(rows) > 1:
        return " ".join(row.strip(" \t") for row in rows[:-1])
    return _atx(head)[1]


def _atx(head: str) -> tuple[str, str, str]:
    """A heading's # with the blanks behind it, its text, and what closes it."""
    mark = head.index("#") + 1
    start = mark + len(head[mark:]) - len(head[mark:].lstrip(" \t"))
    text = head[start:].rstrip(" \t")
    # A row of # closes it, if a blank stands before.
    bare = text.rstrip("#")
    if bare[-1:] in ("", " ", "\t"):
        text = bare.rstrip(" \t")
    return head[:start], text, head[start + len(text) :]


def _rename(head: str, heading: str) -> str:
    rows = lines(head)
    if len(rows) > 1:
        first = rows[0].rstrip("\r\n")
        return heading + rows[-2][len(rows[-2].rstrip("\r\n")) :] + rows[-1] if first else heading
    mark, old, closing = _atx(head)
    if mark.endswith("#"):
        mark += " "
    return mark + heading + (closing if old or closing[:1] != "#" else " " + closing)


def _clean(text: str) -> str:
    """A section's text as it is kept: "\\n" line ends, no blank lines around it."""
    text = to_lf(text)
    refuse_control(text)
    return _core(text[_gap(text) :])[0]


def _clean_heading(heading: str) -> str:
    refuse_control(heading)
    if "\n" in heading or "\r" in heading:
        raise DocumentError("section.heading", "A heading is one line.", hint="Leave out the line break.")
    heading = heading.strip(" \t")
    if _heading_text(f"# {heading}") != heading:
        message = f'Markdown would not read "{heading}" as the whole heading.'
        raise DocumentError("section.heading", message, hint="Leave out the # at its end.")
    return heading


def flat_items(text: str) -> list[str] | None:
    """The items of a text that is one flat bullet list, or of none; else None."""
    found = _items(text) if text else []
    return None if found is None else [item for _, item in found]


def _items(text: str) -> list[tuple[str, str]] | None:
    """(source without trailing blank lines, text) of each item of a flat list."""
    if _PLAIN_LIST.fullmatch(text):
        return [(row, row[2:].strip(" \t")) for row in text.split("\n")]
    found = flat_list(text)
    if found is None:
        return None
    result = []
    position = 0
    for item in found:
        if text[position : item.start].strip():
            return None
        source = _core(text[item.start : item.end])[0]
        marker = _MARKER.match(source)
        if marker is None:
            return None
        item_text = " ".join(row.strip(" \t") for row in source[marker.end() :].split("\n"))
        if not item_text:
            return None
        result.append((source, item_text))
        position = item.end
    return None if text[position:].strip() else result


def _list_text(text: str, old: list[tuple[str, str]], wanted: list[str], mark: str) -> str:
    """The list with the wanted items: sources of those that stay, the neighbours' marks for new ones, or `mark`."""
    lead, usual = "", "\n"
    between: list[str] = []
    if old:
        position = text.index(old[0][0])
        lead = text[:position]
        for (source, _), (following, _) in pairwise(old):
            position += len(source)
            stop = text.index(following, position)
            between.append(text[position:stop])
            position = stop
        usual = between[0] if between else "\n"
        found = _MARKER.match(old[0][0])
        assert found is not None
        mark = found[0] if found[0][-1] in " \t" else found[0] + " "
    matches = match([name for _, name in old], wanted)
    sources = [
        old[each.old][0] if each.old is not None and not each.changed else (mark + name).rstrip(" ")
        for each, name in zip(matches, wanted, strict=True)
    ]
    # With as many items as before, each place keeps what separates it from the next.
    joints = between if len(sources) == len(old) else [usual] * (len(sources) - 1)
    return lead + "".join(map("".join, zip(sources, [*joints, ""], strict=False)))
