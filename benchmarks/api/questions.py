"""What is asked, by name. A site answers the first ones; others answer those of `COMPARED` with the same bytes."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

DETAIL, LIGHT, FULL, FILTERED, SEARCH = "detail", "light", "full", "filtered", "search"
COMPARED = (DETAIL, LIGHT, FULL, FILTERED, SEARCH)
UNCHANGED = "304"
TAG, END, RARE = "tag", "end", "rare"
GROWING = (DETAIL, LIGHT, END, FILTERED, TAG, RARE, SEARCH)

EXPORT = "/api/v1/export.ndjson?kind=entry"
# In so many entries, whatever the size of the glossary.
RARE_WORD, RARE_TIMES = "heterodyne", 3
CATEGORY = "Theory"
TAG_NAME = "gradient"


@dataclass(frozen=True, slots=True)
class Questions:
    """entries: how many there are. slugs: of those whose details are asked for, with their ETags.

    word: one that `share` of the entries contain. end: the address of a page at the end, by cursor.
    """

    entries: int
    slugs: list[str]
    etags: list[str]
    word: str
    share: float
    end: str

    def save(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, file: Path) -> "Questions":
        return cls(**json.loads(file.read_text()))

    def ours(self, what: str) -> list[str]:
        """The addresses of one question, asked in turn."""
        root = "/api/v1/entries/"
        if what == DETAIL:
            return [f"{root}{slug}/" for slug in self.slugs]
        if what == UNCHANGED:
            return [f"{root}{slug}/\t{etag}" for slug, etag in zip(self.slugs, self.etags, strict=True)]
        return [
            {
                LIGHT: root,
                FULL: f"{root}?fields=*",
                FILTERED: f"{root}?category={CATEGORY}",
                TAG: f"{root}?tag={TAG_NAME}",
                SEARCH: f"/api/v1/search/?kind=entry&q={self.word}",
                RARE: f"/api/v1/search/?kind=entry&q={RARE_WORD}",
                END: self.end,
            }[what]
        ]

    def stored(self, what: str, root: str) -> list[str]:
        """Where the same bytes are found by a key."""
        return [f"{root}{key}" for key in (self.slugs if what == DETAIL else [what])]

    def drf(self, what: str) -> list[str]:
        if what == DETAIL:
            return [f"/drf/entries/{slug}/" for slug in self.slugs]
        return [
            {
                LIGHT: "/drf/entries/",
                FULL: "/drf/full/",
                FILTERED: f"/drf/entries/?category__name={CATEGORY}",
                SEARCH: f"/drf/entries/?search={self.word}",
            }[what]
        ]
