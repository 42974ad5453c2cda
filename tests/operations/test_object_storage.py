"""LEMMA_MEDIA_URL: uploads in a bucket, against a server that speaks like S3."""

import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from moto.server import ThreadedMotoServer
from pytest_django.fixtures import Settings

from config import media_url
from config.backups import uploads
from config.media_url import read_media_url
from publishing import assets
from tests.operations.test_backups import picture
from tests.test_settings import python


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    found = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    found.start()
    host, port = found.get_host_and_port()
    yield f"http://{host}:{port}"
    found.stop()


@pytest.fixture
def bucket(server: str, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """An empty one, in which uploads lie below a folder."""
    for name, value in {"ACCESS_KEY_ID": "me", "SECRET_ACCESS_KEY": "s3cret", "DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    client = boto3.client("s3", endpoint_url=server)
    client.create_bucket(Bucket="glossary")
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = {**settings.STORAGES, "default": read_media_url(f"s3://glossary/lemma?endpoint={server}")}
    yield "glossary"
    for one in client.list_objects_v2(Bucket="glossary").get("Contents", []):
        client.delete_object(Bucket="glossary", Key=one["Key"])
    client.delete_bucket(Bucket="glossary")


def keys(server: str) -> list[str]:
    found = boto3.client("s3", endpoint_url=server).list_objects_v2(Bucket="glossary")
    return [one["Key"] for one in found.get("Contents", [])]


# --- what is stored ---


def test_a_picture_is_an_object_and_nothing_on_the_disk(bucket: str, server: str, tmp_path: Path) -> None:
    name = assets.store(picture(1))
    assert keys(server) == [f"lemma/{name}"]
    assert not (tmp_path / "media").exists()
    assert assets.read(picture(1).name) == picture(1).data
    assert assets.names() == {picture(1).name}


def test_a_picture_that_is_stored_twice_is_one_object(bucket: str, server: str) -> None:
    image = picture(2)
    assert assets.store(image) == assets.store(image)
    # As when two do it at the same moment, and neither sees the other's.
    default_storage.save(f"assets/{image.name}", default_storage.open(f"assets/{image.name}"))
    assert keys(server) == [f"lemma/assets/{image.name}"]


def test_what_is_not_there_is_not_there(bucket: str, client: Client) -> None:
    assert assets.names() == set()
    assert assets.read(picture(3).name) is None
    assert client.get(f"/media/assets/{picture(3).name}").status_code == 404


def test_readers_get_it_from_lemma_in_a_sandbox(bucket: str, client: Client, db: None) -> None:
    image = picture(4)
    answer = client.get(f"/media/{assets.store(image)}")
    assert answer.getvalue() == image.data
    assert (answer["Content-Type"], answer["Content-Length"]) == ("image/png", str(len(image.data)))
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer["Cache-Control"]
    answer.close()


@pytest.mark.django_db(transaction=True)
def test_backups_have_what_is_in_the_bucket(bucket: str, server: str, settings: Settings, tmp_path: Path) -> None:
    settings.VAR, settings.CONTENT_ROOT = tmp_path / "var", tmp_path / "content"
    settings.CONTENT_ROOT.mkdir()
    name = assets.store(picture(5))
    assert list(uploads.names()) == [name]
    call_command("backup", tmp_path / "lemma.tar.gz", verbosity=0)
    default_storage.delete(name)
    assert keys(server) == []
    call_command("restore", tmp_path / "lemma.tar.gz", discard=True, verbosity=0)
    assert keys(server) == [f"lemma/{name}"]


# --- the setting ---


def test_without_it_uploads_are_files() -> None:
    assert read_media_url("") == {"BACKEND": "publishing.storage.WholeFileStorage"}


def test_its_parts() -> None:
    options = read_media_url("s3://bucket/a/b?endpoint=https://s3.example:9000&region=eu-central-1")["OPTIONS"]
    assert options == {"bucket_name": "bucket", "location": "a/b", "endpoint_url": "https://s3.example:9000",
                       "region_name": "eu-central-1"}  # fmt: skip


@pytest.mark.parametrize(
    "url", ["https://bucket/", "s3:///folder", "s3://b?endpint=x", "s3://k3y:s3cret@bucket/", "s3://k3y:s3cret"]
)
def test_a_bad_url_is_explained_without_being_shown(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"s3://bucket/folder") as caught:
        read_media_url(url)
    assert "s3cret" not in str(caught.value)


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_url, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match=r"django-storages\[s3\]"):
        read_media_url("s3://bucket")


def test_it_costs_nothing_where_it_is_off(tmp_path: Path) -> None:
    code = (
        "import sys, django; django.setup(); from django.core.files.storage import default_storage as there; "
        "there.exists('x'); print([name for name in ('boto3', 'botocore', 'storages', 'redis') if name in sys.modules])"
    )
    run = python(code, LEMMA_VAR=tmp_path, SECRET_KEY="x")
    assert (run.stdout.strip(), run.returncode) == ("[]", 0), run.stderr
    assert "boto3" in sys.modules
