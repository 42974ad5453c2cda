"""What is measured, in which order. One round measures everything once, each question with all who answer it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.api import loading, questions
from benchmarks.api.environments import Wagtail
from benchmarks.api.loading import Load, Loads
from benchmarks.api.questions import AGAIN, COMPARED, DETAIL, GROWING, RARE, SEARCH, UNCHANGED
from benchmarks.api.serving import BARE, OURS, PEER, Server, served
from benchmarks.api.sites import Site

# Who answers; the order is that of a round.
LEMMA, LOOKUP, DRF, SMALL, WAGTAIL = "Lemma", "look-up", "DRF", "Lemma, small", "Wagtail"
BY_CURSOR, BARE_LOOKUP, BARE_DJANGO, BARE_WSGI = "look-up by cursor", "bare look-up", "bare Django", "bare WSGI"
PAYLOADS = "SELECT payload"
EXPORT = "export"
_ORDER = list(dict.fromkeys((DETAIL, UNCHANGED, *COMPARED, AGAIN, *GROWING)))


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to one server. file: the addresses. path: one of them. site: whose questions these are, if ours."""

    who: str
    what: str
    server: Server
    file: Path
    path: str
    site: Site | None


@dataclass(slots=True)
class Bench:
    """with_peers: whether others are asked the same, for whom the site was filled too. wagtail: of the small site."""

    site: Site
    small: Site
    seconds: int
    with_peers: bool = True
    wagtail: Wagtail | None = None
    loads: Loads = field(default_factory=Loads)
    # Bytes of one answer, by question.
    sizes: dict[str, int] = field(default_factory=dict)
    _asked: list[Asked] = field(default_factory=list)
    _exporters: dict[str, tuple[Server, str]] = field(default_factory=dict)

    @contextmanager
    def servers(self) -> Iterator[None]:
        """They are there inside of this."""
        with ExitStack() as stack:

            def begin(application: str, site: Site, settings: str) -> Server:
                return stack.enter_context(served(application, site.environment(settings)))

            ours = begin("config.wsgi", self.site, OURS)
            small = begin("config.wsgi", self.small, OURS)
            self._plan(ours, small)
            self._exporters = {LEMMA: (ours, questions.EXPORT)}
            if self.with_peers:
                memory = begin("benchmarks.api.bare:application", self.site, OURS)
                self._plan_peers(begin("config.wsgi", self.site, PEER), begin("config.wsgi", self.site, BARE), memory)
                self._exporters[BARE_WSGI] = (memory, "/export.ndjson")
            if self.wagtail:
                others = served(self.wagtail.application, self.wagtail.variables, python=self.wagtail.python)
                self._plan_wagtail(stack.enter_context(others), self.wagtail.pages)
            # Each question with all who answer it, one after the other.
            self._asked.sort(key=lambda one: _ORDER.index(one.what))
            self._check()
            yield

    def round(self, number: int) -> None:
        """number: from 1."""
        for one in self._asked:
            if one.site and one.what in (SEARCH, RARE):
                loading.write(one.file, one.site.questions.ours(one.what, number))
            self.loads.add(one.who, one.what, loading.run(one.server, one.file, self.seconds))
        for who, (server, path) in self._exporters.items():
            self.loads.add(who, EXPORT, self._exported(lambda server=server, path=path: server.swallow(path)))
        self.loads.add(PAYLOADS, EXPORT, self._exported(self._select))

    def peaks(self) -> tuple[float, float]:
        """Megabytes of a worker that answered a few questions, and after an export of everything."""
        with served("config.wsgi", self.site.environment(), workers=1) as server:
            for what in (DETAIL, questions.LIGHT, questions.SEARCH):
                server.get(self.site.questions.ours(what)[0])
            before = server.peak()
            server.swallow(questions.EXPORT)
            return before, server.peak()

    # --- inside ---

    def _plan(self, ours: Server, small: Server) -> None:
        for what in _ORDER:
            self._add(LEMMA, what, ours, self.site.questions.ours(what), self.site)
            if what in (*COMPARED, *GROWING):
                self._add(SMALL, what, small, self.small.questions.ours(what), self.small)

    def _plan_peers(self, peer: Server, bare: Server, memory: Server) -> None:
        asked = self.site.questions
        for what in COMPARED:
            self._add(LOOKUP, what, peer, asked.stored(what, "/lookup/"))
            self._add(DRF, what, peer, asked.drf(what))
            self._add(BARE_LOOKUP, what, bare, asked.stored(what, "/lookup/"))
            self._add(BARE_DJANGO, what, bare, asked.stored(what, "/memory/"))
            self._add(BARE_WSGI, what, memory, asked.stored(what, "/"))
        self._add(BY_CURSOR, DETAIL, peer, asked.stored(DETAIL, "/cursor/"))

    def _plan_wagtail(self, server: Server, pages: dict[str, int]) -> None:
        for what in COMPARED:
            self._add(WAGTAIL, what, server, self.small.questions.wagtail(what, pages))

    def _add(self, who: str, what: str, server: Server, paths: list[str], site: Site | None = None) -> None:
        file = self.site.folder / f"{who} {what}.txt".replace(" ", "-")
        self._asked.append(Asked(who, what, server, loading.write(file, paths), paths[0], site))

    def _check(self) -> None:
        """Whether everybody answers what was asked, and the same bytes where they should."""
        bodies: dict[str, bytes] = {}
        for one in self._asked:
            path, _, etag = one.path.partition("\t")
            status, body = one.server.get(path, etag)
            if status != (304 if one.what == UNCHANGED else 200):
                raise RuntimeError(f"{one.who}, {one.what}: {path} gave {status}.")
            if one.who == LEMMA:
                bodies[one.what] = body
            elif one.who not in (DRF, SMALL, WAGTAIL) and body != bodies[one.what]:
                raise RuntimeError(f"{one.who}, {one.what}: {path} gave other bytes than Lemma.")
        self.sizes = {what: len(body) for what, body in bodies.items()}

    def _exported(self, work: object) -> Load:
        assert callable(work)
        start = time.perf_counter()
        work()
        seconds = time.perf_counter() - start
        return Load(self.site.questions.entries / seconds, seconds * 1000)

    def _select(self) -> None:
        # Django is set up for the database of this site.
        from django.conf import settings

        from publishing import asking
        from publishing.models import Published

        statement = f"SELECT payload FROM {Published._meta.db_table} WHERE kind = 'entry' AND locale = %s ORDER BY id"
        for rows in asking.stream(statement, [settings.LEMMA_LOCALE]):
            for (payload,) in rows:
                bytes(payload)
