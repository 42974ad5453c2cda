"""The preview and the upload of the Markdown field, with what nobody should send them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from publishing import archive, assets, images
from publishing.admin.markdown import PREVIEW_LIMIT
from publishing.models import Item

PREVIEW = "/admin/markdownx/markdownify/"
UPLOAD = "/admin/markdownx/upload/"


@pytest.fixture(autouse=True)
def media(tmp_path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def picture(kind: str = "PNG", size: tuple[int, int] = (4, 3), mode: str = "RGB", **options) -> bytes:
    output = io.BytesIO()
    Image.new(mode, size, "red" if mode != "L" else 100).save(output, kind, **options)
    return output.getvalue()


def upload(client: Client, data: bytes, name: str = "cat.png", content_type: str = "image/png"):
    return client.post(UPLOAD, {"image": SimpleUploadedFile(name, data, content_type)})


def stored() -> list[str]:
    folder = default_storage.path("assets")
    try:
        return default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return []


class TestDoors:
    @pytest.mark.parametrize("address", [PREVIEW, UPLOAD])
    def test_strangers_are_refused_without_a_redirect(self, db, address: str) -> None:
        assert Client().post(address, {"content": "a"}).status_code == 401

    @pytest.mark.parametrize("address", [PREVIEW, UPLOAD])
    def test_who_may_not_write_is_refused(self, person: Callable[..., User], address: str) -> None:
        client = Client()
        client.force_login(person("bob", "view_entry", "view_book"))
        assert client.post(address, {"content": "a"}).status_code == 403

    @pytest.mark.parametrize("permission", ["add_entry", "change_entry", "add_book", "change_book"])
    def test_who_may_write_anything_may_preview(self, person: Callable[..., User], permission: str) -> None:
        client = Client()
        client.force_login(person("bob", permission))
        assert client.post(PREVIEW, {"content": "a"}).status_code == 200

    @pytest.mark.parametrize("address", [PREVIEW, UPLOAD])
    def test_only_posts_with_their_token_count(self, client: Client, editor: User, address: str) -> None:
        assert client.get(address).status_code == 405
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(editor)
        assert strict.post(address, {"content": "a"}).status_code == 403

    def test_a_flood_is_slowed_down(self, client: Client) -> None:
        answers = [upload(client, b"x").status_code for _ in range(31)]
        assert answers[:30] == [400] * 30
        assert answers[30] == 429


class TestPreview:
    def test_it_is_what_readers_get(self, client: Client) -> None:
        response = client.post(PREVIEW, {"content": "A **bold** claim.\r\n\r\n- one\r\n- two"})
        assert response.content.decode() == (
            "<p>A <strong>bold</strong> claim.</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
        )
        assert response.headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize(
        "text",
        [
            "<script>alert(1)</script>",
            '<img src=x onerror="alert(1)">',
            "[a](javascript:alert(1))",
            '<a href="jav&#x09;ascript:alert(1)">a</a>',
            "![a](data:image/svg+xml;base64,PHN2Zz4=)",
            "<svg onload=alert(1)>",
            "<iframe src=https://example.org></iframe>",
            '<form action="https://example.org"><input name=a></form>',
            "<style>body{display:none}</style>",
            '<meta http-equiv="refresh" content="0">',
        ],
    )
    def test_nothing_that_runs_comes_through(self, client: Client, text: str) -> None:
        html = client.post(PREVIEW, {"content": text}).content.decode().lower()
        for word in (
            "<script",
            "onerror",
            "javascript:",
            "data:",
            "onload",
            "<iframe",
            "<form",
            "<style",
            "<meta",
            "<svg",
        ):
            assert word not in html

    @pytest.mark.parametrize("bomb", ["[", "*", "`", ">", "[a](", "<", "![", "~", "|"])
    def test_bombs_are_quick(self, client: Client, bomb: str) -> None:
        text = bomb * (20_000 // len(bomb))
        assert client.post(PREVIEW, {"content": text}).status_code == 200

    def test_a_text_that_is_too_long_is_refused(self, client: Client) -> None:
        assert client.post(PREVIEW, {"content": "a" * (PREVIEW_LIMIT + 1)}).status_code == 413
        assert client.post(PREVIEW, {}).status_code == 400

    def test_a_stored_picture_is_shown(self, client: Client) -> None:
        name = upload(client, picture()).json()["name"]
        html = client.post(PREVIEW, {"content": f"![cat](../../{name})"}).content.decode()
        assert f'src="/media/{name}"' in html


class TestUpload:
    @pytest.mark.parametrize(("kind", "suffix"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp")])
    def test_a_picture_is_stored_under_its_hash(self, client: Client, kind: str, suffix: str) -> None:
        answer = upload(client, picture(kind), f"cat.{suffix}").json()
        assert answer["name"].endswith(f".{suffix}")
        assert (answer["width"], answer["height"]) == (4, 3)
        assert upload(client, picture(kind), f"other-name.{suffix}").json() == answer
        assert len(stored()) == 1
        response = Client().get(f"/media/{answer['name']}")
        assert response.status_code == 200
        assert response.headers["Content-Type"] == f"image/{kind.lower()}"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response.headers["Content-Security-Policy"]

    def test_folders_and_type_of_the_upload_do_not_count(self, client: Client) -> None:
        answer = upload(client, picture("PNG"), "../../photo.png", "text/html").json()
        assert assets.NAME.fullmatch(answer["name"].removeprefix("assets/"))

    @pytest.mark.parametrize("name", ["evil.html", "x.svg", "x.php", "cat.png.exe", "x.PHP", "a.heic"])
    def test_a_name_of_something_else_is_refused_whatever_it_holds(self, client: Client, name: str) -> None:
        response = upload(client, picture("PNG"), name)
        assert response.status_code == 400
        assert "no image we take" in response.json()["message"]
        assert stored() == []

    def test_fifty_megabytes_are_refused(self, client: Client) -> None:
        response = upload(client, picture() + b"\0" * (50 * 2**20), "x.png")
        assert response.status_code == 400
        assert "5 MB" in response.json()["message"]
        assert stored() == []

    @pytest.mark.parametrize(
        ("data", "name", "content_type"),
        [
            (b"<html><script>alert(1)</script></html>", "x.gif", "image/gif"),
            (b"GIF89a<script>alert(1)</script>", "x.gif", "image/gif"),
            (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "x.svg", "image/svg+xml"),
            (picture("PNG")[:40], "x.png", "image/png"),
            (picture("JPEG", (200, 200))[:300], "x.jpg", "image/jpeg"),
            (picture("TIFF"), "x.png", "image/png"),
            (picture("BMP"), "x.png", "image/png"),
            (b"", "x.png", "image/png"),
            (b"%PDF-1.4", "x.png", "image/png"),
        ],
        ids=["html-as-gif", "gif-head", "svg", "cut-png", "cut-jpeg", "tiff", "bmp", "empty", "pdf"],
    )
    def test_what_is_no_picture_is_refused(self, client: Client, data: bytes, name: str, content_type: str) -> None:
        response = upload(client, data, name, content_type)
        assert response.status_code == 400
        assert response.json()["message"]
        assert stored() == []

    def test_a_bomb_of_a_hundred_megapixels_is_refused_unread(self, client: Client) -> None:
        def chunk(kind: bytes, body: bytes) -> bytes:
            return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

        head = chunk(b"IHDR", struct.pack(">IIBBBBB", 10_000, 10_000, 8, 0, 0, 0, 0))
        rows = chunk(b"IDAT", zlib.compress(b"\0" * 10_001 * 10_000, 9))
        bomb = b"\x89PNG\r\n\x1a\n" + head + rows + chunk(b"IEND", b"")
        response = upload(client, bomb)
        assert response.status_code == 400
        assert "million pixels" in response.json()["message"]
        assert stored() == []

    def test_a_file_that_is_too_large_is_refused(self, client: Client) -> None:
        response = upload(client, picture() + b"\0" * images.BYTES)
        assert response.status_code == 400
        assert "MB" in response.json()["message"]

    def test_an_animation_of_a_thousand_frames_is_refused(self, client: Client) -> None:
        frames = [Image.new("L", (2, 2), shade % 250) for shade in range(1000)]
        output = io.BytesIO()
        frames[0].save(output, "GIF", save_all=True, append_images=frames[1:])
        assert "frames" in upload(client, output.getvalue(), "x.gif").json()["message"]

    def test_a_short_animation_stays_one(self, client: Client) -> None:
        frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "green", "blue")]
        output = io.BytesIO()
        frames[0].save(output, "GIF", save_all=True, append_images=frames[1:], duration=50)
        name = upload(client, output.getvalue(), "x.gif").json()["name"]
        with Image.open(default_storage.open(name)) as image:
            assert getattr(image, "n_frames", 1) == 3

    def test_where_and_with_what_it_was_taken_is_taken_out_and_the_picture_turned(self, client: Client) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        exif[0x010F] = "Camera of Ada"
        exif.get_ifd(0x8825)[1] = "N"
        data = picture("JPEG", (40, 20), exif=exif, comment=b"at home")
        assert b"Camera of Ada" in data
        answer = upload(client, data, "x.jpg").json()
        assert (answer["width"], answer["height"]) == (20, 40)
        written = default_storage.open(answer["name"]).read()
        assert b"Camera of Ada" not in written
        assert b"at home" not in written
        assert b"Exif" not in written

    def test_what_hangs_behind_a_picture_is_cut_off(self, client: Client) -> None:
        name = upload(client, picture() + b"<script>alert(1)</script>").json()["name"]
        assert b"script" not in default_storage.open(name).read()

    @pytest.mark.parametrize(
        "name", ["x.png", "..%2f..%2fsecret-key", "a" * 32 + ".svg", "a" * 32 + ".png", "A" * 32 + ".png", "%00.png"]
    )
    def test_nothing_else_is_given_out(self, db, name: str) -> None:
        assert Client().get(f"/media/assets/{name}").status_code == 404


@pytest.mark.parametrize(
    ("kind", "name", "remedy"),
    [
        ("PNG", "cat.jpg", "but this is a PNG image. Let it end in .png"),
        ("PNG", "cat.jpeg", "but this is a PNG image. Let it end in .png"),
        ("GIF", "cat.webp", "but this is a GIF image. Let it end in .gif"),
        ("JPEG", "cat.PNG", "but this is a JPEG image. Let it end in .jpg"),
    ],
)
def test_a_picture_under_the_name_of_another_kind_is_refused(client: Client, kind: str, name: str, remedy: str) -> None:
    response = upload(client, picture(kind), name)
    assert response.status_code == 400
    assert remedy in response.content.decode()
    assert stored() == []


@pytest.mark.parametrize("name", ["cat.jpg", "cat.JPEG", "cat.jpe", "cat.jfif", "cat"])
def test_all_the_names_of_a_kind_are_taken(client: Client, name: str) -> None:
    assert upload(client, picture("JPEG"), name).json()["name"].endswith(".jpg")


def test_an_upload_that_ends_half_way_leaves_nothing_under_its_name(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("publishing.storage.os.replace", fail)
        answer = upload(client, picture())
    assert answer.status_code == 503
    assert "No space" in answer.json()["message"]
    assert default_storage.listdir("assets") == ([], [])
    assert upload(client, picture()).status_code == 200
    assert len(assets.names()) == 1


def test_a_download_has_the_pictures_that_its_texts_link(client: Client, make_entry: Callable[..., Item]) -> None:
    names = [upload(client, picture(size=size)).json()["name"] for size in ((4, 3), (5, 3), (6, 3))]
    lost = "f" * 32
    make_entry(
        f"---\ntitle: Box\nslug: box\n---\n\n![a](../{names[0]}) <img src=../{names[1]}> ![c](../assets/{lost}.png)\n",
        publish=True,
    )
    with zipfile.ZipFile(archive.of_all()) as found:
        assert found.namelist() == ["terms/box.md", *sorted(names[:2])]
        assert found.read(names[0]) == default_storage.open(names[0]).read()


def test_the_packages_own_addresses_are_not_there(client: Client) -> None:
    assert client.post("/markdownx/upload/").status_code == 404
    assert client.post("/markdownx/markdownify/").status_code == 404
    assert settings.MARKDOWNX_MARKDOWNIFY_FUNCTION == "documents.markdown.render"
