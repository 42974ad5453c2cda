"""A content file as text that values can be read from and changed in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .emitting import after_colon
from .errors import DocumentError
from .fences import find
from .front_matter import FrontMatter
from .reading import check_key, check_value
from .scalars import Context, emit_key
from .sections import Sections, refuse_many
from .text import decode, dominant_newline, place, refuse_size


@dataclass(slots=True)
class _Above:
    """What stands above the body. Of its own, so that the sections can know it and not the document: in a ring of
    references a document would stay until the garbage collector finds it, which took a tenth of an import.
    """

    opening: str
    front_matter: FrontMatter
    closing: str

    def __str__(self) -> str:
        return self.opening + str(self.front_matter) + self.closing


class Document:
    """One file. `bytes(document)` is its text, to the byte what was parsed as long as nothing is changed.

    Keys are found in any letter case and written as the file spells them. A refused edit raises DocumentError and
    leaves the document as it was.
    """

    def __init__(self, data: bytes, path: str = "") -> None:
        self.path = path
        self._bom, text = decode(data, path)
        fences = find(text, path)
        self._body = text[fences.body :]
        self._sections: Sections | None = None
        self._newline = dominant_newline(text)
        # Unchanged, the bytes need no putting together.
        self._data: bytes | None = data
        with _from(text, fences.opening, path):
            front_matter = FrontMatter(text[fences.opening : fences.closing], self._newline)
        self._above = _Above(text[: fences.opening], front_matter, text[fences.closing : fences.body])
        with _from(text, fences.body, path):
            refuse_many(self._body)

    def __bytes__(self) -> bytes:
        if self._data is None or (self._sections is not None and self._sections.changed):
            body = self.body
            if self._sections is not None:
                self._sections.changed = False
            self._data = "".join((self._bom, str(self._above), body)).encode()
        return self._data

    def __repr__(self) -> str:
        return f"Document({self.path or self.get('title')!r})"

    def copy(self) -> "Document":
        """An independent document of the same text."""
        return Document(bytes(self), self.path)

    # --- front matter ---

    @property
    def values(self) -> dict[str, Any]:
        """A copy of all values, in the order of the file."""
        return {key: _copied(value) for key, value in self._above.front_matter.values.items()}

    def __getitem__(self, key: str) -> Any:
        """Raises KeyError."""
        name = self._above.front_matter.spelling(key)
        if name is None:
            raise KeyError(key)
        return _copied(self._above.front_matter.values[name])

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401 (this is what it would call)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._above.front_matter.spelling(key) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._above.front_matter)

    def __len__(self) -> int:
        return len(self._above.front_matter.values)

    def __setitem__(self, key: str, value: Any) -> None:
        """Changes or adds a key. Only what differs from the value that is there is written anew.

        Raises:
            DocumentError: edit.type, edit.unsafe, encoding.control, limit.*; with the place of the value, or of the
                closing fence for a key that is not there yet.
        """
        self._edit(key, lambda: self._above.front_matter.set(check_key(key, top=True), check_value(value, depth=2)))

    def __delitem__(self, key: str) -> None:
        """Raises KeyError."""
        self._edit(key, lambda: self._above.front_matter.delete(key))

    def position(self, *path: str | int) -> tuple[int, int]:
        """Line and column, from 1, of a value: `document.position("externalLinks", 0, "url")`.

        Raises:
            KeyError, IndexError: there is no such value.
        """
        line, column = self._above.front_matter.position(*path)
        return place(self._above.opening, len(self._above.opening))[0] + line - 1, column

    def lines(self) -> dict[str, int]:
        """The line, from 1, on which each key of the front matter begins."""
        above = place(self._above.opening, len(self._above.opening))[0] - 1
        return {key: line + above for key, line in self._above.front_matter.lines().items()}

    def source(self, *path: str | int) -> str:
        """A scalar as the file writes it, without quotes; "" for a list or map."""
        return self._above.front_matter.source(*path)

    # --- body ---

    @property
    def body(self) -> str:
        """The Markdown below the front matter, as it stands."""
        return self._body if self._sections is None else str(self._sections)

    @body.setter
    def body(self, text: str) -> None:
        """All of it, without blank lines around it; those of the file stay. Raises DocumentError."""
        self.sections.set_whole(text)

    @property
    def sections(self) -> Sections:
        if self._sections is None:
            opening = "" if self._above.closing.endswith(("\n", "\r")) else self._newline
            self._sections = Sections(self._body, self._newline, opening, self._above.__str__, self.path)
        return self._sections

    @property
    def preamble(self) -> str:
        """Text before the first section."""
        return self.sections.preamble

    @preamble.setter
    def preamble(self, text: str) -> None:
        self.sections.preamble = text

    def section_line(self, which: str | int) -> int:
        """Line of a section's heading, from 1."""
        above = str(self._above)
        return place(above, len(above))[0] + self.sections.line(which) - 1

    # --- inside ---

    def _edit(self, key: str, edit: Callable[[], None]) -> None:
        before = str(self._above.front_matter)
        try:
            edit()
            refuse_size(str(self._above), self.body)
        except DocumentError as error:
            if str(self._above.front_matter) != before:
                self._above.front_matter = FrontMatter(before, self._newline)
            line, column = self._place_of(key)
            message = error.message if f'"{key}"' in error.message else f'"{key}": {error.message}'
            raise DocumentError(error.code, message, line, column, error.hint, self.path) from None
        self._data = None

    def _place_of(self, key: str) -> tuple[int, int]:
        """Where a value stands; the closing fence for one that does not."""
        if key in self:
            return self.position(key)
        above = self._above.opening + str(self._above.front_matter)
        return place(above, len(above))


@contextmanager
def _from(text: str, start: int, path: str) -> Iterator[None]:
    """Errors inside count lines from `start`; outside, from the start of the file."""
    try:
        yield
    except DocumentError as error:
        line = error.line + place(text, start)[0] - 1
        raise DocumentError(error.code, error.message, line, error.column, error.hint, path) from None


def parse(data: bytes, path: str = "") -> Document:
    """Reads a content file.

    Args:
        path: how errors name the file.

    Raises:
        DocumentError: the file cannot be read, or not be edited safely; with line, column and remedy.
    """
    return Document(data, path)


def new_document(values: dict[str, Any], sections: list[tuple[str, str]] | None = None, preamble: str = "") -> Document:
    """A document in the style of the seed: double quotes, lists on one line, links below each other, no last line end.

    Args:
        values: front matter in the order in which it is to stand.
        sections: pairs of heading and Markdown.
    """
    context = Context("\n")
    checked = check_value(values)
    lines = [f"{emit_key(key, context)}:{after_colon(value, 0, context)}\n" for key, value in checked.items()]
    document = parse(("---\n" + "".join(lines) + "---").encode())
    if preamble:
        document.preamble = preamble
    for heading, text in sections or []:
        document.sections.append(heading, text)
    return document


def _copied(value: Any) -> Any:
    if type(value) is list:
        return [item if type(item) is str else _copied(item) for item in value]
    if type(value) is dict:
        return {key: item if type(item) is str else _copied(item) for key, item in value.items()}
    return value
