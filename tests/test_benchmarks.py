"""That the benchmarks run, on a glossary so small that its times mean nothing, and measure what they say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import documents
from benchmarks import content, floors, form, measuring, naming, results
from benchmarks.loading import Loading
from books import mapping as book_mapping
from glossary import mapping as entry_mapping

ROOT = Path(__file__).resolve().parent.parent


def test_the_made_up_glossary_is_the_same_each_time_and_reads_without_a_complaint(tmp_path: Path) -> None:
    for name in ("one", "two"):
        content.write(tmp_path / name, 200)
    slugs = set()
    for kind, read in (("terms", entry_mapping.read), ("books", book_mapping.read)):
        for path in sorted((tmp_path / "one" / kind).iterdir()):
            data = path.read_bytes()
            assert data == (tmp_path / "two" / kind / path.name).read_bytes()
            reading = read(documents.parse(data), path.name)
            assert reading.problems == [], path.name
            slugs.add(reading.record.slug)
    assert len(slugs) == 200


def test_both_ways_to_edit_a_file_mean_the_same(tmp_path: Path) -> None:
    content.write(tmp_path / "glossary", 100)
    for path in sorted((tmp_path / "glossary" / "terms").iterdir()):
        data = path.read_bytes()
        if b"\r" in data:
            continue
        document = documents.parse(data)
        document["title"] = "Another"
        theirs = documents.parse(floors.edit_with_ruamel(data, "Another"))
        assert theirs.values == document.values
        assert theirs.body == document.body


def test_a_ratio_compares_what_was_measured_in_one_round() -> None:
    times = measuring.Times()
    for ours, floor in ((2.0, 1.0), (30.0, 10.0), (400.0, 100.0)):
        times.rounds["ours"].append(measuring.Time(ours, ours))
        times.rounds["floor"].append(measuring.Time(floor, floor))
    assert times.ratio("ours", "floor") == measuring.Time(3.0, 3.0)
    assert times.median("ours") == measuring.Time(30.0, 30.0)


def test_what_is_soon_over_is_taken_in_turn_and_counts_at_its_best() -> None:
    times = measuring.Times()
    order: list[str] = []
    times.take_in_turn({"one": lambda: order.append("one"), "two": lambda: order.append("two")}, tries=3)
    assert order == ["one", "two"] * 3
    assert len(times.rounds["one"]) == len(times.rounds["two"]) == 1


def test_a_time_can_follow_from_others_of_the_same_round() -> None:
    times = measuring.Times()
    for nothing, one in ((1.0, 0.1), (2.0, 0.2)):
        times.rounds["nothing"].append(measuring.Time(nothing, nothing))
        times.rounds["one"].append(measuring.Time(one, one))
        times.work_out("allowed", lambda nothing, one: 1.3 * nothing + 10 * one, "nothing", "one")
    assert [round(time.wall, 6) for time in times.rounds["allowed"]] == [2.3, 4.6]


def test_a_whole_run_fills_every_line_of_the_table() -> None:
    environment = os.environ | {"DATABASE_URL": "", "DEBUG": "1"}
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--files", "120", "--rounds", "1"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    rows = re.findall(r"^\| (.+?) \|.*\*\*([0-9.]+)\*\*", run.stdout, re.MULTILINE)
    assert [name for name, _ in rows] == [each.title for each in results.COMPARISONS]
    assert all(float(ratio) > 0 for _, ratio in rows)
    queries = re.search(r"Queries of one publication: (\d+) among 100 entries, (\d+) among 120", run.stdout)
    assert queries
    assert queries[1] == queries[2]
    # Django alone takes more than 30 MB, and no phase on so few files 300.
    peaks = [int(peak) for peak in re.findall(r"^\| .+ \| (\d+) \| < 300 \| met \|$", run.stdout, re.MULTILINE)]
    assert len(peaks) == 5
    assert all(30 < peak < 300 for peak in peaks)


def test_names_in_a_text_are_measured_beside_a_regular_expression_and_the_database() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.naming", "--terms", "50", "--size", "5000", "--rounds", "1"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    rows = re.findall(r"^\| (.+?) \|.*\*\*([0-9.,]+)(?: s)?\*\*", run.stdout, re.MULTILINE)
    assert [name for name, _ in rows] == ["our finder", "ratio", "usual", *naming.HOSTILE]
    sizes = re.findall(
        r"^\| ([0-9,]+) characters \| [0-9.]+ ms \| [0-9]+ ms \| [0-9.]+ ms \|$", run.stdout, re.MULTILINE
    )
    assert sizes == ["200", "3,000", "30,000", "5,000"]


def test_the_health_report_is_measured_beside_a_parser_and_a_save() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.health", "--files", "120", "--rounds", "1"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": "", "DEBUG": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    ratios = re.findall(r"^\| .+ \| \*\*([0-9.]+)\*\* \|", run.stdout, re.MULTILINE)
    assert len(ratios) == 3
    assert all(float(ratio) > 0 for ratio in ratios)
    counted = re.search(r"The report has ([0-9,]+) findings\. After one save (\d+)", run.stdout)
    assert counted
    assert int(counted[1].replace(",", "")) > 300
    assert 20 < int(counted[2]) < 60
    # Not whether they are met: a machine with much else to do may take ten seconds for anything.
    own = re.findall(r"^\| (?:seconds|MB) .+ \| ([0-9.]+) \| < [0-9]+ \| (?:met|MISSED) \|$", run.stdout, re.MULTILINE)
    assert len(own) == 4
    assert all(float(taken) > 0 for taken in own)


def test_the_ratio_of_a_page_is_that_of_its_rounds() -> None:
    row = form.Row("Form", {})
    for ours, stock in ((1.0, 2.0), (3.0, 3.0), (9.0, 3.0)):
        row.taken["ours"].append(Loading(ready=ours, server=ours / 2, size=10))
        row.taken["stock"].append(Loading(ready=stock, server=stock, size=10))
    assert row.ratio("ready") == 1.0
    assert row.ratio("server") == 0.5
    assert row.median("ours", "ready") == 3.0


@pytest.mark.browser
def test_form_and_list_are_measured_beside_those_of_django() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.form", "--files", "120", "--rounds", "1"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": "", "DEBUG": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    rows = re.findall(r"^\| (.+?) \|.*\*\*([0-9.]+)\*\*", run.stdout, re.MULTILINE)
    assert [name for name, _ in rows] == ["Form of an entry", "List of 100 rows"]
    assert all(float(ratio) > 0 for _, ratio in rows)
