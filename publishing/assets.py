"""Images that bodies show: stored under the hash of their content, given to everybody who knows it."""

import re

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.urls import reverse
from django.views.decorators.http import require_safe

from publishing.images import SUFFIXES, CleanImage

FOLDER = "assets"
NAME = re.compile(rf"[0-9a-f]{{32}}\.(?:{'|'.join(SUFFIXES.values())})")
_MARK = f"{FOLDER}/".encode()
_LINK = re.compile(_MARK + rb"(" + NAME.pattern.encode() + rb")(?![0-9a-z])")
_TYPES = {suffix: f"image/{kind.lower()}" for kind, suffix in SUFFIXES.items()}


def store(image: CleanImage) -> str:
    """The name below the content root."""
    name = f"{FOLDER}/{image.name}"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(image.data))
    return name


def named_in(data: bytes) -> set[str]:
    """The names of our images that a text links, without their folder.

    >>> named_in(b"![](../assets/0123456789abcdef0123456789abcdef.png)")
    {'0123456789abcdef0123456789abcdef.png'}
    """
    # Nearly every text links none.
    return {found.decode() for found in _LINK.findall(data)} if _MARK in data else set()


def read(name: str) -> bytes | None:
    """The image of that name; None if it was never uploaded here."""
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
