"""What stands below the front matter, as a form."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django import forms

from documents import Document
from publishing.admin.fields import LineField, MarkdownField
from publishing.admin.forms import refusals_at
from publishing.edits import set_section


class Block:
    """One stretch of the body as the page shows it. Closed ones are there to be opened when they are needed."""

    def __init__(self, form: "BodyForm", name: str, label: str, *, key: str = "", is_open: bool = True):
        self.text = form[name]
        self.label = label
        self.key = key or name
        self.hint = form.hints.get(self.key, "")
        self.length = form.lengths.get(self.key)
        self.is_list = self.key in form.lists
        heading = f"{name}-heading"
        self.heading = form[heading] if heading in form.fields else None
        self.has_errors = bool(self.text.errors or (self.heading and self.heading.errors))
        self.is_open = is_open or self.has_errors or bool(self.text.value())


class BodyForm(forms.Form):
    """The preamble and each section in an editor of its own, sections that are known and missing, and new ones.

    Fields are called `preamble`, the position of a section in the document, the key of a missing one, or `new-N`. A
    `…-heading` beside a text names the section.
    """

    # A crafted form cannot ask for any number of fields.
    MOST_NEW = 50

    def __init__(
        self,
        sections: Sequence[Mapping[str, str]],
        preamble: str,
        data: Any = None,
        *,
        known: Mapping[str, str] | None = None,
        hints: Mapping[str, str] | None = None,
        lengths: Mapping[str, tuple[int, int]] | None = None,
        lists: Collection[str] = (),
    ):
        """sections: heading, key and Markdown of each. known: headings by key, in their order.

        hints, lengths: by key; the least and the most words that are recommended. lists: keys of those that are lists.
        """
        self.sections = sections
        self.known = known or {}
        self.hints = hints or {}
        self.lengths = lengths or {}
        self.lists = lists
        present = {section["key"] for section in sections}
        self.missing = {key: heading for key, heading in self.known.items() if key not in present}
        initial = {"preamble": preamble}
        for position, section in enumerate(sections):
            initial |= {str(position): section["markdown"], f"{position}-heading": section["heading"]}
        super().__init__(data, prefix="body", initial=initial)
        self.fields["preamble"] = MarkdownField(label="Text before the first section")
        for position, section in enumerate(sections):
            self.fields[str(position)] = MarkdownField(label=section["heading"])
            if section["key"] not in self.known:
                self.fields[f"{position}-heading"] = _heading()
        for key, heading in self.missing.items():
            self.fields[key] = MarkdownField(label=heading)
        self.new = list(self._new_names())
        for name in self.new:
            self.fields[name] = MarkdownField(label="New section")
            self.fields[f"{name}-heading"] = _heading()

    def clean(self) -> None:
        for name in self.changed_data:
            beside = f"{name}-heading"
            if name.endswith("-heading") and not self.cleaned_data.get(name) and name.split("-")[0].isdigit():
                self.add_error(name, "A section needs a heading. To take it out, remove its text.")
            if name in self.new and self.cleaned_data.get(name) and not self.cleaned_data.get(beside):
                self.add_error(beside, "Give the section a heading.")

    def write(self, document: Document) -> None:
        """Writes what differs; from the last section to the first, because one without text is taken out."""
        texts = self.cleaned_data
        changed = [name for name in self.changed_data if name in texts]
        for position in reversed(range(len(self.sections))):
            if (name := f"{position}-heading") in changed:
                with refusals_at(self, name):
                    document.sections.rename(position, texts[name])
            if (name := str(position)) in changed:
                with refusals_at(self, name):
                    set_section(document, position, texts[name])
        for key, heading in self.missing.items():
            if key in changed:
                with refusals_at(self, key):
                    document.sections[heading] = texts[key]
        for name in self.new:
            if new_heading := texts.get(f"{name}-heading"):
                with refusals_at(self, name):
                    document.sections.append(new_heading, texts.get(name, ""))
        if "preamble" in changed:
            with refusals_at(self, "preamble"):
                document.preamble = texts["preamble"]

    def blocks(self) -> list[Block]:
        """In the order of the document, each missing section where it would go."""
        is_new = not self.sections and not self.initial["preamble"]
        found = [Block(self, str(at), each["heading"], key=each["key"]) for at, each in enumerate(self.sections)]
        ranks = {key: rank for rank, key in enumerate(self.known)}
        for key, heading in self.missing.items():
            before = [at for at, each in enumerate(found) if ranks.get(each.key, len(ranks)) < ranks[key]]
            at = before[-1] + 1 if before else 0
            found.insert(at, Block(self, key, heading, is_open=is_new))
        found += [Block(self, name, "New section") for name in self.new]
        if not found:
            return [Block(self, "preamble", "Text")]
        preamble = Block(self, "preamble", "Text before the first section", is_open=False)
        return [preamble, *found] if preamble.is_open else [*found, preamble]

    def _new_names(self) -> Iterator[str]:
        for number in range(self.MOST_NEW if self.is_bound else 0):
            name = f"new-{number}"
            if self.add_prefix(name) in self.data:
                yield name


def _heading() -> LineField:
    return LineField(label="Heading", required=False)
