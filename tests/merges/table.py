"""The same cases by git and by us: `python -m tests.merges.table`."""

import tempfile
from collections import Counter
from pathlib import Path

from documents import merge, parse
from tests.merges.cases import Case, by_git, cases

# What can become of a case; only the first two are right.
VERDICTS = {
    "merged": "merged cleanly and rightly",
    "asked": "asked about what contradicts itself, and about nothing else",
    "asked needlessly": "a conflict where none is",
    "merged wrongly": "merged without a word, and wrongly",
}


def verdict(case: Case, clean: bool, written: bytes) -> str:
    if clean:
        return "merged" if not case.conflicts and written == case.expected else "merged wrongly"
    return "asked" if case.conflicts else "asked needlessly"


def ours(case: Case) -> str:
    result = merge(parse(case.base) if case.base is not None else None, parse(case.ours), parse(case.theirs))
    # A conflict counts only if it names the very fields; for git, any conflict does.
    if [conflict.as_json() for conflict in result.conflicts] != case.conflicts:
        return "merged wrongly" if not result.conflicts else "asked needlessly"
    return verdict(case, not result.conflicts, bytes(result.document))


def gits(case: Case) -> str:
    with tempfile.TemporaryDirectory() as folder:
        return verdict(case, *by_git(case, Path(folder)))


def rows() -> list[tuple[str, str, str]]:
    """Name, what git makes of it, what we make of it."""
    return [(case.name, gits(case), ours(case)) for case in cases()]


def table(found: list[tuple[str, str, str]]) -> str:
    width = max(len(name) for name, _, _ in found)
    lines = [f"{'case':{width}}  {'git merge-file':16}  documents.merge"]
    lines += [f"{name:{width}}  {git:16}  {we}" for name, git, we in found]
    git_counts, our_counts = Counter(git for _, git, _ in found), Counter(we for _, _, we in found)
    lines += ["", f"{'of ' + str(len(found)) + ' cases':60}  git  here"]
    lines += [f"{words:60}  {git_counts[key]:3}  {our_counts[key]:4}" for key, words in VERDICTS.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(rows()))
