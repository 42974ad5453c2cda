"""docs/security-checklist.md leaves out no requirement, and names nothing that is not there."""

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

import pytest

from tests.test_docs import ROOT, section, text

PAGE = "docs/security-checklist.md"
# Of 2023; they have no levels.
TOP_TEN = [f"API{number}" for number in range(1, 11)]


@dataclass(frozen=True)
class Line:
    number: str
    level: str
    about: str
    how: str
    shown: str

    def __str__(self) -> str:
        return self.number


def read(page: str) -> list[Line]:
    cells = [[cell.strip() for cell in row.split(" | ")] for row in re.findall(r"^\| ((?:\d|API).*) \|$", page, re.M)]
    return [Line(row[0], *(row[1:] if len(row) == 5 else ["", *row[1:]])) for row in cells]


LINES = read(text(PAGE))
each_line = pytest.mark.parametrize("line", LINES, ids=str)


@cache
def functions_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def problems(line: Line) -> list[str]:
    """Why a line is no answer."""
    found = [] if line.about else ["says nothing of what it is about"]
    tests = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", line.shown)
    found += [
        f"{path} has no {name}" for path, name in tests if not (ROOT / path).is_file() or name not in functions_of(path)
    ]
    if "tests/" in re.sub(r"`tests/[\w/]+\.py::test_\w+`", "", line.shown):
        found.append("names a file of tests and no test")
    named = re.findall(r"`([^`]+)`", re.sub(r"\([^)]*\)", "", line.shown.partition(";")[0]))
    reason = re.sub(r"`[^`]*`|[^\w\s]", "", line.shown).split()
    match line.how:
        case "test":
            found += [] if tests else ["names no test"]
        case "setting":
            known = set(re.findall(r"^\| `([A-Z_]+)` \|", text("README.md"), re.M)) | {"SSL_CERT_FILE"}
            known |= {f"{name}_FILE" for name in known} | {"/etc/lemma/tls"}
            found += [f"{name} is neither a setting nor a file" for name in named
                      if name not in known and not (ROOT / name).exists()]  # fmt: skip
            found += [] if named else ["names no setting"]
        case "page":
            found += [] if re.search(r"\]\([\w/-]+\.md", line.shown) else ["names no page"]
        case "not applicable" | "not met":
            found += [] if len(reason) >= 2 else ["gives no reason"]
        case _:
            found.append(f"is answered by “{line.how}”")
    return found


def test_each_requirement_of_both_levels_is_there_once() -> None:
    listed = [row.split() for row in text("fixtures/asvs-5.0.0.txt").splitlines() if not row.startswith("#")]
    # As many as the standard has.
    assert Counter(level for _, level in listed) == {"1": 70, "2": 183}
    assert [[line.number, line.level] for line in LINES] == listed + [[name, ""] for name in TOP_TEN]


@each_line
def test_each_has_an_answer_and_names_what_is_there(line: Line) -> None:
    assert problems(line) == []


@pytest.mark.parametrize(
    ("how", "shown", "complaint"),
    [
        ("test", "we looked", "names no test"),
        ("test", "`tests/test_settings.py::test_of_nobody`", "has no test_of_nobody"),
        ("test", "`tests/test_nothing.py::test_of_nobody`", "has no test_of_nobody"),
        ("test", "`tests/test_settings.py`", "names a file of tests and no test"),
        ("setting", "`LEMMA_NOTHING`", "neither a setting nor a file"),
        ("setting", "somewhere", "names no setting"),
        ("page", "it is written", "names no page"),
        ("not applicable", "", "gives no reason"),
        ("not met", "–", "gives no reason"),
        ("perhaps", "we shall see", "is answered by"),
    ],
)
def test_a_line_that_is_no_answer_is_found(how: str, shown: str, complaint: str) -> None:
    assert any(complaint in found for found in problems(Line("1.1.1", "2", "something", how, shown)))


def test_the_counts_are_those_of_the_lines() -> None:
    head = text(PAGE).partition("\n## ")[0]
    said = dict(re.findall(r"^\| ([a-z1-2 ]+) \| (\d+) \|$", head, re.M))
    counted = Counter(line.how for line in LINES if line.level)
    names = {"test": "shown by tests", "setting": "by a setting or a file", "page": "written down",
             "not applicable": "not applicable", "not met": "not met"}  # fmt: skip
    wanted = {names[how]: str(number) for how, number in counted.items()}
    assert said == wanted | {"all of levels 1 and 2": str(sum(counted.values()))}


def test_what_is_not_met_is_said_on_the_page_about_security() -> None:
    said = re.findall(r"\d+\.\d+\.\d+", section(text("docs/security.md"), "What is not there"))
    assert sorted(said) == sorted(line.number for line in LINES if line.how == "not met")
