"""How `make docs` makes pages of README and docs/: by Sphinx, from the Markdown that is read on a git host as well."""

import shutil
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

# In the order in which the pages are offered; README is the first.
PAGES = [
    *(
        f"docs/{name}"
        for name in (
            *("first-hour", "editors", "api", "operators", "scale"),
            *("security", "security-checklist", "contributors"),
        )
    ),
    *("docs/decisions/*", "CHANGELOG", "benchmarks/RESULTS", "examples/README", "fixtures/content/README"),
]

project = "Lemma"
extensions = ["myst_parser"]
# The sources are the whole project, so that links to its other files lead somewhere here as well.
root_doc = "README"
include_patterns = [f"{page}.md" for page in ["README", *PAGES]]
exclude_patterns = ["build"]

# Headings have the anchors that git hosts give them.
myst_heading_anchors = 4
myst_enable_extensions = ["html_image"]

html_theme = "furo"
html_title = "Lemma"
html_copy_source = html_show_copyright = html_show_sphinx = False


def setup(app: Sphinx) -> None:
    app.connect("source-read", list_pages)
    app.connect("doctree-read", name_folders)
    app.connect("build-finished", begin_with_readme)


def list_pages(app: Sphinx, page: str, source: list[str]) -> None:
    """README has them as sentences, and no list that Sphinx would know."""
    if page == root_doc:
        source[0] += "\n```{toctree}\n:hidden:\n:glob:\n\n" + "\n".join(PAGES) + "\n```\n"


def name_folders(app: Sphinx, page: nodes.document) -> None:
    """A folder has a page on a git host alone: here a link to one is its text."""
    for link in list(page.findall(pending_xref)):
        if (Path(page["source"]).parent / link["reftarget"]).is_dir():
            link.replace_self(link.children)


def begin_with_readme(app: Sphinx, failure: Exception | None) -> None:
    """A folder of pages is opened by this name."""
    if not failure and app.builder.format == "html":
        shutil.copy(app.outdir / f"{root_doc}.html", app.outdir / "index.html")
