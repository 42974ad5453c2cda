"""Bytes to text and back, line ends, and places in a text."""

import re

from . import limits
from .errors import DocumentError

BOM = "\ufeff"

# C0 but tab and line ends, DEL, C1 but NEL (a line break in YAML 1.1), and the two non-characters of the BMP's end.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
# The same among the ASCII characters.
_CONTROL_BYTES = bytes(code for code in (*range(32), 127) if chr(code) not in "\t\n\r")
_LINE_END = re.compile(r"\r\n|\n|\r")
_OURS = re.compile(r"(?<![^\r\n])<{7} ")
_THEIRS = re.compile(r"(?<![^\r\n])>{7} ")


def decode(data: bytes, path: str = "") -> tuple[str, str]:
    """The byte order mark, if any, and the text after it.

    Raises:
        DocumentError: limit.file, encoding.utf8, encoding.control, text.conflict-marker.
    """
    if len(data) > limits.FILE_BYTES:
        raise _too_large(len(data), path)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line, column = place(before.removeprefix(BOM), len(before.removeprefix(BOM)))
        raise DocumentError(
            "encoding.utf8",
            f"Byte {error.start} (0x{data[error.start]:02x}) is not UTF-8.",
            line,
            column,
            "Save the file as UTF-8.",
            path,
        ) from None
    bom = BOM if text.startswith(BOM) else ""
    text = text[len(bom) :]
    # Deleting bytes is ten times as fast as searching text, and most files are ASCII.
    is_clean = text.isascii() and len(data.translate(None, _CONTROL_BYTES)) == len(data)
    if not is_clean and (control := _CONTROL.search(text)):
        line, column = place(text, control.start())
        offset = len((bom + text[: control.start()]).encode())
        raise DocumentError(
            "encoding.control",
            f"Byte {offset} begins the control character U+{ord(control[0]):04X}.",
            line,
            column,
            "Remove it.",
            path,
        )
    refuse_conflict_markers(text, path)
    return bom, text


def refuse_size(*parts: str) -> None:
    """Raises DocumentError if the parts together would be too large a file."""
    # A character has four bytes at most: counting them is for the few that come near.
    if 4 * sum(map(len, parts)) <= limits.FILE_BYTES:
        return
    size = sum(len(part.encode()) for part in parts)
    if size > limits.FILE_BYTES:
        raise _too_large(size)


def _too_large(size: int, path: str = "") -> DocumentError:
    message = f"The file has {size:,} bytes; {limits.FILE_BYTES:,} are allowed."
    return DocumentError("limit.file", message, 1, 1, "Split it into several entries.", path)


def refuse_conflict_markers(text: str, path: str = "") -> None:
    """Raises DocumentError for a text in which a merge was left unfinished."""
    if "<<<<<<< " in text and (marker := _OURS.search(text)) and _THEIRS.search(text, marker.end()):
        line, column = place(text, marker.start())
        raise DocumentError(
            "text.conflict-marker",
            "The text holds the markers of an unfinished merge.",
            line,
            column,
            "Finish the merge, then remove the lines that begin with <<<<<<<, ======= and >>>>>>>.",
            path,
        )


def refuse_control(value: str) -> None:
    """Raises DocumentError for a string that no file may hold."""
    if control := _CONTROL.search(value):
        raise DocumentError(
            "encoding.control",
            f"The text holds the control character U+{ord(control[0]):04X}.",
            hint="Remove it.",
        )


def has_control(value: str) -> bool:
    return _CONTROL.search(value) is not None


def place(text: str, index: int) -> tuple[int, int]:
    """Line and column, both from 1, of the code point at `index`.

    >>> place("a\\r\\nbc", 4)
    (2, 2)
    """
    head = text[:index]
    # A line end cut in two by the index belongs to the line it ends.
    if head.endswith("\r") and text[index : index + 1] == "\n":
        head = head[:-1]
    crlf = head.count("\r\n")
    line = head.count("\n") + head.count("\r") - crlf
    start = max(head.rfind("\n"), head.rfind("\r")) + 1
    return line + 1, index - start + 1


def dominant_newline(text: str) -> str:
    """The line end most lines have; "\\n" where there is none."""
    crlf = text.count("\r\n")
    lf = text.count("\n") - crlf
    cr = text.count("\r") - crlf
    if crlf > lf and crlf >= cr:
        return "\r\n"
    return "\r" if cr > lf else "\n"


def to_lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def lines(text: str) -> list[str]:
    """Lines with their ends. Only LF, CR and CRLF end a line, unlike in `str.splitlines`.

    >>> lines("a\\r\\nb\\x85c")
    ['a\\r\\n', 'b\\x85c']
    """
    result = []
    start = 0
    for end in _LINE_END.finditer(text):
        result.append(text[start : end.end()])
        start = end.end()
    if start < len(text):
        result.append(text[start:])
    return result


def line_start(text: str, index: int) -> int:
    return max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1


def line_content_end(text: str, index: int) -> int:
    """Index of the line end of the line that holds `index`."""
    found = _LINE_END.search(text, index)
    return found.start() if found else len(text)


def line_end(text: str, index: int) -> int:
    """Index after the line end of the line that holds `index`."""
    found = _LINE_END.search(text, index)
    return found.end() if found else len(text)
