"""docs/scale.md: what it works out, worked out again."""

import math
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/scale.md").read_text()


def reaching(requests: float, addresses: int, places: int, age: float) -> float:
    """A second. How often an address is asked for follows Zipf's law, and each place of a CDN asks for itself."""
    share = 1 / sum(1 / rank for rank in range(1, addresses + 1))
    rates = (requests / places * share / rank for rank in range(1, addresses + 1))
    return places * math.fsum(rate / (1 + rate * age) for rate in rates)


HITS = re.findall(r"^\| ([\d,]+) \| (\d+) \| ([\d,]+) \| ([\d.]+) % \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("row", HITS, ids=lambda row: f"{row[0]} in {row[1]}")
def test_what_a_cdn_lets_through(row: tuple[str, ...]) -> None:
    addresses, places, reach, hits = (float(cell.replace(",", "")) for cell in row)
    found = reaching(10_000, int(addresses), int(places), 60)
    assert round(found) == reach
    assert round(100 - found / 100, 1) == hits


def test_all_rows_are_there() -> None:
    assert len(HITS) == 9


def test_the_cores_that_it_takes() -> None:
    """Of two, by what they answer in a second; busy for 60 %."""
    mixed = 0.8 * 2000 / 1832 + 0.15 * 2000 / 1413 + 0.05 * 2000 / 144
    assert round(mixed, 1) == 1.8
    rows = re.findall(r"^\| [^|]+ \| ([\d,]+) \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
    assert len(rows) == 3
    for requests, cores, hosts in rows:
        needed = float(requests.replace(",", "")) * mixed / 1000 / 0.6
        assert math.ceil(needed) == int(cores)
        assert math.ceil(needed / 4) == int(hosts)
    assert math.ceil(500 * 2000 / 144 / 1000 / 0.6) == 12
