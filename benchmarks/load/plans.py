"""What the processes of one run have to know of each other, in a file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.api.questions import Questions


@dataclass(frozen=True, slots=True)
class Person:
    """An editor. token: "" for one who works in the admin. own: slugs that nobody else edits."""

    number: int
    name: str
    password: str
    token: str
    own: list[str]

    @property
    def section(self) -> str:
        """Of the shared entries: the heading of that which this one edits, and nobody else."""
        return f"Notes of {self.name}"


@dataclass(frozen=True, slots=True)
class Cast:
    """Who and what there is. keys: of the entries that are edited, by slug. shared: slugs that all edit.
    colleague: slugs of the entries that somebody edits as files.
    """

    people: list[Person]
    keys: dict[str, int]
    shared: list[str]
    colleague: list[str]


@dataclass(frozen=True, slots=True)
class Plan:
    """start, end: of the load, by the monotonic clock. rate: reads a second. pause: seconds between an editor's saves,
    on average. since: where the change feed ended before.
    """

    ports: list[int]
    start: float
    end: float
    rate: float
    pause: float
    since: str
    questions: Questions
    cast: Cast

    def save(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, file: Path) -> "Plan":
        told = json.loads(file.read_text())
        told["questions"] = Questions(**told["questions"])
        told["cast"] = cast_of(told["cast"])
        return cls(**told)


def cast_of(told: dict) -> Cast:
    return Cast(**told | {"people": [Person(**each) for each in told["people"]]})
