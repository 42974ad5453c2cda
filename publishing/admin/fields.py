"""Form fields that compare as people see: what was shown and comes back is no change."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from markdownx.fields import MarkdownxFormField

from publishing.admin.widgets import Chips, DayInput, LineInput, MarkdownWidget, Paragraph, Select

_LINE_ENDS = re.compile(r"\r\n?")
_BREAKS = re.compile(r"[\r\n]")


class LineField(forms.CharField):
    """Text on one line."""

    widget = LineInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        # A browser takes line breaks out of an input, so they cannot come back.
        return not self.disabled and _one_line(initial) != _one_line(data)


class DayField(LineField):
    widget = DayInput


class ParagraphField(forms.CharField):
    """Text whose line breaks count."""

    widget = Paragraph

    def to_python(self, value: Any) -> str:
        return _to_lf(super().to_python(value) or "")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not self.disabled and self._compared(initial) != self._compared(data)

    def _compared(self, value: Any) -> str:
        text = _to_lf(str(value or ""))
        return text.strip() if self.strip else text


class MarkdownField(MarkdownxFormField):
    """The text of a section, without blank lines around it. Line ends of browsers become those of documents."""

    def __init__(self, **options: Any):
        super().__init__(strip=False, required=False, widget=MarkdownWidget(), **options)

    def to_python(self, value: Any) -> str:
        return _without_blank_lines(_to_lf(super().to_python(value)))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not self.disabled and self.to_python(initial) != self.to_python(data)


class LinesField(forms.CharField):
    """A list of texts, one a line, without empty and repeated ones."""

    def __init__(self, *, widget: Chips, **options: Any):
        super().__init__(required=False, widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        # Joined first, so that a text with a line break in it reads the same before and after.
        text = "\n".join(value) if isinstance(value, list) else str(value or "")
        return list(dict.fromkeys(line for each in _to_lf(text).split("\n") if (line := each.strip())))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not self.disabled and self.to_python(initial) != self.to_python(data)


class WordField(forms.ChoiceField):
    """A word of a vocabulary, or the other one that the document has."""

    widget = Select

    def __init__(self, words: Sequence[str | tuple[str, str]] = (), **options: Any):
        super().__init__(required=False, **options)
        self.offer(words)

    def offer(self, words: Sequence[str | tuple[str, str]], current: str = "", *, empty: bool = True) -> None:
        """Sets the choices; `current` is added if it is none of them."""
        choices = [(word, word.capitalize()) if isinstance(word, str) else word for word in words]
        if current and current not in (value for value, _ in choices):
            choices.append((current, current))
        self.choices = [("", "–"), *choices] if empty else choices


def _to_lf(text: str) -> str:
    return _LINE_ENDS.sub("\n", text)


def _one_line(value: Any) -> str:
    return _BREAKS.sub("", str(value or "")).strip()


def _without_blank_lines(text: str) -> str:
    rows = text.split("\n")
    while rows and not rows[0].strip(" \t"):
        del rows[0]
    while rows and not rows[-1].strip(" \t"):
        del rows[-1]
    return "\n".join(rows)
