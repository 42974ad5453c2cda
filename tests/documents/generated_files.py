"""Hypothesis makes content files in every style met in the wild.

A file is put together as text, style by style, and never by a YAML writer: what no writer would write is the point.
Each draw notes the styles it used, so that a run can say how often each was tried.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.documents.drawing import (
    BARE_KEYS,
    BARE_KEYS_IN_FLOW,
    COMMENTS,
    HEADINGS,
    NAMES,
    ONE_LINE,
    PLAIN,
    PLAIN_IN_FLOW,
    ROWS,
    TYPED,
    Maker,
)
from tests.documents.oracle import BOM, KNOWN_HEADINGS

# fmt: off
STYLES = (
    "byte order mark", "CRLF", "CR alone", "mixed line ends", "no last newline", "several last newlines",
    "blanks after a fence", "blank lines before the fence", "dots before the fence", "top level in braces",
    "plain", "single quotes", "double quotes", "literal", "folded", "plain over lines", "quotes over lines",
    "typed value", "empty value", "known tag", "non-ASCII", "key in quotes", "key in another case", "tab after colon",
    "inline list", "inline list over lines", "inline map", "nested list", "nested map",
    "block list at 0", "block list at 1", "block list at 2", "block list at 4", "wide gap after dash",
    "list of maps", "dash alone", "comment after a value", "comment between keys", "comment between items",
    "blank line between keys", "preamble", "no section", "setext heading", "closed heading", "indented heading",
    "blanks after a value", "top level indented",
    "repeated heading", "code fence", "HTML", "bullet list", "numbered list", "no blank line around headings",
)
# fmt: on


class Generated(NamedTuple):
    """A file and the styles in it."""

    data: bytes
    styles: frozenset[str]


class _FileMaker(Maker):
    # --- front matter as lines, without line ends -----------------------------------------------------------

    def comment(self, percent: int) -> str:
        if not self.chance(percent):
            return ""
        self.note("comment after a value")
        return self.pick([" ", " ", "  ", "   ", "\t"]) + self.pick(COMMENTS)

    def between(self, indent: int, percent: int, style: str) -> list[str]:
        """Comments and blank lines between two lines."""
        lines = []
        if self.chance(percent):
            self.note(style)
            lines.append(" " * indent + self.pick(COMMENTS))
        if self.chance(percent // 2):
            self.note("blank line between keys")
            lines.insert(self.number(len(lines) + 1), "")
        return lines

    def key(self, name: str, flow: bool = False) -> str:
        if self.chance(15) or name not in (BARE_KEYS_IN_FLOW if flow else BARE_KEYS):
            self.note("key in quotes")
            return self.pick(["'{}'", '"{}"']).format(name)
        return name

    def scalar(self, indent: int, flow: bool = False) -> list[str]:
        """What follows `key:` or a dash, from the value on; further lines stand at `indent` or deeper."""
        kind = self.weighted(plain=28, single=15, double=18, typed=10, empty=5, tag=2, literal=11, folded=11)
        if flow and kind in ("literal", "folded"):
            kind = "double"
        if kind == "plain":
            return self.plain(indent, flow)
        if kind in ("single", "double"):
            return self.quoted(kind, indent)
        if kind == "typed":
            self.note("typed value")
            return [self.pick(TYPED)]
        if kind == "tag":
            self.note("known tag")
            return ["!!str " + self.pick(["1984", '"a"', "no"])]
        if kind == "empty":
            self.note("empty value")
            return [""]
        self.note(kind)
        return self.block(kind, indent)

    def plain(self, indent: int, flow: bool) -> list[str]:
        first = self.pick(PLAIN_IN_FLOW if flow else PLAIN)
        self.note("plain")
        if self.chance(12):
            self.note("plain over lines")
            rest = [self.pick(["more", "and so on", "weiter ü"]) for _ in range(1 + self.number(2))]
            return [first, *(" " * (indent + self.number(3)) + word for word in rest)]
        return [first]

    def quoted(self, kind: str, indent: int) -> list[str]:
        text = self.pick(ONE_LINE)
        if kind == "single":
            self.note("single quotes")
            shown = "'" + text.replace("'", "''") + "'"
        else:
            self.note("double quotes")
            text = text if self.chance(80) else self.pick(["a\x85b", "a\u2028b", "tab\tbed"])
            shown = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
            if self.chance(15):
                shown = shown[:-1] + self.pick(["\\n", "\\t", "\\u00e9", "\\x41", "\\\\", '\\"', "\\L", "\\N"]) + '"'
        if self.chance(15):
            self.note("quotes over lines")
            joint = self.pick(["", "", " \\"]) if kind == "double" else ""
            more = [*([""] if self.chance(20) and not joint else []), " " * (indent + self.number(3)) + "second"]
            return [shown[:-1] + " first" + joint, *more[:-1], more[-1] + shown[-1]]
        return [shown]

    def block(self, kind: str, indent: int) -> list[str]:
        inner = max(1, indent) + self.number(3)
        chomping = self.pick(["", "-", "+"])
        rows = [self.pick(ROWS) for _ in range(1 + self.number(4))]
        if not rows[0].strip() or rows[0].startswith(" "):
            rows[0] = "Start"
        header = ("|" if kind == "literal" else ">") + chomping
        if self.chance(10):
            # It counts from the column of the key or dash.
            header = header[0] + str(inner - indent + 1) + header[1:]
        header += self.comment(10)
        lines = [header, *(" " * inner + row if row else "" for row in rows)]
        return [*lines, *[""] * self.number(3)] if self.chance(30) else lines

    def inline_list(self, indent: int, depth: int) -> list[str]:
        self.note("inline list")
        items = [self.inline(depth + 1) for _ in range(self.number(5))]
        if items and depth < 2 and self.chance(20):
            self.note("inline list over lines")
            pad = " " * (indent + self.number(3))
            rows = [pad + item + "," + self.comment(20) for item in items[:-1]]
            rows.append(pad + items[-1] + self.pick(["", ","]) + self.comment(10))
            close = self.pick([pad + "]", " " * max(1, indent) + "]"])
            if self.chance(30):
                return ["[" + rows[0].lstrip(), *rows[1:], close]
            return ["[" + self.comment(5), *rows, close]
        pad = self.pick(["", "", " "])
        return ["[" + pad + self.pick([", ", ", ", ",", " , "]).join(items) + pad + "]"]

    def inline(self, depth: int) -> str:
        """An item inside brackets, on one line."""
        if depth < 3 and self.chance(6):
            return self.inline_list(0, 2)[0] if self.chance(50) else self.inline_map(depth + 1)
        lines = self.scalar(0, flow=True)
        return lines[0] if len(lines) == 1 and lines[0] else "x"

    def inline_map(self, depth: int) -> str:
        self.note("inline map")
        names = ["title", "url", "b c", "ü"][: self.number(5)]
        pairs = [f"{self.key(name, flow=True)}: {self.inline(depth)}" for name in names]
        if pairs and self.chance(10):
            pairs[-1] = self.key(names[-1], flow=True) + self.pick([": ", ""])
        pad = self.pick(["", "", " "])
        return "{" + pad + ", ".join(pairs) + pad + "}"

    def value(self, indent: int, depth: int = 0) -> list[str]:
        """What follows a colon, from right behind it; `indent` is the column of the key."""
        kind = self.weighted(scalar=55, inline=17, block=14, links=9, map=5, inlinemap=3) if depth < 2 else "scalar"
        if kind == "scalar":
            lines = self.scalar(indent + 1)
        elif kind == "inline":
            lines = self.inline_list(indent + 1, depth)
        elif kind == "inlinemap":
            lines = [self.inline_map(depth)]
        else:
            head = [self.comment(15)]
            if kind == "map":
                self.note("nested map")
                return head + self.block_map(indent + 1 + self.number(4), depth + 1)
            return head + self.block_list(indent, depth, maps=kind == "links")
        blank = " " * (1 + self.number(3)) if self.chance(10) else " "
        if self.chance(6) and not lines[0].startswith(("|", ">", "!")):
            self.note("tab after colon")
            blank = "\t"
        if lines[0] == "":
            blank = self.pick(["", " "])
        lines = [blank + lines[0], *lines[1:]]
        if lines[0].strip()[:1] not in ("|", ">"):
            lines[-1] += self.comment(15) or self.blanks(8)
        return lines

    def blanks(self, percent: int) -> str:
        if not self.chance(percent):
            return ""
        self.note("blanks after a value")
        return self.pick([" ", "   ", "\t"])

    def block_list(self, indent: int, depth: int, maps: bool) -> list[str]:
        step = self.pick([0, 1, 2, 2, 4])
        self.note(f"block list at {step}")
        column = indent + step
        gap = " "
        if self.chance(12):
            self.note("wide gap after dash")
            gap = " " * (2 + self.number(2))
        lines: list[str] = []
        for number in range(1 + self.number(4)):
            if number:
                lines += self.between(column, 12, "comment between items")
            lines += self.block_item(column, gap, depth, maps)
        return lines

    def block_item(self, column: int, gap: str, depth: int, maps: bool) -> list[str]:
        lead = " " * column + "-"
        inner = column + 1 + len(gap)
        if maps:
            self.note("list of maps")
            if self.chance(10):
                return [lead + gap + self.inline_map(2)]
            rows = self.block_map(inner, 2, ["title", "url", "type", "description"][: 1 + self.number(4)])
            if self.chance(18):
                self.note("dash alone")
                return [lead + self.comment(20), *rows]
            return [lead + gap + rows[0].lstrip(" "), *rows[1:]]
        if depth < 2 and self.chance(9):
            self.note("nested list")
            rows = self.block_list(inner, 9, maps=False)
            shift = len(rows[0]) - len(rows[0].lstrip(" ")) - inner
            if shift or not rows[0].lstrip(" ").startswith("-"):
                return [lead, *rows]
            return [lead + gap + rows[0].lstrip(" "), *rows[1:]]
        rows = self.scalar(column + 1)
        if rows == [""]:
            return [lead]
        if rows[0][:1] not in ("|", ">"):
            rows[-1] += self.comment(10)
        return [lead + gap + rows[0], *rows[1:]]

    def block_map(self, column: int, depth: int, names: Sequence[str] = ("name", "mail", "größe")) -> list[str]:
        lines: list[str] = []
        for number, name in enumerate(names[: 1 + self.number(len(names))]):
            if number:
                lines += self.between(column, 10, "comment between items")
            rows = self.value(column, depth + 1)
            lines += [" " * column + self.key(name) + ":" + rows[0], *rows[1:]]
        return lines

    def front_matter(self) -> list[str]:
        if self.chance(9):
            self.note("top level in braces")
            names = ["title", *NAMES[: self.number(4)]]
            return ["{" + ", ".join(f"{self.key(name, flow=True)}: {self.inline(1)}" for name in names) + "}"]
        names = ["title"]
        for _ in range(self.number(8)):
            name = self.pick(NAMES)
            if name not in names:
                names.append(name)
        lines = self.between(0, 15, "comment between keys")
        for name in names:
            if name.upper() != name.lower() and self.chance(5):
                self.note("key in another case")
                name = self.pick([name.upper(), name.capitalize()])
            key = self.key(name) + (" " if self.chance(4) else "")
            rows = self.value(0)
            lines += [key + ":" + rows[0], *rows[1:]]
            lines += self.between(0, 15, "comment between keys")
        if self.chance(9):
            self.note("dots before the fence")
            lines.append("...")
        return lines

    # --- body -----------------------------------------------------------------------------------------------

    def heading(self, used: list[str]) -> list[str]:
        name = self.pick([*KNOWN_HEADINGS, *HEADINGS])
        if used and self.chance(8):
            name = self.pick(used)
        if name in used:
            self.note("repeated heading")
        used.append(name)
        kind = self.weighted(atx=70, setext=12, closed=9, indented=9)
        if kind == "setext" and not name[0].isdigit():
            self.note("setext heading")
            return [name, self.pick(["===", "=", "======  "])]
        if kind == "closed":
            self.note("closed heading")
            return [f"# {name} {self.pick(['#', '##', '# '])}"]
        if kind == "indented":
            self.note("indented heading")
            return [" " * (1 + self.number(3)) + f"# {name}"]
        return [f"#{self.pick([' ', ' ', '  ', chr(9)])}{name}{self.pick(['', '', ' '])}"]

    def body(self) -> list[str]:
        lines = [""] * self.pick([1, 1, 0, 2])
        if self.chance(25):
            self.note("preamble")
            lines += [*self.prose(), ""]
        count = self.pick([2, 1, 3, 4, 0])
        if not count:
            self.note("no section")
        used: list[str] = []
        for number in range(count):
            head = self.heading(used)
            # A setext heading right below text would take it in.
            if number and lines and lines[-1] and (len(head) == 2 or self.chance(80)):
                lines += [""] * self.pick([1, 1, 1, 2])
            elif number and lines[-1]:
                self.note("no blank line around headings")
            lines += head
            if self.chance(92):
                lines += [""] * self.pick([0, 0, 1, 2]) + self.prose()
        return lines

    # --- the file -------------------------------------------------------------------------------------------

    def file(self) -> bytes:
        blanks = ["", " ", "\t", "  "] if self.chance(12) else [""]
        if len(blanks) > 1:
            self.note("blanks after a fence")
        before = []
        if self.chance(10):
            self.note("blank lines before the fence")
            before = [self.pick(["", " "])] * (1 + self.number(2))
        front = self.front_matter()
        if not front[-1].startswith(("...", "{")) and self.chance(9):
            self.note("top level indented")
            front = ["  " + line if line else line for line in front]
        lines = [*before, "---" + self.pick(blanks[::-1]), *front, "---" + self.pick(blanks)]
        if self.chance(93):
            lines += self.body()
        newline = {"lf": "\n", "crlf": "\r\n", "cr": "\r", "mixed": ""}[self.weighted(lf=56, crlf=22, cr=11, mixed=11)]
        self.styles |= {style for end, style in _LINE_ENDS.items() if newline == end}
        ends = [newline or self.pick(["\n", "\r\n"]) for _ in lines] if not newline else [newline] * len(lines)
        if self.chance(20):
            self.note("no last newline")
            ends[-1] = ""
        elif self.chance(14):
            self.note("several last newlines")
            ends[-1] += (newline or "\n") * (1 + self.number(4))
        text = "".join(line + end for line, end in zip(lines, ends, strict=True))
        if not text.isascii():
            self.note("non-ASCII")
        if self.chance(12):
            self.note("byte order mark")
            text = BOM + text
        return text.encode()


_LINE_ENDS = {"\r\n": "CRLF", "\r": "CR alone", "": "mixed line ends"}


@st.composite
def files(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Generated:
    maker = _FileMaker(draw)
    data = maker.file()
    return Generated(data, frozenset(maker.styles))
