"""Who edits, and what: accounts, tokens, entries that all share, a webhook. In a process of its own, since it has its
own database. Run as `python -m benchmarks.load.casting FOLDER EDITORS ADDRESS`.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import content
from benchmarks.load.plans import Cast, Person

_SHARED = 2
# Of each editor, and of the colleague.
_OWN = 8
# So many of five work in the admin; the others by the API.
_IN_THE_ADMIN = 3


def main() -> None:
    folder, count, address = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    import django

    django.setup()
    from publishing.models import Item
    from webhooks import managing
    from webhooks.models import Endpoint

    slugs = [content.entry_slug(number) for number in range((count + 1) * _OWN)]
    people = [_person(number, slugs[number * _OWN : (number + 1) * _OWN]) for number in range(count)]
    shared = [_share(number, people) for number in range(_SHARED)]
    edited = [*shared, *(slug for person in people for slug in person.own)]
    keys = dict(Item.objects.filter(kind="entry", slug__in=edited).values_list("slug", "pk"))
    managing.create(Endpoint(name="Load", address=address, with_item=True))
    cast = Cast(people, keys, shared, slugs[count * _OWN :])
    (folder / "cast.json").write_text(json.dumps(asdict(cast)))


def _person(number: int, own: list[str]) -> Person:
    from django.contrib.auth.models import Group, User

    from api.models import Scope, Token
    from config.roles import EDITOR

    name, password = f"editor-{number}", f"a long password of {number}"
    user: Any = User.objects.create_user(name, f"{name}@example.org", password, is_staff=True)
    user.groups.add(Group.objects.get(name=EDITOR))
    token = ""
    if number % 5 >= _IN_THE_ADMIN:
        _, token = Token.objects.make(user, [Scope.READ, Scope.WRITE, Scope.PUBLISH], name="load", days=None)
    return Person(number, name, password, token, own)


def _share(number: int, people: list[Person]) -> str:
    """An entry with a section for each."""
    import documents
    from glossary.editing import save_entry

    slug = f"shared-{number}"
    sections = "".join(f"\n# {person.section}\n\nNothing yet.\n" for person in people)
    text = f"---\ntitle: Shared {number}\nslug: {slug}\n---\n\n# Brief Definition\n\nOf all.\n{sections}"
    save_entry(documents.parse(text.encode()), publish=True)
    return slug


if __name__ == "__main__":
    main()
