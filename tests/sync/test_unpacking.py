"""Uploaded files and zips, the nasty ones above all."""

import io
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from sync import unpacking
from sync.unpacking import BadUpload, Unpacked, unpack

TEXT = b"---\ntitle: Black box\n---\n"


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def unzip(data: bytes, kind: str = "entry") -> Unpacked:
    return unpack([("upload.zip", io.BytesIO(data))], kind)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("terms/black-box.md", "terms/black-box.md"),
        ("glossary-main/terms/ml/black-box.md", "terms/ml/black-box.md"),
        ("books/black-box.md", "books/black-box.md"),
        ("black-box.md", "terms/black-box.md"),
        ("Downloads/black-box.md", "terms/black-box.md"),
        ("terms/ünï-cødé.md", "terms/ünï-cødé.md"),
    ],
)
def test_a_file_finds_its_folder(name: str, path: str) -> None:
    assert unzip(zipped((name, TEXT))).files == {path: TEXT}


def test_a_file_without_a_folder_is_of_the_kind_that_was_chosen() -> None:
    assert set(unpack([("a.md", io.BytesIO(TEXT))], "book").files) == {"books/a.md"}


@pytest.mark.parametrize(
    "name",
    [
        "../evil.md",
        "terms/../../evil.md",
        "/etc/evil.md",
        "C:/evil.md",
        "C:evil.md",
        "terms\\..\\evil.md",
        "..\\evil.md",
        "terms//evil.md",
        "terms/./evil.md",
        f"terms/{'x' * 300}.md",
        "terms/a.md/evil.md",
    ],
)
def test_a_path_that_leads_elsewhere_is_named_and_left(name: str) -> None:
    found = unzip(zipped((name, TEXT), ("terms/good.md", TEXT)))
    assert list(found.files) == ["terms/good.md"]
    assert len(found.problems) == 1


@pytest.mark.parametrize("name", ["terms/a\nb.md", "terms/a\x07.md"])
def test_control_characters_in_a_name_do_no_harm(name: str) -> None:
    found = unzip(zipped((name, TEXT)))
    assert found.files == {}
    assert all(char.isprintable() for where, *_ in [*found.problems, *found.skipped] for char in where)


def test_a_name_that_is_cut_at_a_nul_is_not_believed() -> None:
    data = zipped(("terms/aaaa.md_evil", TEXT)).replace(b"aaaa.md_evil", b"aaaa.md\0evil")
    assert unzip(data).files == {}


@pytest.mark.parametrize(
    "name",
    [
        "terms/README.md",
        "terms/_template.md",
        "terms/.hidden.md",
        "a/picture.png",
        "__MACOSX/terms/._a.md",
        "inner.zip",
    ],
)
def test_what_is_no_content_is_passed_over(name: str) -> None:
    found = unzip(zipped((name, TEXT)))
    assert found.files == {}
    assert found.problems == []
    assert len(found.skipped) == 1


def test_a_symbolic_link_is_not_followed() -> None:
    link = zipfile.ZipInfo("terms/link.md")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    found = unzip(zipped((link, b"/etc/passwd")))
    assert found.files == {}
    assert found.skipped == [("terms/link.md", "symbolic link")]


def test_a_bomb_is_stopped_while_it_unpacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_UNPACKED", 9_000_000)
    data = zipped(*((f"terms/{number}.md", b"0" * 4_000_000) for number in range(50)))
    assert len(data) < 500_000
    with pytest.raises(BadUpload, match="more than 9,000,000 bytes"):
        unzip(data)


def test_a_header_that_lies_about_the_size_is_not_believed() -> None:
    data = bytearray(zipped(("terms/a.md", b"0" * 6_000_000)))
    # In the central directory: the size after unpacking.
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (10).to_bytes(4, "little")
    try:
        found = unzip(bytes(data))
    except BadUpload:
        return
    assert found.files == {}


def test_one_file_that_is_too_large_is_named() -> None:
    found = unzip(zipped(("terms/a.md", b"0" * 5_000_001), ("terms/b.md", TEXT)))
    assert list(found.files) == ["terms/b.md"]
    assert "5,000,000 bytes" in found.problems[0][1]


def test_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_FILES", 3)
    with pytest.raises(BadUpload, match="more than 3 files"):
        unzip(zipped(*((f"terms/{number}.md", TEXT) for number in range(4))))
    monkeypatch.setattr(unpacking, "_MOST_MEMBERS", 3)
    with pytest.raises(BadUpload, match="4 members"):
        unzip(zipped(*((f"{number}.png", TEXT) for number in range(4))))


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all", zipped(("terms/a.md", TEXT))[:-30]])
def test_what_is_no_zip_is_said(data: bytes) -> None:
    with pytest.raises(BadUpload, match="cannot be read"):
        unzip(data)


def test_a_damaged_member_is_named() -> None:
    data = bytearray(zipped(("terms/a.md", TEXT * 20), method=zipfile.ZIP_STORED))
    at = data.index(b"Black box")
    data[at] ^= 1
    found = unzip(bytes(data))
    assert found.files == {}
    assert found.problems[0][1] == "It is damaged."


def test_an_encrypted_member_is_named() -> None:
    data = bytearray(zipped(("terms/a.md", TEXT)))
    for start, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(start) + offset] |= 1
    found = unzip(bytes(data))
    assert found.problems[0][1] == "It is encrypted."


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_would_be_unpacked_at_once_is_not(method: int) -> None:
    """Of these Python makes all bytes before it gives the first: 300 of them become gigabytes."""
    found = unzip(zipped(("terms/a.md", TEXT), ("terms/b.md", TEXT), method=method))
    assert [problem[:2] for problem in found.problems] == [
        (name, "It is packed in a way that is not taken here.") for name in ("terms/a.md", "terms/b.md")
    ]
    assert not found.files


def test_two_files_of_one_name_are_named() -> None:
    found = unzip(zipped(("a/terms/a.md", TEXT), ("b/terms/a.md", b"other")))
    assert found.files == {"terms/a.md": TEXT}
    assert len(found.problems) == 1


def test_what_is_kept_is_what_came(tmp_path: Path) -> None:
    files: dict[str, Any] = {"terms/ünï.md": TEXT, "books/b.md": b"\xef\xbb\xbfa\r\n"}
    assert unpacking.packed(unpacking.pack(files)) == files
