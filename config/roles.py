"""The four roles, as groups of accounts: what each may do."""

from typing import Any

VIEWER, WRITER, EDITOR, ADMINISTRATOR = "Viewer", "Writer", "Editor", "Administrator"

# What each role may do beyond the one before it, by app and model.
_MORE: dict[str, dict[str, list[str]]] = {
    VIEWER: {
        "glossary.entry": ["view"],
        "books.book": ["view"],
        "glossary.category": ["view"],
        "glossary.tag": ["view"],
        "publishing.conflict": ["view"],
    },
    WRITER: {
        "glossary.entry": ["add", "change"],
        "books.book": ["add", "change"],
    },
    EDITOR: {
        "glossary.entry": ["delete", "publish"],
        "books.book": ["delete", "publish"],
        "publishing.conflict": ["change"],
        "publishing.batch": ["view"],
        "sync.run": ["view"],
        "linkcheck.checkedlink": ["view"],
        # To add a run is to start a check.
        "linkcheck.linkrun": ["add"],
        # To add an upload is to import files.
        "sync.upload": ["add"],
    },
    ADMINISTRATOR: {
        "glossary.category": ["add", "change", "delete"],
        "glossary.tag": ["delete"],
        # To add a run is to start a sync.
        "sync.run": ["add"],
        "auth.user": ["view", "add", "change", "delete"],
        "auth.group": ["view"],
        "api.token": ["view", "add", "delete"],
        "auditing.event": ["view"],
        "webhooks.endpoint": ["view", "add", "change", "delete"],
        # To change a delivery is to send it again.
        "webhooks.delivery": ["view", "change"],
    },
}


def establish(apps: Any) -> None:
    """Makes the groups, and gives each what it lacks; what somebody added to one stays.

    Permissions are made here as well, because Django makes them only after the last migration. apps: a registry with
    `auth` and `contenttypes`, that of a migration or of the running site.
    """
    permissions: list[Any] = []
    for role, models in _MORE.items():
        permissions += [_permission(apps, name, verb) for name, verbs in models.items() for verb in verbs]
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=role)
        group.permissions.add(*permissions)


def _permission(apps: Any, name: str, verb: str) -> Any:
    label, _, model = name.partition(".")
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label=label, model=model)
    found, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename=f"{verb}_{model}", defaults={"name": f"Can {verb} {model}"}
    )
    return found
