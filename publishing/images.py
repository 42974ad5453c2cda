"""Uploaded images, decoded and written anew: what is stored is pixels and nothing else.

No metadata (place and camera), no trailing bytes, no format that can run code. The name is the hash of the content, so
that the same picture is stored once.
"""

import io
import warnings
from dataclasses import dataclass
from hashlib import sha256

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

BYTES = 5 * 1024 * 1024
PIXELS = 25_000_000
FRAMES = 300
# Of all frames together.
ANIMATION_PIXELS = 60_000_000
SUFFIXES = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp"}


class BadImage(ValueError):
    """Says in a sentence why the image is refused and what to do."""


@dataclass(frozen=True, slots=True)
class CleanImage:
    name: str
    data: bytes
    width: int
    height: int


def clean(data: bytes) -> CleanImage:
    """
    Args:
        data: the file; nothing beyond `BYTES + 1` needs to be read.

    Raises:
        BadImage: it is no image we take, broken, or too large.
    """
    if len(data) > BYTES:
        raise BadImage(f"The image has more than {BYTES // 2**20} MB. Make it smaller.")
    try:
        with warnings.catch_warnings():
            # Pillow only warns of what it takes for a bomb; the limits below decide.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _clean(data)
    except BadImage:
        raise
    except Image.DecompressionBombError as error:
        raise BadImage(_too_many_pixels()) from error
    except UnidentifiedImageError as error:
        raise BadImage("This is not an image we know. Use PNG, JPEG, GIF or WebP.") from error
    except Exception as error:  # Pillow's readers raise whatever a broken file makes them.
        raise BadImage("The image is broken and cannot be read. Save it anew and try again.") from error


def _clean(data: bytes) -> CleanImage:
    with Image.open(io.BytesIO(data), formats=list(SUFFIXES)) as image:
        kind = str(image.format)
        if image.width * image.height > PIXELS:
            raise BadImage(_too_many_pixels())
        frames = getattr(image, "n_frames", 1)
        if frames > FRAMES or (frames > 1 and frames * image.width * image.height > ANIMATION_PIXELS):
            raise BadImage(f"The animation has {frames} frames, which is too much. Use a shorter or smaller one.")
        output = io.BytesIO()
        if frames > 1 and kind in ("GIF", "WEBP"):
            _write_animation(image, kind, output)
        else:
            _write(image, kind, output)
        written = output.getvalue()
        with Image.open(io.BytesIO(written)) as check:
            width, height = check.size
    return CleanImage(f"{sha256(written).hexdigest()[:32]}.{SUFFIXES[kind]}", written, width, height)


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
