"""How the admin looks: its name and its sidebar."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy


def _link(title: str, icon: str, app: str, model: str) -> dict[str, Any]:
    """A list in the sidebar, for those who may see it."""
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": _may_view(f"{app}.view_{model}"),
    }


def _may_view(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


UNFOLD = {
    "SITE_TITLE": "Lemma",
    "SITE_HEADER": "Lemma",
    "SITE_SYMBOL": "menu_book",
    # The page for visitors is the front end's, elsewhere.
    "SITE_URL": None,
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": "Glossary",
                "items": [
                    _link("Entries", "article", "glossary", "entry"),
                    _link("Books", "menu_book", "books", "book"),
                    _link("Categories", "folder", "glossary", "category"),
                    _link("Tags", "sell", "glossary", "tag"),
                ],
            },
            {
                "title": "People",
                "separator": True,
                "items": [
                    _link("Accounts", "person", "auth", "user"),
                    _link("Groups", "group", "auth", "group"),
                ],
            },
        ],
    },
}
