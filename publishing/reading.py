"""An entry or a book as a page, as its readers might see it. For previews; the real pages are a front end's."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from documents import Document, DocumentError, parse
from publishing import kinds, names, sharing
from publishing.models import Item
from publishing.rendering import standalone

_HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff",
    # Pictures of other hosts are not fetched: looking at a draft must not tell others of it.
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; frame-ancestors 'self'; form-action 'none'; "
        "base-uri 'none'"
    ),
}
THEMES = ("light", "dark")


@require_safe
def shared_page(request: HttpRequest, token: str) -> HttpResponse:
    """What a secret address shows."""
    item = sharing.shared(token)
    if item is None:
        return _headed(render(request, "lemma/reading/ended.html", {"title": _("This address has ended")}, status=404))
    return page(request, item)


def page(request: HttpRequest, item: Item) -> HttpResponse:
    """The working text of an item, by itself; `?theme=` fixes light or dark."""
    theme = request.GET.get("theme", "")
    context = {**_shown(item), "theme": theme if theme in THEMES else "", "item": item}
    response = _headed(render(request, "lemma/reading/page.html", context))
    # In the frame of our own preview.
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _headed(response: HttpResponse) -> HttpResponse:
    for name, value in _HEADERS.items():
        response[name] = value
    return response


def _shown(item: Item) -> dict[str, Any]:
    try:
        document = parse(bytes(item.working.data), item.path)
    except DocumentError as error:
        return {"title": item.title, "problem": str(error)}
    reading = kinds.get(item.kind).read(document, item.path)
    if reading.record is None:
        return {"title": item.title, "problem": " ".join(problem.message for problem in reading.problems)}
    said = kinds.get(item.kind).payload(reading.record)
    return {
        "title": reading.record.title,
        "kind": item.kind,
        "said": said,
        "preamble": standalone(document.preamble),
        "sections": _sections(document),
        "references": _references(reading.record),
    }


def _sections(document: Document) -> list[tuple[str, str]]:
    return [(name, standalone(text)) for name, text in zip(document.sections, document.sections.texts(), strict=True)]


def _references(record: Any) -> dict[str, list[tuple[str, bool]]]:
    """By field of the front matter: the titles of what is named, and whether it is written already."""
    kept: dict[str, list[tuple[str, bool]]] = {}
    by_kind: dict[str, set[str]] = {}
    for target in record.targets:
        by_kind.setdefault(target.kind, set()).add(names.key(target.slug))
    titles = {
        kind: dict(Item.objects.of_kind(kind).filter(slug_key__in=keys).values_list("slug_key", "title"))
        for kind, keys in by_kind.items()
    }
    for target in record.targets:
        title = titles[target.kind].get(names.key(target.slug))
        kept.setdefault(target.field, []).append((title or target.slug, title is not None))
    return kept
