"""The saved text as a page, and secret addresses for people without an account."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from publishing import sharing
from publishing.models import Item, Share
from tests.admin.conftest import Page

DRAFT = (
    "---\ntitle: Black box\nslug: black-box\nrelated: [generative-ai, nothing-yet]\ntags: [x]\nstatus: draft\n---\n\n"
    "Before.\n\n# Brief Definition\nA **box**. [In](generative-ai.md) and [out](https://example.org/).\n"
)


@pytest.fixture
def draft(make_entry: Callable[..., Item], generative_ai: Item) -> Item:
    return make_entry(DRAFT)


def at(item: Item, page: str) -> str:
    return Page.address(item).replace("change", page)


def share(client: Client, item: Item, days: str = "7") -> str:
    client.post(at(item, "share"), {"days": days})
    return f"/preview/{sharing.token(Share.objects.latest('pk'))}/"


class TestPage:
    def test_a_draft_is_shown_as_a_page(self, client: Client, draft: Item) -> None:
        shown = client.get(at(draft, "page")).content.decode()
        for text in (
            "<h1>Black box</h1>",
            "Before.",
            "<h2>Brief Definition</h2>",
            "<strong>box</strong>",
            "Generative AI",
        ):
            assert text in shown
        assert "nothing-yet <small>not written yet</small>" in shown

    def test_a_link_to_another_file_is_shown_and_leads_nowhere(self, client: Client, draft: Item) -> None:
        shown = client.get(at(draft, "page")).content.decode()
        assert '<a class="file"' in shown
        assert 'href="generative-ai.md"' not in shown
        assert 'href="https://example.org/"' in shown

    def test_a_book_has_a_page_too(self, client: Client, make_book: Callable[..., Item]) -> None:
        book = make_book("---\ntitle: Boxes\nslug: boxes\nauthors: [Ada]\n---\n\nAbout *boxes*.\n")
        shown = client.get(at(book, "page")).content.decode()
        assert "<em>boxes</em>" in shown
        assert "Ada" in shown

    @pytest.mark.parametrize(("theme", "written"), [("dark", True), ("light", True), ("<script>", False), ("", False)])
    def test_light_and_dark_can_be_chosen(self, client: Client, draft: Item, theme: str, written: bool) -> None:
        shown = client.get(at(draft, "page"), {"theme": theme}).content.decode()
        assert (f'data-theme="{theme}"' in shown) == written
        assert "<script" not in shown

    def test_the_preview_frames_it(self, client: Client, draft: Item) -> None:
        shown = client.get(at(draft, "preview"), {"width": "phone", "theme": "dark"}).content.decode()
        assert "lemma-frame-phone" in shown
        assert f'src="{at(draft, "page")}?theme=dark"' in shown


class TestSecretAddress:
    def test_whoever_has_it_can_read(self, client: Client, draft: Item) -> None:
        response = Client().get(share(client, draft))
        assert response.status_code == 200
        assert "<h1>Black box</h1>" in response.content.decode()

    def test_nobody_keeps_passes_on_or_indexes_it(self, client: Client, draft: Item) -> None:
        response = Client().get(share(client, draft))
        assert response["Cache-Control"] == "private, no-store"
        assert response["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response["X-Robots-Tag"]
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert "Set-Cookie" not in response

    def test_it_shows_what_is_saved_later(self, client: Client, draft: Item, page: Page) -> None:
        address = share(client, draft)
        form = page.open(draft)
        form["title"] = "White box"
        page.send(draft, form)
        assert "<h1>White box</h1>" in Client().get(address).content.decode()

    def test_it_ends_by_its_time(self, client: Client, draft: Item) -> None:
        address = share(client, draft)
        Share.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert Client().get(address).status_code == 404

    def test_it_ends_by_hand(self, client: Client, draft: Item) -> None:
        address = share(client, draft)
        client.post(at(draft, "share"), {"end": str(Share.objects.get().pk)})
        assert Client().get(address).status_code == 404

    def test_it_ends_when_the_text_is_published(self, client: Client, draft: Item, page: Page) -> None:
        address = share(client, draft)
        page.send(draft, page.open(draft), "_publish")
        response = Client().get(address)
        assert response.status_code == 404
        assert "has ended" in response.content.decode()

    def test_it_ends_when_the_item_is_deleted(self, client: Client, draft: Item, page: Page) -> None:
        address = share(client, draft)
        page.client.post(at(draft, "delete"), {"base_revision": "1"})
        assert Client().get(address).status_code == 404

    @pytest.mark.parametrize("way", ["closed", "out of the admin", "deleted"])
    def test_it_ends_with_the_account_that_made_it(self, client: Client, draft: Item, way: str) -> None:
        maker = User.objects.create_superuser("grace")
        client.force_login(maker)
        address = share(client, draft)
        assert Client().get(address).status_code == 200
        if way == "closed":
            User.objects.filter(pk=maker.pk).update(is_active=False)
        elif way == "out of the admin":
            User.objects.filter(pk=maker.pk).update(is_staff=False)
        else:
            maker.delete()
        assert Client().get(address).status_code == 404

    def test_none_can_be_made_up(self, client: Client, draft: Item) -> None:
        address = share(client, draft)
        for wrong in ("x", "MQ", address[9:-2], address[9:-1] + "x", "1:1:1", "é"):
            assert Client().get(f"/preview/{wrong}/").status_code == 404

    def test_one_of_another_item_is_not_taken_back_here(self, client: Client, draft: Item, generative_ai: Item) -> None:
        share(client, draft)
        client.post(at(generative_ai, "share"), {"end": str(Share.objects.get().pk)})
        assert Share.objects.exists()

    @pytest.mark.parametrize("days", ["0", "365", "-1", "x", ""])
    def test_it_lasts_as_long_as_is_offered(self, client: Client, draft: Item, days: str) -> None:
        client.post(at(draft, "share"), {"days": days})
        assert not Share.objects.exists()

    def test_only_reading_is_possible(self, client: Client, draft: Item) -> None:
        response: Any = Client().post(share(client, draft))
        assert response.status_code == 405


def test_nothing_runs_on_the_page(client: Client, make_entry: Callable[..., Item]) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    item = make_entry(
        f"---\ntitle: '{evil}'\nslug: evil\ntags: ['{evil}']\naliases: ['{evil}']\nrelated: ['{evil}']\n"
        f"category: '{evil}'\nexternalLinks:\n  - url: https://a.example/\n    title: '{evil}'\n"
        f"    description: '{evil}'\n---\n\n# {evil}\n{evil}\n\n[a](javascript:alert(3)) "
        "<a href='java&#10;script:x'>b</a>\n"
    )
    shown = client.get(at(item, "page")).content.decode()
    assert "<script" not in shown
    # Where it stands, it is text: what follows it is no tag of ours.
    assert "<img src=x onerror" not in shown
    assert 'onerror="' not in shown
    assert "javascript:" not in shown
    assert "script:x" not in shown
