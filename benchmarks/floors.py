"""The least that anybody needs: the same files, without Lemma."""

import os
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from io import StringIO
from pathlib import Path

import frontmatter
from ruamel.yaml import YAML


def texts(root: Path) -> Iterator[bytes]:
    """Every file, read."""
    for folder in ("terms", "books"):
        with os.scandir(root / folder) as files:
            for file in files:
                with open(file.path, "rb", buffering=0) as stream:
                    yield stream.readall()


def read_and_hash(root: Path) -> None:
    for data in texts(root):
        sha256(data).hexdigest()


def read_and_parse(root: Path) -> None:
    """Reading and python-frontmatter, whose YAML handler takes the C loader."""
    for data in texts(root):
        frontmatter.loads(data.decode())


def write(source: Path, target: Path, *, safely: bool) -> None:
    """Copies the files; `safely` by a file beside each, fsync and rename, with an fsync of the folder at the end."""
    for folder in ("terms", "books"):
        (target / folder).mkdir(parents=True)
        with os.scandir(source / folder) as files:
            for file in files:
                data = Path(file.path).read_bytes()
                path = f"{target}/{folder}/{file.name}"
                if safely:
                    _write_safely(path, data)
                else:
                    with open(path, "wb", buffering=0) as stream:
                        stream.write(data)
        if safely:
            descriptor = os.open(target / folder, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)


def _write_safely(path: str, data: bytes) -> None:
    with open(f"{path}.tmp", "wb", buffering=0) as stream:
        stream.write(data)
        os.fsync(stream.fileno())
    os.replace(f"{path}.tmp", path)


def make_repository(root: Path) -> None:
    """A git repository with everything in it committed."""
    _git(root, "init", "--quiet")
    _git(root, "add", "--all")
    _git(root, "commit", "--quiet", "--message", "All")


def commit(root: Path, paths: list[str]) -> None:
    _git(root, "add", "--", *paths)
    _git(root, "commit", "--quiet", "--message", "Some")


def _git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Bench", "-c", "user.email=bench@localhost"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def edit_with_ruamel(data: bytes, title: str) -> bytes:
    """A new title, by a round trip of the front matter through ruamel.yaml."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 100_000
    opening, front, body = data.decode().split("---\n", 2)
    values = yaml.load(front)
    values["title"] = title
    written = StringIO()
    yaml.dump(values, written)
    return f"{opening}---\n{written.getvalue()}---\n{body}".encode()
