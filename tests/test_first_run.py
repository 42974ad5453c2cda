import re
import socket
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from publishing.models import Item

pytestmark = pytest.mark.django_db


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield int(server.getsockname()[1])


@pytest.fixture
def content(tmp_path: Path, settings: Settings) -> Path:
    """A content folder of one entry."""
    (tmp_path / "terms").mkdir()
    (tmp_path / "terms" / "black-box.md").write_text("---\ntitle: Black box\nslug: black-box\n---\n")
    settings.CONTENT_ROOT = tmp_path
    return tmp_path


def first_run(port: int) -> str:
    output = StringIO()
    call_command("first_run", port=port, stdout=output, stderr=output)
    return output.getvalue()


def password_in(output: str) -> str:
    found = re.search(r"with the password (\S+)", output)
    assert found, output
    return found[1]


def test_it_says_where_admin_and_api_are(content: Path, port: int) -> None:
    output = first_run(port)
    assert f"http://127.0.0.1:{port}/admin/" in output
    assert f"http://127.0.0.1:{port}/api/v1/" in output


def test_the_printed_password_opens_the_admin(content: Path, port: int, client: Client) -> None:
    password = password_in(first_run(port))
    answer = client.post("/admin/login/?next=/admin/", {"username": "editor", "password": password})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


def test_the_password_is_shown_only_once(content: Path, port: int) -> None:
    password = password_in(first_run(port))
    second = first_run(port)
    assert "password" not in second
    assert password not in second
    assert get_user_model().objects.count() == 1


def test_no_account_is_made_where_somebody_has_one(content: Path, port: int) -> None:
    get_user_model().objects.create_user("ada")
    assert "password" not in first_run(port)
    assert [user.get_username() for user in get_user_model().objects.all()] == ["ada"]


def test_a_port_in_use_is_named_before_anything_is_done(content: Path, taken_port: int) -> None:
    with pytest.raises(CommandError, match=f"Port {taken_port} is in use.*make run PORT={taken_port + 1}"):
        first_run(taken_port)
    assert not get_user_model().objects.exists()
    assert not Item.objects.exists()


def test_an_empty_database_is_filled_with_the_sample_content(port: int) -> None:
    first_run(port)
    assert Item.objects.filter(kind="entry").count() == 29
    assert Item.objects.filter(kind="book").count() == 14


def test_content_is_imported_only_once(content: Path, port: int) -> None:
    first_run(port)
    (content / "terms" / "later.md").write_text("---\ntitle: Later\nslug: later\n---\n")
    first_run(port)
    assert [item.slug for item in Item.objects.all()] == ["black-box"]


def test_a_bad_file_does_not_keep_the_server_from_starting(content: Path, port: int) -> None:
    (content / "terms" / "bad.md").write_text("---\ntitle: [\n---\n")
    output = first_run(port)
    assert "bad.md" in output
    assert "Nothing was imported: 1 bad." in output
    assert "the next `make run` tries again" in output
    assert password_in(output)


def test_a_file_that_was_mended_is_there_at_the_next_start(content: Path, port: int) -> None:
    (content / "terms" / "bad.md").write_text("---\ntitle: [\n---\n")
    first_run(port)
    assert not Item.objects.exists()
    (content / "terms" / "bad.md").write_text("---\ntitle: Bad\nslug: bad\n---\n")
    first_run(port)
    assert sorted(item.slug for item in Item.objects.all()) == ["bad", "black-box"]
