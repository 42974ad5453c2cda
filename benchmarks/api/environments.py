"""Environments of others, made beside the glossaries and used again with them."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.api.serving import ROOT
from benchmarks.api.sites import Site

_PROJECT = "benchmarks.api.wagtailpeer"
_REQUIREMENTS = ROOT / "benchmarks/api/wagtailpeer/requirements.txt"


@dataclass(frozen=True, slots=True)
class Wagtail:
    """The entries of a site as pages of Wagtail. pages: their keys, by slug."""

    python: str
    variables: dict[str, str]
    pages: dict[str, int]
    application: str = f"{_PROJECT}.wsgi"


def wagtail(folder: Path, site: Site, url: str) -> Wagtail:
    """url: of a database for it alone. Raises RuntimeError with what was said."""
    python = folder / "wagtail/bin/python"
    if not python.exists():
        _run([sys.executable, "-m", "venv", str(folder / "wagtail")], {})
        _run([str(python), "-m", "pip", "install", "--quiet", "--requirement", str(_REQUIREMENTS)], {})
    variables = site.environment(f"{_PROJECT}.settings") | {"WAGTAIL_DATABASE_URL": url}
    keys = site.folder / "wagtail.json"
    if not keys.exists():
        export = str(site.folder / "export.ndjson")
        _run([str(python), "-m", f"{_PROJECT}.filling", export, str(keys)], variables)
    return Wagtail(str(python), variables, json.loads(keys.read_text()))


def _run(command: list[str], variables: dict[str, str]) -> None:
    run = subprocess.run(command, env=variables or None, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"{' '.join(command)}:\n{run.stderr}")
