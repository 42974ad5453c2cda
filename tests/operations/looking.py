"""What people and programs get of a glossary, asked at every door: for comparing the answers of two releases.

Also run by the code of older ones: `python -P looking.py SECRETS`, with what `some_time.py` printed.
"""

import json
import sys
from typing import Any
from urllib.parse import quote

WORDS = ("transformer", "vector", "neural", "learning", "lerning", "descent", "nowhere", "advanced")


def main() -> None:
    import django

    django.setup()
    from django.contrib.auth import authenticate
    from django.contrib.auth.models import User
    from django.http import HttpRequest
    from django.test import Client

    from publishing import sharing
    from publishing.models import Autosave, Conflict, Item, Review, Revision, Schedule

    secrets = json.loads(sys.argv[1])
    client = Client(headers={"host": "localhost"})

    def get(path: str, **headers: str) -> tuple[int, str]:
        answer = client.get(path, headers=headers)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        return answer.status_code, body.decode(errors="surrogateescape")

    def told(path: str, **headers: str) -> Any:
        status, body = get(path, **headers)
        return json.loads(body) if status == 200 else status

    items = list(Item.objects.order_by("kind", "slug"))
    kinds = {"entry": "entries", "book": "books"}
    addresses = {item: f"/api/v1/{kinds[item.kind]}/{quote(item.slug)}" for item in items}
    bearer = {"authorization": f"Bearer {secrets['token']}"}
    shared = sharing.shared(secrets["share"])
    seen = {
        "items": {address: told(f"{address}/") for address in addresses.values()},
        "files": {address: get(f"{address}.md") for address in addresses.values()},
        "drafts": {address: told(f"{address}/?draft=true", **bearer) for address in addresses.values()},
        "lists": {kind: told(f"/api/v1/{kind}/?pageSize=100")["results"] for kind in kinds.values()},
        "facets": told("/api/v1/categories/"),
        "old names": get("/api/v1/entries/gradient-descent/")[0],
        "changes": told("/api/v1/changes/?pageSize=100")["results"],
        "export": get("/api/v1/export.ndjson")[1].count("\n"),
        "found": {
            word: sorted(hit["slug"] for hit in told(f"/api/v1/search/?pageSize=100&q={word}")["results"])
            for word in WORDS
        },
        "picture": get(f"/media/{secrets['picture']}")[0],
        "people": [
            [user.username, user.email, user.is_superuser, sorted(group.name for group in user.groups.all())]
            for user in User.objects.order_by("username")
        ],
        "passwords": [
            authenticate(HttpRequest(), username=name, password=f"a password of {name.capitalize()}") is not None
            for name in ("ada", "ed")
        ],
        "may": {
            name: User.objects.get(username="ed").has_perm(name)
            for name in ("glossary.publish_entry", "glossary.delete_entry", "auth.change_user")
        },
        "shared": shared.slug if shared else None,
        "histories": [
            [each.item.slug, each.number, each.message, each.author_name, each.created_at.isoformat()]
            for each in Revision.objects.select_related("item").order_by("pk")
        ],
        "waiting": [
            [type(each).__name__, each.item.slug if each.item else ""]
            for model in (Schedule, Review, Conflict, Autosave)
            for each in model.objects.select_related("item").order_by("pk")
        ],
    }  # fmt: skip
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
