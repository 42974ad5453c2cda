"""Forms over a document: they show what it says and write into it only what differs."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError

from documents import Document, DocumentError
from publishing.edits import Edit
from publishing.problems import Problem


@contextmanager
def refusals_at(form: forms.Form, field: str) -> Iterator[None]:
    """An edit that the document refuses becomes an error of the field."""
    try:
        yield
    except DocumentError as error:
        form.add_error(field, refusal(error.code, error.message, error.hint))


def refusal(code: str, message: str, hint: str) -> ValidationError:
    return ValidationError(f"{message} {hint}".strip(), code=code)


class DocumentForm(forms.Form):
    """Each field is called as its key in the front matter, and `edits` says how it is written there."""

    edits: ClassVar[Mapping[str, Edit]] = {}

    def write(self, document: Document) -> None:
        for name in self.changed_data:
            if name in self.edits and name in self.cleaned_data:
                with refusals_at(self, name):
                    self.edits[name](document, name, self.cleaned_data[name])

    def place(self, problems: Iterable[Problem]) -> list[Problem]:
        """Puts each problem at the field it is about, and gives back those that have none here."""
        others = []
        for problem in problems:
            if problem.field in self.fields:
                self.add_error(problem.field, refusal(problem.code, problem.message, problem.hint))
            else:
                others.append(problem)
        return others


def freeze(form: forms.Form) -> None:
    """Nothing can be changed any more: for those who may only look."""
    for field in form.fields.values():
        field.disabled = True
