"""Images that bodies show: stored under the hash of their content, given to everybody who knows it."""

import re
from datetime import timedelta
from hashlib import sha256

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from publishing import images
from publishing.images import DIGITS, SUFFIXES, CleanImage
from publishing.storage import UNFINISHED, WholeFileStorage

FOLDER = "assets"
NAME = re.compile(rf"[0-9a-f]{{{DIGITS}}}\.(?:{'|'.join(SUFFIXES.values())})")
_MARK = f"{FOLDER}/".encode()
_LINK = re.compile(_MARK + rb"(" + NAME.pattern.encode() + rb")(?![0-9a-z])")
# So long after its last byte nobody is still writing a file.
_WRITING = timedelta(minutes=10)
_TYPES = {suffix: f"image/{kind.lower()}" for kind, suffix in SUFFIXES.items()}


def store(image: CleanImage) -> str:
    """The name below the content root."""
    return keep(image.name, image.data)


def keep(name: str, data: bytes) -> str:
    """Stores an image under the name that its content has. Gives the name below the content root."""
    path = f"{FOLDER}/{name}"
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(data))
    return path


def check(name: str, data: bytes) -> None:
    """Of an image that comes with the files and stays as it is.

    Raises:
        BadImage: the name is not that of its content, or it is none that we would take as an upload.
    """
    if not is_named_after(name, data):
        raise images.BadImage("It was changed after it was named: its name is not that of its content.")
    images.check(data, name.rpartition(".")[2])


def is_named_after(name: str, data: bytes) -> bool:
    return sha256(data).hexdigest()[:DIGITS] == name.partition(".")[0]


def names() -> set[str]:
    """All that are stored."""
    try:
        _, found = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return set()
    return {name for name in found if NAME.fullmatch(name)}


def remove_unfinished() -> None:
    """Removes what is left of images whose process was killed while it stored them."""
    if not isinstance(default_storage, WholeFileStorage):
        # Elsewhere nothing shows before it is whole.
        return
    try:
        _, found = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return
    for path in (f"{FOLDER}/{name}" for name in found if name.endswith(UNFINISHED)):
        try:
            written = default_storage.get_modified_time(path)
        except FileNotFoundError:
            # It was finished a moment ago.
            continue
        if written < timezone.now() - _WRITING:
            default_storage.delete(path)


def named_in(data: bytes) -> set[str]:
    """The names of our images that a text links, without their folder.

    >>> named_in(b"![](../assets/0123456789abcdef0123456789abcdef.png)")
    {'0123456789abcdef0123456789abcdef.png'}
    """
    # Nearly every text links none.
    return {found.decode() for found in _LINK.findall(data)} if _MARK in data else set()


def read(name: str) -> bytes | None:
    """The image of that name; None if it was never here."""
    try:
        with default_storage.open(f"{FOLDER}/{name}") as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None


def address() -> str:
    """Where the images are, up to their names."""
    return reverse("asset", args=["-"]).removesuffix("-")


@require_safe
def asset(request: HttpRequest, name: str) -> FileResponse:
    """Without an account: an image is published with its text, and before that nobody can guess its name."""
    if not NAME.fullmatch(name):
        raise Http404
    try:
        file = default_storage.open(f"{FOLDER}/{name}")
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(
        file,
        content_type=_TYPES[name.rpartition(".")[2]],
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            # The name is the hash of the content.
            "Cache-Control": "public, max-age=31536000, immutable",
        },
    )
