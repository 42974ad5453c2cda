"""How long a page takes in a browser until somebody can work with it."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")

# Looked at in every frame: what is needed must be there, and the scripts of the page must have had their turn.
_WATCH = """
([needed, count]) => {
  const look = () => {
    const found = [...document.querySelectorAll(needed)].filter((one) => one.getClientRects().length);
    if (document.readyState !== "loading" && window.lemmaBenchReady && found.length >= count) {
      // The frame in which it is seen.
      requestAnimationFrame(() => setTimeout(() => { window.lemmaBenchTime = performance.now(); }));
    } else requestAnimationFrame(look);
  };
  addEventListener("DOMContentLoaded", () => setTimeout(() => { window.lemmaBenchReady = true; }));
  look();
}
"""
_TIMING = """() => {
  const load = performance.getEntriesByType("navigation")[0];
  return [window.lemmaBenchTime, load.responseEnd - load.requestStart, load.decodedBodySize];
}"""


@dataclass(frozen=True, slots=True)
class Loading:
    """Seconds, and bytes. ready: from the click until it can be worked with. server: until the page had arrived."""

    ready: float
    server: float
    size: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page, and what must be seen on it, and how often, before somebody can work."""

    path: str
    needed: str
    count: int = 1


@contextmanager
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        raise RuntimeError("There is no Chromium. On Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def open_page(browser: Browser, site: str, session: str, wanted: Wanted) -> Page:
    """A window of somebody who is logged in, with a cache of its own."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    # Of stock Django, and of ours, whose cookie is taken over HTTPS alone and sent to this machine all the same.
    context.add_cookies(
        [
            {"name": "sessionid", "value": session, "url": site},
            {"name": "__Host-sessionid", "value": session, "url": site.replace("http:", "https:"), "secure": True},
        ]
    )
    page = context.new_page()
    page.add_init_script(f"({_WATCH.strip()})({json.dumps([wanted.needed, wanted.count])})")
    return page


def load(page: Page, address: str) -> Loading:
    """Opens a page as often as you like: `open_page` said what to wait for."""
    page.goto(address, wait_until="commit")
    page.wait_for_function("() => window.lemmaBenchTime", polling=50)
    ready, server, size = page.evaluate(_TIMING)
    # So that what the page still does is not in the next one's time.
    page.wait_for_load_state("networkidle")
    return Loading(ready / 1000, server / 1000, size)


def takes_letters(page: Page, fields: tuple[str, ...]) -> bool:
    """Whether a letter typed into each of them arrives."""
    content = "element => element.value ?? element.textContent"
    for field in fields:
        place = page.locator(field).first
        before = place.evaluate(content)
        place.focus()
        page.keyboard.type("x")
        if len(place.evaluate(content)) != len(before) + 1:
            return False
    return True
