"""The words that entries choose from. Each is read once for a request, however many parts of a page show it."""

from typing import Any

from django.http import HttpRequest

from glossary.models import Category, Entry
from publishing.values import DIFFICULTIES


def categories(request: HttpRequest) -> list[tuple[int, str]]:
    """Key and name, in their order."""
    found: list[tuple[int, str]] = _once(
        request, "_lemma_categories", lambda: list(Category.objects.values_list("pk", "name"))
    )
    return found


def difficulties(request: HttpRequest) -> list[tuple[str, str]]:
    """The known ones, then others that entries use; each with its label."""

    def read() -> list[tuple[str, str]]:
        used = Entry.objects.exclude(difficulty="").values_list("difficulty", flat=True).distinct().order_by()
        return [(word, word.capitalize()) for word in [*DIFFICULTIES, *sorted(set(used) - set(DIFFICULTIES))]]

    found: list[tuple[str, str]] = _once(request, "_lemma_difficulties", read)
    return found


def _once(request: HttpRequest, name: str, read: Any) -> Any:
    if not hasattr(request, name):
        setattr(request, name, read())
    return getattr(request, name)
