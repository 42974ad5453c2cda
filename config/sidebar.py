"""The sidebar of the admin: lists, and how many conflicts wait."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from publishing.models import Conflict


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """As the theme reads it."""
    conflicts = _link("Conflicts", "call_split", "publishing", "conflict")
    if conflicts["permission"](request) and (count := Conflict.objects.filter(resolved_at=None).count()):
        conflicts["badge"] = str(count)
    entries = _link("Entries", "article", "glossary", "entry")
    graph = {**_link("Graph", "hub", "glossary", "entry"), "link": reverse("admin:glossary_entry_whole_graph")}
    # The address of the graph begins like that of the list.
    is_graph = "/graph/" in request.path
    entries["active"] = request.path.startswith(entries["link"]) and not is_graph
    graph["active"] = is_graph
    return [
        {
            "title": "Glossary",
            "items": [
                {"title": "Start", "icon": "home", "link": reverse("admin:index")},
                entries,
                _link("Books", "menu_book", "books", "book"),
                graph,
                _link("Categories", "folder", "glossary", "category"),
                _link("Tags", "sell", "glossary", "tag"),
                {**_link("Health", "monitor_heart", "health", "finding"), "permission": _may("glossary.view_entry")},
                _link("Web links", "link", "linkcheck", "checkedlink"),
                conflicts,
                _link("Batches", "library_add_check", "publishing", "batch"),
                _link("Syncs", "sync", "sync", "run"),
                _link("Import and export", "import_export", "sync", "upload", verb="add"),
            ],
        },
        {
            "title": "People",
            "separator": True,
            "items": [
                _link("Accounts", "person", "auth", "user"),
                _link("Groups", "group", "auth", "group"),
                _link("API tokens", "key", "api", "token"),
                _link("Audit log", "policy", "auditing", "event"),
                _link("Webhooks", "webhook", "webhooks", "endpoint"),
            ],
        },
    ]


def _link(title: str, icon: str, app: str, model: str, *, verb: str = "view") -> dict[str, Any]:
    """A list in the sidebar, for those who may see it, or do what the verb says."""
    return {
        "title": title,
        "icon": icon,
        "link": reverse(f"admin:{app}_{model}_changelist"),
        "permission": _may(f"{app}.{verb}_{model}"),
    }


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)
