"""What happens to a glossary in some time: drafts, renames, deletions, conflicts, schedules, reviews, accounts, tokens.

Also run by the code of older releases, and so it calls only what those have: `python -P some_time.py CONTENT`. Prints
what only its owners know.
"""

import json
import sys
from contextlib import suppress
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path


def main() -> None:
    import django

    django.setup()
    from django.contrib.auth.models import Group, User
    from django.core.management import CommandError, call_command
    from django.http import QueryDict
    from django.utils import timezone
    from PIL import Image

    import documents
    from api.models import Token
    from glossary import editing
    from publishing import assets, autosaving, images, reviews, schedule, sharing
    from publishing.models import Conflict, Item

    content = Path(sys.argv[1])
    ada = User.objects.create_superuser("ada", "ada@example.org", "a password of Ada")
    ed = User.objects.create_user("ed", "ed@example.org", "a password of Ed", first_name="Ed", is_staff=True)
    ed.groups.add(Group.objects.get(name="Editor"))
    _, token = Token.objects.make(ed, ["read", "write", "publish"], name="nightly", days=None)

    def item(slug: str) -> Item:
        return Item.objects.select_related("working").get(kind="entry", slug=slug)

    def edit(slug: str, key: str, value: str, *, publish: bool = False) -> Item:
        now = item(slug)
        document = documents.parse(bytes(now.working.data), now.path)
        document[key] = value
        return editing.save_entry(
            document, item=now, base_revision=now.revision, author=ed, message=f"{key} is new", publish=publish
        )

    edit("transformer", "difficulty", "advanced", publish=True)
    edit("embedding", "category", "Not published yet")
    editing.rename_entry(item("gradient-descent"), "way-down", author=ada)
    for slug in ("regularization", "overfitting"):
        editing.delete_entry(item(slug), base_revision=item(slug).revision, author=ada)
    editing.restore_entry(Item.objects.get(slug="overfitting"), 1, author=ada, publish=True)
    editing.unpublish_entry(item("tokenization"), author=ed)
    text = "---\ntitle: Only here\nslug: only-here\n---\n\n# Brief Definition\n\nNowhere else. ![a](../{})\n"
    picture = BytesIO()
    Image.new("RGB", (4, 4), (1, 2, 3)).save(picture, "PNG")
    name = assets.store(images.clean(picture.getvalue()))
    editing.save_entry(documents.parse(text.format(name).encode()), author=ed)
    tomorrow = timezone.now() + timedelta(days=1)
    schedule.publish_at(item("only-here"), tomorrow, author=ed)
    schedule.unpublish_at(item("fine-tuning"), tomorrow, author=ada)
    reviews.submit(item("embedding"), "Please look.", author=ed)
    form = QueryDict(mutable=True)
    form["title"] = "Typed and not saved"
    autosaving.keep(ed, "entry", item("embedding"), window="window-of-ed", form=form, base_revision=1)
    # Both sides change the same field: it waits for a person.
    call_command("sync_content", str(content), stdout=StringIO(), stderr=StringIO())
    edit("word-vector", "title", "Vector of a word")
    file = content / "terms/word-vector.md"
    document = documents.parse(file.read_bytes())
    document["title"] = "A word as a vector"
    file.write_bytes(bytes(document))
    # It ends with 2, since a conflict waits.
    with suppress(CommandError):
        call_command("sync_content", str(content), stdout=StringIO(), stderr=StringIO())
    assert Conflict.objects.filter(resolved_at=None).count() == 1
    share = sharing.token(sharing.share(item("embedding"), 30, ada))
    print(json.dumps({"token": token, "share": share, "picture": name}))


if __name__ == "__main__":
    main()
