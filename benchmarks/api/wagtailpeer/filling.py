"""Makes the pages of what Lemma exports: `python -m benchmarks.api.wagtailpeer.filling EXPORT KEYS`.

KEYS is the file that gets the keys of the pages by slug.
"""

import json
import sys
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command


def main() -> None:
    export, keys = Path(sys.argv[1]), Path(sys.argv[2])
    django.setup()
    call_command("migrate", verbosity=0)

    from django.db import connection
    from wagtail.models import Site

    from benchmarks.api.wagtailpeer.models import Entry

    root = Site.objects.get(is_default_site=True).root_page
    pages: dict[str, Any] = {}
    items = [json.loads(line) for line in export.open("rb")]
    for item in items:
        pages[item["slug"]] = root.add_child(instance=_page(item))
    through = Entry.related.through
    through.objects.bulk_create(
        through(from_entry=pages[item["slug"]], to_entry=pages[slug])
        for item in items
        for slug in dict.fromkeys(item["related"])
        if slug in pages
    )
    call_command("update_index", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    keys.write_text(json.dumps({slug: page.pk for slug, page in pages.items()}))


def _page(item: dict[str, Any]) -> Any:
    from benchmarks.api.wagtailpeer.models import Entry, Link

    page = Entry(
        title=item["title"],
        slug=item["slug"],
        category=item["category"],
        difficulty=item["difficulty"],
        status=item["status"],
        last_updated=item["lastUpdated"],
        names=item["aliases"],
        brief_definition=item["briefDefinition"],
        detailed_explanation=item["detailedExplanation"],
        preamble=item["preamble"],
        key_concepts=item["keyConcepts"],
        common_applications=item["commonApplications"],
        prerequisites=item["prerequisites"],
        sections=item["sections"],
        extra=item["extra"],
        books=item["recommendedBooks"],
    )
    page.tags.add(*item["tags"])
    page.links = [
        Link(**{name: link[name] for name in ("title", "url", "description", "type", "difficulty")})
        for link in item["externalLinks"]
    ]
    return page


if __name__ == "__main__":
    main()
