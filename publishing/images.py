"""Uploaded images, decoded and written anew: what is stored is pixels and nothing else.

No metadata (place and camera), no trailing bytes, no format that can run code. The name is the hash of the content, so
that the same picture is stored once.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

BYTES = 5 * 1024 * 1024
PIXELS = 25_000_000
FRAMES = 300
# Of all frames together.
ANIMATION_PIXELS = 60_000_000
SUFFIXES = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp"}
# Of the hash of the content, which is the name.
DIGITS = 32
# Written anew, an image may be larger than what was uploaded; what comes with the files was written anew once.
KEPT_BYTES = 4 * BYTES
# How else files of that kind are called.
_OTHER_SUFFIXES = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg"}


class BadImage(ValueError):
    """Says in a sentence why the image is refused and what to do."""


@dataclass(frozen=True, slots=True)
class CleanImage:
    name: str
    data: bytes
    width: int
    height: int


def clean(data: bytes, suffix: str = "") -> CleanImage:
    """
    Args:
        data: the file; nothing beyond `BYTES + 1` needs to be read.
        suffix: how the file's name ends, without the dot; one without is not held to it.

    Raises:
        BadImage: it is no image we take, broken, too large, or another kind of image than its name says.
    """
    _refuse_large(data, BYTES)
    with _explained(), _opened(data) as image:
        kind = str(image.format)
        if suffix and _OTHER_SUFFIXES.get(suffix, suffix) != SUFFIXES[kind]:
            raise BadImage(
                f"The name ends in .{suffix}, but this is a {kind} image. Let it end in .{SUFFIXES[kind]}, "
                "or save it in the format that you meant."
            )
        output = io.BytesIO()
        if _frames(image) > 1 and kind in ("GIF", "WEBP"):
            _write_animation(image, kind, output)
        else:
            _write(image, kind, output)
        written = output.getvalue()
        with Image.open(io.BytesIO(written)) as check:
            width, height = check.size
    return CleanImage(f"{sha256(written).hexdigest()[:DIGITS]}.{SUFFIXES[kind]}", written, width, height)


def check(data: bytes, suffix: str) -> None:
    """Whether an image can be shown as it is.

    Raises:
        BadImage: it is none of the kind that the suffix says, broken, or too large.
    """
    _refuse_large(data, KEPT_BYTES)
    with _explained(), _opened(data) as image:
        if SUFFIXES[str(image.format)] != suffix:
            raise BadImage(f"The name ends in .{suffix}, but this is a {image.format} image.")
        image.load()


def _refuse_large(data: bytes, limit: int) -> None:
    if len(data) > limit:
        raise BadImage(f"The image has more than {limit // 2**20} MB. Make it smaller.")


@contextmanager
def _explained() -> Iterator[None]:
    """Whatever Pillow says about a file is a BadImage."""
    try:
        with warnings.catch_warnings():
            # Pillow only warns of what it takes for a bomb; the limits below decide.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            yield
    except BadImage:
        raise
    except Image.DecompressionBombError as error:
        raise BadImage(_too_many_pixels()) from error
    except UnidentifiedImageError as error:
        raise BadImage("This is not an image we know. Use PNG, JPEG, GIF or WebP.") from error
    except Exception as error:  # Pillow's readers raise whatever a broken file makes them.
        raise BadImage("The image is broken and cannot be read. Save it anew and try again.") from error


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    """Of a kind that we take, and not too large to be decoded."""
    with Image.open(io.BytesIO(data), formats=list(SUFFIXES)) as image:
        if image.width * image.height > PIXELS:
            raise BadImage(_too_many_pixels())
        frames = _frames(image)
        if frames > FRAMES or (frames > 1 and frames * image.width * image.height > ANIMATION_PIXELS):
            raise BadImage(f"The animation has {frames} frames, which is too much. Use a shorter or smaller one.")
        yield image


def _frames(image: Image.Image) -> int:
    return int(getattr(image, "n_frames", 1))


def _write(image: Image.Image, kind: str, output: io.BytesIO) -> None:
    image.load()
    upright = ImageOps.exif_transpose(image)
    if kind == "JPEG":
        if upright.mode not in ("L", "RGB"):
            upright = upright.convert("RGB")
        _bare(upright).save(output, "JPEG", quality=90, optimize=True)
    elif kind == "WEBP":
        _bare(upright).save(output, "WEBP", quality=90)
    else:
        _bare(upright).save(output, kind, optimize=True)


def _write_animation(image: Image.Image, kind: str, output: io.BytesIO) -> None:
    durations = [int(frame.info.get("duration", 100)) for frame in ImageSequence.Iterator(image)]
    first, *others = (_bare(frame.convert("RGBA")) for frame in ImageSequence.Iterator(image))
    first.save(
        output,
        kind,
        save_all=True,
        append_images=others,
        duration=durations,
        loop=int(image.info.get("loop", 0)),
        disposal=2,
    )


def _bare(image: Image.Image) -> Image.Image:
    """The pixels alone: comments, profiles and other chunks of the file hang on `info`."""
    image.info = {key: value for key, value in image.info.items() if key == "transparency"}
    return image


def _too_many_pixels() -> str:
    return f"The image has more than {PIXELS // 1_000_000} million pixels. Make it smaller."
