import io
import json
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command

from documents import parse
from glossary.editing import save_entry

pytestmark = pytest.mark.django_db


def entry(slug: str, **front: str) -> None:
    lines = "".join(f"{key}: {value}\n" for key, value in front.items())
    sections = "".join(f"\n# {name}\n\n- One\n" for name in ("Key Concepts", "Common Applications", "Prerequisites"))
    brief = "What people see of a thing from outside while its inner work stays hidden from them."
    text = f'---\ntitle: "{slug.title()}"\nslug: "{slug}"\n{lines}---\n\n# Brief Definition\n\n{brief}\n'
    save_entry(parse(f"{text}\n# Detailed Explanation\n\nMore.\n{sections}".encode()))


def reported(*arguments: str) -> str:
    out = io.StringIO()
    call_command("health_report", *arguments, stdout=out)
    return out.getvalue()


def test_a_finding_says_where_what_and_what_to_do() -> None:
    entry("alpha", related='["nowhere"]')
    text = reported()
    assert 'terms/alpha.md:4: related.dangling: "related" names the entry "nowhere", which does not exist.' in text
    assert "1 error" in text
    assert "Wanted most: nowhere (1)." in text


def test_the_findings_as_json() -> None:
    entry("alpha", related='["nowhere"]')
    said = json.loads(reported("--json"))
    assert list(said) == ["problems"]
    (found,) = [one for one in said["problems"] if one["severity"] == "error"]
    assert (found["code"], found["path"], found["line"]) == ("related.dangling", "terms/alpha.md", 4)


@pytest.mark.parametrize(
    ("front", "level", "fails"),
    [
        ({"related": '["nowhere"]'}, "error", True),
        ({"related": '["nowhere"]'}, "warning", True),
        ({"difficulty": '"Beginner"'}, "error", False),
        ({"difficulty": '"Beginner"'}, "warning", True),
        ({}, "warning", False),
    ],
)
def test_it_ends_with_1_where_asked_to(front: dict[str, str], level: str, fails: bool) -> None:
    entry("alpha", **front)
    if not fails:
        reported("--fail-on", level)
        return
    with pytest.raises(CommandError) as refusal:
        reported("--fail-on", level)
    assert refusal.value.returncode == 1


def test_readers_findings_know_no_draft() -> None:
    entry("alpha", status='"draft"', related='["nowhere"]')
    assert "alpha" not in reported("--published")
    assert "alpha" in reported()


def test_it_takes_few_queries(django_assert_max_num_queries: Callable[[int], object]) -> None:
    for number in range(12):
        entry(f"entry-{number}", related=f'["entry-{number + 1}"]')
    with django_assert_max_num_queries(3):  # type: ignore[attr-defined]
        reported()
