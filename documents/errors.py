"""The one exception of this package."""

from typing import Self


class DocumentError(ValueError):
    """A document, or an edit of one, that is refused.

    Args:
        code: stable and dotted, such as `yaml.duplicate-key`.
        message: what is wrong, in a sentence.
        line, column: where, both from 1; 0 when the whole file is meant.
        hint: what to do about it.
        path: the file, as the caller of `parse` named it.
    """

    def __init__(self, code: str, message: str, line: int = 0, column: int = 0, hint: str = "", path: str = "") -> None:
        self.code = code
        self.message = message
        self.line = line
        self.column = column
        self.hint = hint
        self.path = path
        super().__init__(code, message, line, column, hint, path)

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part)
        text = f"{self.code}: {self.message}"
        if place:
            text = f"{place}: {text}"
        return f"{text} {self.hint}".rstrip()

    def at(self, line: int, column: int) -> Self:
        """The same error at another place."""
        return type(self)(self.code, self.message, line, column, self.hint, self.path)
