"""How long it takes to find the names of a large glossary in a text, beside a regular expression and the database."""

import argparse
import os
import platform
import random
import re
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import content, database, results

HEADING = "Names in a text"
MEGABYTE = 1_000_000
# So much of the text is looked through twice, to see that both find the same.
SHORT = 5_000
_SYLLABLES = "ba ne tor mi lex ion qua ster ol vi gra pen du sa ket".split()  # noqa: SIM905
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def names(terms: int) -> list[list[str]]:
    """For each term a title of one to four words, another name and an acronym; the same ones every time."""
    pick = random.Random(terms)
    words = vocabulary()
    return [
        [
            " ".join(pick.choices(words, k=pick.choice([1, 2, 2, 2, 3, 3, 4]))).capitalize(),
            " ".join(pick.choices(words, k=pick.choice([1, 2, 2, 3]))),
            "".join(pick.choices(_CAPITALS, k=pick.choice([3, 4, 5]))),
        ]
        for _ in range(terms)
    ]


def vocabulary() -> list[str]:
    """Six thousand made-up words, and those of the made-up glossary."""
    pick = random.Random(1)
    return [*sorted({"".join(pick.choices(_SYLLABLES, k=pick.randint(2, 4))) for _ in range(6000)}), *content.WORDS]


def text(size: int, known: list[str]) -> str:
    """Words, of which every twentieth is a name and every tenth ends a clause."""
    pick = random.Random(size)
    words, parts, length = vocabulary(), [], 0
    while length < size:
        word = pick.choice(known) if pick.random() < 0.05 else pick.choice(words)
        parts.append(word + pick.choice(["", "", "", "", "", "", "", "", ",", "."]))
        length += len(parts[-1]) + 1
    return " ".join(parts)[:size]


# Unit, repeated to the length of the text, by what it tries.
HOSTILE = {
    "the beginning of a name of 100 words, again and again": "aa " * 99 + "bb ",
    "one word that begins 2,000 names": "neural ",
    "a name that is refused each time, as in self-box": "self-box ",
    "no blank at all": "x",
}


