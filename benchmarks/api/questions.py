"""What is asked, by name. A site answers the first ones; others answer those of `COMPARED` with the same bytes."""

import json
import random
from dataclasses import asdict, dataclass
from pathlib import Path

DETAIL, LIGHT, FULL, FILTERED, SEARCH = "detail", "light", "full", "filtered", "search"
COMPARED = (DETAIL, LIGHT, FULL, FILTERED, SEARCH)
# A search that was asked for a moment before, whose answer Lemma keeps.
AGAIN = "again"
UNCHANGED = "304"
TAG, END, RARE = "tag", "end", "rare"
GROWING = (DETAIL, LIGHT, END, FILTERED, TAG, RARE, SEARCH)

EXPORT = "/api/v1/export.ndjson?kind=entry"
# In so many entries, whatever the size of the glossary.
RARE_WORD, RARE_TIMES = "heterodyne", 3
# More than are asked for in one round.
_TYPED = 4_000
_BLANKS = 30
CATEGORY = "Theory"
TAG_NAME = "gradient"


@dataclass(frozen=True, slots=True)
class Questions:
    """entries: how many there are. slugs: of those whose details are asked for, with their ETags.

    words: those that about `share` of the entries contain. end: the address of a page at the end, by cursor.
    """

    entries: int
    slugs: list[str]
    etags: list[str]
    words: list[str]
    share: float
    end: str

    def save(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, file: Path) -> "Questions":
        return cls(**json.loads(file.read_text()))

    def ours(self, what: str, number: int = 0) -> list[str]:
        """The addresses of one question, asked in turn. Searches are others in each round, see `_typed`."""
        root = "/api/v1/entries/"
        if what == DETAIL:
            return [f"{root}{slug}/" for slug in self.slugs]
        if what == UNCHANGED:
            return [f"{root}{slug}/\t{etag}" for slug, etag in zip(self.slugs, self.etags, strict=True)]
        if what in (SEARCH, RARE):
            words = self.words if what == SEARCH else [RARE_WORD]
            return [f"/api/v1/search/?kind=entry&q={typed}" for typed in _typed(words, number)]
        return [
            {
                LIGHT: root,
                FULL: f"{root}?fields=*",
                FILTERED: f"{root}?category={CATEGORY}",
                TAG: f"{root}?tag={TAG_NAME}",
                AGAIN: f"/api/v1/search/?kind=entry&q={self.words[0]}",
                END: self.end,
            }[what]
        ]

    def stored(self, what: str, root: str) -> list[str]:
        """Where the same bytes are found by a key."""
        return [f"{root}{key}" for key in (self.slugs if what == DETAIL else [what])]

    def drf(self, what: str) -> list[str]:
        if what == DETAIL:
            return [f"/drf/entries/{slug}/" for slug in self.slugs]
        if what == SEARCH:
            return [f"/drf/entries/?search={word}" for word in self.words]
        return [
            {
                LIGHT: "/drf/entries/",
                FULL: "/drf/full/",
                FILTERED: f"/drf/entries/?category__name={CATEGORY}",
            }[what]
        ]

    def wagtail(self, what: str, pages: dict[str, int]) -> list[str]:
        """pages: keys by slug."""
        root = "/wagtail/pages/"
        if what == DETAIL:
            return [f"{root}{pages[slug]}/" for slug in self.slugs]
        listed = f"{root}?type=wagtailpeer.Entry&limit=20"
        light = f"{listed}&fields=category,difficulty,tags,names,status,last_updated,brief_definition"
        if what == SEARCH:
            return [f"{light}&search={word}" for word in self.words]
        return [{LIGHT: light, FULL: f"{listed}&fields=*", FILTERED: f"{light}&category={CATEGORY}"}[what]]


def _typed(words: list[str], number: int) -> list[str]:
    """The words as different readers type them, none of them twice: whatever is kept of answers helps nobody here.

    number: of the round. Each asks in other spellings.
    """
    pick = random.Random(number)

    def typed() -> str:
        letters = "".join(pick.choice((letter, letter.upper())) for letter in pick.choice(words))
        return "%20" * pick.randrange(_BLANKS) + letters

    return list(dict.fromkeys(typed() for _ in range(_TYPED)))
