"""Suggestions beside the form of an entry, asked for by the page when it is there."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from glossary.suggesting.suggesting import Draft, Suggested, suggest
from publishing.admin.access import in_background, refused, throttled
from publishing.admin.base import ItemPages, number

# Of all fields together: a longer text is no more about something else.
_LONGEST = 200_000
_LIST = 100


class SuggestionPages(ItemPages):
    def get_urls(self) -> list[URLPattern]:
        view = in_background(self.has_view_permission)(throttled("suggestions", per_minute=60)(self.suggestions))
        name = f"{self.opts.app_label}_{self.opts.model_name}_suggestions"
        return [path("suggestions/", view, name=name), *super().get_urls()]

    def suggestions(self, request: HttpRequest) -> HttpResponse:
        """POST the form as it stands: `title`, `slug`, lists one a line, `brief`, `text`, and `item`."""
        if request.method != "POST":
            return refused(405, "Send the form.", Allow="POST")
        given = request.POST
        if sum(len(value) for values in given.lists() for value in values[1]) > _LONGEST:
            return refused(413, f"Suggestions are made for texts of up to {_LONGEST:,} characters.")

        def text(name: str) -> str:
            return given.get(name, "").replace("\0", " ")

        def lines(name: str) -> list[str]:
            return [line.strip() for line in text(name).split("\n") if line.strip()][:_LIST]

        found = suggest(
            Draft(
                title=text("title")[:300],
                aliases=lines("aliases"),
                tags=lines("tags"),
                related=lines("related"),
                brief=text("brief"),
                text=text("text"),
                slug=text("slug")[:300],
                pk=number(given.get("item")),
            )
        )
        return JsonResponse(
            {
                "related": [self._shown(one) for one in found.related],
                "tags": found.tags,
                "duplicates": [self._shown(one) for one in found.duplicates],
            },
            headers={"Cache-Control": "no-store"},
        )

    def _shown(self, one: Suggested) -> dict[str, Any]:
        reasons = {
            "mentioned": _("The text has its name."),
            "referring": _("It names this entry as related."),
            "alike": _("It is about the same things."),
            "named": _("It has that name."),
        }
        return {
            "pk": one.pk,
            "value": one.slug,
            "label": one.title,
            "why": reasons[one.why],
            "brief": one.brief[:300],
            "address": self.address("change", one.pk),
        }
