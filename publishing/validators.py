"""The rules for single values. Models, forms, the API and the mapping from files all call these functions."""

import re
import unicodedata
from ipaddress import IPv6Address
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils import timezone

from publishing import names

SLUG_LIMIT = 200
TITLE_LIMIT = 300
URL_LIMIT = 2048
FIRST_YEAR = 1450

_PLAIN_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SLUG = re.compile(r"[-\w]+")
# Windows opens a device for these names, whatever the extension.
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{name}{digit}" for name in ("com", "lpt") for digit in range(1, 10))]
)
_PLAIN_URL = re.compile(
    r"https?://[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+(?:[/?#][!-~]*)?", re.IGNORECASE
)
_HOST_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_LINE_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_TEXT_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_ISBN_PUNCTUATION = re.compile(r"[\s\u2010-\u2015-]")
_ISBN10 = re.compile(r"[0-9]{9}[0-9X]")
_ISBN13 = re.compile(r"97[89][0-9]{10}")
# Right check digits, yet no book: 0123456789, 123456789X, 9876543210 and one digit nine times.
_ISBN_PLACEHOLDERS = frozenset(["012345678", "123456789", "987654321", *(digit * 9 for digit in "0123456789")])
# RFC 5646 without its grandfathered tags. Languages of four to eight letters are reserved, and "English" is a mistake.
_LANGUAGE = re.compile(
    r"""(?:[a-z]{2,3}(?:-[a-z]{3}){0,3})
        (?:-[a-z]{4})?
        (?:-(?:[a-z]{2}|[0-9]{3}))?
        (?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*
        (?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*
        (?:-x(?:-[a-z0-9]{1,8})+)?""",
    re.IGNORECASE | re.VERBOSE,
)


