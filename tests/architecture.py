"""Who may import whom, as docs/decisions/0001-structure.md has it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# From top to bottom. What stands side by side does not import each other.
LAYERS = [
    {"config"},
    {"api"},
    {"sync"},
    {"formats"},
    {"glossary", "books", "webhooks"},
    {"publishing"},
    {"documents", "outgoing"},
]
_RANK = {package: rank for rank, layer in enumerate(LAYERS) for package in layer}
# Without Django.
_PLAIN = ("documents", "outgoing")
_FRAMEWORK = ("django", "markdownx", "rest_framework", "knox", "drf_spectacular", "unfold")


class _Import(NamedTuple):
    line: int
    # For `from a.b import c` both a.b and a.b.c, because c may be a module.
    names: list[str]


def violations(root: Path) -> list[str]:
    """One line for each import below `root` that the layers do not allow, wherever in a file it stands."""
    found = []
    for package in sorted(_RANK):
        for path in sorted((root / package).rglob("*.py")):
            module = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
            for line, names in _imports(path, module):
                reasons = [reason for name in names if (reason := _reason_against(module, name))]
                if reasons:
                    found.append(f"{path.relative_to(root)}:{line}: {reasons[0]}")
    return found


def _reason_against(module: str, name: str) -> str:
    package, target = module.split(".")[0], name.split(".")[0]
    if package in _PLAIN and target.startswith(_FRAMEWORK):
        return f"{package} is plain Python, but imports {name}"
    if target not in _RANK:
        return ""
    if target != package and _RANK[target] <= _RANK[package]:
        way = "sideways" if _RANK[target] == _RANK[package] else "upwards"
        return f"{package} imports {name}, which is {way}"
    if _is_door(name) and not _is_door(module):
        return f"{name} is a door, and doors are imported by nothing"
    return ""


def _is_door(module: str) -> bool:
    """Pages, commands and views: Django finds them, or urls.py names them."""
    parts = module.split(".")
    return "admin" in parts[1:2] or "management" in parts[1:2] or parts[:2] in (["api", "views"], ["api", "urls"])


def _imports(path: Path, module: str) -> Iterator[_Import]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_bytes(), str(path))):
        if isinstance(node, ast.Import):
            yield _Import(node.lineno, [alias.name for alias in node.names])
        elif isinstance(node, ast.ImportFrom):
            start = _absolute(node, package)
            yield _Import(node.lineno, [start, *(f"{start}.{alias.name}" for alias in node.names)])
        elif isinstance(node, ast.Call) and (name := _imported_by_call(node)):
            yield _Import(node.lineno, [name])


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parents = package.split(".")
    kept = parents[: len(parents) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])


def _imported_by_call(node: ast.Call) -> str:
    """The module of `import_module("…")` and `import_string("…")`."""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    first = node.args[0] if node.args else None
    if called in ("import_module", "import_string", "__import__") and isinstance(first, ast.Constant):
        return str(first.value)
    return ""
