"""One scalar value to YAML text, in a given style where the value allows it."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

import yaml

from .errors import DocumentError
from .reading import same

# Strings that some YAML reader takes for something else: 1.1 and 1.2 booleans, nulls, numbers, sexagesimals, dates.
_WORDS = frozenset(("", "~", "=", "<<", "null", "true", "false", "yes", "no", "on", "off", "y", "n"))
_NUMBER_LIKE = re.compile(r"[-+]?\.?(?:\d[\d_.,:eEtTzZ+\- ]*|0[xXoObB][\da-fA-F_]*|inf|nan)$", re.IGNORECASE)
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")
# NEL, LS and PS are line breaks in YAML 1.1; a byte order mark is skipped by some readers.
_BREAKS = re.compile("[\n\r\t\x85\u2028\u2029\ufeff]")
_FLOW = re.compile(r"[,\[\]{}:?]")
_PLAIN_KEY = re.compile(r"[A-Za-z_][\w.-]*\Z")
_RESOLVER = yaml.resolver.Resolver()
_STRING = "tag:yaml.org,2002:str"

_ESCAPES = {
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\x85": "\\N",
    "\u2028": "\\L",
    "\u2029": "\\P",
    "\ufeff": "\\uFEFF",
}
_TO_ESCAPE = re.compile('[\\\\"\n\r\t\x85\u2028\u2029\ufeff]')


class Habits:
    """How a file writes what nothing else decides. Found out when first asked: most edits never ask.

    quote: style of its strings, `"`, `'` or "" for plain. block_lists: its lists of scalars have a line for each item.
    """

    def __init__(self, look: Callable[[], tuple[str, bool]] = lambda: ('"', False)) -> None:
        self._look = look

    @cached_property
    def _found(self) -> tuple[str, bool]:
        return self._look()

    @property
    def quote(self) -> str:
        return self._found[0]

    @property
    def block_lists(self) -> bool:
        return self._found[1]


@dataclass(frozen=True, slots=True)
class Context:
    """What the surroundings ask of new text.

    newline: the document's line end. flow: inside `[]` or `{}`. closes_gaps: blank lines go that stand below what is
    removed or put in, since a scalar above that keeps its blank lines (`|+`) would gain them.
    """

    newline: str
    habits: Habits = field(default_factory=Habits)
    flow: bool = False
    closes_gaps: bool = False

    def inside_flow(self) -> "Context":
        return self if self.flow else replace(self, flow=True)


def emit(value: Any, style: str, context: Context) -> str:
    """The text of a scalar on one line.

    style: that of the text replaced: "" (plain), `"`, `'`; or "?" for one that never had a text.

    >>> emit("no", "", Context("\\n"))
    '"no"'
    """
    if not isinstance(value, str):
        return _typed(value)
    if style == "?":
        style = context.habits.quote
    if style == "" and is_plain(value, context.flow):
        return value
    if style == "":
        style = context.habits.quote or '"'
    if style == "'" and not _BREAKS.search(value):
        return "'" + value.replace("'", "''") + "'"
    return '"' + _TO_ESCAPE.sub(lambda found: _ESCAPES[found[0]], value) + '"'


def emit_key(key: Any, context: Context) -> str:
    if isinstance(key, str):
        plain = _PLAIN_KEY.match(key) and is_plain(key, context.flow)
        return key if plain else emit(key, context.habits.quote or '"', context)
    return _typed(key)


def is_plain(value: str, flow: bool) -> bool:
    """Whether every YAML reader takes the bare text for this very string."""
    if value.lower() in _WORDS or value[0] in _INDICATORS or value[0] in " \t" or value[-1] in " \t:":
        return False
    if ": " in value or " #" in value or _BREAKS.search(value) or value.startswith("..."):
        return False
    if _NUMBER_LIKE.match(value) or (flow and _FLOW.search(value)):
        return False
    return bool(_RESOLVER.resolve(yaml.ScalarNode, value, (True, False)) == _STRING)


def _typed(value: Any) -> str:
    text = _typed_text(value)
    loader = yaml.CSafeLoader(text)
    try:
        read = loader.get_single_data()
    except (ValueError, yaml.YAMLError):
        read = object()
    finally:
        loader.dispose()
    if not same(read, value):
        raise DocumentError("edit.type", f"YAML has no plain form for {value!r}.", hint="Use a string.")
    return text


def _typed_text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return ".nan"
        if math.isinf(value):
            return ".inf" if value > 0 else "-.inf"
        mantissa, e, exponent = repr(value).partition("e")
        # YAML 1.1 reads 1e+16 as a string and 1.0e+16 as a number.
        return (mantissa if "." in mantissa else mantissa + ".0") + e + exponent
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


# --- block scalars -----------------------------------------------------------------------------------------------


def emit_block(value: str, old: str, indent: int, newline: str) -> str | None:
    """The text of a literal or folded scalar, or None where the value has no such form.

    Args:
        old: text of the scalar it replaces, header and comment included, without the last line end.
        indent: columns of its content.
    """
    header, _, _ = old.replace("\r\n", "\n").replace("\r", "\n").partition("\n")
    folded = header[0] == ">"
    text = value.rstrip("\n")
    if not text.strip(" \t\n") or re.search("[\r\x85\u2028\u2029\ufeff]", value):
        return None
    rows = text.split("\n")
    first = next(row for row in rows if row)
    if first[0] in " \t" or any(row and not row.strip(" \t") for row in rows):
        return None
    if folded:
        folded_rows = _fold(rows, old)
        if folded_rows is None:
            return None
        rows = folded_rows
    newlines = len(value) - len(text)
    chomping = {0: "-", 1: ""}.get(newlines, "+")
    comment = re.search(r"[ \t]+#.*$", header)
    lines = [header[0] + chomping + (comment[0] if comment else "")]
    lines += [" " * indent + row if row else "" for row in rows]
    lines += [""] * (newlines - 1)
    return newline.join(lines)


def _fold(rows: list[str], old: str) -> list[str] | None:
    """The value's lines as the lines of a folded scalar: those that were there keep their wrapping."""
    if any(row[:1] in (" ", "\t") for row in rows):
        return None
    known = _wrapped(old)
    width = max((len(part) for wrap in known.values() if len(wrap) > 1 for part in wrap), default=0)
    # Two short lines say nothing about how long a line may be.
    width = width and max(width, 60)
    result: list[str] = []
    begun = False
    for row in rows:
        # One line break between two lines folds to a space: a break that stays takes one more.
        if row and begun:
            result.append("")
        begun = begun or bool(row)
        result += known.get(row) or _wrap(row, width)
    return result


def _wrapped(old: str) -> dict[str, list[str]]:
    """Paragraphs of a folded scalar's text: the folded line to the lines it was written on."""
    result: dict[str, list[str]] = {}
    paragraph: list[str] = []
    for line in [*re.split("\r\n|\n|\r", old)[1:], ""]:
        if line.strip(" \t"):
            paragraph.append(line.strip(" \t"))
        elif paragraph:
            result[" ".join(paragraph)] = paragraph
            paragraph = []
    return result


def _wrap(row: str, width: int) -> list[str]:
    if width == 0 or len(row) <= width or "  " in row:
        return [row]
    lines = [""]
    for word in row.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines
