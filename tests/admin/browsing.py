"""What a browser makes of a page: its forms, and what it sends when nobody touched them."""

import re
from html.parser import HTMLParser
from typing import Any

_VOID = {"input", "br", "img", "link", "meta", "hr"}


class Form:
    """The fields of one form, by name, as the browser would send them."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str]] = []
        self.types: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        return dict(self.pairs)[name]

    def __contains__(self, name: str) -> bool:
        return name in dict(self.pairs)

    def __setitem__(self, name: str, value: str) -> None:
        self.pairs = [pair for pair in self.pairs if pair[0] != name] + [(name, _sent(value))]

    def __delitem__(self, name: str) -> None:
        self.pairs = [pair for pair in self.pairs if pair[0] != name]

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in self.pairs:
            found.setdefault(name, []).append(value)
        return found


class _Reader(HTMLParser):
    """Collects fields that are in the form by place or by `form=`, without those in templates."""

    def __init__(self, form_id: str):
        super().__init__(convert_charrefs=True)
        self.form_id = form_id
        self.form = Form()
        self.inside = False
        self.templates = 0
        self.textarea: str | None = None
        self.text = ""
        self.select: str | None = None
        self.options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "template":
            self.templates += 1
        elif tag == "form":
            self.inside = given.get("id") == self.form_id
        elif self.templates or "disabled" in given:
            return
        elif tag == "option" and self.select is not None:
            self.options.append((given.get("value") or "", "selected" in given))
        elif not (given["form"] == self.form_id if "form" in given else self.inside) or not name:
            return
        elif tag == "textarea":
            self.textarea, self.text = name, ""
        elif tag == "select":
            self.select, self.options = name, []
        elif tag == "input":
            kind = given.get("type") or "text"
            value = given.get("value") or ""
            if kind in ("checkbox", "radio"):
                if "checked" in given:
                    self.form.pairs.append((name, given.get("value") or "on"))
            elif kind != "file":
                # HTML: the value sanitization of a text input takes line breaks out; a date input keeps only dates.
                value = re.sub(r"[\r\n]", "", value)
                if kind == "date" and not re.fullmatch(r"\d{4,}-\d\d-\d\d", value):
                    value = ""
                self.form.pairs.append((name, value))

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self.templates -= 1
        elif tag == "form":
            self.inside = False
        elif tag == "textarea" and self.textarea is not None:
            # HTML: a line break right after the start tag is not part of the text.
            self.form.pairs.append((self.textarea, _sent(re.sub(r"\A(?:\r\n|\n|\r)", "", self.text))))
            self.textarea = None
        elif tag == "select" and self.select is not None:
            chosen = [value for value, selected in self.options if selected]
            chosen = chosen[-1:] or [value for value, _ in self.options[:1]]
            self.form.pairs += [(self.select, value) for value in chosen]
            self.select = None

    def handle_data(self, data: str) -> None:
        if self.textarea is not None:
            self.text += data


def read_form(response: Any, form_id: str = "lemma-form") -> Form:
    reader = _Reader(form_id)
    reader.feed(response.content.decode())
    assert reader.form.pairs, f"There is no form {form_id} on the page."
    return reader.form


def _sent(text: str) -> str:
    """Forms send every line end as CRLF."""
    return re.sub(r"\r\n|\r|\n", "\r\n", text)
