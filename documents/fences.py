"""Where the front matter begins and ends."""

import re
from typing import NamedTuple

from .errors import DocumentError
from .text import place

_OPENING = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))*---[ \t]*(?:\r\n|\n|\r|\Z)")
_CLOSING = re.compile(r"---[ \t]*(?:\r\n|\n|\r|\Z)")
_TOML = re.compile(r"\s*\+\+\+[ \t]*(?:\r\n|\n|\r|\Z)")


class Fences(NamedTuple):
    """Indexes into the text after the BOM: front matter is text[opening:closing], the body is text[body:]."""

    opening: int
    closing: int
    body: int


def find(text: str, path: str = "") -> Fences:
    """Finds the two fences.

    A fence is `---` at the start of a line, with nothing after it but blanks; only blank lines may stand before the
    first.

    Raises:
        DocumentError: frontmatter.missing, frontmatter.unclosed, frontmatter.toml.
    """
    opening = _OPENING.match(text)
    if opening is None:
        if _TOML.match(text):
            raise DocumentError(
                "frontmatter.toml",
                "The file begins with +++, which means TOML.",
                1,
                1,
                "Write the front matter as YAML between two lines ---.",
                path,
            )
        raise DocumentError(
            "frontmatter.missing",
            "The file does not begin with front matter.",
            1,
            1,
            'Begin it with a line ---, then title: "…", then a line ---.',
            path,
        )
    closing = _closing(text, opening.end())
    if closing is None:
        line, column = place(text, opening.end() - len(opening[0].lstrip()))
        raise DocumentError(
            "frontmatter.unclosed",
            "The front matter has no end.",
            line,
            column,
            "Close it with a line --- of its own.",
            path,
        )
    return Fences(opening.end(), closing.start(), closing.end())


def _closing(text: str, start: int) -> re.Match[str] | None:
    # By hand: a pattern would be tried at every character.
    at = text.find("---", start)
    while at >= 0:
        if at == start or text[at - 1] in "\r\n":
            found = _CLOSING.match(text, at)
            if found:
                return found
        at = text.find("---", at + 1)
    return None
