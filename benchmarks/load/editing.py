"""Editors who save, each with an account of its own, in the admin or by the API:
`python -m benchmarks.load.editing PLAN FILE`.

Each has entries of its own; some are of all, where each edits a section of its own while others save, so that Lemma has
to merge. Whatever was acknowledged has to be there at the end.
"""

import json
import random
import re
import sys
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from benchmarks.load import asking
from benchmarks.load.asking import Answer, Asker, Unwanted
from benchmarks.load.plans import Person, Plan
from tests.admin.browsing import Form, read_form

SIGN_IN, LIST, OPEN, PULSE, KEEP, SAVE, PUBLISH = "sign in", "list", "open", "pulse", "keep", "save", "publish"
DRAFT, PATCH, PATCH_PUBLISH, LOOK = "draft", "patch", "patch and publish", "look"
TITLES = {
    SIGN_IN: "Signing in",
    LIST: "List of the admin",
    OPEN: "Form of an entry",
    PULSE: "Who else is there",
    KEEP: "Autosave",
    SAVE: "Save",
    PUBLISH: "Save and publish",
    DRAFT: "Draft, by API",
    PATCH: "PATCH",
    PATCH_PUBLISH: "PATCH and publish",
    LOOK: "Detail, right after publishing",
}
SAVES = (SAVE, PUBLISH, PATCH, PATCH_PUBLISH)
_ADMIN = "/admin/glossary/entry/"
_API = "/api/v1/entries/"
# Of ten edits so many are of entries that all share, and so many are published.
_SHARED, _PUBLISHED = 3, 6
# Seconds between opening and saving.
_TYPING = 1.0
_MERGED = b"Somebody else saved it in the meantime"


class Editor(ABC):
    def __init__(self, person: Person, plan: Plan):
        self.person, self.plan = person, plan
        self.pick = random.Random(person.number)
        self.asker = Asker(plan.ports[person.number % len(plan.ports)])
        self.merged = 0
        # What was told to be saved, by slug.
        self.saved: dict[str, str] = {}

    def run(self) -> None:
        """An edit now and then, until the end; after an answer that was not wanted begins another."""
        time.sleep(max(0.0, self.plan.start - time.monotonic()) + self.pick.uniform(0, self.plan.pause))
        while not self._signed_in():
            pass
        number = 0
        while time.monotonic() < self.plan.end:
            number += 1
            slug = self.pick.choice(self.plan.cast.shared if self.pick.randrange(10) < _SHARED else self.person.own)
            text = f"The {number}th edit of {self.person.name}."
            publish = self.pick.randrange(10) < _PUBLISHED
            # Whoever has to wait for an answer saves less often, as people do.
            following = time.monotonic() + self.pick.uniform(0.5, 1.5) * self.plan.pause
            with suppress(Unwanted):
                if number % 4 == 1:
                    self.find()
                self.edit(slug, text, publish=publish)
                self.saved[slug] = text
                if publish:
                    self._look(slug, text)
            time.sleep(max(0.0, min(following, self.plan.end) - time.monotonic()))

    def lost(self) -> list[str]:
        """The entries that do not have what was told to be saved in them."""
        return [slug for slug, text in self.saved.items() if text not in self.text(slug)]

    def is_shared(self, slug: str) -> bool:
        return slug in self.plan.cast.shared

    def _signed_in(self) -> bool:
        try:
            self.sign_in()
        except Unwanted:
            time.sleep(1)
            return time.monotonic() > self.plan.end
        return True

    def _look(self, slug: str, text: str) -> None:
        answer = self.asker.get(LOOK, f"{_API}{quote(slug)}/")
        if text not in answer.content.decode():
            self.asker.complain(LOOK, f"{slug}: {text!r} was published, and readers do not get it.")

    def sign_in(self) -> None:  # noqa: B027
        """Once, before the first edit."""

    def find(self) -> None:  # noqa: B027
        """Looks around, now and then."""

    @abstractmethod
    def edit(self, slug: str, text: str, *, publish: bool) -> None:
        """Raises Unwanted if it was not saved."""

    @abstractmethod
    def text(self, slug: str) -> str:
        """What an editor sees of it."""


