"""After an upgrade, what readers get is made anew."""

from collections.abc import Callable
from io import StringIO

import orjson
import pytest
from django.core.management import CommandError, call_command

from glossary.editing import publish_entry, save_entry
from publishing import publish, rebuilding, standing, storing
from publishing.models import Change, Facet, Item, Published, Revision
from tests.publishing.conftest import document

pytestmark = pytest.mark.django_db

Entry = Callable[..., Item]


def make_old() -> None:
    """As another version of the code left it."""
    Published.objects.update(payload_version=0, payload=b'{"old":true}', summary=b"{}", etag='"old"', present="|old|")
    Facet.objects.update(name="old")


def test_payload_etag_and_facets_are_renewed_and_nothing_else(entry: Entry) -> None:
    for number in range(5):
        entry(f"Term {number}", tags='["a"]')
    before = list(Published.objects.order_by("id").values())
    facets = sorted(Facet.objects.values_list("item", "name", "value", "label"))
    make_old()
    assert rebuilding.outdated() == 5
    assert [batch.renewed for batch in rebuilding.rebuild(size=2)] == [2, 2, 1]
    assert list(Published.objects.order_by("id").values()) == before
    assert sorted(Facet.objects.values_list("item", "name", "value", "label")) == facets
    assert (Revision.objects.count(), Change.objects.count()) == (5, 5)


def test_a_new_version_changes_the_etag(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    item = entry()
    old = Published.objects.get().etag
    for module in (publish, storing, rebuilding):
        monkeypatch.setattr(module, "PAYLOAD_VERSION", publish.PAYLOAD_VERSION + 1)
    out = StringIO()
    call_command("rebuild_published", stdout=out)
    assert out.getvalue() == "1 renewed.\n"
    assert Published.objects.get().etag != old
    call_command("rebuild_published", stdout=out)
    assert out.getvalue() == "1 renewed.\n"
    assert item.revision == 1


def test_the_published_text_is_taken_and_not_the_draft(entry: Entry, edited: Entry) -> None:
    item = entry(body="Published.")
    edited(item, "Another title", body="Draft.")
    make_old()
    list(rebuilding.rebuild())
    payload = orjson.loads(bytes(Published.objects.get().payload))
    assert (payload["title"], payload["briefDefinition"], payload["version"]) == ("Black box", "Published.", 1)


def test_what_is_published_while_we_read_is_left_alone(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    item = entry()
    make_old()
    real = standing.read

    def read_slowly(*args: object) -> object:
        save_entry(document(body="Newer."), item=item, base_revision=1, publish=True)
        monkeypatch.setattr("publishing.rebuilding.read", real)
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("publishing.rebuilding.read", read_slowly)
    assert [batch.renewed for batch in rebuilding.rebuild()] == [0]
    assert orjson.loads(bytes(Published.objects.get().payload))["briefDefinition"] == "Newer."


def test_a_text_the_new_code_refuses_keeps_what_readers_have(entry: Entry) -> None:
    item = entry()
    other = entry("White box")
    make_old()
    Item.objects.filter(pk=item.pk).update(path="../nowhere.md")
    err = StringIO()
    with pytest.raises(CommandError, match="1 could not be renewed"):
        call_command("rebuild_published", stdout=StringIO(), stderr=err)
    assert '"Black box" (../nowhere.md) was left as it is' in err.getvalue()
    assert bytes(Published.objects.get(item=item).payload) == b'{"old":true}'
    assert orjson.loads(bytes(Published.objects.get(item=other).payload))["title"] == "White box"
    publish_entry(other)
    assert Change.objects.count() == 2