def validate_slug(value: str) -> None:
    if _PLAIN_SLUG.fullmatch(value) and len(value) <= SLUG_LIMIT and value not in _DEVICES:
        return
    if not value:
        raise ValidationError("A slug needs at least one character.", code="slug_empty")
    if len(value) > SLUG_LIMIT or len(names.key(value)) > SLUG_LIMIT:
        raise ValidationError(
            f"A slug has at most {SLUG_LIMIT} characters; this one has {len(value)}.", code="slug_long"
        )
    invisible = next((char for char in value if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")), None)
    if invisible:
        raise ValidationError(
            f"The slug contains the invisible character U+{ord(invisible):04X}.", code="slug_invisible"
        )
    if value.startswith("-"):
        raise ValidationError("A slug cannot begin with a hyphen.", code="slug_hyphen")
    if not _SLUG.fullmatch(value):
        wrong = next(char for char in value if not _SLUG.fullmatch(char))
        raise ValidationError(
            f"A slug holds letters, digits, hyphens and underscores, but no “{wrong}”.", code="slug_invalid"
        )
    if names.key(value) in _DEVICES:
        raise ValidationError(
            f"“{value}” is the name of a device on Windows and cannot be a file there.", code="slug_reserved"
        )


def validate_http_url(value: str) -> None:
    if len(value) > URL_LIMIT:
        raise ValidationError(
            f"An address has at most {URL_LIMIT} characters; this one has {len(value)}.", code="url_long"
        )
    if _PLAIN_URL.fullmatch(value):
        return
    if any(char.isspace() or unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in value):
        raise ValidationError("An address has no spaces, line breaks or invisible characters.", code="url_space")
    try:
        parts = urlsplit(value)
        port_is_wrong = parts.port == 0
    except ValueError as error:
        raise ValidationError("This is not a web address.", code="url_invalid") from error
    if parts.scheme not in ("http", "https"):
        raise ValidationError("A web address begins with https:// or http://.", code="url_scheme")
    if "@" in parts.netloc:
        raise ValidationError("An address must not contain a user name or password.", code="url_credentials")
    if port_is_wrong or not _is_host(parts.hostname or "", bracketed=parts.netloc.startswith("[")):
        raise ValidationError("The address names no host, as in https://example.org/page.", code="url_host")


def _is_host(host: str, *, bracketed: bool) -> bool:
    if bracketed:
        try:
            IPv6Address(host)
        except ValueError:
            return False
        return True
    try:
        ascii_host = host.encode("idna").decode()
    except UnicodeError:
        return False
    return len(ascii_host) <= 253 and all(map(_HOST_LABEL.fullmatch, ascii_host.removesuffix(".").split(".")))


def validate_title(value: str) -> None:
    if not value.strip():
        raise ValidationError("A title needs at least one character.", code="title_empty")
    if too_long(value, TITLE_LIMIT):
        raise ValidationError(
            f"A title has at most {TITLE_LIMIT} characters; this one has {len(value)}.", code="title_long"
        )
    validate_line(value)


def validate_line(value: str) -> None:
    if not value.isprintable() and _LINE_CONTROL.search(value):
        raise ValidationError("The text contains a line break or a control character.", code="text_control")


def validate_text(value: str) -> None:
    if not value.isprintable() and _TEXT_CONTROL.search(value):
        raise ValidationError("The text contains a control character.", code="text_control")


def too_long(value: str, limit: int) -> bool:
    # One character may become eighteen in the compared form, which has a column of the same width.
    return len(value) > limit or (not value.isascii() and len(names.key(value)) > limit)


def isbn13(value: str) -> str:
    """The thirteen digits of an ISBN of either length.

    >>> isbn13("0-387-31073-8")
    '9780387310732'
    """
    digits = _ISBN_PUNCTUATION.sub("", value).upper()
    if _ISBN10.fullmatch(digits):
        core = digits[:9]
        weights: range | tuple[int, ...] = range(10, 1, -1)
        check = "0123456789X"[-sum(int(d) * w for d, w in zip(core, weights, strict=True)) % 11]
    elif _ISBN13.fullmatch(digits):
        core = digits[3:12]
        check = _check13(digits[:12])
    else:
        raise ValidationError("An ISBN has 10 or 13 digits; one of 13 begins with 978 or 979.", code="isbn_shape")
    if digits[-1] != check:
        raise ValidationError("The last digit of the ISBN does not fit the others.", code="isbn_check_digit")
    if core in _ISBN_PLACEHOLDERS:
        raise ValidationError("This ISBN is a placeholder and belongs to no book.", code="isbn_placeholder")
    return digits if len(digits) == 13 else f"978{core}{_check13('978' + core)}"


def _check13(digits: str) -> str:
    return str(-sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10)


def validate_isbn(value: str) -> None:
    isbn13(value)


def validate_publish_year(value: int) -> None:
    last = timezone.localdate().year + 1
    if not FIRST_YEAR <= value <= last:
        raise ValidationError(f"The year must lie between {FIRST_YEAR} and {last}.", code="year_range")


def validate_language(value: str) -> None:
    if not _LANGUAGE.fullmatch(value) or len(value) > 35:
        raise ValidationError("A language is a BCP 47 tag such as en, pt-BR or zh-Hant.", code="language_shape")


def validate_pages(value: int) -> None:
    if not 1 <= value <= 100_000:
        raise ValidationError("A book has between 1 and 100,000 pages.", code="pages_range")


def validate_image(value: str) -> None:
    """A web address, or a path below the content root."""
    if "://" in value or value.startswith("//"):
        validate_http_url(value)
        return
    if len(value) > URL_LIMIT:
        raise ValidationError(f"A path has at most {URL_LIMIT} characters.", code="image_long")
    validate_line(value)
    # A colon in the first part would be read as a scheme, as in javascript:.
    if ":" in value.partition("/")[0] or "\\" in value or value.startswith("/"):
        raise ValidationError("Write a web address or a path such as assets/cover.png.", code="image_path")