def hostile_names() -> list[str]:
    return [
        *(" ".join(["aa"] * length) for length in range(1, 101)),
        *(f"neural {number}" for number in range(2000)),
        *("box", "x" * 250),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.naming", description=__doc__)
    parser.add_argument("--terms", type=int, default=10_000, help="each has two aliases (10000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured; medians are shown (5)")
    parser.add_argument("--size", type=int, default=MEGABYTE, help="characters of the text (1000000)")
    parser.add_argument("--save", action="store_true", help=f"write the tables to {results.FILE.name} too")
    options = parser.parse_args()
    with database.lemma() as folder:
        lines = [
            *_conditions(options),
            "",
            *_whole(options),
            "",
            *_growing(options),
            "",
            *_asked(options, folder),
        ]
    shown = "\n".join(lines)
    print(shown)
    if options.save:
        results.save(HEADING, shown)


def _conditions(options: argparse.Namespace) -> list[str]:
    arguments = " ".join(each for each in sys.argv[1:] if each != "--save")
    return [
        f"`python -m benchmarks.naming {arguments}`".replace(" `", "`") + f" on {datetime.now(UTC):%d %B %Y}: "
        f"{options.terms:,} terms with {2 * options.terms:,} aliases, medians of {options.rounds} rounds, processor "
        f"time. {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}. Load average of the "
        f"last five minutes: {os.getloadavg()[1]:.1f}."
    ]


# --- all names against a text ---


def _whole(options: argparse.Namespace) -> Iterator[str]:
    from glossary.search.finder import Finder

    known = [name for each in names(options.terms) for name in each]
    whole = text(options.size, known)
    resting = _resident()
    finder = Finder((name, name) for name in known)
    taken = _resident() - resting
    list(finder.find(whole))
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - resting - taken
    building = _median(lambda: Finder((name, name) for name in known), options.rounds)
    finding = _median(lambda: list(finder.find(whole)), options.rounds)
    pattern = _pattern(known)
    compiling = _median(lambda: _pattern(known), 1)
    # A minute, so once.
    matching = _median(lambda: pattern.findall(whole), 1)
    ours, theirs = len(list(finder.find(whole))), len(pattern.findall(whole[:SHORT]))
    yield "| | made in | memory | more while it finds | a text of " + f"{options.size:,} characters |"
    yield "|---|--:|--:|--:|--:|"
    yield f"| our finder | {building:.2f} s | {taken:.0f} MB | {max(more, 0):.0f} MB | **{finding:.2f} s** |"
    yield f"| a regular expression of alternatives, longest first | {compiling:.2f} s | | | {matching:.2f} s |"
    yield f"| ratio | | | | **{matching / finding:,.0f}** |"
    yield ""
    short = len(list(finder.find(whole[:SHORT])))
    yield (
        f"The finder has {ours:,} names there. In the first {SHORT:,} characters it has {short}, "
        f"and the expression {theirs}."
    )


def _pattern(known: list[str]) -> re.Pattern[str]:
    # Not from the cache of compiled expressions.
    re.purge()
    longest = sorted({name.lower() for name in known}, key=lambda name: (-len(name), name))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b", re.IGNORECASE)


# --- growth ---


def _growing(options: argparse.Namespace) -> Iterator[str]:
    from glossary.search.finder import Finder

    known = [name for each in names(options.terms) for name in each]
    usual = Finder((name, name) for name in known)
    hostile = Finder((name, name) for name in (*hostile_names(), *known))
    sizes = [options.size * factor for factor in (1, 2, 4)]
    yield "| text | " + " | ".join(f"{size:,}" for size in sizes) + " | 4 times as long takes |"
    yield "|---|" + "--:|" * 4
    yield _growth("usual", usual, [text(size, known) for size in sizes], options.rounds)
    for what, unit in HOSTILE.items():
        yield _growth(what, hostile, [(unit * (size // len(unit) + 1))[:size] for size in sizes], options.rounds)


def _growth(what: str, finder: object, texts: list[str], rounds: int) -> str:
    find: Callable[[str], Iterable[object]] = finder.find  # type: ignore[attr-defined]
    times = [_median(lambda text=text: sum(1 for _ in find(text)), rounds) for text in texts]  # type: ignore[misc]
    cells = " | ".join(f"{seconds:.2f} s" for seconds in times)
    return f"| {what} | {cells} | **{times[-1] / times[0]:.1f}** |"


# --- kept names against names asked for ---


def _asked(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    import django

    django.setup()
    from benchmarks import ours
    from glossary.search import naming, vocabulary

    print("… making files and tables", file=sys.stderr)
    root = folder / "glossary"
    _write(root, names(options.terms))
    database.migrate()
    ours.import_content(root)
    known = [name for each in names(options.terms) for name in each]
    yield "| text | names kept by the process | for the first time | those that begin with its words asked for |"
    yield "|---|--:|--:|--:|"
    for size in (200, 3_000, 30_000, options.size):
        sample = text(size, known)
        list(naming.annotate(sample, "entry", "en"))
        kept = _median(lambda: list(naming.annotate(sample, "entry", "en")), options.rounds)  # noqa: B023

        def anew() -> None:
            vocabulary.forget()
            list(naming.annotate(sample, "entry", "en"))  # noqa: B023

        first = _median(anew, min(options.rounds, 3))
        asked = _median(lambda: _by_first_words(sample), options.rounds)  # noqa: B023
        yield f"| {size:,} characters | {kept * 1000:.1f} ms | {first * 1000:.0f} ms | {asked * 1000:.1f} ms |"


def _by_first_words(sample: str) -> int:
    """The other way: only the names that can be in the text are asked for, and found in it."""
    from glossary.search import words
    from glossary.search.finder import Finder
    from glossary.search.models import Name

    first = sorted({word.key for word in words.name_words(sample)})
    found: list[str] = []
    for start in range(0, len(first), 500):
        found += Name.objects.filter(kind="entry", first__in=first[start : start + 500]).values_list("label", flat=True)
    return sum(1 for _ in Finder((label, label) for label in found).find(sample))


def _write(root: Path, terms: list[list[str]]) -> None:
    for folder in ("terms", "books"):
        (root / folder).mkdir(parents=True)
    for number, (title, *aliases) in enumerate(terms):
        said = ", ".join(f'"{alias}"' for alias in aliases)
        front = f'title: "{title}"\nslug: "term-{number}"\naliases: [{said}]\n'
        (root / f"terms/term-{number}.md").write_text(f"---\n{front}---\n\n# Brief Definition\n\nOne of them.\n")


# --- measuring ---


def _median(run: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        began = time.process_time()
        run()
        times.append(time.process_time() - began)
    return statistics.median(times)


def _resident() -> float:
    """Megabytes of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main()
