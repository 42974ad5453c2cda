"""What `manage.py check` says about Lemma's own settings."""

from ipaddress import ip_network
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ValidationError

from api import sites
from formats.iris import iri
from publishing.validators import validate_language


@register
def check_content_folders(**kwargs: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    folders = {name: getattr(settings, name) for name in ("LEMMA_ENTRIES_DIR", "LEMMA_BOOKS_DIR")}
    for name, folder in folders.items():
        path = PurePosixPath(folder)
        if path.is_absolute() or not path.parts or ".." in path.parts:
            problems.append(
                Error(
                    f"{name} is “{folder}”, which is no folder inside CONTENT_ROOT.",
                    hint=f"Write a relative path, such as {name}=terms.",
                    id="lemma.E001",
                )
            )
    entries, books = (PurePosixPath(folder) for folder in folders.values())
    if entries.is_relative_to(books) or books.is_relative_to(entries):
        problems.append(
            Error(
                f"LEMMA_ENTRIES_DIR “{entries}” and LEMMA_BOOKS_DIR “{books}” hold the same files.",
                hint="Give entries and books a folder each, side by side.",
                id="lemma.E002",
            )
        )
    return problems


@register
def check_locale(**kwargs: Any) -> list[CheckMessage]:
    try:
        validate_language(settings.LEMMA_LOCALE)
    except ValidationError as error:
        return [Error(f"LEMMA_LOCALE is “{settings.LEMMA_LOCALE}”.", hint=error.messages[0], id="lemma.E003")]
    return []


@register
def check_webhook_networks(**kwargs: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for network in settings.LEMMA_WEBHOOK_NETWORKS:
        try:
            ip_network(network, strict=False)
        except ValueError:
            problems.append(
                Error(
                    f"LEMMA_WEBHOOK_NETWORKS has “{network}”, which is no network.",
                    hint="Write networks with commas between, as in LEMMA_WEBHOOK_NETWORKS=10.1.0.0/16,10.2.7.5/32.",
                    id="lemma.E010",
                )
            )
    return problems


@register
def check_site(**kwargs: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    root = settings.LEMMA_SITE_URL
    if root and (reason := sites.problem(root)):
        problems.append(
            Error(f"LEMMA_SITE_URL: {reason}", hint="Write LEMMA_SITE_URL=https://glossary.example/.", id="lemma.E011")
        )
    for name in ("LEMMA_SITE_ENTRY_PATH", "LEMMA_SITE_BOOK_PATH"):
        path = getattr(settings, name)
        page = f"https://glossary.example/{path.replace('{slug}', 'x')}"
        if "{slug}" not in path or path.startswith("/") or "#" in path or iri(page) != page:
            message = f"{name} is “{path}”, which is no path of a page with {{slug}} in it."
            hint = f"Write a path without a slash before it, such as {name}=glossary/{{slug}}."
            problems.append(Error(message, hint=hint, id="lemma.E012"))
    return problems


@register
def check_single_sign_on(**kwargs: Any) -> list[CheckMessage]:
    at = settings.LEMMA_OIDC
    if not at:
        return []
    url = urlsplit(at.issuer)
    # To the same machine nobody listens in between, as when one tries it out.
    if url.hostname and (
        url.scheme == "https" or (url.scheme == "http" and url.hostname in ("localhost", "127.0.0.1"))
    ):
        return []
    return [
        Error(
            f"LEMMA_OIDC_ISSUER is “{at.issuer}”, which is no address with HTTPS.",
            hint="Write the issuer as its own description has it, such as LEMMA_OIDC_ISSUER=https://login.example.org.",
            id="lemma.E013",
        )
    ]


@register
def check_content_root(**kwargs: Any) -> list[CheckMessage]:
    if Path(settings.CONTENT_ROOT).is_dir():
        return []
    return [
        Warning(
            f"CONTENT_ROOT is “{settings.CONTENT_ROOT}”, and there is no such folder.",
            hint="Create it, or set CONTENT_ROOT to the folder of the Markdown files.",
            id="lemma.W001",
        )
    ]