class InTheAdmin(Editor):
    """Opens the form, types, is saved by itself, and saves; then the form comes again."""

    def __init__(self, person: Person, plan: Plan):
        super().__init__(person, plan)
        # The forms of their own entries, as they were opened the first time: reading one takes long, and nobody else
        # changes them. What belongs to one opening is new in each.
        self.forms: dict[str, tuple[Form, str]] = {}

    def sign_in(self) -> None:
        page = self.asker.get(SIGN_IN, "/admin/login/")
        form = {
            "csrfmiddlewaretoken": _field(page, "csrfmiddlewaretoken"),
            "username": self.person.name,
            "password": self.person.password,
        }
        self.asker.post(SIGN_IN, "/admin/login/", form, 302)

    def find(self) -> None:
        self.asker.get(LIST, f"{_ADMIN}?q={self.pick.choice(self.plan.questions.words)}")

    def edit(self, slug: str, text: str, *, publish: bool) -> None:
        address = self._address(slug)
        form, before = self._form(slug, self.asker.get(OPEN, address))
        name = self._section(form)
        form[name] = text if self.is_shared(slug) else f"{before} {text}"
        here = {"csrfmiddlewaretoken": form["csrfmiddlewaretoken"], "window": form["window"]}
        self.asker.post(PULSE, address.replace("/change/", "/pulse/"), here | {"editing": "1"})
        time.sleep(_TYPING)
        self.asker.post(KEEP, address.replace("/change/", "/autosave/"), form.data)
        what, button = (PUBLISH, "_publish") if publish else (SAVE, "_save")
        answer = self.asker.post(what, address, form.data | {button: "1"}, 200, 302)
        if answer.status == 200:
            # The form again, with what is wrong in it.
            self.asker.complain(what, f"{slug} was not saved: {_said(answer)}")
            raise Unwanted(slug)
        page = self.asker.get(OPEN, address)
        self.merged += _MERGED in page.content

    def text(self, slug: str) -> str:
        return self.asker.get(OPEN, self._address(slug)).content.decode()

    def _address(self, slug: str) -> str:
        return f"{_ADMIN}{self.plan.cast.keys[slug]}/change/"

    def _form(self, slug: str, page: Answer) -> tuple[Form, str]:
        """The form, and the text of its section when it was opened the first time."""
        if self.is_shared(slug) or slug not in self.forms:
            form = read_form(SimpleNamespace(content=page.content))
            before = form[self._section(form)] if not self.is_shared(slug) else ""
            self.forms[slug] = form, before
        form, before = self.forms[slug]
        for name in ("csrfmiddlewaretoken", "window", "base_revision"):
            form[name] = _field(page, name)
        return form, before

    def _section(self, form: Form) -> str:
        headings = [name for name, value in form.pairs if value == self.person.section]
        return headings[0].removesuffix("-heading") if headings else "body-0"


class ByTheApi(Editor):
    def __init__(self, person: Person, plan: Plan):
        super().__init__(person, plan)
        self.headers = {"Authorization": f"Bearer {person.token}"}
        self.first: dict[str, str] = {}

    def edit(self, slug: str, text: str, *, publish: bool) -> None:
        draft = self._draft(slug)
        before = draft.told
        if self.is_shared(slug):
            fields: dict[str, Any] = {"sections": [self._section(each, text) for each in before["sections"]]}
        else:
            fields = {"briefDefinition": f"{self.first.setdefault(slug, before['briefDefinition'])} {text}"}
        time.sleep(_TYPING)
        answer = self.asker.ask(
            PATCH_PUBLISH if publish else PATCH,
            "PATCH",
            f"{_API}{quote(slug)}/{'?publish=true' if publish else ''}",
            headers=self.headers | {"If-Match": draft.headers["ETag"], "Content-Type": "application/json"},
            body=json.dumps(fields),
        )
        self.merged += _version(answer) > _version(draft) + 1

    def text(self, slug: str) -> str:
        return self._draft(slug).content.decode()

    def _draft(self, slug: str) -> Answer:
        return self.asker.get(DRAFT, f"{_API}{quote(slug)}/?draft=true", headers=self.headers)

    def _section(self, section: dict[str, str], text: str) -> dict[str, str]:
        return section | {"markdown": text} if section["heading"] == self.person.section else section


def main() -> None:
    plan = Plan.load(Path(sys.argv[1]))
    editors = [(ByTheApi if person.token else InTheAdmin)(person, plan) for person in plan.cast.people]
    threads = [Thread(target=editor.run) for editor in editors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lost = [slug for editor in editors for slug in editor.lost()]
    asking.write(Path(sys.argv[2]), (asked for editor in editors for asked in editor.asker.asked))
    print(json.dumps({"merged": sum(editor.merged for editor in editors), "lost": lost}))


def _field(page: Answer, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rb'name="%b"[^>]*?value="([^"]*)"' % name.encode(), page.content)
    if not found:
        raise RuntimeError(f"There is no {name} on the page.")
    return found[1].decode()


def _said(page: Answer) -> str:
    found = re.findall(rb'class="[^"]*(?:error|message)[^"]*"[^>]*>([^<]+)', page.content)
    return "; ".join(text.decode().strip() for text in found)[:300]


def _version(answer: Answer) -> int:
    """ETags of drafts begin with it."""
    return int(answer.headers["ETag"].strip('"').partition("-")[0])


if __name__ == "__main__":
    main()
