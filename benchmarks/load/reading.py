"""Readers, who ask at their times whether or not others were answered: `python -m benchmarks.load.reading PLAN FILE`.

Every answer is timed from the moment at which it was to be asked, so that one who has to wait because the one before
was slow counts too.
"""

import random
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread
from urllib.parse import quote

from benchmarks.api.questions import DETAIL, FILTERED, FULL, LIGHT, RARE, SEARCH, UNCHANGED
from benchmarks.load import asking
from benchmarks.load.asking import Asked, Asker, Unwanted
from benchmarks.load.plans import Plan

MARKDOWN, CHANGES = "markdown", "changes"
TITLES = {
    DETAIL: "Detail",
    UNCHANGED: "Detail, 304",
    MARKDOWN: "Its file",
    LIGHT: "Light list of 20",
    FULL: "Full list of 20",
    FILTERED: "List of a category",
    SEARCH: "Search for common words",
    RARE: "Search for rare words",
    CHANGES: "Changes since",
}
# Of a hundred.
MIX = {DETAIL: 38, UNCHANGED: 16, MARKDOWN: 8, LIGHT: 8, FULL: 4, FILTERED: 8, SEARCH: 6, RARE: 6, CHANGES: 6}
_READERS = 16
# As a proxy does, which is also how all processes of a server get their share.
_KEPT_FOR = 200


def main() -> None:
    plan = Plan.load(Path(sys.argv[1]))
    readers = [Reader(number, plan) for number in range(_READERS)]
    threads = [Thread(target=reader.run) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asking.write(Path(sys.argv[2]), (asked for reader in readers for asked in reader.asked))


class Reader:
    def __init__(self, number: int, plan: Plan):
        self._number, self._plan = number, plan
        self._pick = random.Random(number)
        self._etags = dict(zip(plan.questions.slugs, plan.questions.etags, strict=True))
        self._since = plan.since
        # As different readers type them, so that kept answers help few.
        self._typed = {what: plan.questions.ours(what, number) for what in (SEARCH, RARE)}
        self.asked: list[Asked] = []

    def run(self) -> None:
        kinds, shares = list(MIX), list(MIX.values())
        asker = self._asker(0)
        number = 0
        while (at := self._plan.start + (number * _READERS + self._number) / self._plan.rate) < self._plan.end:
            time.sleep(max(0.0, at - time.monotonic()))
            number += 1
            if number % _KEPT_FOR == 0:
                asker.close()
                asker = self._asker(number // _KEPT_FOR)
            [what] = self._pick.choices(kinds, shares)
            with suppress(Unwanted):
                self._ask(asker, what, at)
        asker.close()

    def _asker(self, turn: int) -> Asker:
        ports = self._plan.ports
        return Asker(ports[(self._number + turn) % len(ports)], self.asked)

    def _ask(self, asker: Asker, what: str, at: float) -> None:
        if what in (UNCHANGED, MARKDOWN, DETAIL):
            self._ask_for_one(asker, what, at)
        elif what == CHANGES:
            answer = asker.get(what, f"/api/v1/changes/?since={quote(self._since)}", at=at)
            self._since = answer.told["nextCursor"]
        else:
            asker.get(what, self._pick.choice(self._typed.get(what) or self._plan.questions.ours(what)), at=at)

    def _ask_for_one(self, asker: Asker, what: str, at: float) -> None:
        slug = self._pick.choice(self._plan.questions.slugs)
        if what == MARKDOWN:
            asker.get(what, f"/api/v1/entries/{slug}.md", at=at)
            return
        known = {"If-None-Match": self._etags[slug]} if what == UNCHANGED else {}
        answer = asker.get(what, f"/api/v1/entries/{slug}/", 200, 304 if known else 200, at=at, headers=known)
        if answer.status == 200:
            if answer.headers["ETag"] == known.get("If-None-Match"):
                asker.complain(what, f"{slug} came anew although nothing had changed.")
            self._etags[slug] = answer.headers["ETag"]


if __name__ == "__main__":
    main()
