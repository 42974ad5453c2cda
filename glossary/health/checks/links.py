"""Addresses: of external links, and in bodies."""

import re
from collections.abc import Iterator

from django.core.exceptions import ValidationError

from glossary.health.checks.made import error, warning
from glossary.health.facts import Facts
from glossary.health.problem import Fix, Problem
from glossary.health.snapshot import Snapshot
from glossary.linkcheck.verdicts import Verdict
from publishing.validators import validate_http_url

# What browsers run, or what shows a page that is not its sender's.
_RUNNING = re.compile(r"\s*(?:javascript|vbscript|data|file):", re.IGNORECASE)
_WEB = re.compile(r"\s*https?:", re.IGNORECASE)
# Another spelling of https:// or http://.
_BROKEN = re.compile(r"\s*(?:https?:?/?[^:/]|htt?ps?:|ttps?:|www\.)", re.IGNORECASE)
# Machines of one's own have no certificates.
_LOCAL = re.compile(
    r"http://(?:localhost|127\.0\.0\.1|\[::1\]|[\w-]+\.(?:local|internal|test|example|invalid))(?:[:/]|$)"
)


def addresses(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """An address that leads nowhere, is not https, has a password in it, or runs code."""
    for url, line, field in places(facts):
        yield from _judged(facts, url, line, field)


def places(facts: Facts) -> list[tuple[str, int, str]]:
    """Every address with its line and the front-matter key it stands in, "" in the body."""
    found = [(url, line, "externalLinks") for url, line in facts.urls]
    found += [(url, line, "") for url, line in facts.links]
    return found + [(url, line, name) for name, url, line in facts.isbn_places if "://" in url or name == "url"]


def web_addresses(facts: Facts) -> set[str]:
    """Those of them that can be asked for on the web."""
    return {url for url, _, _ in places(facts) if _WEB.match(url)}


def checked(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A page that is gone, or is now elsewhere, as the last link check found it."""
    for url, line, field in places(facts):
        result = snapshot.checked.get(url)
        if result is None:
            continue
        if result.verdict is Verdict.BROKEN:
            message = f"The page {_cut(url)} is not there any more ({result.reason})."
            advice = "Write another address, or take the link out."
            yield error("link.broken", facts, line, message, advice, None, field, url)
        elif result.verdict is Verdict.MOVED:
            message = f"The page {_cut(url)} has moved to {_cut(result.moved_to)}."
            fix = Fix("address", facts.item, {"old": url, "new": result.moved_to}) if result.is_offered else None
            advice = "Write the new address." if fix else "See whether that is the page that is meant."
            yield warning("link.moved", facts, line, message, advice, fix, field, url)


def _judged(facts: Facts, url: str, line: int, field: str) -> Iterator[Problem]:
    if _RUNNING.match(url):
        message = f"The address {_cut(url)} would run or hide something."
        yield error(
            "link.unsafe", facts, line, message, "Write the address of a page, with https://.", None, field, url
        )
        return
    is_web = bool(_WEB.match(url))
    if not field and not is_web and not _BROKEN.match(url):
        # A file, a mail address, a place in the same text.
        return
    try:
        validate_http_url(url)
    except ValidationError as problem:
        code = "link.credentials" if problem.code == "url_credentials" else "link.malformed"
        shown = re.sub(r"//[^/@]*@", "//…@", url)
        yield error(
            code, facts, line, f"{_cut(shown)}: {problem.message}", "Write the address again.", None, field, shown
        )
        return
    if url.lower().startswith("http://") and not _LOCAL.match(url.lower()):
        fix = Fix("address", facts.item, {"old": url, "new": "https://" + url[7:]})
        message = f"The address {_cut(url)} is not encrypted."
        yield warning("link.insecure", facts, line, message, "Write https://, if the site has it.", fix, field, url)


def to_nothing(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A link in a body to an entry or a book that does not exist."""
    for address, line in facts.links:
        if snapshot.linked(address, facts) is None:
            slug = slug_in(address)
            near = snapshot.nearest(facts.kind, slug)
            fix = None
            if near and near != slug and (other := snapshot.find(facts.kind, near)) and other.item != facts.item:
                fix = Fix("address", facts.item, {"old": address, "new": address.replace(slug, near)})
            advice = f'Perhaps "{near}" is meant.' if fix else "Write the entry, or take the link out."
            message = f"The text links to {_cut(address)}, which does not exist."
            yield error("link.dangling", facts, line, message, advice, fix, "", address)


def slug_in(address: str) -> str:
    """Of the item that a link which leads nowhere means.

    >>> slug_in("../terms/black-box.md#top")
    'black-box'
    """
    return address.split("#")[0].rstrip("/").rpartition("/")[2].removesuffix(".md")


def _cut(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
